using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pathways.WebDefaults;

/// <summary>Reads of learners' records, recorded before they are answered; those of systems in the background within a second after.</summary>
public static class Disclosure
{
    /// <summary>
    /// The route shows records of learners, and says of whom (<see cref="Disclose(HttpContext, IEnumerable{string})"/>). Each read becomes
    /// an event; a read that cannot be recorded is not answered, save in the background.
    /// </summary>
    /// <param name="usualPurpose">What the route is for; recorded when the caller states nothing else.</param>
    /// <param name="inBackground">
    /// For what systems read all the time: to a system (<see cref="Caller.IsStaff"/> is false) that states no purpose, the answer does not
    /// wait for the event, and its reads within a second are one. A crash may lose the events of its last second.
    /// </param>
    public static TBuilder RecordsDisclosure<TBuilder>(this TBuilder route, string usualPurpose, bool inBackground = false)
        where TBuilder : IEndpointConventionBuilder
        => route.ReadsPurpose().AddEndpointFilter(async (invocation, next) =>
        {
            var http = invocation.HttpContext;
            var purpose = Purpose.Of(http, usualPurpose);
            if (!purpose.IsAccepted) return Problem.From(purpose.Rejection);
            var shown = new ShownLearners();
            http.Features.Set(shown);
            object? answer = await next(invocation);
            if (answer is IStatusCodeHttpResult { StatusCode: >= StatusCodes.Status400BadRequest }) return answer;
            foreach (var (tenant, learners) in shown.ByTenant) await RecordAsync(http, tenant, learners, purpose.Value, inBackground);
            return answer;
        });

    /// <summary>The answer will show records of these learners of the caller's institution.</summary>
    public static void Disclose(this HttpContext http, IEnumerable<string> learners) => http.Disclose(http.Caller().Tenant, learners);

    public static void Disclose(this HttpContext http, string tenant, IEnumerable<string> learners)
    {
        var shown = http.Features.Get<ShownLearners>() ?? throw new InvalidOperationException("The route shows learners' records and does not say RecordsDisclosure.");
        foreach (string learner in learners) shown.Add(tenant, learner);
    }

    /// <summary>An answer that goes on for as long as somebody listens is about to show records of these learners.</summary>
    public static Task DiscloseAsync(this HttpContext http, Purpose purpose, IEnumerable<string> learners)
        => RecordAsync(http, http.Caller().Tenant, [.. learners.Distinct().Order(StringComparer.Ordinal)], purpose, mayFollow: true);

    private static Task RecordAsync(HttpContext http, string tenant, IReadOnlyList<string> learners, Purpose purpose, bool mayFollow)
    {
        var caller = http.Caller();
        return http.RequestServices.GetRequiredService<DisclosureLog>().RecordAsync(
            tenant,
            new LearnerRecordDisclosed(
                learners, purpose.Code, purpose.Stated, caller.ClientId, caller.Actor, (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText ?? "",
                http.CorrelationId(), http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow()),
            inBackground: mayFollow && !purpose.Stated && !caller.IsStaff,
            http.RequestAborted);
    }

    private sealed class ShownLearners
    {
        private readonly Dictionary<string, HashSet<string>> _learners = [];

        public IEnumerable<(string Tenant, IReadOnlyList<string> Learners)> ByTenant
            => _learners.Select(tenant => (tenant.Key, (IReadOnlyList<string>)[.. tenant.Value.Order(StringComparer.Ordinal)]));

        public void Add(string tenant, string learner)
        {
            if (!_learners.TryGetValue(tenant, out var learners)) _learners[tenant] = learners = [];
            learners.Add(learner);
        }
    }
}
