using System.Text.Json;
using System.Text.Json.Nodes;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Caliper;

/// <summary>What an event generated, as a result: a score, a response, an attempt's duration. Whatever would not be valid there is only in the original.</summary>
internal static class CaliperResult
{
    public static JsonObject? Of(JsonElement item) => CaliperEntity.At(item, "generated") is { } generated
        ? generated.Type switch
        {
            "Score" => Score(generated),
            "Attempt" => Duration(generated),
            _ when generated.Type.EndsWith("Response", StringComparison.Ordinal) => Response(generated),
            _ => null,
        }
        : null;

    private static JsonObject? Score(CaliperEntity score)
    {
        if (score.Number("scoreGiven") is not { } given) return null;
        var result = new JsonObject { ["raw"] = given };
        // Extra credit may exceed the maximum, which a score of xAPI may not.
        if (score.Number("maxScore") is { } most and > 0 && given <= most)
        {
            result["max"] = most;
            if (given >= 0)
            {
                result["min"] = 0;
                result["scaled"] = Math.Round(given / most, 6);
            }
        }
        return new JsonObject { ["score"] = result };
    }

    private static JsonObject? Duration(CaliperEntity attempt)
        => attempt.Text("duration") is { } duration && Iso8601Duration.IsValid(duration) ? new JsonObject { ["duration"] = duration } : null;

    private static JsonObject? Response(CaliperEntity response)
    {
        var values = response.Texts("values").ToList();
        var result = new JsonObject();
        // Several answers in one text, as xAPI's interactions join them.
        if (values.Count > 0) result["response"] = string.Join("[,]", values);
        else if (response.Text("value") is { } value) result["response"] = value;
        if (response.Text("duration") is { } duration && Iso8601Duration.IsValid(duration)) result["duration"] = duration;
        return result;
    }
}
