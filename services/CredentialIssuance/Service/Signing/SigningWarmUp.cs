using System.Text.Json.Nodes;
using Pathways.LinkedData;

namespace Pathways.CredentialIssuance.Signing;

/// <summary>
/// Signs and verifies something at the start, so that contexts are compiled and the code is warm before the first learner waits.
/// </summary>
internal sealed class SigningWarmUp(TimeProvider clock) : BackgroundService
{
    private const int Rounds = 40;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        string did = DidKey.FromKey(key.PublicKey);
        var options = new ProofOptions(Cryptosuites.EddsaRdfc2022, $"{did}#{key.PublicKey.Multibase}", clock.GetUtcNow());
        byte[] document = StrictJson.ToUtf8(new JsonObject
        {
            ["@context"] = new JsonArray([.. CredentialDocument.Contexts.Select(context => (JsonNode)context)]),
            ["id"] = "urn:uuid:00000000-0000-4000-8000-000000000000",
            ["type"] = new JsonArray("VerifiableCredential", "OpenBadgeCredential"),
            ["issuer"] = new JsonObject { ["id"] = did, ["type"] = new JsonArray("Profile"), ["name"] = "Warm-up" },
            ["validFrom"] = Timestamp.Write(clock.GetUtcNow()),
            ["credentialSubject"] = new JsonObject
            {
                ["id"] = "urn:warm:up",
                ["type"] = new JsonArray("AchievementSubject"),
                ["achievement"] = new JsonObject
                {
                    ["id"] = "urn:warm:achievement", ["type"] = new JsonArray("Achievement"), ["name"] = "Warm-up", ["description"] = "None.",
                    ["criteria"] = new JsonObject { ["narrative"] = "None." },
                },
            },
        });
        for (int round = 0; round < Rounds && !stoppingToken.IsCancellationRequested; round++)
            await DataIntegrityProof.VerifyAsync(DataIntegrityProof.Add(document, options, key), DidKey.Resolver, new VerificationOptions(clock.GetUtcNow()), stoppingToken);
    }
}
