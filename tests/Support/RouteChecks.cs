using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Pathways.WebDefaults;

namespace Pathways.Tests.Support;

/// <summary>What must hold for every route of every service, generated from the routes that it has. They answer what does not hold.</summary>
public static class RouteChecks
{
    private const string Tenant = "utah-state";

    /// <summary>Every route × {no token, a token with every other scope, a token with one right scope}: 401, 403, neither.</summary>
    public static async Task<IReadOnlyList<string>> AuthorizationAsync(ServiceUnderTest service, params (string Name, string Value)[] headers)
    {
        var wrong = new List<string>();
        foreach (var (route, method, path) in Calls(service))
        {
            if (route.Metadata.GetMetadata<IAllowAnonymous>() is not null) continue;
            var needed = route.Metadata.GetMetadata<ScopeRequirement>()?.AnyOf ?? [];
            await ExpectAsync("no token", [], status => status is HttpStatusCode.Unauthorized);
            await ExpectAsync("other scopes", [.. Scopes.All.Except(needed)], status => status is HttpStatusCode.Forbidden);
            foreach (string scope in needed)
            {
                await ExpectAsync(scope, [scope], status => status is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
                    && status < HttpStatusCode.InternalServerError);
            }

            async Task ExpectAsync(string with, string[] scopes, Func<HttpStatusCode, bool> holds)
            {
                using var http = service.Client(Tenant, scopes);
                // A stream of events begins and does not end: the headers are answer enough.
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                foreach (var (name, value) in headers) request.Headers.Add(name, value);
                using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
                if (!holds(answer.StatusCode)) wrong.Add($"{method} {path} with {with}: {(int)answer.StatusCode}");
            }
        }
        return wrong;
    }

    /// <summary>Every request type refuses a member that it does not have, and says where.</summary>
    public static async Task<IReadOnlyList<string>> UnknownMembersAsync(ServiceUnderTest service, params (string Name, string Value)[] headers)
    {
        var wrong = new List<string>();
        foreach (var (route, method, path, _) in CallsWithJson(service))
        {
            var answer = await SendJsonAsync(service, route, method, path, """{"surelyNotAMember":1}""", headers);
            bool holds = answer.ProblemCode == ProblemCodes.InvalidJson.Code && answer.Json.GetProperty("place").GetString() == "/surelyNotAMember";
            if (!holds) wrong.Add($"{method} {path}: {answer}");
        }
        return wrong;
    }

    /// <summary>Whatever is missing or null: the caller is told its own members, not our names of types; bad JSON is told with its place.</summary>
    public static async Task<IReadOnlyList<string>> TypeNamesAsync(ServiceUnderTest service, params (string Name, string Value)[] headers)
    {
        var wrong = new List<string>();
        foreach (var (route, method, path, type) in CallsWithJson(service))
        {
            string[] nulls = [.. type.GetProperties().Select(member => $$"""{"{{JsonNamingPolicy.CamelCase.ConvertName(member.Name)}}":null}""")];
            foreach (string json in nulls.Prepend("{}"))
            {
                var answer = await SendJsonAsync(service, route, method, path, json, headers);
                bool holds = answer.Status < HttpStatusCode.InternalServerError
                    && (answer.ProblemCode != ProblemCodes.InvalidJson.Code || (answer.Json.TryGetProperty("place", out var place) && place.GetString()?.StartsWith('/') == true))
                    && !OurNames.Any(name => answer.Body.Contains(name, StringComparison.Ordinal));
                if (!holds) wrong.Add($"{method} {path} with {json}: {answer}");
            }
        }
        return wrong;
    }

    private static readonly string[] OurNames = ["Pathways.", "System.", "JSON deserialization", "constructor parameter", "nullability"];

    /// <summary>Not those routes that read the body themselves, which they declare as bytes: they have rules of their own.</summary>
    private static IEnumerable<(RouteEndpoint Route, string Method, string Path, Type Type)> CallsWithJson(ServiceUnderTest service)
        => from call in Calls(service)
           let accepts = call.Route.Metadata.GetMetadata<IAcceptsMetadata>()
           where accepts?.ContentTypes.Contains("application/json") == true && accepts.RequestType != typeof(byte[])
           where call.Route.Metadata.GetMetadata<ScopeRequirement>() is not null
           select (call.Route, call.Method, call.Path, accepts.RequestType!);

