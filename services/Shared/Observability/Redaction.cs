using System.Diagnostics;
using OpenTelemetry;

namespace Pathways.Observability;

/// <summary>Takes out of a span what may name or locate a person, before it is exported.</summary>
internal sealed class Redaction : BaseProcessor<Activity>
{
    private static readonly string[] Dropped =
        ["url.query", "client.address", "client.port", "network.peer.address", "network.peer.port", "user_agent.original", "enduser.id"];

    private static readonly string[] Urls = ["url.full", "http.url", "http.target"];

    public override void OnEnd(Activity data)
    {
        foreach (string name in Dropped)
        {
            if (data.GetTagItem(name) is not null) data.SetTag(name, value: null);
        }
        foreach (string name in Urls)
        {
            if (data.GetTagItem(name) is string url) data.SetTag(name, WithoutQuery(url));
        }
    }

    private static string WithoutQuery(string url) => url.IndexOf('?', StringComparison.Ordinal) is var start and >= 0 ? url[..start] : url;
}
