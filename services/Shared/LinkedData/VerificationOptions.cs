using Pathways.LinkedData.JsonLd;

namespace Pathways.LinkedData;

/// <summary>What a verifier expects.</summary>
/// <param name="Now">The time the question is asked for.</param>
public sealed record VerificationOptions(DateTimeOffset Now)
{
    public string ProofPurpose { get; init; } = VerificationMethod.AssertionMethod;

    /// <summary>When set, the proof must name this domain and this challenge.</summary>
    public string? Domain { get; init; }

    public string? Challenge { get; init; }

    /// <summary>Reads documents whose meaning was signed; give one with more contexts where the embedded ones are not enough.</summary>
    public JsonLdProcessor JsonLd { get; init; } = JsonLdProcessor.Safe;

    /// <summary>Clocks differ: something created this much ahead of us is still taken.</summary>
    public TimeSpan ClockSkew { get; init; } = TimeSpan.FromMinutes(5);
}
