using System.CommandLine;
using Pathways.Cli.Audit;
using Pathways.EventStore.Integrity;

namespace Pathways.Cli.Commands;

/// <summary>
/// <c>audit heads keep</c>: an auditor's own copy of the signed heads. Each new head is proved to continue the last one that
/// was kept, so keeping them is itself a check, and costs a few hashes however long the log is.
/// </summary>
internal static class HeadsCommand
{
    private static readonly Argument<string> Place = new("place")
    {
        Description = $"A folder (one file per service) or a file ending in {KeptHeads.Extension} (all services); outside of this machine is best. It only grows.",
    };

    public static Command Create() => new Command("heads", "Signed heads of the logs, to be kept elsewhere.").With(
        new Command("keep", "Add the newest heads to those you keep, after proving that they continue them.").With(Place).Runs(KeepAsync));

    private static async Task<int> KeepAsync(ParseResult parse, Door door, Terminal terminal, CancellationToken cancellation)
    {
        var place = parse.GetValue(Place)!;
        bool isFile = place.EndsWith(KeptHeads.Extension, StringComparison.Ordinal);
        var kept = File.Exists(place) || Directory.Exists(place) ? KeptHeads.Read(place) : null;
        var answers = new List<KeptAnswer>();
        foreach (var service in SystemServices.WithLog)
            answers.Add(await KeepAsync(new RunningLogs(door), service, kept, isFile ? place : Path.Combine(place, service + KeptHeads.Extension), cancellation));
        terminal.Answer(answers, () => terminal.Table(
            ["service", "added", "size", "verdict"], answers.Select(a => (string[])[a.Service, $"{a.Added}", $"{a.Size}", a.Fault?.Message ?? "continues what was kept"])));
        return answers.TrueForAll(answer => answer.Fault is null) ? 0 : 1;
    }

    private static async Task<KeptAnswer> KeepAsync(RunningLogs logs, string service, KeptHeads? kept, string file, CancellationToken cancellation)
    {
        var (key, _) = await logs.HeadsAsync(service, long.MaxValue, cancellation);
        var before = kept?.Of(key.Name);
        var last = before is { Notes.Count: > 0 } ? before.Key.Open(before.Notes[^1]) : null;
        long size = last?.Size ?? 0;
        if (before is not null && before.Key != key) return new(service, 0, size, new(0, LogFaultKind.KeyChanged, "The log has another key than the one that was kept."));
        if (await logs.SignAsync(service, cancellation) is { } behind) return new(service, 0, size, behind);
        var (_, notes) = await logs.HeadsAsync(service, size, cancellation);
        if (notes.Count == 0)
        {
            bool reached = last is null || (await logs.HeadsAsync(service, size - 1, cancellation)).Notes is [var same] && key.Open(same)?.Root.AsSpan().SequenceEqual(last.Root) == true;
            return new(service, 0, size, reached ? null : new(size, LogFaultKind.TailMissing, $"The log does not have the head of size {size} that was kept."));
        }

        if (key.Open(notes[^1]) is not { } newest) return new(service, 0, size, new(0, LogFaultKind.HeadForged, "The newest head is not signed by the log's key."));
        if (last is not null && !MerkleProof.VerifyConsistency(last.Size, last.Root, newest.Size, newest.Root, await logs.ConsistencyAsync(service, last.Size, newest.Size, cancellation)))
            return new(service, 0, size, new(1, LogFaultKind.Rewritten, $"The log of size {newest.Size} does not begin with the one of size {last.Size} that was kept."));
        KeptHeads.Append(file, before, key, notes);
        return new(service, notes.Count, newest.Size, null);
    }

    private sealed record KeptAnswer(string Service, int Added, long Size, LogFault? Fault);
}
