using System.CommandLine;
using System.Text.Json;
using Pathways.Cli.Audit;
using Pathways.EventStore.Integrity;

namespace Pathways.Cli.Commands;

/// <summary>
/// <c>audit heads keep</c>: an auditor's own copy of the signed heads. Each new head is proved to continue the last one that
/// was kept, so keeping them is itself a check, and costs a few hashes however long the log is, and a signature to check for each
/// kept head. Those of a log that its service does not sign any more, because it was cut or rewritten, are kept without a proof: as
/// evidence, before somebody removes them.
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
            answers.Add(await KeepOrTellAsync(new RunningLogs(door), service, kept, isFile ? place : Path.Combine(place, service + KeptHeads.Extension), cancellation));
        terminal.Answer(answers, () => terminal.Table(
            ["service", "added", "size", "verdict"], answers.Select(a => (string[])[a.Service, $"{a.Added}", a.Size is null ? "-" : $"{a.Size}", Words(a)])));
        return answers.TrueForAll(answer => answer.Fault is null) ? 0 : 1;
    }

    /// <summary>One service that is away keeps nobody from keeping the heads of the others.</summary>
    private static async Task<KeptAnswer> KeepOrTellAsync(RunningLogs logs, string service, KeptHeads? kept, string file, CancellationToken cancellation)
    {
        try
        {
            return await KeepAsync(logs, service, kept, file, cancellation);
        }
        catch (Exception refused) when (refused is ProblemException or HttpRequestException or FormatException or JsonException or OperationCanceledException { InnerException: TimeoutException })
        {
            string why = (refused as ProblemException)?.Problem.Line ?? refused.Message;
            return new(service, 0, null, new(0, LogFaultKind.Unreadable, $"{why} Look at deploy/pathways status, and repeat the command."));
        }
    }

    private static async Task<KeptAnswer> KeepAsync(RunningLogs logs, string service, KeptHeads? kept, string file, CancellationToken cancellation)
    {
        var (key, _) = await logs.HeadsAsync(service, long.MaxValue, cancellation);
        var before = kept?.Of(key.Name);
        // Before anything is added: what is damaged is not continued, and heads that follow it would hide since when it is.
        if (before?.Fault() is { } damaged) return new(service, 0, null, damaged with { Message = $"{damaged.Message} Nothing was added to {file}: restore it from a copy, or put it aside as evidence." });
        var last = before is { Notes.Count: > 0 } ? before.Key.Open(before.Notes[^1]) : null;
        long size = last?.Size ?? 0;
        if (before is not null && before.Key != key) return new(service, 0, size, new(0, LogFaultKind.KeyChanged, "The log has another key than the one that was kept."));
        var refusal = await logs.SignAsync(service, cancellation);
        var (_, notes) = await logs.HeadsAsync(service, size, cancellation);
        var signed = notes.Where(note => key.Open(note) is not null).ToList();
        if (refusal is not null)
        {
            // Before whoever mends the log removes them. There is no proof to ask for: the log that they are heads of is gone.
            if (signed.Count > 0) KeptHeads.Append(file, before, key, signed);
            return new(service, signed.Count, signed.Count > 0 ? key.Open(signed[^1])!.Size : size, refusal);
        }
        if (notes.Count == 0)
        {
            bool reached = last is null || (await logs.HeadsAsync(service, size - 1, cancellation)).Notes is [var same] && key.Open(same)?.Root.AsSpan().SequenceEqual(last.Root) == true;
            return new(service, 0, size, First: last is null, Fault: reached ? null : new(size, LogFaultKind.TailMissing, $"The log does not have the head of size {size} that was kept."));
        }

        if (signed.Count < notes.Count) return new(service, 0, size, new(0, LogFaultKind.HeadForged, "A head that the service shows is not signed by the log's key."));
        var newest = key.Open(notes[^1])!;
        if (last is not null && !MerkleProof.VerifyConsistency(last.Size, last.Root, newest.Size, newest.Root, await logs.ConsistencyAsync(service, last.Size, newest.Size, cancellation)))
            return new(service, 0, size, new(1, LogFaultKind.Rewritten, $"The log of size {newest.Size} does not begin with the one of size {last.Size} that was kept."));
        KeptHeads.Append(file, before, key, notes);
        return new(service, notes.Count, newest.Size, null, First: last is null);
    }

    private static string Words(KeptAnswer answer)
        => answer.Fault is { } fault ? fault.Message : !answer.First ? "continues what was kept" : answer.Added > 0 ? "kept for the first time" : "has no heads yet";

    /// <param name="Size">Of the last head that is kept; null when it is damaged, or not known which log it would be of.</param>
    /// <param name="First">There is no fault, and nothing of this log was kept before.</param>
    private sealed record KeptAnswer(string Service, int Added, long? Size, LogFault? Fault, bool First = false);
}
