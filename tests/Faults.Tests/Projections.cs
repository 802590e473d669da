using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Pathways.Tests.Support;
using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>Read models: built again by the operator's route, and compared row by row with what they were.</summary>
internal static class Projections
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // Each request over a connection of its own: one that is kept may end in a process which was killed since.
    private static readonly HttpClient Http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.Zero }) { Timeout = TimeSpan.FromSeconds(10) };

    public static IReadOnlyList<(string Service, string Projection)> All { get; } =
    [
        ("credential-issuance", "achievement_list"), ("credential-issuance", "credential_list"), ("credential-issuance", "status_list"),
        ("pathway-stacking", "pathway_list"), ("pathway-stacking", "stack_list"), ("institution-feed", "feed"),
    ];

    /// <summary>Every read model, built again from the first event, has the rows it had before.</summary>
    public static async Task<IReadOnlyList<Violation>> NotReplayEqualAsync(FaultSystem system, CancellationToken cancellation)
    {
        var wrong = new List<Violation>();
        foreach (var (service, projection) in All)
        {
            await QuietAsync(system, service, cancellation);
            var before = await RowsAsync(system, service, projection, cancellation);
            await RebuildAsync(system, service, projection, cancellation);
            var after = await RowsAsync(system, service, projection, cancellation);
            if (before != after) wrong.Add(new(ViolationKind.LeftOver, $"{service} {projection} is not equal to a replay: {before} before, {after} after"));
        }

        return wrong;
    }

    /// <summary>At the first replica; the answer comes before it is done.</summary>
    public static async Task StartRebuildAsync(FaultSystem system, string service, string projection, CancellationToken cancellation)
    {
        using var answer = await SendAsync(system, HttpMethod.Post, service, $"projections/{projection}/rebuild", cancellation);
        answer.EnsureSuccessStatusCode();
    }

    public static async Task RebuildAsync(FaultSystem system, string service, string projection, CancellationToken cancellation)
    {
        await StartRebuildAsync(system, service, projection, cancellation);
        await Eventually.TrueAsync(() => IsRebuiltAsync(system, service, projection, cancellation), Patience, $"{projection} is rebuilt", cancellation);
    }

    private static async Task<bool> IsRebuiltAsync(FaultSystem system, string service, string projection, CancellationToken cancellation)
    {
        using var answer = await SendAsync(system, HttpMethod.Get, service, "projections", cancellation);
        var rebuild = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellation))!.AsArray()
            .Single(item => IsVersionOf((string)item!["name"]!, projection))!["rebuild"];
        if (rebuild is null || !(bool)rebuild["finished"]!) return false;
        return (bool)rebuild["failed"]! ? throw new InvalidOperationException($"The rebuild of {projection} was given up.") : true;
    }

    /// <summary>Until every projection of the service has followed its log to the end.</summary>
    private static Task QuietAsync(FaultSystem system, string service, CancellationToken cancellation) => Eventually.TrueAsync(
        async () => (bool)(await system.Nodes.SqlAsync(
            system.Running.Topology.Service(service).Database,
            "select not exists (select from events.projection_position where position < (select position from events.log_head)) and not exists (select from events.pending)",
            cancellation))!,
        Patience, $"the projections of {service} are at the end of the log", cancellation);

    /// <summary>How many rows, and a hash over all of them in a fixed order.</summary>
    private static async Task<string> RowsAsync(FaultSystem system, string service, string projection, CancellationToken cancellation)
    {
        string database = system.Running.Topology.Service(service).Database;
        var tables = (string)(await system.Nodes.SqlAsync(
            database, $"select string_agg(tablename, ',' order by tablename) from pg_tables where schemaname = 'read' and tablename ~ '^{projection}_v[0-9]+(_.*)?$'", cancellation))!;
        var rows = new List<string>();
        foreach (var table in tables.Split(','))
            rows.Add($"{table} {await system.Nodes.SqlAsync(database, $"select count(*) || ' rows ' || md5(coalesce(string_agg(r::text, E'\\n' order by r::text), '')) from read.{table} r", cancellation)}");
        return string.Join(", ", rows);
    }

    private static async Task<HttpResponseMessage> SendAsync(FaultSystem system, HttpMethod method, string service, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{system.Running.Topology.Service(service).Url()}/{service}/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await DoorClient.TokenAsync(system.Running, "*", "operator", cancellation));
        return await Http.SendAsync(request, cancellation);
    }

    private static bool IsVersionOf(string stored, string projection)
        => stored.StartsWith(projection + "_v", StringComparison.Ordinal) && stored[(projection.Length + 2)..].All(char.IsAsciiDigit);
}
