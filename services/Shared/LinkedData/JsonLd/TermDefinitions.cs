using System.Text.Json;

namespace Pathways.LinkedData.JsonLd;

/// <summary>Create Term Definition (JSON-LD 1.1 API, 4.2.2), for the terms of one local context. The numbers are the specification's steps.</summary>
internal sealed class TermDefinitions(
    ContextProcessor processor, ActiveContext active, JsonElement local, string? baseUrl, IReadOnlyList<string> remoteContexts,
    bool protects, bool overrideProtected, bool validateScoped)
{
    private static readonly HashSet<string> Allowed = new(
        ["@container", "@context", "@direction", "@id", "@index", "@language", "@nest", "@prefix", "@protected", "@reverse", "@type"],
        StringComparer.Ordinal);

    /// <summary>False while the definition of the term is under way: to come back to it then is a cycle.</summary>
    private readonly Dictionary<string, bool> defined = new(StringComparer.Ordinal);

    private bool Mode10 => processor.Options.Mode10;

    public void CreateIfPending(string term)
    {
        if (local.TryGetProperty(term, out _) && !(defined.TryGetValue(term, out var done) && done))
            Create(term);
    }

    public void Create(string term)
    {
        if (defined.TryGetValue(term, out var done)) // 1
        {
            if (done)
                return;
            throw Problem.Error("cyclic IRI mapping", term);
        }
        if (term.Length == 0) // 2
            throw Problem.Error("invalid term definition", "the empty term");
        defined[term] = false;
        var value = local.GetProperty(term); // 3
        if (!MayBeDefined(term, value)) // 4, 5
            return;
        var previous = active.Find(term); // 6
        active.Remove(term);

        var isSimple = value.ValueKind == JsonValueKind.String; // 8
        if (value.ValueKind is not (JsonValueKind.Null or JsonValueKind.String or JsonValueKind.Object)) // 9
            throw Problem.Error("invalid term definition", term);

        var definition = new TermDefinition { IsProtected = ReadProtected(value) }; // 10, 11
        ReadType(definition, value); // 12
        if (value.Member("@reverse") is { } reverse) // 13
        {
            if (!ReadReverse(definition, value, reverse))
                return;
        }
        else
        {
            var id = value.ValueKind == JsonValueKind.Object ? value.Member("@id") : value;
            if (!ReadId(definition, term, id, isSimple)) // 14 – 18
                return;
            ReadContainer(definition, value); // 19
        }
        ReadIndex(definition, term, value); // 20
        ReadContext(definition, value); // 21
        ReadLanguageAndDirection(definition, value); // 22, 23
        ReadNest(definition, value); // 24
        ReadPrefix(definition, term, value); // 25
        RefuseUnknownEntries(term, value, definition.IsReverse); // 26

        if (!overrideProtected && previous is { IsProtected: true }) // 27
        {
            if (!definition.SaysTheSameAs(previous))
                throw Problem.Error("protected term redefinition", term);
            definition = previous;
        }
        active.Define(term, definition); // 28
        defined[term] = true;
    }

    private bool MayBeDefined(string term, JsonElement value)
    {
        if (term == "@type")
        {
            var entries = value.ValueKind == JsonValueKind.Object ? value.EnumerateObject().ToList() : [];
            var isAllowed = !Mode10 && entries.Count > 0 && entries.TrueForAll(entry => entry.Name switch
            {
                "@container" => entry.Value.ValueKind == JsonValueKind.String && entry.Value.ValueEquals("@set"),
                "@protected" => true,
                _ => false,
            });
            return isAllowed ? true : throw Problem.Error("keyword redefinition", term);
        }
        if (Keyword.Is(term))
            throw Problem.Error("keyword redefinition", term);
        return !Keyword.HasForm(term) || !RefuseReserved(term);
    }

    /// <summary>What looks like a keyword to come is ignored; in safe mode that is too little.</summary>
    private bool RefuseReserved(string word)
        => processor.Options.Safe ? throw Problem.Unsafe("reserved word", word) : true;

    private bool ReadProtected(JsonElement value)
    {
        if (value.Member("@protected") is not { } entry)
            return protects;
        if (Mode10)
            throw Problem.Error("invalid term definition", "@protected");
        return entry.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? entry.GetBoolean()
            : throw Problem.Error("invalid @protected value");
    }

    private void ReadType(TermDefinition definition, JsonElement value)
    {
        if (value.Member("@type") is not { } entry)
            return;
        if (entry.ValueKind != JsonValueKind.String)
            throw Problem.Error("invalid type mapping");
        var type = IriExpansion.Expand(active, entry.GetString(), vocab: true, definitions: this);
        var isKnown = type is "@id" or "@vocab" || (type is "@json" or "@none" && !Mode10) || (type is not null && !Keyword.Is(type) && Iri.IsAbsolute(type));
        definition.Type = isKnown ? type : throw Problem.Error("invalid type mapping", entry.GetString());
    }

    /// <summary>False when the term is to be left undefined.</summary>
    private bool ReadReverse(TermDefinition definition, JsonElement value, JsonElement reverse)
    {
        if (value.Member("@id") is not null || value.Member("@nest") is not null)
            throw Problem.Error("invalid reverse property");
        if (reverse.ValueKind != JsonValueKind.String)
            throw Problem.Error("invalid IRI mapping");
        var text = reverse.GetString()!;
        if (Keyword.HasForm(text) && !Keyword.Is(text))
            return !RefuseReserved(text);
        var iri = IriExpansion.Expand(active, text, vocab: true, definitions: this);
        definition.Iri = iri is not null && (Iri.IsAbsolute(iri) || Iri.IsBlankNode(iri)) ? iri : throw Problem.Error("invalid IRI mapping", text);
        if (value.Member("@container") is { ValueKind: not JsonValueKind.Null } container)
        {
            definition.Container = container.ValueKind == JsonValueKind.String && container.GetString() is "@set" or "@index"
                ? Containers.Read(container, Mode10)
                : throw Problem.Error("invalid reverse property");
        }
        definition.IsReverse = true;
        return true;
    }

    private bool ReadId(TermDefinition definition, string term, JsonElement? id, bool isSimple)
    {
        if (id is { } entry && !(entry.ValueKind == JsonValueKind.String && entry.ValueEquals(term)))
            return ReadOtherId(definition, term, entry, isSimple);

        var colon = term.IndexOf(':', Math.Min(1, term.Length));
        if (colon > 0) // 15
        {
            var prefix = term[..colon];
            CreateIfPending(prefix);
            definition.Iri = active.Find(prefix) is { Iri: { } mapping } ? string.Concat(mapping, term.AsSpan(colon + 1)) : term;
        }
        else if (term.Contains('/')) // 16
        {
            var iri = IriExpansion.Expand(active, term, documentRelative: true, vocab: true);
            definition.Iri = iri is not null && Iri.IsAbsolute(iri) ? iri : throw Problem.Error("invalid IRI mapping", term);
        }
        else if (term == "@type") // 17
            definition.Iri = "@type";
        else if (active.Vocab is not null) // 18
            definition.Iri = active.Vocab + term;
        else
            throw Problem.Error("invalid IRI mapping", term);
        return true;
    }

    /// <summary>14</summary>
    private bool ReadOtherId(TermDefinition definition, string term, JsonElement id, bool isSimple)
    {
        if (id.ValueKind == JsonValueKind.Null)
            return true;
        if (id.ValueKind != JsonValueKind.String)
            throw Problem.Error("invalid IRI mapping", term);
        var text = id.GetString()!;
        if (Keyword.HasForm(text) && !Keyword.Is(text))
            return !RefuseReserved(text);
        var iri = IriExpansion.Expand(active, text, vocab: true, definitions: this);
        if (iri is null || !(Keyword.Is(iri) || Iri.IsAbsolute(iri) || Iri.IsBlankNode(iri)))
            throw Problem.Error("invalid IRI mapping", term);
        if (iri == "@context")
            throw Problem.Error("invalid keyword alias", term);
        definition.Iri = iri;

        var inside = term.Length > 2 && term.AsSpan(1, term.Length - 2).Contains(':');
        if (inside || term.Contains('/'))
        {
            defined[term] = true;
            if (IriExpansion.Expand(active, term, vocab: true, definitions: this) != iri)
                throw Problem.Error("invalid IRI mapping", term);
        }
        else if (isSimple && !term.Contains(':') && (iri.Length > 0 && ":/?#[]@".Contains(iri[^1]) || Iri.IsBlankNode(iri)))
            definition.IsPrefix = true;
        return true;
    }

    private void ReadContainer(TermDefinition definition, JsonElement value)
    {
        if (value.Member("@container") is not { } container)
            return;
        definition.Container = Containers.Read(container, Mode10);
        if (!definition.Has(Container.Type))
            return;
        definition.Type ??= "@id";
        if (definition.Type is not ("@id" or "@vocab"))
            throw Problem.Error("invalid type mapping");
    }

    private void ReadIndex(TermDefinition definition, string term, JsonElement value)
    {
        if (value.Member("@index") is not { } index)
            return;
        if (Mode10 || !definition.Has(Container.Index))
            throw Problem.Error("invalid term definition", term);
        if (index.ValueKind != JsonValueKind.String)
            throw Problem.Error("invalid term definition", term);
        var iri = IriExpansion.Expand(active, index.GetString(), vocab: true, definitions: this);
        definition.Index = iri is not null && !Keyword.Is(iri) && Iri.IsAbsolute(iri)
            ? index.GetString()
            : throw Problem.Error("invalid term definition", term);
    }

    private void ReadContext(TermDefinition definition, JsonElement value)
    {
        if (value.Member("@context") is not { } context)
            return;
        if (Mode10)
            throw Problem.Error("invalid term definition", "@context");
        if (validateScoped)
        {
            try
            {
                processor.Process(active, context, baseUrl, remoteContexts, overrideProtected: true, validateScoped: false);
            }
            catch (LinkedDataException problem) when (problem.Code is not "safe mode")
            {
                throw new LinkedDataException("invalid scoped context", problem.Message, problem);
            }
        }
        (definition.Context, definition.ContextBase) = (context, baseUrl);
    }

    private static void ReadLanguageAndDirection(TermDefinition definition, JsonElement value)
    {
        if (definition.Type is not null || value.Member("@type") is not null)
            return;
        if (value.Member("@language") is { } language)
        {
            definition.Language = language.ValueKind switch
            {
                JsonValueKind.Null => (true, null),
                JsonValueKind.String => (true, language.GetString()!.ToLowerInvariant()),
                _ => throw Problem.Error("invalid language mapping"),
            };
        }
        if (value.Member("@direction") is { } direction)
            definition.Direction = (true, ContextProcessor.ReadDirection(direction));
    }

    private void ReadNest(TermDefinition definition, JsonElement value)
    {
        if (value.Member("@nest") is not { } nest)
            return;
        if (Mode10)
            throw Problem.Error("invalid term definition", "@nest");
        var text = nest.ValueKind == JsonValueKind.String ? nest.GetString() : null;
        definition.Nest = text is null || (Keyword.Is(text) && text != "@nest") ? throw Problem.Error("invalid @nest value") : text;
    }

    private void ReadPrefix(TermDefinition definition, string term, JsonElement value)
    {
        if (value.Member("@prefix") is not { } prefix)
            return;
        if (Mode10 || term.Contains(':') || term.Contains('/'))
            throw Problem.Error("invalid term definition", term);
        if (prefix.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw Problem.Error("invalid @prefix value", term);
        definition.IsPrefix = prefix.GetBoolean();
        if (definition.IsPrefix && Keyword.Is(definition.Iri))
            throw Problem.Error("invalid term definition", term);
    }

    private static void RefuseUnknownEntries(string term, JsonElement value, bool isReverse)
    {
        if (value.ValueKind != JsonValueKind.Object)
            return;
        foreach (var entry in value.EnumerateObject())
        {
            if (!Allowed.Contains(entry.Name) || (isReverse && entry.Name is "@id" or "@nest"))
                throw Problem.Error("invalid term definition", term);
        }
    }
}
