using System.Text.Json;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>Under what a statement can be found. The value may be personal data: it is indexed as a keyed hash.</summary>
public readonly record struct Term(TermKind Kind, string Value);

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

/// <summary>
/// The terms of a valid statement, by the rules of the filters (xAPI 2.0, section 4.1.6.1). What matches a filter also
/// matches its wider form: an agent is a related agent too.
/// </summary>
public sealed class Terms
{
    private readonly HashSet<Term> _found = [];

    private Terms()
    {
    }

    public static IReadOnlyCollection<Term> Of(JsonElement statement, JsonElement authority)
    {
        var terms = new Terms();
        terms.Actor(statement.GetProperty("actor"), direct: true);
        terms._found.Add(new Term(TermKind.Verb, statement.GetProperty("verb").GetProperty("id").GetString()!));
        terms.Object(statement.GetProperty("object"), direct: true);
        if (statement.TryGetProperty("context", out var context))
        {
            terms.Context(context);
            if (context.TryGetProperty("registration", out var registration))
                terms._found.Add(new Term(TermKind.Registration, registration.GetString()!.ToLowerInvariant()));
        }
        terms.Actor(authority, direct: false);
        return terms._found;
    }

    private void Object(JsonElement value, bool direct)
    {
        switch (ActorRules.TypeOf(value))
        {
            case null or "Activity":
                Activity(value, direct);
                break;
            case "Agent" or "Group":
                Actor(value, direct);
                break;
            case "SubStatement":
                Actor(value.GetProperty("actor"), direct: false);
                Object(value.GetProperty("object"), direct: false);
                if (value.TryGetProperty("context", out var context)) Context(context);
                break;
        }
    }

    private void Context(JsonElement context)
    {
        if (context.TryGetProperty("instructor", out var instructor)) Actor(instructor, direct: false);
        if (context.TryGetProperty("team", out var team)) Actor(team, direct: false);
        if (context.TryGetProperty("contextAgents", out var agents))
        {
            foreach (var item in agents.EnumerateArray()) Actor(item.GetProperty("agent"), direct: false);
        }
        if (context.TryGetProperty("contextGroups", out var groups))
        {
            foreach (var item in groups.EnumerateArray()) Actor(item.GetProperty("group"), direct: false);
        }
        if (!context.TryGetProperty("contextActivities", out var activities)) return;
        foreach (var kind in activities.EnumerateObject())
        {
            if (kind.Value.ValueKind == JsonValueKind.Object) Activity(kind.Value, direct: false);
            else foreach (var item in kind.Value.EnumerateArray()) Activity(item, direct: false);
        }
    }

    private void Activity(JsonElement value, bool direct)
    {
        string id = value.GetProperty("id").GetString()!;
        if (direct) _found.Add(new Term(TermKind.Activity, id));
        _found.Add(new Term(TermKind.RelatedActivity, id));
    }

    /// <summary>A group matches by its own identifier and by those of its members.</summary>
    private void Actor(JsonElement value, bool direct)
    {
        if (Identity.Of(value) is { } identity)
        {
            if (direct) _found.Add(new Term(TermKind.Agent, identity.Canonical));
            _found.Add(new Term(TermKind.RelatedAgent, identity.Canonical));
        }
        if (!value.TryGetProperty("member", out var members)) return;
        foreach (var member in members.EnumerateArray()) Actor(member, direct);
    }
}
