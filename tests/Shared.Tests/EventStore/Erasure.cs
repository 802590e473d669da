using System.Security.Cryptography;
using System.Text;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Integrity;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class Erasure(PostgresFixture postgres)
{
    private static readonly byte[] Name = Encoding.UTF8.GetBytes("Canary McCanaryface");

    [Fact]
    public async Task Makes_a_persons_data_unreadable_and_leaves_the_chain_valid()
    {
        await using var store = await postgres.CreateAsync();
        await store.StartAsync();
        var personal = store.Get<IPersonalData>();
        string cipher = await personal.ProtectAsync(Tenant, "learner-1", "event-1", Name, Cancellation);
        string other = await personal.ProtectAsync(Tenant, "learner-2", "event-2", Name, Cancellation);
        await store.Store.CommitAsync(Append("account-1", 0, new AccountOpened(cipher)), Cancellation);
        await store.Sealed(1);
        Assert.Equal(Name, await personal.RevealAsync(Tenant, "learner-1", "event-1", cipher, Cancellation));

        await personal.EraseAsync(Tenant, "learner-1", Cancellation);

        Assert.Null(await personal.RevealAsync(Tenant, "learner-1", "event-1", cipher, Cancellation));
        Assert.Equal(Name, await personal.RevealAsync(Tenant, "learner-2", "event-2", other, Cancellation));
        Assert.Equal(0, await store.ScalarAsync<long>("select count(*) from events.mt_events where data::text like '%Canary%'"));
        var verifier = new LogVerifier();
        await foreach (var entry in store.Get<AuditLog>().ExportAsync(0, Cancellation)) verifier.Add(entry);
        Assert.Null(verifier.Finish(await store.Get<AuditLog>().HeadAsync(Cancellation)));
    }

    [Fact]
    public async Task Does_not_reveal_under_another_record_person_or_tenant()
    {
        await using var store = await postgres.CreateAsync();
        var personal = store.Get<IPersonalData>();
        string cipher = await personal.ProtectAsync(Tenant, "learner-1", "event-1", Name, Cancellation);
        await personal.ProtectAsync(Tenant, "learner-2", "event-1", Name, Cancellation);

        await Assert.ThrowsAnyAsync<CryptographicException>(() => personal.RevealAsync(Tenant, "learner-1", "event-2", cipher, Cancellation));
        await Assert.ThrowsAnyAsync<CryptographicException>(() => personal.RevealAsync(Tenant, "learner-2", "event-1", cipher, Cancellation));
        Assert.Null(await personal.RevealAsync("hutchinson", "learner-1", "event-1", cipher, Cancellation));
    }

    [Fact]
    public async Task Does_not_bring_erased_data_back_with_the_persons_next_key()
    {
        await using var store = await postgres.CreateAsync();
        var personal = store.Get<IPersonalData>();
        string before = await personal.ProtectAsync(Tenant, "learner-1", "event-1", Name, Cancellation);
        await personal.EraseAsync(Tenant, "learner-1", Cancellation);

        string after = await personal.ProtectAsync(Tenant, "learner-1", "event-1", Name, Cancellation);

        Assert.Null(await personal.RevealAsync(Tenant, "learner-1", "event-1", before, Cancellation));
        Assert.Equal(Name, await personal.RevealAsync(Tenant, "learner-1", "event-1", after, Cancellation));
    }

    [Fact]
    public async Task Uses_one_key_for_a_person_who_is_protected_many_times_at_once()
    {
        await using var store = await postgres.CreateAsync();
        var personal = store.Get<IPersonalData>();

        string[] ciphers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => personal.ProtectAsync(Tenant, "learner-1", $"event-{i}", Name, Cancellation)));

        for (int i = 0; i < ciphers.Length; i++)
            Assert.Equal(Name, await personal.RevealAsync(Tenant, "learner-1", $"event-{i}", ciphers[i], Cancellation));
    }
}
