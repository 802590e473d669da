using System.Text.Json;
using Pathways.Kernel;
using static Pathways.LearningRecord.Domain.Xapi.Rule;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>Results and scores (xAPI 2.0, section 4.2.2.4; 1.0.3, Data 2.4.5).</summary>
internal static class ResultRules
{
    public static Rejection? Result(JsonElement value) => Members(value, member => member.Name switch
    {
        "score" => In("score", Score(member.Value)),
        "success" or "completion" => In(member.Name, Boolean(member.Value)),
        "response" => In("response", String(member.Value)),
        "duration" => In("duration", Duration(member.Value)),
        "extensions" => In("extensions", Extensions(member.Value)),
        _ => Unknown(member.Name),
    });

    private static Rejection? Score(JsonElement value)
    {
        decimal? scaled = null, raw = null, min = null, max = null;
        return Members(value, member => member.Name switch
        {
            "scaled" => In("scaled", Number(member.Value, out scaled)),
            "raw" => In("raw", Number(member.Value, out raw)),
            "min" => In("min", Number(member.Value, out min)),
            "max" => In("max", Number(member.Value, out max)),
            _ => Unknown(member.Name),
        })
        ?? (scaled is < -1 or > 1 ? In("scaled", Broken("must lie between -1 and 1")) : null)
        ?? (min >= max ? In("min", Broken("must be less than max")) : null)
        ?? (raw < min ? In("raw", Broken("must not be less than min")) : null)
        ?? (raw > max ? In("raw", Broken("must not be greater than max")) : null);
    }

    // The text of the number is kept as it came; only its order matters here, and decimal orders without rounding up to 28 digits.
    private static Rejection? Number(JsonElement value, out decimal? number)
    {
        number = null;
        if (value.ValueKind != JsonValueKind.Number) return Broken("must be a number");
        if (!value.TryGetDecimal(out decimal exact)) return Broken("must be a number below 7.9e28 in size");
        number = exact;
        return null;
    }
}
