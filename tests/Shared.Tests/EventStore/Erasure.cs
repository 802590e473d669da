using System.Security.Cryptography;
using System.Text;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Integrity;
using Pathways.Kernel;
using Pathways.Tests.Support;
using Xunit;
using static Pathways.Shared.Tests.EventStore.Given;

namespace Pathways.Shared.Tests.EventStore;

public sealed class Erasure(PostgresFixture postgres)
{
    private static readonly byte[] Name = Encoding.UTF8.GetBytes("Canary McCanaryface");

    [Fact]
    public async Task Processes_that_start_together_have_the_same_key()
    {
        using var folder = new TemporaryFolder("keys");
        for (int round = 0; round < 100; round++)
        {
            string path = Path.Combine(folder.Path, $"{round}.key");
            using var together = new Barrier(4);

            byte[][] keys = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(
                () =>
                {
                    together.SignalAndWait(Cancellation);
                    return SecretFile.KeyAt(path);
                },
                Cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

            Assert.All(keys, key => Assert.Equal(keys[0], key));
            Assert.Equal(round + 1, Directory.EnumerateFiles(folder.Path).Count());
        }
    }

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

        await EraseAsync(store);
        // The erasure is an event: sealed between the export and the head, it would look like a tail that is missing.
        await store.Sealed(2);

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
        await EraseAsync(store);

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

    [Fact]
    public async Task Lets_nothing_be_stored_under_a_key_that_is_gone()
    {
        await using var store = await postgres.CreateAsync();
        var keys = await store.Get<IPersonalData>().OpenAsync(Tenant, ["learner-1", "learner-2"], Cancellation);
        Assert.True((await store.Store.CommitAsync(Holding(keys, "account-1"), Cancellation)).IsAccepted);

        await EraseAsync(store);

        Assert.Equal("stream-version-conflict", (await store.Store.CommitAsync(Holding(keys, "account-2"), Cancellation)).Rejection?.Code);
        Assert.Equal(0, await store.Store.VersionAsync(Tenant, "account-2", Cancellation));
    }

    [Fact]
    public async Task Waits_for_what_is_being_stored_under_the_key()
    {
        await using var store = await postgres.CreateAsync();
        await store.Get<IPersonalData>().OpenAsync(Tenant, ["learner-1"], Cancellation);
        await using var storing = await store.SuperuserAsync();
        await using var open = await storing.BeginTransactionAsync(Cancellation);
        await using (var hold = new Npgsql.NpgsqlCommand("select 1 from events.subject_keys for share", storing)) await hold.ExecuteNonQueryAsync(Cancellation);

        var erasing = EraseAsync(store);
        await Eventually(async () => await store.ScalarAsync<bool>("select exists (select from pg_stat_activity where wait_event_type = 'Lock' and query like '%subject_keys%')"));
        Assert.False(erasing.IsCompleted);
        await open.CommitAsync(Cancellation);

        Assert.True((await erasing).Value!.KeyDestroyed);
    }

    [Fact]
    public async Task Is_an_event_and_happens_once()
    {
        await using var store = await postgres.CreateAsync();
        await store.Get<IPersonalData>().OpenAsync(Tenant, ["learner-1"], Cancellation);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => EraseAsync(store)));

        Assert.Single(answers, answer => answer.Value is { KeyDestroyed: true, ErasedBefore: null });
        Assert.Equal(3, answers.Count(answer => answer.Value is { KeyDestroyed: false, ErasedBefore: not null }));
        var told = await store.Store.ReadStreamAsync(Tenant, "erasure-learner-1", 0, Cancellation).ToListAsync(Cancellation);
        Assert.Equal(new PersonErased("learner-1", "asked to be"), Assert.Single(told).Data);
    }

    private static UnitOfWork Holding(ISubjectKeys keys, string stream)
    {
        var work = Append(stream, 0, new AccountOpened("y"));
        work.Write(keys.Hold(["learner-1", "learner-2"]));
        return work;
    }

    private static Task<Result<Erased>> EraseAsync(TestStore store)
        => store.Get<PersonErasure>().EraseAsync(new EventContext(Tenant, "operator", "correlation-1"), "learner-1", "asked to be", Cancellation);
}
