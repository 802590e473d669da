using System.Collections.Concurrent;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>The published contexts that this library carries, each bound to the hash of its canonical form.</summary>
public sealed class EmbeddedContexts : IContextSource
{
    private sealed record Entry(string Url, string File, string Standard, string Sha256);

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    private readonly Dictionary<string, Entry> entries;
    private readonly ConcurrentDictionary<string, JsonElement> loaded = new(StringComparer.Ordinal);

    private EmbeddedContexts()
    {
        using var index = Open("index.json");
        entries = JsonSerializer.Deserialize<Entry[]>(index, Web)!.ToDictionary(entry => entry.Url, StringComparer.Ordinal);
    }

    public static EmbeddedContexts Instance { get; } = new();

    public IReadOnlyCollection<string> Urls => entries.Keys;

    public JsonElement? Find(string url) => entries.TryGetValue(url, out var entry) ? loaded.GetOrAdd(url, _ => Load(entry)) : null;

    private static JsonElement Load(Entry entry)
    {
        using var stream = Open(entry.File);
        using var document = JsonDocument.Parse(stream);
        var hash = Convert.ToHexStringLower(SHA256.HashData(Jcs.Canonicalize(document.RootElement)));
        return hash == entry.Sha256
            ? document.RootElement.Clone()
            : throw new LinkedDataException("context changed", $"The copy of {entry.Url} has the hash {hash}, not {entry.Sha256}.");
    }

    private static Stream Open(string file)
        => Assembly.GetExecutingAssembly().GetManifestResourceStream("Contexts/" + file)
            ?? throw new InvalidOperationException($"The resource Contexts/{file} is missing.");
}
