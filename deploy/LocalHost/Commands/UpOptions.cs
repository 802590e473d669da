namespace Pathways.LocalHost.Commands;

/// <param name="Port">The door's port; null: as in tye.yaml.</param>
/// <param name="Bind">The address the door listens on.</param>
/// <param name="Origin">What the outside calls us, when it isn't the door's own address.</param>
public sealed record UpOptions(string Data, int? Port, string Bind, string? Origin, bool Fresh, bool Sample)
{
    public IEnumerable<string> Arguments() =>
    [
        "--data", Data, "--bind", Bind,
        .. Port is null ? Array.Empty<string>() : ["--port", $"{Port}"],
        .. Origin is null ? Array.Empty<string>() : ["--origin", Origin],
        .. Fresh ? ["--fresh"] : Array.Empty<string>(),
        .. Sample ? Array.Empty<string>() : ["--no-sample"],
    ];
}
