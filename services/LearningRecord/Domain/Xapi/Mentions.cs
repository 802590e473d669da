using System.Text.Json;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>
/// The agents, groups and activities that a valid statement mentions, and whether it is about them (its actor, its object) or
/// only related to them. Groups come with their members.
/// </summary>
public sealed class Mentions
{
    private readonly List<(JsonElement Agent, bool Direct)> _agents = [];
    private readonly List<(JsonElement Activity, bool Direct)> _activities = [];

    private Mentions()
    {
    }

    public IReadOnlyList<(JsonElement Agent, bool Direct)> Agents => _agents;

    public IReadOnlyList<(JsonElement Activity, bool Direct)> Activities => _activities;

    public static Mentions In(JsonElement statement)
    {
        var mentions = new Mentions();
        mentions.Actor(statement.GetProperty("actor"), direct: true);
        mentions.Object(statement.GetProperty("object"), direct: true);
        if (statement.TryGetProperty("context", out var context)) mentions.Context(context);
        return mentions;
    }

    private void Object(JsonElement value, bool direct)
    {
        switch (ActorRules.TypeOf(value))
        {
            case null or "Activity":
                _activities.Add((value, direct));
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
            if (kind.Value.ValueKind == JsonValueKind.Object) _activities.Add((kind.Value, false));
            else foreach (var item in kind.Value.EnumerateArray()) _activities.Add((item, false));
        }
    }

    private void Actor(JsonElement value, bool direct)
    {
        _agents.Add((value, direct));
        if (!value.TryGetProperty("member", out var members)) return;
        foreach (var member in members.EnumerateArray()) _agents.Add((member, direct));
    }
}
