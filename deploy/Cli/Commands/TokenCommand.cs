using System.CommandLine;

namespace Pathways.Cli.Commands;

/// <summary><c>token --tenant T --role R</c>: a short-lived access token to try the API with.</summary>
internal static class TokenCommand
{
    private static readonly Option<string> Role = new("--role")
    {
        Description = $"What the token is for: {string.Join(", ", Roles.Names)}.",
        DefaultValueFactory = _ => "registrar",
    };

    public static Command Create() => new Command("token", "Print an access token for one institution.")
        .With(Shared.Tenant, Role)
        .Runs(async (parse, door, terminal, cancellation) =>
        {
            var role = parse.GetValue(Role)!;
            var scopes = Roles.ScopesOf(role) ?? throw new ProblemException(new Problem(
                "unknown-role", 400, $"There is no role '{role}'", null, $"Use one of: {string.Join(", ", Roles.Names)}."));
            var tenant = parse.GetValue(Shared.Tenant)!.Trim();
            if (tenant is "" or Door.AllTenants)
                throw new ProblemException(new Problem("tenant-required", 400, "The token is to be for one institution", $"'{tenant}' is none.", "Name one: deploy/pathways tenant list shows them."));
            var token = await door.TokenAsync(tenant, scopes, cancellation);
            terminal.Answer(token, () => terminal.Line((string)token["access_token"]!));
            return 0;
        });
}
