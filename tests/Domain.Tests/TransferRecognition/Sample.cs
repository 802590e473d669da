using System.Security.Cryptography;
using System.Text.Json;
using Pathways.TransferRecognition.Domain.Agreements;
using Pathways.TransferRecognition.Domain.KnownCredentials;
using Pathways.TransferRecognition.Domain.Recognising;

namespace Pathways.Domain.Tests.TransferRecognition;

internal static class Sample
{
    public const string CredentialId = "https://sophia.example/credentials/1";

    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly Guid RequestId = new("33333333-3333-5333-8333-333333333333");

    public static readonly Clause Finance = new(
        "finance", "Principles of Finance", ["SOPH-0033"], new ClauseAward("creditUnit:SemesterHour", 3m),
        ["https://hutchinson.example/courses/fn101"], MinScaledScore: 0.7m);

    public static readonly AgreementTerms Terms = new(
        "Finance for welders", "sophia", "hutchinson", Now.AddYears(-1), Now.AddYears(1), [Finance]);

    public static readonly CredentialFacts Facts = new(
        CredentialId, "sophia", "learner-s", "https://sophia.example/achievements/finance", 1, "Principles of Finance",
        ["FIN1001", "SOPH-0033"], 3m, "creditUnit:SemesterHour", Level: null, ScaledScore: 0.85m, Now.AddDays(-10), ValidUntil: null);

    public static readonly KnownCredential Known = new(Facts, CredentialStatuses.Valid, Reason: null);

    /// <summary>The real one is over canonical JSON; a decider only needs that it tells values apart.</summary>
    public static string Hash(object value) => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(value)));

    public static AgreementConcluded Concluded(AgreementTerms terms, string id = "a-1", int version = 1) => new(id, version, terms, Hash(terms), Now);

    public static Circumstances Given(KnownCredential? known = null, params AgreementConcluded[] agreements)
        => new(known ?? Known, agreements, Hash);

    public static RecognitionRequested Request(string learner = "learner-h")
        => new(new RecognitionReference(RequestId, learner, CredentialId), "sophia", "registrar", Now);
}
