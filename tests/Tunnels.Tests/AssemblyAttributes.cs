// Each test makes networks of its own, and two cores are not more than two.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
