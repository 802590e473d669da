using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>
/// Contexts of one's own beside those of another source, which they cannot replace: what an address means was settled when the first
/// document was signed with it.
/// </summary>
public sealed class AdditionalContexts : IContextSource
{
    private readonly IContextSource others;
    private readonly Dictionary<string, JsonElement> contexts = new(StringComparer.Ordinal);

    public AdditionalContexts(IContextSource others, params IEnumerable<(string Url, ReadOnlyMemory<byte> Document)> contexts)
    {
        this.others = others;
        foreach (var (url, utf8) in contexts)
        {
            using var document = StrictJson.Parse(utf8);
            this.contexts.Add(url, document.RootElement.Clone());
        }
    }

    public JsonElement? Find(string url)
        => others.Find(url) ?? (contexts.TryGetValue(url, out var context) ? context : null);
}
