// One browser at a time: two cores, and pictures that must not wait for each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
