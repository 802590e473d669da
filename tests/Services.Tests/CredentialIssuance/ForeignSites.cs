using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Pathways.WebDefaults.Outbound;

namespace Pathways.Services.Tests.CredentialIssuance;

/// <summary>The sites of others: the guard stands in front of them as it does in front of the network.</summary>
internal sealed class ForeignSites : HttpMessageHandler
{
    private readonly Dictionary<string, byte[]> _documents = [];

    public List<string> Asked { get; } = [];

    public GuardedFetch Guard() => new(this, new FetchLimits(), TimeProvider.System);

    public void Put(string url, JsonNode document) => _documents[url] = Encoding.UTF8.GetBytes(document.ToJsonString());

    public void Put(string url, byte[] document) => _documents[url] = document;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        string url = request.RequestUri!.ToString();
        lock (Asked) Asked.Add(url);
        return Task.FromResult(_documents.TryGetValue(url, out byte[]? document)
            ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(document) }
            : new HttpResponseMessage(HttpStatusCode.NotFound));
    }
}
