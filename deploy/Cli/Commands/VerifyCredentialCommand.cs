using System.CommandLine;
using System.Text.Json.Nodes;

namespace Pathways.Cli.Commands;

/// <summary><c>verify FILE</c>: a credential of any issuer, each check with its verdict. Exit code 0 when it verifies.</summary>
internal static class VerifyCredentialCommand
{
    private static readonly Argument<FileInfo> File = new("file")
    {
        Description = "Open Badges 3.0 or 2.0, CLR 2.0, Verifiable Credentials 2.0 or 1.1: JSON, a token, a baked PNG or SVG, or the address of a hosted badge as its text.",
    };

    public static Command Create() => new Command("verify", "Verify a credential of any issuer: who signed it, is it unchanged, does it still stand. The running system does it (deploy/up).")
        .With(File).Runs(async (parse, door, terminal, cancellation) =>
        {
            byte[] credential = await NamedFiles.ReadAsync(parse.GetValue(File)!.FullName, cancellation);
            var answer = (await door.PostOpenAsync("verify", credential, "application/octet-stream", cancellation))!;
            terminal.Answer(answer, () => Show(terminal, answer, indent: ""));
            return (bool)answer["verified"]! ? 0 : 1;
        });

    private static void Show(Terminal terminal, JsonNode answer, string indent)
    {
        string name = (string?)answer["name"] ?? (string?)answer["credentialId"] ?? "a document";
        terminal.Line($"{indent}{name} ({answer["format"]}), issued by {(string?)answer["issuer"] ?? "nobody named"}: {((bool)answer["verified"]! ? "verified" : "NOT VERIFIED")}");
        foreach (var check in answer["checks"]!.AsArray())
        {
            bool passed = (bool)check!["passed"]!;
            terminal.Line($"{indent}  {(passed ? "passed" : "FAILED")}  {check["name"]}: {check["finding"]}");
            if (!passed && (string?)check["whatToDo"] is { } advice) terminal.Line($"{indent}          {advice}");
        }

        foreach (var part in answer["parts"]!.AsArray()) Show(terminal, part!, indent + "    ");
    }
}
