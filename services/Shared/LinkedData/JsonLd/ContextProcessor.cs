using System.Collections.Concurrent;
using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>Context Processing (JSON-LD 1.1 API, 4.1.2). The numbers are the specification's steps.</summary>
internal sealed class ContextProcessor(JsonLdOptions options)
{
    /// <summary>The context algorithms' guard against contexts that load each other without end.</summary>
    private const int MaxRemoteContexts = 16;

    private static readonly HashSet<string> ContextKeywords = new(
        ["@base", "@direction", "@import", "@language", "@propagate", "@protected", "@version", "@vocab"], StringComparer.Ordinal);

    /// <summary>Strangers choose context lists too; when this many have been met, compiling starts over.</summary>
    private const int MaxCompiledLists = 256;

    private readonly ConcurrentDictionary<string, ActiveContext> compiledLists = new(StringComparer.Ordinal);

    public JsonLdOptions Options => options;

    /// <summary>
    /// The context of a node. A list of addresses at the beginning of a document is compiled once: what stands behind an address
    /// never changes.
    /// </summary>
    public ActiveContext ProcessLocal(ActiveContext active, JsonElement local, string? baseUrl)
    {
        if (!active.IsInitial || active.Previous is not null || !IsListOfAddresses(local))
            return Process(active, local, baseUrl);
        var list = local.GetRawText();
        if (compiledLists.TryGetValue(list, out var compiled))
            return compiled;
        compiled = Process(active, local, baseUrl);
        if (compiledLists.Count >= MaxCompiledLists)
            compiledLists.Clear();
        compiledLists[list] = compiled;
        return compiled;
    }

    public ActiveContext Process(
        ActiveContext active, JsonElement local, string? baseUrl, IReadOnlyList<string>? remoteContexts = null,
        bool overrideProtected = false, bool propagate = true, bool validateScoped = true)
    {
        remoteContexts ??= [];
        var result = active.Clone(); // 1
        if (local.ValueKind == JsonValueKind.Object && local.TryGetProperty("@propagate", out var propagates)) // 2
        {
            propagate = propagates.ValueKind switch
            {
                JsonValueKind.True => true,
                JsonValueKind.False => false,
                _ => throw Problem.Error("invalid @propagate value"),
            };
        }
        if (!propagate && result.Previous is null) // 3
            result.Previous = active;

        foreach (var context in ((JsonElement?)local).AsArray()) // 4, 5
        {
            result = context.ValueKind switch
            {
                JsonValueKind.Null => Nullify(active, result, overrideProtected, propagate),
                JsonValueKind.String => ProcessRemote(result, context.GetString()!, baseUrl, remoteContexts, overrideProtected, validateScoped),
                JsonValueKind.Object => ProcessDefinition(result, context, baseUrl, remoteContexts, overrideProtected, validateScoped),
                _ => throw Problem.Error("invalid local context"),
            };
        }
        return result;
    }

    /// <summary>The context that a term brings with it, from the cache of the context it is used in.</summary>
    public ActiveContext ProcessScoped(ActiveContext active, TermDefinition term, bool overrideProtected, bool propagate)
        => active.Scoped.GetOrAdd(term, propagate, () => Process(
            active, term.Context!.Value, term.ContextBase, overrideProtected: overrideProtected, propagate: propagate));

