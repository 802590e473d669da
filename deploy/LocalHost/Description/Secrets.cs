using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pathways.LocalHost.Description;

/// <summary>
/// Random passwords, made once per data directory and kept in files only the owner can read.
/// A secret is asked for by name; the first asking makes it.
/// </summary>
public sealed class Secrets(DataDirectory data)
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The operator's command line also acts for one institution at a time: the scopes of an institution, for a tenant that is named.</summary>
    private static readonly string[] OperatorScopes =
        ["operator", "statements/write", "statements/read", "define", "issue", "learners", "recognise", "feed", "audit"];

    private readonly string _file = Path.Combine(data.Secrets, "passwords.json");
    private readonly Dictionary<string, string> _secrets = Read(Path.Combine(data.Secrets, "passwords.json"));

    public string this[string name]
    {
        get
        {
            if (_secrets.TryGetValue(name, out var known)) return known;
            var secret = NewSecret();
            _secrets[name] = secret;
            Write(_file, JsonSerializer.Serialize(_secrets, Indented));
            return secret;
        }
    }

    /// <summary>192 bits in characters that need no escaping in a URL, a connection string or SQL.</summary>
    public static string NewSecret() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));

    /// <summary>
    /// The OAuth clients that Access knows from the start: every service, and the operator behind the CLI.
    /// Access gets hashes; only the operator's file holds a clear secret for its reader.
    /// </summary>
    public void WriteClients(IEnumerable<Service> services)
    {
        var clients = services
            .Select(s => new BootstrapClient(s.Name, Sha256(this[$"client {s.Name}"]), "*", ["service"]))
            .Append(new BootstrapClient("operator", Sha256(this["client operator"]), "*", OperatorScopes));
        Write(data.ClientsFile, JsonSerializer.Serialize(clients, Indented));
        Write(data.OperatorFile, JsonSerializer.Serialize(Operator, Indented));
    }

    /// <summary>The client behind the CLI.</summary>
    public OperatorClient Operator => new("operator", this["client operator"]);

    private static string Sha256(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static Dictionary<string, string> Read(string file)
        => File.Exists(file) ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(file)) ?? [] : [];

    private static void Write(string file, string content)
    {
        // Written beside and moved: a crash in between must not leave half a file of passwords.
        var draft = file + ".new";
        File.Delete(draft);
        using (var stream = new FileStream(draft, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        }))
        {
            stream.Write(Encoding.UTF8.GetBytes(content));
        }

        File.Move(draft, file, overwrite: true);
    }
}

/// <param name="SecretSha256">Hex of the SHA-256 of the secret; 192 random bits need no slow hash.</param>
/// <param name="Tenant"><c>*</c>: may act for every tenant.</param>
public sealed record BootstrapClient(string ClientId, string SecretSha256, string Tenant, IReadOnlyList<string> Scopes);

public sealed record OperatorClient(string ClientId, string ClientSecret);
