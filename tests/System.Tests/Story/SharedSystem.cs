using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;
using Xunit;

namespace Pathways.Tests.Story;

/// <summary>
/// One running system for all tests that leave its processes alone, with the sample's rules and without its learners:
/// starting one takes most of a minute. It sends its telemetry to us.
/// </summary>
public sealed class SharedSystem : IAsyncLifetime
{
    public RunningSystem Running { get; private set; } = null!;

    public OtlpReceiver Telemetry { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Telemetry = await OtlpReceiver.StartAsync();
        Running = new RunningSystem { Environment = Telemetry.Settings };
        await Running.InitializeAsync();
        await WeldingStory.DefineAsync(Running, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await Running.DisposeAsync();
        await Telemetry.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class UsesSharedSystem : ICollectionFixture<SharedSystem>
{
    public const string Name = "shared system";
}