    private static bool IsListOfAddresses(JsonElement local)
        => local.ValueKind == JsonValueKind.String
            || (local.ValueKind == JsonValueKind.Array && local.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String));

    /// <summary>5.1</summary>
    private static ActiveContext Nullify(ActiveContext active, ActiveContext result, bool overrideProtected, bool propagate)
    {
        if (!overrideProtected && result.HasProtectedTerms)
            throw Problem.Error("invalid context nullification");
        return new ActiveContext(active.OriginalBase) { Previous = propagate ? null : result.Previous };
    }

    /// <summary>5.2</summary>
    private ActiveContext ProcessRemote(
        ActiveContext result, string reference, string? baseUrl, IReadOnlyList<string> remoteContexts, bool overrideProtected, bool validateScoped)
    {
        var url = Iri.Resolve(baseUrl, reference);
        if (!validateScoped && remoteContexts.Contains(url, StringComparer.Ordinal))
            return result;
        if (remoteContexts.Count >= MaxRemoteContexts)
            throw Problem.Error("context overflow", url);
        var document = Load(url);
        if (document.Member("@context") is not { } context)
            throw Problem.Error("invalid remote context", url);
        return Process(result, context, url, [.. remoteContexts, url], overrideProtected, validateScoped: validateScoped);
    }

    private JsonElement Load(string url)
        => options.Contexts.Find(url) ?? throw Problem.Error("loading remote context failed", url);

    /// <summary>5.3 – 5.13</summary>
    private ActiveContext ProcessDefinition(
        ActiveContext result, JsonElement context, string? baseUrl, IReadOnlyList<string> remoteContexts, bool overrideProtected, bool validateScoped)
    {
        if (context.Member("@version") is { } version) // 5.5
        {
            if (version.ValueKind != JsonValueKind.Number || version.GetRawText() is not ("1.1" or "1.10"))
                throw Problem.Error("invalid @version value");
            if (options.Mode10)
                throw Problem.Error("processing mode conflict");
        }
        context = Import(context, baseUrl); // 5.6
        if (remoteContexts.Count == 0)
            SetBase(result, context); // 5.7
        SetVocab(result, context); // 5.8
        SetLanguageAndDirection(result, context); // 5.9, 5.10
        if (context.Member("@propagate") is not null && options.Mode10) // 5.11
            throw Problem.Error("invalid context entry", "@propagate");

        var protects = context.Member("@protected") switch
        {
            null or { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.True } => true,
            _ => throw Problem.Error("invalid @protected value"),
        };
        var terms = new TermDefinitions(this, result, context, baseUrl, remoteContexts, protects, overrideProtected, validateScoped);
        foreach (var member in context.EnumerateObject()) // 5.12, 5.13
        {
            if (!ContextKeywords.Contains(member.Name))
                terms.Create(member.Name);
        }
        return result;
    }

    private JsonElement Import(JsonElement context, string? baseUrl)
    {
        if (context.Member("@import") is not { } import)
            return context;
        if (options.Mode10)
            throw Problem.Error("invalid context entry", "@import");
        if (import.ValueKind != JsonValueKind.String)
            throw Problem.Error("invalid @import value");
        var url = Iri.Resolve(baseUrl, import.GetString()!);
        if (Load(url).Member("@context") is not { ValueKind: JsonValueKind.Object } imported)
            throw Problem.Error("invalid remote context", url);
        if (imported.Member("@import") is not null)
            throw Problem.Error("invalid context entry", "@import in an imported context");

        var merged = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in imported.EnumerateObject().Concat(context.EnumerateObject()))
            merged[member.Name] = member.Value;
        merged.Remove("@import");
        return JsonSerializer.SerializeToElement(merged);
    }

    private static void SetBase(ActiveContext result, JsonElement context)
    {
        if (context.Member("@base") is not { } value)
            return;
        result.Base = value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String when Iri.IsAbsolute(value.GetString()!) => value.GetString(),
            JsonValueKind.String when result.Base is not null => Iri.Resolve(result.Base, value.GetString()!),
            _ => throw Problem.Error("invalid base IRI", value.GetRawText()),
        };
    }

    private void SetVocab(ActiveContext result, JsonElement context)
    {
        if (context.Member("@vocab") is not { } value)
            return;
        if (value.ValueKind == JsonValueKind.Null)
        {
            result.Vocab = null;
            return;
        }
        if (value.ValueKind != JsonValueKind.String)
            throw Problem.Error("invalid vocab mapping", value.GetRawText());
        var text = value.GetString()!;
        if (options.Mode10 && !Iri.IsAbsolute(text) && !Iri.IsBlankNode(text))
            throw Problem.Error("invalid vocab mapping", text);
        var vocab = IriExpansion.Expand(result, text, documentRelative: true, vocab: true)!;
        if (options.Safe && !Iri.IsAbsolute(vocab) && !Iri.IsBlankNode(vocab))
            throw Problem.Unsafe("relative @vocab", text);
        result.Vocab = vocab;
    }

    private void SetLanguageAndDirection(ActiveContext result, JsonElement context)
    {
        if (context.Member("@language") is { } language)
        {
            result.Language = language.ValueKind switch
            {
                JsonValueKind.Null => null,
                JsonValueKind.String => language.GetString()!.ToLowerInvariant(),
                _ => throw Problem.Error("invalid default language"),
            };
        }
        if (context.Member("@direction") is { } direction)
        {
            if (options.Mode10)
                throw Problem.Error("invalid context entry", "@direction");
            result.Direction = ReadDirection(direction);
        }
    }

    public static string? ReadDirection(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null)
            return null;
        return value.ValueKind == JsonValueKind.String && value.GetString() is "ltr" or "rtl"
            ? value.GetString()
            : throw Problem.Error("invalid base direction");
    }
}
