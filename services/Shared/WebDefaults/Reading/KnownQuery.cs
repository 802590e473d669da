using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Pathways.Kernel;

namespace Pathways.WebDefaults;

/// <summary>A parameter of the query that a route reads by hand, beyond those of its handler.</summary>
public sealed record QueryParameter(string Name, string Description, bool IsNumber = false, bool IsRequired = false);

/// <summary>
/// A parameter that a route does not know is refused: ignored, a mistyped filter would answer the whole list. Which ones a route
/// knows is in its metadata: the parameters of its handler, and what it says that it reads by hand. Routes for everybody take any,
/// as links get them appended.
/// </summary>
public static class KnownQuery
{
    private static readonly QueryParameter[] OfPage =
    [
        new("after", "The cursor from the page before, its `next`; without it the list begins at its beginning"),
        new("limit", "How many items at most, 1 to 200; 50 without it", IsNumber: true),
    ];

    private static readonly ConditionalWeakTable<Endpoint, string[]> Names = [];

    public static TBuilder ReadsQuery<TBuilder>(this TBuilder route, string name, string description, bool isNumber = false, bool isRequired = false)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata(new QueryParameter(name, description, isNumber, isRequired));

    /// <summary>It reads <see cref="PageRequest"/>.</summary>
    public static TBuilder ReadsPage<TBuilder>(this TBuilder route)
        where TBuilder : IEndpointConventionBuilder
        => route.WithMetadata([.. OfPage]);

    /// <summary>All that the route knows; null when it takes any.</summary>
    public static IReadOnlyCollection<string>? Of(Endpoint route)
        => route.Metadata.GetMetadata<ScopeRequirement>() is null
            ? null
            : Names.GetValue(route, static known => [.. OfHandler(known).Concat(Declared(known.Metadata).Select(parameter => parameter.Name)).Distinct(StringComparer.OrdinalIgnoreCase)]);

    /// <summary>What the route reads beyond its handler's parameters, for its documentation too.</summary>
    public static IEnumerable<QueryParameter> Declared(IEnumerable<object> metadata)
        => metadata.OfType<QueryParameter>();

    internal static Task RefuseUnknownAsync(HttpContext http, RequestDelegate next)
    {
        if (http.Request.Query.Count == 0 || http.GetEndpoint() is not { } route || Of(route) is not { } known) return next(http);
        if (http.Request.Query.Keys.FirstOrDefault(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase)) is not { } unknown) return next(http);
        return Unknown(unknown, known).ToProblem().ExecuteAsync(http);
    }

    public static Rejection Unknown(string name, IReadOnlyCollection<string> known)
    {
        string there = known.Count == 0 ? "it has none" : $"there are: {string.Join(", ", known)}";
        return Rejection.Invalid(ProblemCodes.UnknownParameter.Code, $"'{name}' is not a parameter of this resource; {there}.", ProblemCodes.UnknownParameter.Remedy, name);
    }

    private static IEnumerable<string> OfHandler(Endpoint route)
    {
        var inPath = (route as RouteEndpoint)?.RoutePattern.Parameters.Select(parameter => parameter.Name).ToList() ?? [];
        return route.Metadata.GetOrderedMetadata<IParameterBindingMetadata>()
            .Where(parameter => parameter.HasTryParse || parameter.ParameterInfo.ParameterType == typeof(string))
            .Select(parameter => parameter.Name)
            .Where(name => !inPath.Contains(name, StringComparer.OrdinalIgnoreCase));
    }
}
