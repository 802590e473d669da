using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults.Controls;

/// <summary>Everything is published a second time. The mutant's cursor forgets what it was told.</summary>
internal static class CursorOff
{
    private const string Mutant = """
        create function events.forget() returns trigger language plpgsql as $$ begin new.version := 0; return new; end $$;
        create trigger forget before insert or update on events.cursors for each row execute function events.forget();
        """;

    private static readonly int[] Numbers = [.. Enumerable.Range(1, 20)];

    public static async Task<IReadOnlyList<Violation>> RunAsync(TestServers servers, bool mutated, CancellationToken cancellation)
    {
        await using var world = await TwoServices.StartAsync(await servers.PostgresAsync(), await (await servers.RabbitAsync()).CreateVirtualHostAsync());
        if (mutated) await TwoServices.ScalarAsync(world.TakerSuperuser, Mutant);
        await world.AchieveAsync("a", Numbers);
        await world.NotedAsync("a", Numbers.Length);

        await world.ForgetPublisherPositionAsync();
        await world.AchieveAsync("probe", [99]);
        // It is published after everything that came again, and taken after it.
        await world.NotedAsync("probe", 1);
        return Effects.Violations(Numbers, await world.NotesAsync("a"));
    }
}
