using System.Runtime.CompilerServices;
using NpgsqlTypes;
using Pathways.EventStore.Reading;

namespace Pathways.Access.Clients;

/// <summary>A client that was rotated or revoked: tokens of an earlier generation are over.</summary>
public sealed record ClientChange(string ClientId, int Generation);

/// <summary>
/// Tells services which clients have changed, as soon as they have. Every listener is told all changes that a living token
/// could still be older than, and then each new one. It reads what is stored, so another replica's changes come too.
/// </summary>
public sealed class ClientChanges(TenantReader reader, TimeProvider clock)
{
    /// <summary>Longer than any token lives.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly HashSet<Listener> _listeners = [];

    /// <summary>A client has changed; returns when those who listen here have been sent it, so that its end is felt when it is acknowledged.</summary>
    public async Task AnnounceAsync()
    {
        Task[] looks;
        lock (_gate) looks = [.. _listeners.Select(listener => listener.LookAsync())];
        await Task.WhenAny(Task.WhenAll(looks), Task.Delay(Patience, clock));
    }

    /// <summary>Batches of changes, an empty one as a sign of life. A batch counts as sent when the next one is asked for.</summary>
    public async IAsyncEnumerable<IReadOnlyList<ClientChange>> ListenAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var listener = new Listener();
        lock (_gate) _listeners.Add(listener);
        try
        {
            var told = new Dictionary<string, int>();
            while (true)
            {
                var asked = listener.Take();
                var news = (await ReadAsync(cancellation)).Where(change => told.GetValueOrDefault(change.ClientId) != change.Generation).ToList();
                foreach (var change in news) told[change.ClientId] = change.Generation;
                yield return news;
                asked.TrySetResult();
                await listener.WaitAsync(BetweenLooks, clock, cancellation);
            }
        }
        finally
        {
            lock (_gate) _listeners.Remove(listener);
            listener.Take().TrySetResult();
        }
    }

    private Task<IReadOnlyList<ClientChange>> ReadAsync(CancellationToken cancellation) => reader.QueryAsync(
        ClientDirectory.Tenant,
        """
        select substr(e.stream_id, 8), max(e.version)::int from events.mt_events e
        where e.tenant_id = $1 and e.type in ('client_secret_rotated', 'client_revoked') and e.timestamp > $2 group by 1
        """,
        [new() { Value = ClientDirectory.Tenant }, new() { Value = clock.GetUtcNow() - Remembered, NpgsqlDbType = NpgsqlDbType.TimestampTz }],
        row => new ClientChange(row.GetString(0), row.GetInt32(1)),
        cancellation);

    private sealed class Listener
    {
        private readonly Lock _gate = new();
        private TaskCompletionSource _look = New();
        private TaskCompletionSource _done = New();

        public Task LookAsync()
        {
            lock (_gate)
            {
                _look.TrySetResult();
                return _done.Task;
            }
        }

        /// <summary>What is completed when the look that begins now has been sent.</summary>
        public TaskCompletionSource Take()
        {
            lock (_gate)
            {
                var done = _done;
                (_look, _done) = (New(), New());
                return done;
            }
        }

        public Task WaitAsync(TimeSpan atMost, TimeProvider clock, CancellationToken cancellation)
        {
            Task look;
            lock (_gate) look = _look.Task;
            return Task.WhenAny(look, Task.Delay(atMost, clock, cancellation));
        }

        private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