    private static async Task<Answer> SendJsonAsync(ServiceUnderTest service, RouteEndpoint route, string method, string path, string json, (string Name, string Value)[] headers)
    {
        using var http = service.Client(Tenant, route.Metadata.GetRequiredMetadata<ScopeRequirement>().AnyOf[0]);
        using var content = new StringContent(json, MediaTypeHeaderValue.Parse("application/json"));
        return await http.SendAsync(new HttpMethod(method), path, content, headers);
    }

    /// <summary>Every route that needs a token refuses a parameter that it does not know, names it, and names those that it knows.</summary>
    public static async Task<IReadOnlyList<string>> UnknownParametersAsync(ServiceUnderTest service, params (string Name, string Value)[] headers)
    {
        var wrong = new List<string>();
        foreach (var (route, method, path) in Calls(service))
        {
            if (route.Metadata.GetMetadata<ScopeRequirement>() is not { } requirement || method == "HEAD") continue;
            using var http = service.Client(Tenant, requirement.AnyOf[0]);
            var answer = await http.SendAsync(new HttpMethod(method), path + "?surelyNotAParameter=1", content: null, headers);
            bool holds = answer.ProblemCode == ProblemCodes.UnknownParameter.Code && answer.Json.GetProperty("place").GetString() == "surelyNotAParameter"
                && KnownQuery.Of(route)!.All(name => answer.Json.GetProperty("detail").GetString()!.Contains(name, StringComparison.Ordinal));
            if (!holds) wrong.Add($"{method} {path}: {answer}");
        }
        return wrong;
    }

    /// <summary>
    /// What a route reads of the query it knows; otherwise its own parameters would be refused. Seen by watching what is read while
    /// every route is called.
    /// </summary>
    public static async Task<IReadOnlyList<string>> UndeclaredParametersAsync(ServiceUnderTest service, WatchedQuery watched, params (string Name, string Value)[] headers)
    {
        foreach (var (route, method, path) in Calls(service))
        {
            if (route.Metadata.GetMetadata<ScopeRequirement>() is not { } requirement) continue;
            using var http = service.Client(Tenant, requirement.AnyOf[0]);
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            foreach (var (name, value) in headers) request.Headers.Add(name, value);
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        return
        [
            .. from read in watched.Read
               let known = KnownQuery.Of(read.Route)
               where known is not null && !known.Contains(read.Name, StringComparer.OrdinalIgnoreCase)
               select $"{read.Route.DisplayName} reads {read.Name}",
        ];
    }

    /// <summary>The OpenAPI document lists every route, apart from itself and the health pages.</summary>
    public static async Task<IReadOnlyList<string>> UndocumentedAsync(ServiceUnderTest service)
    {
        string name = service.Services.GetRequiredService<ServiceDefinition>().Name;
        using var http = service.Client();
        var paths = (await http.ReadAsync($"/{name}/openapi.json")).Json.GetProperty("paths");
        var documented = paths.EnumerateObject()
            .SelectMany(path => path.Value.EnumerateObject().Select(operation => $"{operation.Name.ToUpperInvariant()} {path.Name}"))
            .ToHashSet(StringComparer.Ordinal);
        string[] own = ["GET /alive", "GET /health", "GET /{documentName}/openapi.json"];
        return
        [
            .. from route in service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
               from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
               let told = $"{method} /{string.Join('/', route.RoutePattern.PathSegments.Select(TemplateOf))}"
               where method != "HEAD" && !documented.Contains(told) && !own.Contains(told)
               select told,
        ];
    }

    private static string TemplateOf(RoutePatternPathSegment segment) => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        _ => "",
    }));

    /// <summary>Never none: a check of nothing would hold.</summary>
    private static IReadOnlyList<(RouteEndpoint Route, string Method, string Path)> Calls(ServiceUnderTest service)
    {
        (RouteEndpoint Route, string Method, string Path)[] calls =
        [
            .. from route in service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
               from method in route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
               select (route, method, PathOf(route)),
        ];
        return calls.Length > 0 ? calls : throw new InvalidOperationException("The service has no routes.");
    }

    private static string PathOf(RouteEndpoint route) => "/" + string.Join('/', route.RoutePattern.PathSegments.Select(segment => string.Concat(
        segment.Parts.Select(part => part switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternSeparatorPart separator => separator.Content,
            RoutePatternParameterPart parameter => SampleOf(parameter),
            _ => "x",
        }))));

    private static string SampleOf(RoutePatternParameterPart parameter)
        => parameter.ParameterPolicies.Select(policy => policy.Content).FirstOrDefault() switch
        {
            "guid" => "01999999-0000-7000-8000-000000000001",
            "int" or "long" => 1.ToString(CultureInfo.InvariantCulture),
            _ => "unknown",
        };
}
