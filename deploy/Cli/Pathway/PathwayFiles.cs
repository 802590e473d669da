using Pathways.Kernel;
using Pathways.PathwayStacking.Authoring;

namespace Pathways.Cli.Pathway;

/// <summary>Files that a person names; what can't be read is a problem with its place.</summary>
internal static class PathwayFiles
{
    public static bool IsYaml(FileInfo file) => file.Extension is ".yaml" or ".yml";

    public static async Task<PathwayContent> ReadAsync(FileInfo file, CancellationToken cancellation)
        => Accepted(PathwayFile.Read(await NamedFiles.ReadAsync(file.FullName, cancellation), IsYaml(file)), file.Name);

    public static async Task<HeldByLearner> ReadEvidenceAsync(IReadOnlyList<FileInfo> files, string? learner, CancellationToken cancellation)
    {
        var read = new List<(ReadOnlyMemory<byte>, bool)>();
        foreach (var file in files) read.Add((await NamedFiles.ReadAsync(file.FullName, cancellation), IsYaml(file)));
        return Accepted(EvidenceFile.Read(read, learner), string.Join(", ", files.Select(file => file.Name)));
    }

    private static T Accepted<T>(Result<T> result, string file) => result.IsAccepted
        ? result.Value
        : throw new ProblemException(new Problem(
            result.Rejection.Code, 400, $"{file} can't be read", result.Rejection.Message, result.Rejection.Remedy, result.Rejection.Place));
}
