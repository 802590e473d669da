using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Attesting;

/// <summary>Somebody vouches for what a learner did where no system watched: volunteering, a workshop, work.</summary>
/// <param name="Learner">An identified agent, as xAPI writes it; so is the attester.</param>
/// <param name="AttesterRole">As what they vouch: supervisor, trainer.</param>
/// <param name="ActivityId">What award rules ask for; of the kind when absent.</param>
/// <param name="From">The first day; <paramref name="To"/> is the last one.</param>
/// <param name="Hours">At most two decimals.</param>
/// <param name="Language">Of title and description.</param>
public sealed record Attestation(
    JsonElement Learner,
    JsonElement Attester,
    string Kind,
    string Title,
    DateOnly From,
    DateOnly To,
    decimal? Hours = null,
    string? Description = null,
    string? Organisation = null,
    string? AttesterRole = null,
    string? ActivityId = null,
    IReadOnlyList<AttestedEvidence>? Evidence = null,
    string Language = "en")
{
    public static readonly IReadOnlyList<string> Kinds = ["volunteering", "workshop", "work-experience", "other"];

    private const int LongestLine = 300;
    private const int LongestText = 4000;
    private const int MostEvidence = 20;
    private const decimal MostHours = 10_000;

    public string Activity => ActivityId ?? AttestedVocabulary.ActivityOf(Kind);

    /// <param name="today">What is attested has happened.</param>
    public Rejection? Check(DateOnly today)
    {
        if (CheckPerson(Learner, "/learner") is { } learner) return learner;
        if (CheckPerson(Attester, "/attester") is { } attester) return attester;
        if (Identity.Of(Learner) == Identity.Of(Attester)) return Invalid("Nobody vouches for themselves.", "/attester");
        if (!Kinds.Contains(Kind)) return Invalid($"The kind is one of {string.Join(", ", Kinds)}.", "/kind");
        if (!IsLine(Title)) return Invalid($"The title has 1 to {LongestLine} characters.", "/title");
        if (Description is not null && Description.Length is 0 or > LongestText) return Invalid($"The description has 1 to {LongestText} characters.", "/description");
        if (Organisation is not null && !IsLine(Organisation)) return Invalid($"The organisation has 1 to {LongestLine} characters.", "/organisation");
        if (AttesterRole is not null && !IsLine(AttesterRole)) return Invalid($"The role has 1 to {LongestLine} characters.", "/attesterRole");
        if (ActivityId is not null && !Iri.IsValid(ActivityId)) return Invalid("The activity is an IRI.", "/activityId");
        if (!LanguageTag.IsValid(Language)) return Invalid("The language is a tag as in RFC 5646.", "/language");
        if (To < From) return Invalid("The last day is before the first.", "/to");
        if (To > today.AddDays(1)) return Invalid("What is still to come is not attested.", "/to");
        if (Hours is { } hours && (hours is <= 0 or > MostHours || decimal.Round(hours, 2) != hours))
            return Invalid($"Hours are more than 0 and at most {MostHours:0}, with at most two decimals.", "/hours");
        return CheckEvidence();
    }

    private Rejection? CheckEvidence()
    {
        if (Evidence is null) return null;
        if (Evidence.Count > MostEvidence) return Invalid($"At most {MostEvidence} pieces of evidence are named.", "/evidence");
        for (int i = 0; i < Evidence.Count; i++)
        {
            // JSON may hold a null where the type has none.
            if (Evidence[i] is not { } piece) return Invalid("A piece of evidence is an object.", $"/evidence/{i}");
            if (piece.Breach() is var (message, member)) return Invalid(message, $"/evidence/{i}/{member}");
        }
        return null;
    }

    private static Rejection? CheckPerson(JsonElement agent, string place)
    {
        if (StatementRules.CheckActor(agent) is { } breach) return Invalid(breach.Message, place + breach.Place);
        return ActorRules.TypeOf(agent) == "Group" || Identity.Of(agent) is null ? Invalid("It must be a person, identified as in a statement.", place) : null;
    }

    internal static bool IsLine(string text) => text.Length is > 0 and <= LongestLine && !text.AsSpan().ContainsAnyInRange('\0', '\u001f');

    private static Rejection Invalid(string message, string place) => Rejection.Invalid("attestation-invalid", message, "Correct the attestation at this place.", place);
}

/// <summary>Evidence by its address, by the hash of a file that is kept here, or both.</summary>
/// <param name="Sha256">Hexadecimal.</param>
public sealed record AttestedEvidence(string Title, string? Url = null, string? Sha256 = null)
{
    private const int LongestUrl = 2048;

    internal (string Message, string Member)? Breach()
    {
        if (!Attestation.IsLine(Title)) return ("A piece of evidence has a title.", "title");
        if (Url is null && Sha256 is null) return ("A piece of evidence is named by url, by sha256, or by both.", "url");
        if (Url is not null && (Url.Length > LongestUrl || !Uri.TryCreate(Url, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http")))
            return ("The address is an http or https URL.", "url");
        if (Sha256 is not null && (Sha256.Length != 64 || !Sha256.All(char.IsAsciiHexDigit))) return ("The hash has 64 hexadecimal digits.", "sha256");
        return null;
    }
}

/// <summary>The IRIs by which an attested record is told in a statement.</summary>
public static class AttestedVocabulary
{
    private const string Base = "https://pathways.example/xapi/";

    public const string Verb = Base + "verbs/attested";

    /// <summary>In the context: kind, organisation, days, hours, role, evidence.</summary>
    public const string Details = Base + "extensions/attestation";

    /// <summary>In the context of the statement that voids one: why.</summary>
    public const string Reason = Base + "extensions/reason";

    /// <summary>The same of a record that another store attested, or that is told to one: whoever reads it there did not see it attested.</summary>
    public const string ElsewhereVerb = Base + "verbs/attested-elsewhere";

    public const string ElsewhereReason = Base + "extensions/reason-elsewhere";

    public static string ActivityOf(string kind) => $"{Base}activities/attested/{kind}";

    public static string TypeOf(string kind) => $"{Base}activity-types/{kind}";
}
