[assembly: Xunit.CollectionBehavior(DisableTestParallelization = true)] // two processors: a client, the node and a machine are enough at once
