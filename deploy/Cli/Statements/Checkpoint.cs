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
        return found is not null && found.Tenant == tenant && found.Source == source
            ? found
            : throw new SourceException($"{path} belongs to the import of another source or tenant. Remove it, or name another one with --checkpoint.");
    }

    public void Write(string? path)
    {
        if (path is null) return;
        // Beside and moved: an interruption must not leave half a checkpoint.
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, JsonSerializerOptions.Web));
        File.Move(path + ".new", path, overwrite: true);
    }
}
