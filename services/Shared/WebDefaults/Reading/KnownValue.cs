using System.Text.Json;
using Pathways.Kernel;

namespace Pathways.WebDefaults;

/// <summary>A value to filter by that nothing can ever have is refused: a mistyped one would answer an empty list.</summary>
public static class KnownValue
{
    /// <summary>Null when it is not given, or one of the names of <typeparamref name="TEnum"/>; its default means nothing yet, and is in no list.</summary>
    public static Rejection? Refuse<TEnum>(string parameter, string? value)
        where TEnum : struct, Enum
    {
        string[] known = [.. Enum.GetValues<TEnum>().Where(each => !each.Equals(default(TEnum))).Select(each => JsonNamingPolicy.CamelCase.ConvertName(each.ToString()))];
        return string.IsNullOrEmpty(value) || known.Contains(value, StringComparer.Ordinal)
            ? null
            : Rejection.Invalid(ProblemCodes.InvalidRequest.Code, $"'{value}' is no value of '{parameter}'.", $"Ask for one of {string.Join(", ", known)}, or leave it out.", parameter);
    }
}
