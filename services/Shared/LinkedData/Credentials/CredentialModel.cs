using System.Text.Json;
using Pathways.LinkedData.JsonLd;

namespace Pathways.LinkedData;

/// <summary>
/// Whether a document is a credential or a presentation as the Verifiable Credentials Data Model 2.0 (section 4) says, or 1.1 when its
/// base context is that one. It says everything it finds, not only the first thing.
/// </summary>
public sealed class CredentialModel
{
    public const string ContextV2 = "https://www.w3.org/ns/credentials/v2";
    public const string ContextV1 = "https://www.w3.org/2018/credentials/v1";

    private readonly List<string> findings = [];
    private readonly JsonElement document;
    private readonly bool isV1;

    private CredentialModel(JsonElement document)
    {
        this.document = document;
        isV1 = document.Member("@context").AsArray().FirstOrDefault() is { ValueKind: JsonValueKind.String } first && first.ValueEquals(ContextV1);
    }

    /// <summary>What is wrong with the document; empty when nothing is.</summary>
    public static IReadOnlyList<string> Findings(JsonElement document, JsonLdProcessor? jsonLd = null)
    {
        if (document.ValueKind != JsonValueKind.Object)
            return ["It is not a JSON object."];
        var model = new CredentialModel(document);
        model.CheckContext();
        if (Types(document).Contains("VerifiablePresentation", StringComparer.Ordinal))
            model.CheckPresentation(jsonLd);
        else
            model.CheckCredential();
        model.CheckTypesMeanSomething(jsonLd ?? JsonLdProcessor.Lenient);
        return model.findings;
    }

    internal static Check Check(JsonElement document, JsonLdProcessor jsonLd)
    {
        var found = Findings(document, jsonLd.ForLooking);
        return found.Count == 0
            ? LinkedData.Check.Pass("model", "a credential as the data model has it")
            : LinkedData.Check.Fail("model", string.Join(" ", found), "Ask the issuer for a credential that follows the standard.");
    }

    internal static IEnumerable<string> Types(JsonElement document)
        => document.Member("type").AsArray().Where(type => type.ValueKind == JsonValueKind.String).Select(type => type.GetString()!);

    private void CheckContext()
    {
        var contexts = document.Member("@context").AsArray().ToList();
        var first = contexts.FirstOrDefault();
        Expect(first.ValueKind == JsonValueKind.String && first.GetString() is ContextV1 or ContextV2,
            $"Its first @context is not {ContextV2}.");
        Expect(contexts.TrueForAll(context => context.ValueKind == JsonValueKind.Object || IsUrl(context)),
            "An entry of its @context is neither a URL nor an object.");
    }

    private void CheckCredential()
    {
        Expect(Types(document).Contains("VerifiableCredential", StringComparer.Ordinal), "Its type does not include VerifiableCredential.");
        CheckId(document, "The credential");
        if (document.Member("issuer") is { } issuer)
        {
            Expect(issuer.ValueKind == JsonValueKind.Object ? issuer.Member("id") is { } id && IsUrl(id) : IsUrl(issuer), "Its issuer is not a URL, nor an object whose id is one.");
            CheckText(issuer, "The issuer");
        }
        else
            findings.Add("It has no issuer.");
        CheckText(document, "The credential");
        CheckSubjects();
        CheckDates();
        CheckTyped("credentialStatus", idRequired: isV1);
        CheckTyped("credentialSchema", idRequired: true);
        CheckTyped("termsOfUse", idRequired: false);
        CheckTyped("evidence", idRequired: false);
        CheckTyped("refreshService", idRequired: isV1);
        CheckTyped("proof", idRequired: false);
    }

