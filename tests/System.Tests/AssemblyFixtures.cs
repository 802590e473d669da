using Pathways.Tests.Support;
using Xunit;

// Whole systems share two cores, and some tests look at the clock.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(TestServers))]
