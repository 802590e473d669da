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

    /// <summary>Of every service, which is checked: what a service lists and is not here would go unseen.</summary>
    public static IReadOnlyList<(string Service, string Projection)> All { get; } =
    [
        ("credential-issuance", "achievement_list"), ("credential-issuance", "credential_list"), ("credential-issuance", "status_list"),
        ("pathway-stacking", "pathway_list"), ("pathway-stacking", "stack_list"), ("institution-feed", "feed"),
    ];

    /// <summary>Every read model, built again from the first event, has the rows it had before.</summary>
    public static async Task<IReadOnlyList<Violation>> NotReplayEqualAsync(FaultSystem system, CancellationToken cancellation)
    {
        var wrong = await UnlistedAsync(system, cancellation);
        foreach (var (service, projection) in All)
        {
            await QuietAsync(system, service, cancellation);
            await using var connection = await system.Nodes.OpenAsync(system.Running.Topology.Service(service).Database, cancellation);
            wrong.AddRange(await ReadModels.NotReplayEqualAsync(
                $"{service} {projection}",
                () => ReadModels.RowsAsync(connection, projection, cancellation),
                () => RebuildAsync(system, service, projection, cancellation)));
        }

        return wrong;
    }

    private static async Task<List<Violation>> UnlistedAsync(FaultSystem system, CancellationToken cancellation)
    {
        var listed = new List<(string Service, string Projection)>();
        foreach (var service in SystemLog.ServicesOf(system.Running))
            listed.AddRange((await ListAsync(system, service, cancellation)).Select(item => (service, ((string)item["name"]!).Split("_v")[0])));
        return Unlisted(All, listed);
    }

    public static List<Violation> Unlisted(IEnumerable<(string Service, string Projection)> known, IReadOnlyList<(string Service, string Projection)> listed) =>
    [
        .. listed.Except(known).Select(item => new Violation(ViolationKind.LeftOver, $"{item.Service} has a projection {item.Projection} that nobody compares with a replay")),
        .. known.Except(listed).Select(item => new Violation(ViolationKind.Lost, $"{item.Service} does not list its projection {item.Projection}")),
    ];

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
        var rebuild = (await ListAsync(system, service, cancellation)).Single(item => IsVersionOf((string)item["name"]!, projection))["rebuild"];
        if (rebuild is null || !(bool)rebuild["finished"]!) return false;
        return (bool)rebuild["failed"]! ? throw new InvalidOperationException($"The rebuild of {projection} was given up.") : true;
    }

    private static async Task<IReadOnlyList<JsonNode>> ListAsync(FaultSystem system, string service, CancellationToken cancellation)
    {
        using var answer = await SendAsync(system, HttpMethod.Get, service, "projections", cancellation);
        return [.. JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellation))!.AsArray().Select(item => item!)];
    }

    /// <summary>Until every projection of the service has followed its log to the end.</summary>
    private static Task QuietAsync(FaultSystem system, string service, CancellationToken cancellation) => Eventually.TrueAsync(
        async () => (bool)(await system.Nodes.SqlAsync(
            system.Running.Topology.Service(service).Database,
            "select not exists (select from events.projection_position where position < (select position from events.log_head)) and not exists (select from events.pending)",
            cancellation))!,
        Patience, $"the projections of {service} are at the end of the log", cancellation);

    private static async Task<HttpResponseMessage> SendAsync(FaultSystem system, HttpMethod method, string service, string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri($"{system.Running.Topology.Service(service).Url()}/{service}/{path}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await DoorClient.TokenAsync(system.Running, "*", "operator", cancellation));
        return await Http.SendAsync(request, cancellation);
    }

    private static bool IsVersionOf(string stored, string projection)
        => stored.StartsWith(projection + "_v", StringComparison.Ordinal) && stored[(projection.Length + 2)..].All(char.IsAsciiDigit);
}