    private void CheckPresentation(JsonLdProcessor? jsonLd)
    {
        CheckId(document, "The presentation");
        if (document.Member("holder") is { } holder)
            Expect(holder.ValueKind == JsonValueKind.Object ? holder.Member("id") is { } id && IsUrl(id) : IsUrl(holder), "Its holder is not a URL, nor an object whose id is one.");
        CheckTyped("proof", idRequired: false);
        foreach (var credential in document.Member("verifiableCredential").AsArray())
        {
            if (credential.ValueKind != JsonValueKind.Object)
                findings.Add("A credential in it is not an object.");
            else if (EnvelopedCredential.IsEnvelope(credential))
                Expect(EnvelopedCredential.Open(credential) is not null, "An enveloped credential in it is not a data: URL of a token.");
            else
                findings.AddRange(Findings(credential, jsonLd).Select(finding => "In a credential: " + finding));
        }
    }

    private void CheckSubjects()
    {
        var subjects = document.Member("credentialSubject").AsArray().ToList();
        Expect(subjects.Count > 0, "It has no credentialSubject.");
        foreach (var subject in subjects)
        {
            var isObject = subject.ValueKind == JsonValueKind.Object && subject.EnumerateObject().Any();
            Expect(isObject, "A credentialSubject claims nothing.");
            if (isObject)
                CheckId(subject, "A credentialSubject");
        }
    }

    private void CheckDates()
    {
        var from = CheckDate(isV1 ? "issuanceDate" : "validFrom");
        var until = CheckDate(isV1 ? "expirationDate" : "validUntil");
        Expect(!isV1 || document.Member("issuanceDate") is not null, "It has no issuanceDate.");
        Expect(from is null || until is null || from <= until, "It ends before it begins.");
    }

    private DateTimeOffset? CheckDate(string member)
    {
        if (document.Member(member) is null)
            return null;
        if (Timestamp.TryRead(document.Text(member), out var time))
            return time;
        findings.Add($"Its {member} is not an xsd:dateTimeStamp.");
        return null;
    }

    /// <summary>One object or several, each with a type.</summary>
    private void CheckTyped(string member, bool idRequired)
    {
        foreach (var entry in document.Member(member).AsArray())
        {
            var types = entry.Member("type").AsArray().ToList();
            Expect(types.Count > 0 && types.TrueForAll(type => type.ValueKind == JsonValueKind.String), $"Its {member} has no type.");
            CheckId(entry, $"Its {member}");
            Expect(!idRequired || entry.Member("id") is not null, $"Its {member} has no id.");
        }
    }

    private void CheckId(JsonElement entry, string what)
        => Expect(entry.Member("id") is not { } id || IsUrl(id), $"{what} has an id that is not one URL.");

    /// <summary>name and description: text, or text with a language and a direction, or several of these.</summary>
    private void CheckText(JsonElement owner, string what)
    {
        foreach (var member in new[] { "name", "description" })
        {
            var isText = owner.Member(member).AsArray().All(value => value.ValueKind == JsonValueKind.String || IsLanguageText(value));
            Expect(isText, $"{what} has a {member} that is neither text nor text with a language.");
        }
    }

    private static bool IsLanguageText(JsonElement value)
        => value.ValueKind == JsonValueKind.Object && value.Text("@value") is not null
            && value.EnumerateObject().All(part => part.Name is "@value" or "@language" or "@direction" && part.Value.ValueKind == JsonValueKind.String);

    /// <summary>Each type stands for a URL: a word that no context defines could mean anything.</summary>
    private void CheckTypesMeanSomething(JsonLdProcessor jsonLd)
    {
        try
        {
            foreach (var type in jsonLd.TypesOf(document))
                Expect(Iri.IsWellFormed(type), $"No context says what the type {type} means.");
        }
        catch (LinkedDataException problem)
        {
            findings.Add(problem.Message);
        }
    }

    private void Expect(bool holds, string finding)
    {
        if (!holds)
            findings.Add(finding);
    }

    private static bool IsUrl(JsonElement value) => value.ValueKind == JsonValueKind.String && Iri.IsWellFormed(value.GetString()!);
}
