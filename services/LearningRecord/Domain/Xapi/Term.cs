using System.Text.Json;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>Under what a statement can be found. The value may be personal data: it is indexed as a keyed hash.</summary>
public readonly record struct Term(TermKind Kind, string Value)
{
    /// <summary>
    /// The terms of a valid statement, by the rules of the filters (xAPI 2.0, section 4.1.6.1). What is found by a filter is
    /// also found by its wider form: an agent is a related agent too.
    /// </summary>
    public static IReadOnlyCollection<Term> Of(JsonElement statement, JsonElement authority)
    {
        var found = new HashSet<Term> { new(TermKind.Verb, statement.GetProperty("verb").GetProperty("id").GetString()!) };
        var mentions = Mentions.In(statement);
        foreach (var (agent, direct) in mentions.Agents.Append((authority, false)))
        {
            if (Identity.Of(agent) is not { } identity) continue;
            if (direct) found.Add(new Term(TermKind.Agent, identity.Canonical));
            found.Add(new Term(TermKind.RelatedAgent, identity.Canonical));
        }
        foreach (var (activity, direct) in mentions.Activities)
        {
            string id = activity.GetProperty("id").GetString()!;
            if (direct) found.Add(new Term(TermKind.Activity, id));
            found.Add(new Term(TermKind.RelatedActivity, id));
        }
        if (statement.TryGetProperty("context", out var context) && context.TryGetProperty("registration", out var registration))
            found.Add(new Term(TermKind.Registration, registration.GetString()!.ToLowerInvariant()));
        return found;
    }
}

public enum TermKind
{
    Agent = 1,
    RelatedAgent = 2,
    Verb = 3,
    Activity = 4,
    RelatedActivity = 5,
    Registration = 6,

    /// <summary>The credentials that stored it.</summary>
    Client = 7,
}
