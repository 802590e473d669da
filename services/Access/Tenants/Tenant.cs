using Pathways.Kernel;

namespace Pathways.Access.Tenants;

/// <summary>An operator has added an institution. Its name is in every token for it, so it never changes.</summary>
public sealed record TenantAdded(string Tenant);

/// <summary>An institution that there is: nobody gets a token for another.</summary>
public static class Tenant
{
    public const string Prefix = "tenant-";

    public static Decider<bool> Decider { get; } = new(Initial: false, static (_, _) => true);

    public static string StreamOf(string tenant) => Prefix + tenant;

    /// <summary>A mistyped tenant would otherwise be an institution of its own, in which everything is missing.</summary>
    public static Rejection Unknown(string tenant) => Rejection.Invalid(
        "tenant-unknown", $"There is no tenant '{tenant}'.",
        "Correct the name: GET /access/tenants (deploy/pathways tenant list) tells which there are, and POST /access/tenants (deploy/pathways tenant add NAME) adds one.", "/tenant");

    public static Rejection UnknownInQuery(string tenant) => Unknown(tenant) with { Place = "tenant" };

    /// <summary>Adding it again changes nothing.</summary>
    public static Decision Add(bool isThere, string tenant)
        => !TenantName.IsValid(tenant) ? TenantName.Invalid : isThere ? Decision.Nothing : Decision.Accept(new TenantAdded(tenant));
}
