using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pathways.WebDefaults;

/// <summary>
/// What is wrong with a body that is JSON, but not of the form that is expected. The serializer's messages name our types, end in a
/// path that we tell in a member of its own, and don't say what to do.
/// </summary>
internal static partial class JsonWords
{
    public static Problem NotAsExpected(JsonException json)
    {
        string? at = JsonPlace.PointerOf(json);
        string said = json.Message.Split(" Path: ")[0];
        if (Missing().Match(said) is { Success: true } missing)
        {
            string[] names = [.. missing.Groups["member"].Captures.Select(member => member.Value)];
            return Tell($"{Listed(names)} {(names.Length == 1 ? "is" : "are")} missing.", $"{at}/{names[0]}", names.Length == 1 ? "Add it." : "Add them.", json);
        }
        // Of a number or a date, the reader's own exception tells that it met a null.
        if (NotNull().IsMatch(said) || json.InnerException?.Message.Contains("'Null'", StringComparison.Ordinal) == true)
            return Tell("The value must not be null.", at, "Give a value, or leave it out, if the OpenAPI document lets you.", json);
        if (Twice().Match(said) is { Success: true } twice)
            return Tell($"The member '{twice.Groups["member"].Value}' stands twice.", at, "Keep one of the two.", json);
        if (Unknown().Match(said) is { Success: true } unknown)
            return Tell($"The member '{unknown.Groups["member"].Value}' is not known here.", at, "Correct its name, or leave it out.", json);
        bool isOfOtherType = said.StartsWith("The JSON value could not be converted", StringComparison.Ordinal);
        return Tell(isOfOtherType ? "The value is not of the type that is expected here." : WithoutClrNames(said), at, ProblemCodes.InvalidJson.Remedy, json);
    }

    public static string WithoutClrNames(string message) => ClrName().Replace(message.Split(" Path: ")[0], "the request");

    private static Problem Tell(string detail, string? place, string remedy, JsonException json)
        => Problem.Of(ProblemCodes.InvalidJson, detail, place, JsonPlace.LineOf(json)) with { Remedy = remedy };

    private static string Listed(string[] names)
        => names.Length == 1 ? $"'{names[0]}'" : $"{string.Join(", ", names[..^1].Select(name => $"'{name}'"))} and '{names[^1]}'";

    [GeneratedRegex("missing required properties including: ('(?<member>[^']*)'[^']*)+", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Missing();

    [GeneratedRegex("^The (constructor parameter|property or field) '[^']*' on type '[^']*' doesn't allow (setting )?null", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex NotNull();

    [GeneratedRegex("^Duplicate property '(?<member>.*)' encountered", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Twice();

    [GeneratedRegex("The JSON property '(?<member>.*)' could not be mapped", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex Unknown();

    [GeneratedRegex(@"(type )?'(Pathways|System|Microsoft)\.[^']*'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 200)]
    private static partial Regex ClrName();
}
