namespace Pathways.PathwayStacking.Engine;

public sealed partial class Workspace
{
    private readonly List<Credential> _held = [];

    /// <summary>
    /// One credential more than in the last evaluation. The answer is the one that evaluating anew would give; what was loaded stays where that is
    /// possible.
    /// </summary>
    /// <exception cref="ArgumentException">There is one with this id already, or it is eligible for what is no leaf: it is not added.</exception>
    public Verdict Add(Credential credential)
    {
        Adopt();
        if (Find(credential.Id) >= 0)
            throw new ArgumentException($"Two credentials have the id '{credential.Id}'.", nameof(credential));
        var at = _holdings.PlaceFor(credential);
        var canStay = CanStay(_held.Count + 1) && _holdings.Fits(credential);
        _held.Insert(at, credential);
        if (!canStay)
            return Anew(Question with { Published = Moved(at, +1) });
        _holdings.Insert(at, credential);
        _strict.Insert(at);
        return _strict.IsOpenToDoubt || _strict.HasTastes ? Anew(Question) : Change(at, +1);
    }

    /// <summary>One credential less; without one of this id the answer stays.</summary>
    public Verdict Remove(string id)
    {
        Adopt();
        var at = Find(id);
        if (at < 0)
            return Verdict;
        var canStay = CanStay(_held.Count - 1);
        _held.RemoveAt(at);
        if (!canStay)
            return Anew(Question with { Published = Moved(at, -1) });
        _holdings.Remove(at);
        _strict.Remove(at);
        return Change(at, -1);
    }

    private int Find(string id)
    {
        for (var index = 0; index < _held.Count; index++)
        {
            if (string.Equals(_held[index].Id, id, StringComparison.Ordinal))
                return index;
        }

        return -1;
    }

    private Verdict Change(int at, int by)
    {
        _budget.Start(Question.Budget, Refinements);
        if (_strictSolver.Change(_budget, at, by))
            return Judge();
        _strictSolver.Remembers = true;
        return Conclude();
    }

    private Verdict Anew(Question question) => Evaluate(Graph, _held, question);

    /// <summary>From the first change on, the credentials are kept here, in canonical order.</summary>
    private void Adopt()
    {
        if (ReferenceEquals(Credentials, _held))
            return;
        _held.Clear();
        for (var number = 0; number < _holdings.Count; number++)
            _held.Add(_holdings[number]);
        if (Question.Published is { } published)
            Question = Question with { Published = [.. published.Select(use => use with { Credential = _holdings.NumberOf(use.Credential) })] };
        Credentials = _held;
        _holdings.Adopt(_held);
    }

    /// <summary>Whether a change leaves everything else in its place: nothing is in doubt, liked more, or summed up over credentials.</summary>
    private bool CanStay(int count)
        => !_strict.IsOpenToDoubt && !_strict.HasTastes && Graph.FlatGraph.Tallies.Length == 0 && !Graph.FlatGraph.Leaves.HasPrerequisites
            && Graph.FlatGraph.Caps.Length == 0 && (count + 63) >> 6 == _strict.Words && Question.Published is null;

    private List<Use>? Moved(int at, int by)
        => Question.Published is not { } published
            ? null
            : [.. published.Where(use => by > 0 || use.Credential != at).Select(use => use.Credential < at ? use : use with { Credential = use.Credential + by })];
}
