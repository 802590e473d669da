using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json.Nodes;
using Pathways.LocalHost.Description;

namespace Pathways.LocalHost.Nodes;

/// <summary>Fills deploy/nginx/nginx.conf: a location per ingress rule, an upstream per service.</summary>
public static class NginxConfiguration
{
    /// <summary>What every service answers at its root, reachable through the door below the service's name.</summary>
    private static readonly string[] Own = ["health", "alive"];

    /// <summary>Where a route says nothing else; in nginx's units, as in tye.yaml.</summary>
    private const string UsualBody = "1m";

    /// <summary>
    /// The problems (RFC 9457) that the door itself can have, in the words of the services' own catalogue where they have
    /// the same one; everything else is a service's own answer.
    /// </summary>
    public static readonly IReadOnlyList<(int Status, string Code, string Title, string Remedy)> Problems =
    [
        (400, "invalid-request", "The request can't be understood", "Compare the request with the OpenAPI document."),
        (404, "not-found", "There is nothing here", "Correct the address: each service lists its resources at /SERVICE/openapi.json, for example /pathway-stacking/openapi.json."),
        (408, "request-timeout", "The request took too long to arrive", "Send it again, at once and whole."),
        (413, "body-too-large", "The body is too large", "Send less at once."),
        (414, "uri-too-long", "The address is too long", "Shorten its query: ask for less at once."),
        (431, "headers-too-large", "The headers are too large", "Send fewer or shorter ones."),
        (502, "service-unreachable", "The service does not answer, it may be starting", "Repeat after the seconds in Retry-After."),
        (504, "timeout", "The request took too long and was given up", "Try again; nothing is done twice when you send an Idempotency-Key."),
    ];

    public static string Write(Topology topology, string address)
        => File.ReadAllText(Path.Combine(topology.Repository, "deploy/nginx/nginx.conf"))
            .Replace("{address}", address)
            .Replace("{port}", $"{topology.Door.Port}")
            .Replace("{body}", UsualBody)
            .Replace("{limits}", string.Concat(topology.Door.Routes.Where(route => route.MaxBody is not null).Select(Limit).Prepend($"    default {Bytes(UsualBody)};\n")))
            .Replace("{upstreams}", string.Concat(topology.Services.Select(Upstream)))
            .Replace("{root}", Root(topology))
            .Replace("{locations}", string.Concat(topology.Door.Routes.Select(Location).Concat(topology.Services.Select(OwnLocations))))
            .Replace("{problems}", string.Concat(Problems.Select(Problem)));

    /// <summary>What the door answers at its root, for whoever comes without knowing what this is.</summary>
    public static JsonObject Welcome(Topology topology) => new()
    {
        ["name"] = "Pathways",
        ["what"] = "Takes in what learners achieved, issues verifiable credentials for it, stacks them into larger ones, and carries credit between institutions.",
        ["token"] = new JsonObject { ["endpoint"] = "/oauth/token", ["metadata"] = "/.well-known/oauth-authorization-server", ["toTry"] = "deploy/pathways token --tenant hutchinson" },
        ["services"] = new JsonArray([.. topology.Services.Select(service => new JsonObject
        {
            ["name"] = service.Name,
            ["openapi"] = $"/{service.Name}/openapi.json",
            ["health"] = $"/{service.Name}/health",
            ["paths"] = new JsonArray([.. topology.Door.Routes.Where(route => route.Service == service.Name).Select(route => JsonValue.Create(route.Prefix))]),
        })]),
        ["readme"] = new JsonArray("README.md: start, how it flows, five things to try", "SECURITY.md", "services/*/README.md: each service, and its one rule", "deploy/Cli/README.md: the command line"),
    };

    private static string Root(Topology topology)
        => Quoted(Welcome(topology).ToJsonString(new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true }));

    private static string Upstream(Service service)
    {
        // Nobody is counted out: a lone server's requests shall find out for themselves, and of two that restart one after the
        // other both would be out for a moment. A connection that is refused goes to the next one at once.
        var text = new StringBuilder($"  upstream {service.Name} {{\n");
        foreach (var port in service.Ports) text.Append($"    server 127.0.0.1:{port} max_fails=0;\n");
        return text.Append("    keepalive 16;\n  }\n").ToString();
    }

    private static string Location(Route route)
    {
        var text = new StringBuilder();
        // Two locations, because a prefix alone would let /feedback pass as /feed.
        foreach (var match in new[] { $"= {route.Prefix}", $"{route.Prefix}/" })
        {
            text.Append($"    location {match} {{\n");
            if (route.MaxBody is not null) text.Append($"      client_max_body_size {route.MaxBody};\n");
            if (route.Stream) text.Append("      proxy_buffering off;\n      proxy_read_timeout 1h;\n");
            text.Append($"      proxy_pass http://{route.Service};\n    }}\n");
        }

        return text.ToString();
    }

    private static string Limit(Route route) => $"    \"~^{route.Prefix}(/|$)\" {Bytes(route.MaxBody!)};\n";

    private static long Bytes(string size) => char.ToLowerInvariant(size[^1]) switch
    {
        'k' => long.Parse(size[..^1], CultureInfo.InvariantCulture) * 1024,
        'm' => long.Parse(size[..^1], CultureInfo.InvariantCulture) * 1024 * 1024,
        _ => long.Parse(size, CultureInfo.InvariantCulture),
    };

    private static string OwnLocations(Service service)
        => string.Concat(Own.Select(page => OwnLocation(service, page, page)).Append(OwnLocation(service, "openapi.json", $"{service.Name}/openapi.json")));

    private static string OwnLocation(Service service, string page, string path)
        => $"    location = /{service.Name}/{page} {{ proxy_pass http://{service.Name}/{path}; }}\n";

    private static string Problem((int Status, string Code, string Title, string Remedy) problem)
        => $$"""
                location = /.problems/{{problem.Status}} {
                  internal;
                  client_max_body_size 0;
                  default_type application/problem+json;{{(problem.Status is 502 ? "\n                  add_header Retry-After 2 always;\n                  add_header X-Request-Id $request_id always;" : "")}}
                  return {{problem.Status}} '{"type":"https://pathways.example/problems/{{problem.Code}}","title":"{{Quoted(problem.Title)}}","status":{{problem.Status}},{{(problem.Status is 413 ? "\"detail\":\"At most $args bytes are taken at this address.\"," : "")}}"code":"{{problem.Code}}","remedy":"{{Quoted(problem.Remedy)}}","requestId":"$request_id"}';
                }

            """;

    /// <summary>Inside single quotes of the file.</summary>
    private static string Quoted(string text) => text.Replace("'", "\\'");
}
