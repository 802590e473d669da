using System.Text.Json;

namespace Pathways.LinkedData;

/// <summary>A token inside a JSON document (VCDM 2.0, 4.13): an object whose id is a data: URL.</summary>
internal static class EnvelopedCredential
{
    private static readonly string[] MediaTypes = ["application/vc+jwt", "application/vc-ld+jwt", "application/vc+ld+jwt", "application/jwt"];

    public static bool IsEnvelope(JsonElement document)
        => document.Text("id") is { } id && id.StartsWith("data:", StringComparison.Ordinal)
            || CredentialModel.Types(document).Contains("EnvelopedVerifiableCredential", StringComparer.Ordinal);

    /// <summary>The token; null when the envelope holds none.</summary>
    public static string? Open(JsonElement document)
    {
        if (document.Text("id") is not { } id || !CredentialModel.Types(document).Contains("EnvelopedVerifiableCredential", StringComparer.Ordinal))
            return null;
        var comma = id.IndexOf(',');
        if (comma < 0 || !id.StartsWith("data:", StringComparison.Ordinal))
            return null;
        var mediaType = id["data:".Length..comma].Split(';')[0];
        return MediaTypes.Contains(mediaType, StringComparer.Ordinal) ? id[(comma + 1)..] : null;
    }
}
