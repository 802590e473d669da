using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Attesting;

/// <summary>
/// An attested record as a statement, so that it is found, mapped to achievements, forwarded, voided and erased as any other.
/// The attester is the context's instructor.
/// </summary>
public static class AttestedStatement
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static JsonElement Of(Guid id, Attestation attested) => JsonSerializer.SerializeToElement(
        new
        {
            id,
            actor = attested.Learner,
            verb = new { id = AttestedVocabulary.Verb, display = new { en = "was attested" } },
            @object = new
            {
                id = attested.Activity,
                definition = new
                {
                    type = AttestedVocabulary.TypeOf(attested.Kind),
                    name = new Dictionary<string, string> { [attested.Language] = attested.Title },
                    description = attested.Description is null ? null : new Dictionary<string, string> { [attested.Language] = attested.Description },
                },
            },
            result = new { completion = true, duration = attested.Hours is { } hours ? Duration(hours) : null },
            context = new { instructor = attested.Attester, extensions = new Dictionary<string, object> { [AttestedVocabulary.Details] = Details.Of(attested) } },
            timestamp = $"{attested.To:O}T00:00:00Z",
        },
        Json);

    /// <summary>The statement that withdraws it; the same for whoever withdraws it again.</summary>
    public static JsonElement Withdrawal(Guid id, JsonElement by, string reason) => JsonSerializer.SerializeToElement(
        new
        {
            id = WithdrawalId(id),
            actor = by,
            verb = new { id = StatementRules.VoidedVerb, display = new { en = "voided" } },
            @object = new { objectType = "StatementRef", id },
            context = new { extensions = new Dictionary<string, string> { [AttestedVocabulary.Reason] = reason } },
        },
        Json);

    public static Guid WithdrawalId(Guid id) => DeterministicId.From(id, "attestation-withdrawn");

    /// <summary>
    /// Of a statement that comes from elsewhere: it must not pass for an attested record, nor for the withdrawal of one with its
    /// reason. To write statements is one thing, to vouch is another.
    /// </summary>
    public static Rejection? Reserved(JsonElement statement)
    {
        var verb = statement.GetProperty("verb").GetProperty("id");
        if (verb.ValueEquals(AttestedVocabulary.Verb)) return Reserved("What is attested is not told by a statement.", "/verb/id");
        return verb.ValueEquals(StatementRules.VoidedVerb) && Extension(statement, AttestedVocabulary.Reason) is not null
            ? Reserved("What is attested is not withdrawn by a statement.", "/context/extensions")
            : null;
    }

    /// <summary>
    /// Between two stores: the same without what would make it pass for attested where it arrives. Null when it is an ordinary
    /// statement, or none.
    /// </summary>
    public static JsonElement? AsPlain(JsonElement statement)
    {
        if (statement.ValueKind != JsonValueKind.Object || !statement.TryGetProperty("verb", out var told) || told.ValueKind != JsonValueKind.Object
            || !told.TryGetProperty("id", out var verb) || verb.ValueKind != JsonValueKind.String) return null;
        bool isRecord = verb.ValueEquals(AttestedVocabulary.Verb);
        if (!isRecord && !(verb.ValueEquals(StatementRules.VoidedVerb) && Extension(statement, AttestedVocabulary.Reason) is not null)) return null;
        var plain = JsonObject.Create(statement)!;
        if (isRecord)
        {
            plain["verb"]!["id"] = AttestedVocabulary.ElsewhereVerb;
        }
        else
        {
            var extensions = plain["context"]!["extensions"]!.AsObject();
            extensions.Remove(AttestedVocabulary.Reason, out var reason);
            extensions[AttestedVocabulary.ElsewhereReason] = reason;
        }
        return JsonSerializer.SerializeToElement(plain, StatementJson.Readable);
    }

    /// <summary>Null when the statement is not an attested record.</summary>
    public static Attestation? Read(JsonElement statement)
    {
        if (!statement.GetProperty("verb").GetProperty("id").ValueEquals(AttestedVocabulary.Verb)) return null;
        var activity = statement.GetProperty("object");
        if (!activity.TryGetProperty("definition", out var definition) || First(definition, "name") is not { } name
            || !statement.TryGetProperty("context", out var context) || !context.TryGetProperty("instructor", out var attester)
            || Extension(statement, AttestedVocabulary.Details) is not { } told || DetailsOf(told) is not { } details) return null;
        return new Attestation(
            statement.GetProperty("actor"), attester, details.Kind, details.Title, details.From, details.To, details.Hours,
            First(definition, "description")?.Value, details.Organisation, details.AttesterRole, activity.GetProperty("id").GetString(), details.Evidence, name.Language);
    }

    public static string? ReasonOf(JsonElement withdrawal)
        => Extension(withdrawal, AttestedVocabulary.Reason) is { ValueKind: JsonValueKind.String } reason ? reason.GetString() : null;

    private static Rejection Reserved(string message, string place) => Rejection.Invalid(
        "attestation-reserved", message, "Attest, and withdraw, at /learning-record/attestations: it takes the scope 'issue'. Otherwise use a verb of your own.", place);

    private static JsonElement? Extension(JsonElement statement, string name)
        => statement.TryGetProperty("context", out var context) && context.ValueKind == JsonValueKind.Object
            && context.TryGetProperty("extensions", out var extensions) && extensions.ValueKind == JsonValueKind.Object && extensions.TryGetProperty(name, out var value)
            ? value
            : null;

    private static (string Language, string Value)? First(JsonElement definition, string member)
    {
        if (!definition.TryGetProperty(member, out var texts)) return null;
        foreach (var text in texts.EnumerateObject()) return (text.Name, text.Value.GetString()!);
        return null;
    }

    private static Details? DetailsOf(JsonElement told)
    {
        try
        {
            return told.Deserialize<Details>(Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>ISO 8601, exact: two decimals of an hour are whole seconds.</summary>
    private static string Duration(decimal hours)
    {
        int seconds = decimal.ToInt32(hours * 3600);
        var text = new StringBuilder("PT");
        if (seconds >= 3600) text.Append(CultureInfo.InvariantCulture, $"{seconds / 3600}H");
        if (seconds / 60 % 60 > 0) text.Append(CultureInfo.InvariantCulture, $"{seconds / 60 % 60}M");
        if (seconds % 60 > 0) text.Append(CultureInfo.InvariantCulture, $"{seconds % 60}S");
        return text.ToString();
    }

    /// <summary>The title too: definitions do not count when two statements are compared, and two records must not be taken for one.</summary>
    private sealed record Details(
        string Kind, string Title, DateOnly From, DateOnly To, decimal? Hours = null, string? Organisation = null, string? AttesterRole = null, IReadOnlyList<AttestedEvidence>? Evidence = null)
    {
        public static Details Of(Attestation attested)
            => new(attested.Kind, attested.Title, attested.From, attested.To, attested.Hours, attested.Organisation, attested.AttesterRole, attested.Evidence);
    }
}
