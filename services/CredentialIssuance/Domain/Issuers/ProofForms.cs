using Pathways.Kernel;

namespace Pathways.CredentialIssuance.Domain.Issuers;

/// <summary>How an issuer's credentials are secured: by a proof inside the document, as a token, or both.</summary>
/// <param name="Cryptosuite">Of the embedded proof, or <see cref="None"/>.</param>
/// <param name="JwtAlgorithm">Of the token; null for none.</param>
public sealed record ProofForms(string Cryptosuite, string? JwtAlgorithm)
{
    public const string EddsaRdfc = "eddsa-rdfc-2022";
    public const string EddsaJcs = "eddsa-jcs-2022";
    public const string None = "none";

    public bool HasEmbeddedProof => Cryptosuite != None;

    internal Rejection? Flaw()
    {
        if (Cryptosuite is not (EddsaRdfc or EddsaJcs or None))
        {
            return Rejection.Invalid("cryptosuite-unknown", $"'{Cryptosuite}' is not a cryptosuite that signs here.",
                $"Use {EddsaRdfc}, {EddsaJcs}, or {None} for tokens alone.", "/cryptosuite");
        }

        if (JwtAlgorithm is not (null or KeyAlgorithms.Rs256 or KeyAlgorithms.Es256))
        {
            return Rejection.Invalid("jwt-algorithm-unknown", $"'{JwtAlgorithm}' is not an algorithm for credentials as JWT.",
                "Use RS256 or ES256: verifiers of Open Badges 3.0 accept no other.", "/jwtAlgorithm");
        }

        return !HasEmbeddedProof && JwtAlgorithm is null
            ? Rejection.Invalid("nothing-signs", "Credentials need a proof or a token.", "Give a jwtAlgorithm, or a cryptosuite.", "/cryptosuite")
            : null;
    }
}
