[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)] // two processors: clients, hosts and the node are enough at once
