using Pathways.Tests.Support;
using Xunit;

[assembly: AssemblyFixture(typeof(TestServers))]
