using System.Security.Cryptography;
using Microsoft.Extensions.Configuration;
using Pathways.EventStore.Erasure;

namespace Pathways.EventStore.Integrity;

/// <summary>The key that signs this service's checkpoints: <c>checkpoint.pem</c> below <c>Pathways:Secrets</c>, created when absent.</summary>
public sealed class CheckpointKey : IDisposable
{
    private readonly Lazy<ECDsa> _key;

    public CheckpointKey(IConfiguration configuration)
    {
        string service = configuration["Pathways:Service"] ?? "service";
        string door = configuration["Pathways:PublicOrigin"] is { } origin ? new Uri(origin).Authority : "localhost";
        Origin = $"{door}/{service}";
        IsConfigured = configuration["Pathways:Secrets"] is not null;
        _key = new Lazy<ECDsa>(() => Load(Path.Combine(configuration["Pathways:Secrets"]!, "checkpoint.pem")));
    }

    /// <summary>Name of the log and of its key.</summary>
    public string Origin { get; }

    /// <summary>Without a place for secrets there are no checkpoints.</summary>
    public bool IsConfigured { get; }

    /// <summary>For whoever verifies.</summary>
    public VerifierKey Verifier => new(Origin, _key.Value.ExportSubjectPublicKeyInfo());

    internal ECDsa Key => _key.Value;

    public void Dispose()
    {
        if (_key.IsValueCreated) _key.Value.Dispose();
    }

    private static ECDsa Load(string path)
    {
        using var created = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        SecretFile.CreateIfAbsent(path, System.Text.Encoding.ASCII.GetBytes(created.ExportPkcs8PrivateKeyPem()));
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(path));
        return key;
    }
}
