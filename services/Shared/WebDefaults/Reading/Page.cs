using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Pathways.Kernel;

namespace Pathways.WebDefaults;

/// <summary>One page of a list.</summary>
/// <param name="Next">The cursor for <c>?after=</c>; absent on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>What a request asks for of a list: <c>?after=</c> (opaque) and <c>?limit=</c>.</summary>
/// <param name="After">The sort key of the last item the caller has; null from the start.</param>
public sealed record PageRequest(string? After, int Limit)
{
    public const int MaxLimit = 200;
    public const int DefaultLimit = 50;

    private static Rejection Foreign => Rejection.Invalid(ProblemCodes.InvalidCursor.Code, "after is not a cursor of ours.", ProblemCodes.InvalidCursor.Remedy, "after");

    /// <summary>Where the list is in the order of ids; they begin after the empty one.</summary>
    public Guid AfterId => After is null ? Guid.Empty : Guid.Parse(After, CultureInfo.InvariantCulture);

    /// <summary>Of a list in the order of ids.</summary>
    public static Result<PageRequest> FromIds(HttpRequest request)
    {
        var page = From(request);
        return page.IsAccepted && page.Value.After is { } after && !Guid.TryParse(after, CultureInfo.InvariantCulture, out _) ? Foreign : page;
    }

    public static Result<PageRequest> From(HttpRequest request)
    {
        string limitText = request.Query["limit"].ToString();
        int limit = DefaultLimit;
        if (limitText.Length > 0 && (!int.TryParse(limitText, out limit) || limit is < 1 or > MaxLimit))
            return Rejection.Invalid(ProblemCodes.InvalidRequest.Code, $"limit is a whole number from 1 to {MaxLimit}.", "Correct it, or leave it out.", "limit");
        string cursor = request.Query["after"].ToString();
        if (cursor.Length == 0) return new PageRequest(After: null, limit);
        return Decode(cursor) is { } after ? new PageRequest(after, limit) : Foreign;
    }

    /// <summary>The answer for items that were read with <c>limit + 1</c>, so that the last page is known as such.</summary>
    public IResult Answer<T>(HttpContext http, IReadOnlyList<T> itemsAndOneMore, Func<T, string> sortKey)
    {
        if (itemsAndOneMore.Count <= Limit) return TypedResults.Ok(new Page<T>(itemsAndOneMore, Next: null));
        var items = itemsAndOneMore.Take(Limit).ToList();
        string next = Encode(sortKey(items[^1]));
        var query = new QueryBuilder(http.Request.Query.Where(pair => pair.Key != "after")) { { "after", next } };
        http.Response.Headers.Link = $"<{http.Request.PathBase}{http.Request.Path}{query.ToQueryString()}>; rel=\"next\"";
        return TypedResults.Ok(new Page<T>(items, next));
    }

    private static string Encode(string sortKey) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(sortKey));

    private static string? Decode(string cursor)
    {
        if (!Base64Url.IsValid(cursor)) return null;
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
