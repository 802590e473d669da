using System.Text;
using System.Text.Json.Nodes;
using Pathways.LinkedData;
using Xunit;

namespace Pathways.Shared.Tests.LinkedData;

public class DataIntegrityProofTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static TheoryData<string, KeyAlgorithm> Suites => new()
    {
        { Cryptosuites.EddsaRdfc2022, KeyAlgorithm.Ed25519 },
        { Cryptosuites.EddsaJcs2022, KeyAlgorithm.Ed25519 },
        { Cryptosuites.EcdsaJcs2019, KeyAlgorithm.P256 },
        { Cryptosuites.EcdsaJcs2019, KeyAlgorithm.P384 },
        { Cryptosuites.EcdsaRdfc2019, KeyAlgorithm.P256 },
        { Cryptosuites.EcdsaRdfc2019, KeyAlgorithm.P384 },
    };

    [Theory]
    [MemberData(nameof(Suites))]
    public async Task A_signed_credential_verifies(string suite, KeyAlgorithm algorithm)
    {
        var (issuer, resolver, signed) = Sign(suite, algorithm);
        using var _ = issuer;
        var report = await DataIntegrityProof.VerifyAsync(signed, resolver, new VerificationOptions(Now), Cancel);
        Assert.True(report.Verified, report.ToString());
        Assert.Equal(["proof-format", "proof-purpose", "proof-time", "verification-method", "signature", "issuer-key"], report.Checks.Select(check => check.Name));
    }

    [Fact]
    public async Task Every_kind_of_change_is_caught_by_the_check_that_is_meant_to()
    {
        var (issuer, resolver, signed) = Sign(Cryptosuites.EddsaJcs2022, KeyAlgorithm.Ed25519);
        using var _ = issuer;
        (string Check, Action<JsonObject> Change)[] changes =
        [
            ("signature", document => document["name"] = "Another name"),
            ("signature", document => document["more"] = 1),
            ("signature", document => document.Remove("name")),
            ("signature", document => document["credentialSubject"]!["id"] = "did:example:mallory"),
            ("signature", document => document["proof"]!["created"] = "2026-04-30T12:00:01Z"),
            ("signature", document => document["proof"]!["nonce"] = "x"),
            ("signature", document => document["proof"]!["previousProof"] = "urn:uuid:none"),
            ("signature", document => document["proof"]!["previousProof"] = new JsonObject()),
            ("signature", document => document["proof"]!["proofValue"] = "z" + new string('1', 64)),
            ("proof-format", document => document["proof"]!["proofValue"] = "u" + new string('A', 86)),
            ("proof-format", document => document["proof"]!["proofValue"] = "z0"),
            ("proof-format", document => document["proof"]!["cryptosuite"] = "rot13-2022"),
            ("proof-format", document => document["proof"]!["type"] = "Proof"),
            ("proof-format", document => document["@context"]!.AsArray().Insert(0, "https://evil.example/v1")),
            ("proof-format", document => document.Remove("proof")),
            ("proof-purpose", document => document["proof"]!["proofPurpose"] = "authentication"),
            ("proof-time", document => document["proof"]!["created"] = "2027-04-30T12:00:00Z"),
            ("proof-time", document => document["proof"]!["created"] = "yesterday"),
            ("proof-time", document => document["proof"]!["expires"] = "2026-04-30T12:00:00Z"),
            ("verification-method", document => document["proof"]!["verificationMethod"] = "did:web:example.edu#nobody"),
            ("issuer-key", document => document["issuer"]!["id"] = "did:web:mallory.example"),
        ];
        foreach (var (check, change) in changes)
        {
            var changed = JsonNode.Parse(signed)!.AsObject();
            change(changed);
            var report = await DataIntegrityProof.VerifyAsync(changed, resolver, new VerificationOptions(Now), Cancel);
            Assert.Contains(check, report.Failures.Select(failure => failure.Name));
            Assert.All(report.Failures, failure => Assert.NotEmpty(failure.WhatToDo!));
        }
    }

    [Fact]
    public async Task A_context_added_behind_the_signed_ones_does_not_break_the_proof()
    {
        var (issuer, resolver, signed) = Sign(Cryptosuites.EddsaJcs2022, KeyAlgorithm.Ed25519);
        using var _ = issuer;
        var document = JsonNode.Parse(signed)!.AsObject();
        document["@context"]!.AsArray().Add("https://example.edu/more/v1");
        Assert.True((await DataIntegrityProof.VerifyAsync(document, resolver, new VerificationOptions(Now), Cancel)).Verified);
    }

    [Fact]
    public void Signing_keeps_every_other_byte_of_the_document()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        var document = Encoding.UTF8.GetBytes("{ \"b\" : 1.50,\n \"a\":\"\\u00e9\" }\n");
        var signed = Encoding.UTF8.GetString(DataIntegrityProof.Add(document, Options(Cryptosuites.EddsaJcs2022, "did:example:1#key"), key));
        Assert.StartsWith("{ \"b\" : 1.50,\n \"a\":\"\\u00e9\",\"proof\":{\"type\":\"DataIntegrityProof\"", signed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Proofs_in_a_set_all_have_to_hold_and_one_of_them_is_the_issuers()
    {
        var (issuer, resolver, signed) = Sign(Cryptosuites.EddsaJcs2022, KeyAlgorithm.Ed25519);
        using var _ = issuer;
        using var witness = SigningKey.Generate(KeyAlgorithm.P256);
        var witnessDid = DidKey.FromKey(witness.PublicKey);
        var both = DataIntegrityProof.Add(signed, Options(Cryptosuites.EcdsaJcs2019, $"{witnessDid}#{witness.PublicKey.Multibase}"), witness);
        var everybody = new FirstOfResolvers(resolver, DidKey.Resolver);

        var report = await DataIntegrityProof.VerifyAsync(both, everybody, new VerificationOptions(Now), Cancel);
        Assert.True(report.Verified, report.ToString());

        var broken = JsonNode.Parse(both)!.AsObject();
        broken["proof"]![1]!["created"] = "2026-04-30T00:00:00Z";
        Assert.Equal(["signature[1]"], (await DataIntegrityProof.VerifyAsync(broken, everybody, new VerificationOptions(Now), Cancel)).Failures.Select(f => f.Name));

        var witnessOnly = JsonNode.Parse(both)!.AsObject();
        witnessOnly["proof"] = witnessOnly["proof"]![1]!.DeepClone();
        Assert.Equal(["issuer-key"], (await DataIntegrityProof.VerifyAsync(witnessOnly, everybody, new VerificationOptions(Now), Cancel)).Failures.Select(f => f.Name));
    }

    [Fact]
    public async Task A_chained_proof_signs_over_the_one_before_it()
    {
        using var key = SigningKey.Generate(KeyAlgorithm.Ed25519);
        var method = $"{DidKey.FromKey(key.PublicKey)}#{key.PublicKey.Multibase}";
        var first = DataIntegrityProof.Add(Encoding.UTF8.GetBytes("{\"a\":1}"), Options(Cryptosuites.EddsaJcs2022, method) with { Id = "urn:uuid:1" }, key);
        var second = DataIntegrityProof.Add(first, Options(Cryptosuites.EddsaJcs2022, method) with { PreviousProof = ["urn:uuid:1"] }, key);
        Assert.True((await DataIntegrityProof.VerifyAsync(second, DidKey.Resolver, new VerificationOptions(Now), Cancel)).Verified);

        var without = JsonNode.Parse(second)!.AsObject();
        without["proof"]!.AsArray().RemoveAt(0);
        Assert.False((await DataIntegrityProof.VerifyAsync(without, DidKey.Resolver, new VerificationOptions(Now), Cancel)).Verified);
    }

    [Fact]
    public async Task A_retired_revoked_or_expired_key_does_not_vouch()
    {
        var (issuer, _, signed) = Sign(Cryptosuites.EddsaJcs2022, KeyAlgorithm.Ed25519);
        using var __ = issuer;
        PublishedKey[] states =
        [
            new(issuer.PublicKey, Active: false),
            new(issuer.PublicKey, Revoked: Now.AddDays(-1)),
            new(issuer.PublicKey, Expires: Now.AddDays(-1)),
        ];
        foreach (var state in states)
        {
            var resolver = DidDocument.Read(DidDocument.Write("did:web:example.edu", [state]));
            var report = await DataIntegrityProof.VerifyAsync(signed, resolver, new VerificationOptions(Now), Cancel);
            Assert.Equal(["verification-method"], report.Failures.Select(failure => failure.Name));
        }
    }

    [Theory]
    [InlineData("eddsa-jcs-2022")]
    [InlineData("ecdsa-jcs-2019-p256")]
    [InlineData("ecdsa-jcs-2019-p384")]
    public async Task Agrees_with_the_vectors_of_the_specification(string vectors)
    {
        var folder = vectors.StartsWith("eddsa", StringComparison.Ordinal) ? "vc-di-eddsa" : "vc-di-ecdsa";
        var file = Directory.GetFiles(Path.Combine(PublishedData.Require(folder), "TestVectors", vectors), "signed*.json").Single();
        var report = await DataIntegrityProof.VerifyAsync(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken), DidKey.Resolver, new VerificationOptions(Now), Cancel);
        // The vectors name an issuer that does not control the did:key they are signed with.
        Assert.Equal(["issuer-key"], report.Failures.Select(failure => failure.Name));
    }

    private static ProofOptions Options(string suite, string method) => new(suite, method, Now.AddDays(-1));

    private static (SigningKey Key, IVerificationMethodResolver Resolver, byte[] Signed) Sign(string suite, KeyAlgorithm algorithm)
    {
        const string Did = "did:web:example.edu";
        var key = SigningKey.Generate(algorithm);
        var credential = Encoding.UTF8.GetBytes($$"""
            {
              "@context": ["https://www.w3.org/ns/credentials/v2", "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
              "id": "urn:uuid:3ff1d3b2-3d0d-4c6c-9c57-6b3b2a1f0001",
              "type": ["VerifiableCredential", "OpenBadgeCredential"],
              "name": "Data stewardship",
              "issuer": { "id": "{{Did}}", "type": ["Profile"], "name": "Example University" },
              "validFrom": "2026-01-01T00:00:00Z",
              "credentialSubject": { "id": "did:example:learner", "type": ["AchievementSubject"] }
            }
            """);
        var signed = DataIntegrityProof.Add(credential, Options(suite, DidDocument.MethodId(Did, key.PublicKey)), key);
        return (key, DidDocument.Read(DidDocument.Write(Did, [new PublishedKey(key.PublicKey)])), signed);
    }
}
