using System.CommandLine;

namespace Pathways.Cli.Commands;

internal static class VerifyCommand
{
    public static Command Create() => new("verify", "Check every service's log: each hash, each position, nothing missing.");
}
