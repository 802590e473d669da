using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Pathways.WebDefaults;

/// <summary>A strong ETag is the stream's version.</summary>
public static class ETags
{
    public static string Of(long version) => string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");

    internal static bool IsConditional(HttpRequest request) => request.Headers.ContainsKey(HeaderNames.IfMatch);

    /// <summary>What If-Match asks for: null when it asks for nothing. A tag that is not ours is met by no version.</summary>
    internal static Precondition? IfMatch(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(HeaderNames.IfMatch, out var values)) return null;
        if (!EntityTagHeaderValue.TryParseStrictList(values, out var tags) || tags.Count == 0) return Precondition.Never;
        if (tags.Any(tag => tag.Tag == "*")) return Precondition.Exists;
        var versions = new HashSet<long>();
        foreach (var tag in tags)
        {
            // A weak tag never matches (RFC 9110, 13.1.1): If-Match compares strongly.
            if (tag.IsWeak || !long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out long version))
                return Precondition.Never;
            versions.Add(version);
        }
        return new Precondition(version => versions.Contains(version));
    }
}

internal sealed record Precondition(Func<long, bool> IsMetBy)
{
    public static readonly Precondition Exists = new(version => version > 0);

    public static readonly Precondition Never = new(_ => false);
}
