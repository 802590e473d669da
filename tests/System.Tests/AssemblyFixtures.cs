using Pathways.Tests.Support;
using Xunit;

// Whole systems side by side would slow each other, and some tests look at the clock.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
[assembly: AssemblyFixture(typeof(TestServers))]
