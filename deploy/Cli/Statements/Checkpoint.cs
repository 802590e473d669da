using System.Security.Cryptography;
using System.Text.Json;

namespace Pathways.Cli.Statements;

/// <summary>How far an import came. Everything up to <see cref="Done"/> is stored; what follows may be, and is sent again.</summary>
/// <param name="Source">Hash of the mapping and of the source's beginning, for a checkpoint belongs to one source read in one way; null for standard input.</param>
internal sealed record Checkpoint(string Tenant, string? Source, long Done, long Already, long Refused)
{
    private const int Beginning = 64 * 1024;

    public static string PathFor(FileInfo source) => source.FullName + ".import.json";

    public static async Task<string> SourceOfAsync(FileInfo file, byte[] mapping, CancellationToken cancellation)
    {
        await using var stream = file.OpenRead();
        byte[] beginning = new byte[Math.Min(Beginning, file.Length)];
        await stream.ReadExactlyAsync(beginning, cancellation);
        return Convert.ToHexStringLower(SHA256.HashData([.. mapping, .. beginning]));
    }

    public static Checkpoint Read(string? path, string tenant, string? source)
    {
        var none = new Checkpoint(tenant, source, 0, 0, 0);
        if (path is null || !File.Exists(path)) return none;
        var found = JsonSerializer.Deserialize<Checkpoint>(File.ReadAllText(path), JsonSerializerOptions.Web);
        // One that came nowhere, of a mistyped tenant for example, holds up nobody.
        if (found is null or { Done: 0 }) return none;
        return found.Tenant == tenant && found.Source == source ? found : throw new ProblemException(new Problem(
            "checkpoint-of-another", 400, "The checkpoint is of another import",
            $"{path} tells how far an import into {found.Tenant} came, of this source or another.", "Name another one with --checkpoint, or remove it: then that import begins anew, and stores nothing twice."));
    }

    public void Write(string? path)
    {
        if (path is null) return;
        // Beside and moved: an interruption must not leave half a checkpoint.
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
        File.Move(path + ".new", path, overwrite: true);
    }
}
