using Pathways.LocalHost.Description;

namespace Pathways.LocalHost.Commands;

/// <param name="Port">The door's port; null: as in tye.yaml.</param>
/// <param name="Bind">The address the door listens on.</param>
/// <param name="Origin">What the outside calls us, when it isn't the door's own address.</param>
/// <param name="Replicas">Of every service; null: as in tye.yaml.</param>
public sealed record UpOptions(string Data, int? Port, string Bind, string? Origin, bool Fresh, bool Sample, int? Replicas, Detours Detours)
{
    /// <summary>Why nothing can be started so, in words, before anything is wiped or started; null: it can.</summary>
    public string? Refusal()
    {
        try
        {
            Topology.Read(Repository.Root, Port, Replicas);
            return null;
        }
        catch (DescriptionException refused)
        {
            return refused.Message;
        }
    }

    public IEnumerable<string> Arguments() =>
    [
        "--data", Data, "--bind", Bind,
        .. Port is null ? Array.Empty<string>() : ["--port", $"{Port}"],
        .. Origin is null ? Array.Empty<string>() : ["--origin", Origin],
        .. Replicas is null ? Array.Empty<string>() : ["--replicas", $"{Replicas}"],
        .. Detours.Arguments(),
        .. Fresh ? ["--fresh"] : Array.Empty<string>(),
        .. Sample ? Array.Empty<string>() : ["--no-sample"],
    ];
}
