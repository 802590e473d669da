using Pathways.Kernel;

namespace Pathways.TransferRecognition;

/// <summary>Streams that are named after what they are about, so that there is one for each.</summary>
internal static class Ids
{
    private static readonly Guid Credentials = new("6f0c1d5e-8f0e-4b1a-9d3b-1f5a6a8f2c01");
    private static readonly Guid Recognitions = new("6f0c1d5e-8f0e-4b1a-9d3b-1f5a6a8f2c02");

    public static Guid Known(string credentialId) => DeterministicId.From(Credentials, credentialId);

    /// <summary>One recognition for each credential and institution.</summary>
    public static Guid Recognition(string tenant, string credentialId) => DeterministicId.From(Recognitions, $"{tenant}\n{credentialId}");
}
