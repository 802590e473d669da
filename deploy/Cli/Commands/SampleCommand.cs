using System.CommandLine;

namespace Pathways.Cli.Commands;

internal static class SampleCommand
{
    public static Command Create() => new("sample", "The sample institutions.");
}
