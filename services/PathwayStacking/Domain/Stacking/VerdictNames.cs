using System.Text.Json;
using System.Text.Json.Serialization;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Stacking;

/// <summary>
/// How a verdict is spelled to others, in answers and public events: <c>satisfied</c>, <c>not-satisfied</c>, <c>unknown</c>.
/// Stored decisions keep the name of the enum, as their hashes run over it; the audit shows them as they are stored.
/// </summary>
public static class VerdictNames
{
    public static JsonConverter Converter { get; } = new JsonStringEnumConverter<Verdict>(JsonNamingPolicy.KebabCaseLower, allowIntegerValues: false);

    public static string Of(Verdict verdict) => JsonNamingPolicy.KebabCaseLower.ConvertName(verdict.ToString());

    /// <summary>Within a sentence.</summary>
    public static string InWords(Verdict verdict) => Of(verdict).Replace('-', ' ');
}
