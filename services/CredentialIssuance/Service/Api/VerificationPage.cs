using System.Text;
using Pathways.CredentialIssuance.Domain.Awarding;
using Pathways.CredentialIssuance.Verifying;
using static Pathways.CredentialIssuance.Api.CredentialPage;

namespace Pathways.CredentialIssuance.Api;

/// <summary>What was checked just now, for people.</summary>
internal static class VerificationPage
{
    public static string Write(CredentialIssued issued, VerifyAnswer answer)
    {
        var rows = new StringBuilder();
        foreach (var check in answer.Checks)
        {
            rows.Append($"<tr><td class=\"{(check.Passed ? "yes" : "no")}\">{(check.Passed ? "✓" : "✗")}<td>{Text(check.Name)}<td>{Text(check.Finding)}");
            if (check.WhatToDo is { } advice) rows.Append($"<br>{Text(advice)}");
            rows.Append('\n');
        }

        return PublicPage.Write($"Verification of {issued.AchievementName}",
            $"""
            <h1>{(answer.Verified ? "It verifies" : "It does not verify")}</h1>
            <p><a href="{Text(PathOf(issued.CredentialIri))}">{Text(issued.AchievementName)}</a>, checked just now.
            You need not take our word for it: any verifier of Open Badges 3.0 can check the same document.
            <table><tr><th><th>Check<th>Finding
            {rows}</table>
            """);
    }
}
