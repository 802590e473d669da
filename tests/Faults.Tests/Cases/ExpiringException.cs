using System.Text.Json.Nodes;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>An exception in a learner's stack that ends by itself: a deadline whose meetings can be counted.</summary>
internal sealed class ExpiringException
{
    private const string Service = "pathway-stacking";

    private readonly FaultSystem _system;
    private readonly string _stream;

    private ExpiringException(FaultSystem system, string stackId) => (_system, _stream) = (system, $"stack-{stackId}");

    /// <param name="learner">Nobody knows yet.</param>
    public static async Task<ExpiringException> GrantAsync(FaultSystem system, string learner, TimeSpan lasts, CancellationToken cancellation)
    {
        using var story = await WeldingStory.EnrolAsync(system.Running, learner, cancellation);
        var waiver = new JsonObject
        {
            ["id"] = "waiver", ["kind"] = "Waiver", ["componentId"] = "https://hutchinson.example/components/we102", ["author"] = "registrar-1",
            ["authority"] = "Dean of studies", ["reason"] = "for a while", ["expiresAt"] = $"{TimeProvider.System.GetUtcNow() + lasts:O}",
        };
        await story.AtCollege.PostAsync($"{Service}/stacks/{story.Stacks[0]}/interventions", waiver, cancellation);
        return new ExpiringException(system, story.Stacks[0]);
    }

    /// <summary>How often the stack was judged anew because the exception's time was over.</summary>
    public async Task<long> EndedAsync(CancellationToken cancellation) => (long)(await _system.Nodes.SqlAsync(
        _system.Running.Topology.Service(Service).Database,
        $"select count(*) from events.mt_events where stream_id = '{_stream}' and type = 'stack_evaluated' and user_name = 'deadline stack-expiry'", cancellation))!;

    public async Task EndedOnceAsync(CancellationToken cancellation)
    {
        long times = await EndedAsync(cancellation);
        if (times != 1) _system.Seen.Add(new(times == 0 ? ViolationKind.Lost : ViolationKind.Duplicated, $"the end of an exception was met {times} times"));
    }
}
