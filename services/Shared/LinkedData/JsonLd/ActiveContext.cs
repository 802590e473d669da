using System.Collections.Concurrent;

namespace Pathways.LinkedData.JsonLd;

/// <summary>
/// The meaning of terms at one place of a document (JSON-LD 1.1 API, 4.1.1). It changes only while it is being processed;
/// afterwards it is shared between documents and threads, together with the scoped contexts that were reached from it.
/// </summary>
internal sealed class ActiveContext
{
    private readonly Dictionary<string, TermDefinition> terms;

    public ActiveContext(string? baseIri)
    {
        terms = new Dictionary<string, TermDefinition>(StringComparer.Ordinal);
        (Base, OriginalBase, IsInitial) = (baseIri, baseIri, true);
        Scoped = new ScopedContexts();
    }

    private ActiveContext(ActiveContext other)
    {
        terms = new Dictionary<string, TermDefinition>(other.terms, StringComparer.Ordinal);
        (Base, OriginalBase, Vocab, Language, Direction, Previous) =
            (other.Base, other.OriginalBase, other.Vocab, other.Language, other.Direction, other.Previous);
        Scoped = other.IsInitial ? new ScopedContexts() : new ScopedContexts(other.Scoped);
    }

    public string? Base { get; set; }

    public string? OriginalBase { get; }

    /// <summary>Nothing has been defined yet: what comes of a context list here comes of it everywhere.</summary>
    public bool IsInitial { get; }

    public string? Vocab { get; set; }

    public string? Language { get; set; }

    public string? Direction { get; set; }

    /// <summary>What to go back to when a context that does not propagate ends.</summary>
    public ActiveContext? Previous { get; set; }

    public ScopedContexts Scoped { get; }

    public bool HasProtectedTerms => terms.Values.Any(term => term.IsProtected);

    public ActiveContext Clone() => new(this);

    public TermDefinition? Find(string? term) => term is null ? null : terms.GetValueOrDefault(term);

    public void Define(string term, TermDefinition definition) => terms[term] = definition;

    public void Remove(string term) => terms.Remove(term);
}

/// <summary>Scoped contexts once processed, by the term that brings them in. Bounded, so that no document can fill the memory.</summary>
internal sealed class ScopedContexts
{
    private const int MaxEntries = 1024;

    private readonly ConcurrentDictionary<(TermDefinition Term, bool Propagate), ActiveContext> entries = new();
    private readonly SharedCount count;

    public ScopedContexts() => count = new SharedCount();

    /// <summary>Whatever grows from one root shares one bound.</summary>
    public ScopedContexts(ScopedContexts root) => count = root.count;

    public ActiveContext GetOrAdd(TermDefinition term, bool propagate, Func<ActiveContext> process)
    {
        if (entries.TryGetValue((term, propagate), out var found))
            return found;
        var processed = process();
        if (count.TryTake(MaxEntries))
            entries.TryAdd((term, propagate), processed);
        return processed;
    }

    private sealed class SharedCount
    {
        private int taken;

        public bool TryTake(int max) => Interlocked.Increment(ref taken) <= max;
    }
}
