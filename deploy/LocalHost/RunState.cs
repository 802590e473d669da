using System.Text.Json;
using System.Text.Json.Serialization;
using Pathways.LocalHost.Description;
using Pathways.LocalHost.Processes;

namespace Pathways.LocalHost;

public enum Phase
{
    Starting,
    Ready,
    Failed,
    Stopping,
    Stopped,
}

/// <summary>What runs in a data directory, as <c>run/localhost.json</c> tells the CLI, <c>down</c> and <c>status</c>.</summary>
/// <param name="Pid">The supervising process; with <paramref name="StartTime"/> it names that process for good.</param>
/// <param name="Origin">The public origin, <c>http://127.0.0.1:8080</c>.</param>
public sealed record RunState(
    int Pid,
    long StartTime,
    Phase Phase,
    string? Reason,
    string Origin,
    int DoorPort,
    IReadOnlyList<ProcessState> Processes)
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Is the supervisor still there?</summary>
    [JsonIgnore]
    public bool IsAlive => Signals.StartTime(Pid) == StartTime;

    public static RunState? Read(DataDirectory data)
        => File.Exists(data.StateFile) ? JsonSerializer.Deserialize<RunState>(File.ReadAllText(data.StateFile), Json) : null;

    public void Write(DataDirectory data)
    {
        // Moved into place, so that a reader never sees half of it.
        var draft = data.StateFile + ".new";
        File.WriteAllText(draft, ToJson());
        File.Move(draft, data.StateFile, overwrite: true);
    }

    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <param name="StartTime">Of the process with this pid.</param>
public sealed record ProcessState(string Name, Condition Condition, int? Pid, long? StartTime, int? Port, int Restarts)
{
    [JsonIgnore]
    public bool IsAlive => Pid is { } pid && Signals.StartTime(pid) == StartTime;
}
