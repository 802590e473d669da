using Microsoft.Extensions.Configuration;
using Pathways.Access.Keys;
using Pathways.Tests.Support;
using Pathways.WebDefaults;
using Xunit;

namespace Pathways.Services.Tests.Access;

/// <summary>Replicas of Access have one set of keys, whoever comes first: a token of one is good for all.</summary>
public sealed class Replicas_share_their_keys
{
    [Fact]
    public async Task Replicas_that_start_together_have_the_same_keys()
    {
        using var folder = new TemporaryFolder("keys");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Pathways:Secrets", folder.Path)]).Build();

        var stores = Enumerable.Range(0, 8).Select(_ => new TokenKeyStore(configuration, TimeProvider.System)).ToList();
        var keys = await Task.WhenAll(stores.Select(store => Task.Run(() => store.Keys().Current.Id)));

        Assert.Single(keys.Distinct());
        Assert.Equal(["token-keys.json"], Directory.EnumerateFiles(folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Replicas_that_rotate_together_rotate_once()
    {
        using var folder = new TemporaryFolder("keys");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Pathways:Secrets", folder.Path)]).Build();
        var stores = Enumerable.Range(0, 8).Select(_ => new TokenKeyStore(configuration, TimeProvider.System)).ToList();
        string next = stores[0].Keys().All[0].Id;
        Assert.All(stores, store => Assert.NotEqual(next, store.Keys().Current.Id));

        Task<string>[] rotations;
        // All of them find it locked, as by a replica that is in the middle of it.
        using (new FileStream(Path.Combine(folder.Path, "token-keys.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            rotations = [.. stores.Select(async store => (await store.RotateAsync(TestContext.Current.CancellationToken)).Current.Id)];
            Assert.All(rotations, rotation => Assert.False(rotation.IsCompleted));
        }

        Assert.All(await Task.WhenAll(rotations), current => Assert.Equal(next, current));
        Assert.Equal(3, stores[0].Keys().All.Length);
    }

    [Fact]
    public async Task A_rotation_that_another_one_holds_up_for_long_may_be_repeated()
    {
        using var folder = new TemporaryFolder("keys");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("Pathways:Secrets", folder.Path)]).Build();
        var store = new TokenKeyStore(configuration, new HurryingClock());
        store.Keys();
        using var held = new FileStream(Path.Combine(folder.Path, "token-keys.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => store.RotateAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>A minute passes whenever it is looked at.</summary>
    private sealed class HurryingClock : TimeProvider
    {
        private long _minutes;

        public override long GetTimestamp() => ++_minutes * 60 * TimestampFrequency;
    }
}
