using Pathways.Tests.Support;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>One running system for all tests that leave its processes alone: starting one takes most of a minute.</summary>
[CollectionDefinition(Name)]
public sealed class SharedSystem : ICollectionFixture<RunningSystem>
{
    public const string Name = "shared system";
}
