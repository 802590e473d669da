namespace Pathways.LearningRecord.Recording;

/// <summary>
/// StatementRef semantics (xAPI 2.0, section 4.1.6.1): a statement is also found by what the statements are found by that it
/// refers to, straight or through others. The rows are written when either side arrives, so that a query is one index scan.
/// </summary>
internal sealed class References(IReadOnlyList<PlacedStatement> batch, StreamsBefore before, Func<StoredText, long[]> termsOf)
{
    private readonly Dictionary<Guid, PlacedStatement> _batch = batch.ToDictionary(statement => statement.Id);

    /// <summary>Where a chain of references ends at a statement that is not known yet.</summary>
    public Guid? UnknownEndOf(PlacedStatement statement)
    {
        var seen = new HashSet<Guid> { statement.Id };
        var at = statement.New.RefersTo;
        while (at is { } id && seen.Add(id))
        {
            if (_batch.TryGetValue(id, out var added)) at = added.New.RefersTo;
            else if (before.Chain.TryGetValue(id, out var stored)) at = stored.RefersTo;
            else return before.StateOf(id).State.Stored ? null : id;
        }
        return null;
    }

    public List<TermRow> AllTerms()
    {
        var rows = new List<TermRow>();
        foreach (var statement in batch)
        {
            foreach (var (via, terms) in Reach(statement))
            {
                Add(rows, statement.Seq, via, terms);
                foreach (long referrer in before.Referrers[statement.Id]) Add(rows, referrer, via, terms);
            }
        }
        return rows;
    }

    private static void Add(List<TermRow> rows, long seq, long via, long[] terms)
    {
        foreach (long term in terms) rows.Add(new TermRow(term, seq, via));
    }

    /// <summary>The statement itself and what it refers to, each with its terms.</summary>
    private IEnumerable<(long Via, long[] Terms)> Reach(PlacedStatement statement)
    {
        yield return (statement.Seq, statement.Terms);
        var seen = new HashSet<Guid> { statement.Id };
        var at = statement.New.RefersTo;
        while (at is { } id && seen.Add(id))
        {
            if (_batch.TryGetValue(id, out var added))
            {
                yield return (added.Seq, added.Terms);
                at = added.New.RefersTo;
            }
            else if (before.Chain.TryGetValue(id, out var stored))
            {
                yield return (stored.Seq, termsOf(stored));
                at = stored.RefersTo;
            }
            else
            {
                yield break;
            }
        }
    }
}
