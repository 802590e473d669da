using System.ComponentModel;
using Pathways.Access.Clients;
using Pathways.Access.Tenants;
using Pathways.WebDefaults;

namespace Pathways.Access.Api;

/// <summary>Operators add institutions, and see which there are.</summary>
public static class TenantEndpoints
{
    public static void MapTenants(this IEndpointRouteBuilder routes)
    {
        var tenants = routes.MapGroup("/access/tenants").WithTags("tenants").RequireScope(Scopes.Operator);
        tenants.MapPost("", AddAsync).Produces<TenantView>().WithSummary("Add an institution. Adding it again changes nothing.");
        tenants.MapGet("", async (TenantDirectory directory, CancellationToken cancellation) => TypedResults.Ok(new TenantList([.. await directory.AllAsync(cancellation)])))
            .WithSummary("The institutions that there are.");
    }

    private static async Task<IResult> AddAsync(AddTenant request, HttpContext http, TenantDirectory tenants, CommandEndpoint commands)
    {
        http.ActFor(ClientDirectory.Tenant);
        bool isKnown = await tenants.HasAsync(request.Tenant, http.RequestAborted);
        bool added = false;
        return await commands.RunAsync(
            http, Tenant.StreamOf(request.Tenant), Tenant.Decider,
            isThere =>
            {
                var decision = Tenant.Add(isThere || isKnown, request.Tenant);
                added = decision.Events.Length > 0;
                return decision;
            },
            (_, _) => new TenantView(request.Tenant, added));
    }
}

public sealed record AddTenant([property: Description("A slug: lower case letters, digits and '-', at most 63")] string Tenant);

public sealed record TenantView(string Tenant, [property: Description("False: it was there already, and nothing has changed")] bool Added);

public sealed record TenantList(IReadOnlyList<string> Tenants);
