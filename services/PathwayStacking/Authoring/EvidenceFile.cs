using System.Globalization;
using System.Text;
using Pathways.Kernel;
using Pathways.PathwayStacking.Domain.Importing;
using Pathways.PathwayStacking.Domain.Stacking;

namespace Pathways.PathwayStacking.Authoring;

/// <summary>
/// What a learner holds, from files: our own list (YAML or JSON), Open Badges 3.0 credentials, or JSON-LD of learners with their
/// achievements beside the courses that describe them (as Heriot-Watt publishes it).
/// </summary>
public static class EvidenceFile
{
    /// <param name="learner">Whose, when the files name several.</param>
    public static Result<HeldByLearner> Read(IReadOnlyList<(ReadOnlyMemory<byte> Bytes, bool IsYaml)> files, string? learner = null)
    {
        try
        {
            var documents = files.SelectMany(file => Documents(file.Bytes, file.IsYaml)).ToList();
            return documents.Exists(IsList)
                ? ReadList(documents, learner)
                : new PublishedEvidence(documents).Read(learner);
        }
        catch (AuthoringException refused)
        {
            return refused.Rejection;
        }
        catch (MalformedYamlException error)
        {
            return Rejection.Invalid(error.Code, error.Message, "Correct the document at this place; services/PathwayStacking/Authoring/README.md shows each part.", error.Place);
        }
        catch (MalformedJsonException error)
        {
            return Rejection.Invalid(error.Code, error.Message, "Correct the document at this place; it must be strict JSON.", error.Place);
        }
    }

    /// <summary>A credential has evidence too, and is no list of it.</summary>
    private static bool IsList(JsonValue document)
        => document.Members.Any(member => member.Key is "evidence" or "interventions") && !document.Members.Any(member => member.Key is "@context" or "credentialSubject");

    private static IReadOnlyList<JsonValue> Documents(ReadOnlyMemory<byte> file, bool isYaml)
        => isYaml ? [YamlReader.Read(Encoding.UTF8.GetString(ByteOrderMark.Skip(file).Span))] : JsonReader.Read(file.Span, maxDepth: 64, maxValues: 500_000).Documents;

    private static HeldByLearner ReadList(List<JsonValue> documents, string? learner)
    {
        var evidence = new List<Evidence>();
        var interventions = new List<Intervention>();
        DateTimeOffset? instant = null;
        foreach (var document in documents)
        {
            var fields = new Fields(document, "A list of evidence");
            string? whose = fields.Text("learner");
            fields.Take("learner");
            if (whose is not null && learner is not null && whose != learner)
                throw Fields.Refuse(document, $"This evidence is of {whose}, and that of {learner} is asked for. Leave the other learner's out.", "evidence-of-another");
            learner ??= whose;
            instant ??= Instant(fields, "at");
            foreach (var value in fields.All("evidence"))
            {
                var item = ReadEvidence(value);
                // One of them would be left out, and nobody would know which.
                if (evidence.Exists(known => known.Id == item.Id))
                    throw Fields.Refuse(value, $"Two pieces of evidence are called \"{item.Id}\". Give each an \"id\" of its own.", "duplicate-id");
                evidence.Add(item);
            }

            interventions.AddRange(fields.All("interventions").Select(ReadIntervention));
            fields.End();
        }

        return new(learner ?? "learner", evidence, interventions, instant);
    }

    private static Evidence ReadEvidence(JsonValue value)
    {
        var fields = new Fields(value, "Evidence");
        var achievement = fields.Text("achievement") ?? throw Fields.Refuse(value, "Evidence has an \"achievement\".");
        var credits = fields.Take("credits") is { } written
            ? CreditText.Read(written.Text) ?? throw Fields.Refuse(written, $"\"{written.Text}\" is no amount of credit. Write it as \"3 creditUnit:SemesterHour\".")
            : null;
        var facts = fields.Take("facts") is { } stated ? stated.Members.ToDictionary(fact => fact.Key, fact => Fields.TextOf(fact.Value, fact.Key)) : null;
        var evidence = new Evidence(
            fields.Text("id") ?? achievement, EvidenceKind.Credential, achievement, fields.Texts("identifiers"), fields.Text("name") ?? achievement, fields.Text("issuer"), credits?.Value, credits?.Unit,
            fields.Text("level") ?? credits?.Level, fields.Text("grade"), fields.Number("score"), Instant(fields, "awarded") ?? DateTimeOffset.UnixEpoch, Instant(fields, "valid-until"), facts,
            fields.Texts("competencies") is { Count: > 0 } competencies ? competencies : null, fields.Texts("areas") is { Count: > 0 } areas ? areas : null);
        fields.End();
        return evidence;
    }

    private static Intervention ReadIntervention(JsonValue value)
    {
        var fields = new Fields(value, "An intervention");
        var kinds = Enum.GetValues<InterventionKind>().ToDictionary(kind => PathwayWriter.Kebab(kind.ToString()));
        var written = fields.Text("kind") ?? "";
        if (!kinds.TryGetValue(written, out var kind))
            throw Fields.Refuse(value, $"\"{written}\" is no kind of intervention. Known: {string.Join(", ", kinds.Keys)}.");
        var component = fields.Text("component") ?? throw Fields.Refuse(value, "An intervention is about a \"component\".");
        var intervention = new Intervention(
            fields.Text("id") ?? $"{written} {component}", kind, component, fields.Text("evidence"), fields.Text("condition"), fields.Whole("limit"), fields.Text("author") ?? "file",
            fields.Text("authority") ?? "file", fields.Text("reason") ?? "file", Instant(fields, "expires"));
        fields.End();
        return intervention;
    }

    /// <summary>A day is its beginning in UTC.</summary>
    private static DateTimeOffset? Instant(Fields fields, string name)
    {
        if (fields.Take(name) is not { } value)
            return null;
        return DateTimeOffset.TryParse(value.Text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw Fields.Refuse(value, $"\"{value.Text}\" is no date such as 2026-03-01.");
    }
}

/// <param name="At">When to judge; null: now.</param>
public sealed record HeldByLearner(string Learner, IReadOnlyList<Evidence> Evidence, IReadOnlyList<Intervention> Interventions, DateTimeOffset? At);
