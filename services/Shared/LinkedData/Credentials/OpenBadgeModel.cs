using System.Text.Json;

namespace Pathways.LinkedData;

/// <summary>
/// The formal rules of Open Badges 3.0 and CLR 2.0 (their data model, appendix B) beyond those of any credential: what must be there,
/// and words that come from closed lists. The published JSON Schemas enforce less.
/// </summary>
public static class OpenBadgeModel
{
    private static readonly string[] CredentialTypes = ["AchievementCredential", "OpenBadgeCredential", "ClrCredential", "EndorsementCredential"];

    /// <summary>Signed documents of their own, judged for themselves; and what has nothing to say about badges.</summary>
    private static readonly HashSet<string> NotWalked = new(["@context", "proof", "verifiableCredential", "endorsement"], StringComparer.Ordinal);

    private static readonly Dictionary<string, string[]> Required = new(StringComparer.Ordinal)
    {
        ["Achievement"] = ["id", "criteria", "description", "name"],
        ["Alignment"] = ["targetName", "targetUrl"],
        ["IdentityObject"] = ["hashed", "identityHash", "identityType"],
        ["IdentifierEntry"] = ["identifier", "identifierType"],
        ["Image"] = ["id"],
        ["Profile"] = ["id"],
        ["Related"] = ["id"],
        ["ResultDescription"] = ["id", "name", "resultType"],
        ["RubricCriterionLevel"] = ["id", "name"],
        ["GeoCoordinates"] = ["latitude", "longitude"],
        ["Association"] = ["associationType", "sourceId", "targetId"],
    };

    private static readonly HashSet<string> IdentifierTypes = Words(
        "name sourcedId systemId productId userName accountId emailAddress nationalIdentityNumber isbn issn lisSourcedId oneRosterSourcedId "
        + "sisSourcedId ltiContextId ltiDeploymentId ltiToolId ltiPlatformId ltiUserId identifier");

    private static readonly Dictionary<string, HashSet<string>> Lists = new(StringComparer.Ordinal)
    {
        ["achievementType"] = Words(
            "Achievement ApprenticeshipCertificate Assessment Assignment AssociateDegree Award Badge BachelorDegree Certificate "
            + "CertificateOfCompletion Certification CommunityService Competency Course CoCurricular Degree Diploma DoctoralDegree Fieldwork "
            + "GeneralEducationDevelopment JourneymanCertificate LearningProgram License Membership ProfessionalDoctorate "
            + "QualityAssuranceCredential MasterCertificate MasterDegree MicroCredential ResearchDoctorate SecondarySchoolDiploma"),
        ["targetType"] = Words("ceasn:Competency ceterms:Credential CFItem CFRubric CFRubricCriterion CFRubricCriterionLevel CTDL"),
        ["identityType"] = IdentifierTypes,
        ["identifierType"] = IdentifierTypes,
        ["resultType"] = Words(
            "GradePointAverage LetterGrade Percent PerformanceLevel PredictedScore RawScore Result RubricCriterion RubricCriterionLevel "
            + "RubricScore ScaledScore Status"),
        ["associationType"] = Words("exactMatchOf isChildOf isParentOf isPartOf isPeerOf isRelatedTo precedes replacedBy"),
    };

    private static readonly HashSet<string> ResultStatuses = Words("Completed Enrolled Failed InProgress OnHold Provisional Withdrew");

    public static bool Applies(JsonElement credential) => CredentialModel.Types(credential).Any(CredentialTypes.Contains);

    /// <summary>What is wrong with the credential; empty when nothing is.</summary>
    public static IReadOnlyList<string> Findings(JsonElement credential)
    {
        var findings = new List<string>();
        foreach (var member in new[] { "id", "validFrom", "credentialSubject", "issuer" })
        {
            if (credential.Member(member) is null && !(member == "validFrom" && credential.Member("issuanceDate") is not null))
                findings.Add($"The credential has no {member}.");
        }
        if (credential.Member("credentialStatus") is { ValueKind: not JsonValueKind.Object })
            findings.Add("The credential has more than one credentialStatus; Open Badges 3.0 allows one.");
        Walk(credential, findings);
        return findings;
    }

    internal static Check Check(JsonElement credential)
    {
        var found = Findings(credential);
        return found.Count == 0
            ? LinkedData.Check.Pass("open-badge", "as Open Badges 3.0 and CLR 2.0 have it")
            : LinkedData.Check.Fail("open-badge", string.Join(" ", found), "Ask the issuer for a badge that follows the standard.");
    }

    private static void Walk(JsonElement value, List<string> findings)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Walk(item, findings);
        }
        if (value.ValueKind != JsonValueKind.Object)
            return;
        var types = CredentialModel.Types(value).ToList();
        foreach (var type in types)
        {
            foreach (var member in Required.GetValueOrDefault(type, []))
            {
                if (value.Member(member) is null)
                    findings.Add($"{type} {value.Text("id")} has no {member}.");
            }
        }
        foreach (var member in value.EnumerateObject())
        {
            if (Lists.TryGetValue(member.Name, out var list))
                CheckWord(member, list, findings);
            else if (member.Name == "status" && types.Contains("Result", StringComparer.Ordinal))
                CheckWord(member, ResultStatuses, findings);
            else if (!NotWalked.Contains(member.Name))
                Walk(member.Value, findings);
        }
    }

    /// <summary>Each list but that of a result's status may be extended by words that start with <c>ext:</c>.</summary>
    private static void CheckWord(JsonProperty member, HashSet<string> list, List<string> findings)
    {
        var word = member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString()! : member.Value.GetRawText();
        var isExtension = word.StartsWith("ext:", StringComparison.Ordinal) && !ReferenceEquals(list, ResultStatuses);
        if (!list.Contains(word) && !isExtension)
            findings.Add($"{member.Name} \"{word}\" is not in the standard's list.");
    }

    private static HashSet<string> Words(string words) => new(words.Split(' '), StringComparer.Ordinal);
}
