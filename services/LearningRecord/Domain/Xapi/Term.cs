using System.Text.Json;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>Under what a statement can be found. The value may be personal data: it is indexed as a keyed hash.</summary>
public readonly record struct Term(TermKind Kind, string Value)
{
    /// <summary>
    /// The terms of a valid statement, by the rules of the filters (xAPI 2.0, section 4.1.6.1), each by its narrowest kind:
    /// the wider filters ask for several kinds (<see cref="TermKinds.Related"/>), which costs them little and saves every
    /// statement a third of its rows.
    /// </summary>
    public static IReadOnlyCollection<Term> Of(JsonElement statement, JsonElement authority)
    {
        var found = new HashSet<Term> { new(TermKind.Verb, statement.GetProperty("verb").GetProperty("id").GetString()!) };
        var mentions = Mentions.In(statement);
        foreach (var (agent, direct) in mentions.Agents)
        {
            if (Identity.Of(agent) is { } identity) found.Add(new Term(direct ? TermKind.Agent : TermKind.RelatedAgent, identity.Canonical));
        }
        foreach (var (activity, direct) in mentions.Activities)
            found.Add(new Term(direct ? TermKind.Activity : TermKind.RelatedActivity, activity.GetProperty("id").GetString()!));
        if (statement.TryGetProperty("context", out var context) && context.TryGetProperty("registration", out var registration))
            found.Add(new Term(TermKind.Registration, registration.GetString()!.ToLowerInvariant()));
        foreach (var identity in Authorities(authority)) found.Add(new Term(TermKind.Authority, identity.Canonical));
        return found;
    }

    /// <summary>Of an authority that is a group of an application and a person, both.</summary>
    private static IEnumerable<Identity> Authorities(JsonElement authority)
    {
        if (Identity.Of(authority) is { } identity) yield return identity;
        if (!authority.TryGetProperty("member", out var members)) yield break;
        foreach (var member in members.EnumerateArray())
        {
            if (Identity.Of(member) is { } part) yield return part;
        }
    }
}

public enum TermKind
{
    /// <summary>The statement's actor or object.</summary>
    Agent = 1,

    /// <summary>An agent that the statement mentions elsewhere.</summary>
    RelatedAgent = 2,
    Verb = 3,

    /// <summary>The statement's object.</summary>
    Activity = 4,

    /// <summary>An activity that the statement mentions elsewhere.</summary>
    RelatedActivity = 5,
    Registration = 6,

    /// <summary>Who says so: the credentials that stored it.</summary>
    Authority = 8,

    /// <summary>Stored by credentials that may not define activities: it says nothing of them that counts. Its value is empty.</summary>
    NotDefining = 9,
}

public static class TermKinds
{
    /// <summary>What <c>related_agents</c> and <c>related_activities</c> find besides the kind itself.</summary>
    public static IReadOnlyList<TermKind> Related(this TermKind kind) => kind switch
    {
        TermKind.Agent => [TermKind.Agent, TermKind.RelatedAgent, TermKind.Authority],
        TermKind.Activity => [TermKind.Activity, TermKind.RelatedActivity],
        _ => [kind],
    };
}
