using System.Text.Encodings.Web;
using Pathways.CredentialIssuance.Domain;

namespace Pathways.CredentialIssuance.Api;

/// <summary>A credential's page for people. Everything that anybody wrote is encoded; there is no script.</summary>
internal static class CredentialPage
{
    public static string Write(Credential credential)
    {
        var issued = credential.Issued!;
        string status = credential.Status.ToString();
        return $"""
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>{Text(issued.AchievementName)}</title>
            <style>body{"{"}font:1.1rem/1.5 system-ui;max-width:42rem;margin:3rem auto;padding:0 1rem{"}"}dt{"{"}color:#666{"}"}dd{"{"}margin:0 0 .7rem{"}"}</style>
            <h1>{Text(issued.AchievementName)}</h1>
            <dl>
            <dt>Status<dd>{Text(status)}{(credential.Reason is { } reason ? ": " + Text(reason) : "")}
            <dt>Issued by<dd>{Text(issued.Issuer)}
            <dt>Issued on<dd>{issued.ValidFrom:yyyy-MM-dd}
            <dt>Valid until<dd>{(issued.ValidUntil is { } until ? until.ToString("yyyy-MM-dd") : "further notice")}
            <dt>Credit<dd>{(issued.Credit is { } credit ? $"{credit} {Text(issued.CreditUnit ?? "")}" : "none stated")}
            <dt>Credential<dd><a href="{Text(issued.CredentialIri)}.jwt">as JWT</a>, or as JSON at <code>{Text(issued.CredentialIri)}</code>
            </dl>
            </html>
            """;
    }

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);
}
