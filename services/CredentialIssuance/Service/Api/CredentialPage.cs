using System.Globalization;
using System.Text.Encodings.Web;
using Pathways.CredentialIssuance.Domain;
using Pathways.CredentialIssuance.Domain.Achievements;
using Pathways.CredentialIssuance.Domain.Issuers;

namespace Pathways.CredentialIssuance.Api;

/// <summary>A credential's page for people. Everything that anybody wrote is encoded; there is no script.</summary>
internal static class CredentialPage
{
    public static string Write(Credential credential, AchievementDefinition achievement, IssuerProfile issuer, bool hasRecord)
    {
        var issued = credential.Issued!;
        string path = PathOf(issued.CredentialIri);
        string image = $"{PathOf(issued.AchievementIri)}/v/{issued.AchievementVersion}/image";
        return PublicPage.Write(issued.AchievementName,
            $"""
            <img src="{Text(image)}" alt="">
            <h1>{Text(issued.AchievementName)}</h1>
            <p>{Text(achievement.Description)}
            <dl>
            <dt>Status<dd class="{Text(StatusOf(credential))}">{Text(StatusOf(credential))}{(credential.Reason is { } reason ? ": " + Text(reason) : "")}
            <dt>Criteria<dd>{Text(achievement.Criteria)}
            <dt>Issued by<dd>{(IsLink(issuer.Url) ? $"<a rel=\"nofollow noopener\" href=\"{Text(issuer.Url!)}\">{Text(issuer.Name)}</a>" : Text(issuer.Name))}<br><code>{Text(issued.Issuer)}</code>
            <dt>Issued on<dd>{Date(issued.ValidFrom)}
            <dt>Valid until<dd>{(issued.ValidUntil is { } until ? Date(until) : "further notice")}
            <dt>Credit<dd>{(issued.Credit is { } credit ? $"{credit.ToString(CultureInfo.InvariantCulture)} {Text(issued.CreditUnit ?? "")}" : "none stated")}
            </dl>
            <form action="{Text(path)}/verification"><button>Verify now</button></form>
            <p>Take it along: <a href="{Text(path)}.png">picture (PNG)</a>, <a href="{Text(path)}.svg">picture (SVG)</a>{(issued.Jwt is null ? "" : $", <a href=\"{Text(path)}.jwt\">token (JWT)</a>")}{(hasRecord ? $", <a href=\"{Text(path)}/clr\">with all its parts (CLR)</a>" : "")};
            as JSON it stands at this same address, for those who ask for JSON.
            """);
    }

    private static string StatusOf(Credential credential) => credential.Status.ToString().ToLowerInvariant();

    private static string Date(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool IsLink(string? url) => Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "https" or "http";

    internal static string PathOf(string iri) => new Uri(iri).AbsolutePath;

    internal static string Text(string text) => HtmlEncoder.Default.Encode(text);
}

/// <summary>The frame of the public pages.</summary>
internal static class PublicPage
{
    private const string Style =
        "body{font:1.1rem/1.5 system-ui;max-width:42rem;margin:2rem auto;padding:0 1rem}img{width:12rem;display:block}"
        + "dt{color:#555}dd{margin:0 0 .7rem}code{font-size:.85em;overflow-wrap:anywhere}table{border-collapse:collapse;width:100%}"
        + "td,th{text-align:left;vertical-align:top;padding:.3rem .6rem .3rem 0;border-top:1px solid #ddd}"
        + ".valid,.yes{color:#156b2c}.suspended,.revoked,.expired,.no{color:#a11616;font-weight:600}";

    public static string Write(string title, string body) =>
        $"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{CredentialPage.Text(title)}</title>
        <style>{Style}</style>
        {body}
        </html>
        """;
}
