using System.Text.Json;
using Pathways.Kernel;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Caliper;

/// <summary>What a sensor sends (Caliper 1.2, section 5.2): events, and descriptions of entities.</summary>
/// <param name="Sensor">IRI of the sensor.</param>
public sealed record CaliperEnvelope(string Sensor, IReadOnlyList<JsonElement> Data)
{
    public const int MostItems = 1000;

    private static readonly string[] Versions = ["http://purl.imsglobal.org/ctx/caliper/v1p2", "http://purl.imsglobal.org/ctx/caliper/v1p1"];

    public static Result<CaliperEnvelope> Read(JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object) return Invalid("The body must be an envelope: sensor, sendTime, dataVersion, data.", "");
        if (Text(body, "sensor") is not { } sensor || !Iri.IsValid(sensor)) return Invalid("The sensor must be named by an IRI.", "/sensor");
        if (Text(body, "sendTime") is not { } sent || !XapiTimestamp.TryParse(sent, out _)) return Invalid("The time of sending must be a date-time of ISO 8601.", "/sendTime");
        if (Text(body, "dataVersion") is not { } version || !Versions.Contains(version))
            return Rejection.Invalid("caliper-version-unsupported", "The data version is not one that is understood here.", $"Send {Versions[0]}.", "/dataVersion");
        if (!body.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array || data.GetArrayLength() == 0) return Invalid("The data must be a list with at least one event or entity.", "/data");
        return data.GetArrayLength() > MostItems
            ? Rejection.Invalid("batch-too-large", $"The envelope holds {data.GetArrayLength()} items; at most {MostItems} are taken at once.", "Send several smaller envelopes.", "/data")
            : new CaliperEnvelope(sensor, [.. data.EnumerateArray()]);
    }

    private static string? Text(JsonElement body, string name) => body.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : null;

    private static Rejection Invalid(string message, string place) => Rejection.Invalid("caliper-envelope-invalid", message, "Correct the envelope at this place, by Caliper 1.2.", place);
}
