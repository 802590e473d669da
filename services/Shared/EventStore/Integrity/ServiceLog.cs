namespace Pathways.EventStore.Integrity;

/// <summary>One service's whole log as it is handed to somebody who trusts nobody.</summary>
/// <param name="Key">Null for a service that signs no heads.</param>
/// <param name="Notes">The checkpoints that it has signed.</param>
/// <param name="Head">What it says of itself; read before the entries, so what is sealed meanwhile lies behind it.</param>
public sealed record ServiceLog(string Service, VerifierKey? Key, IReadOnlyList<string> Notes, LogHead Head, IAsyncEnumerable<LogEntry> Entries)
{
    /// <summary>Recomputes all of it, and compares with the heads it has signed and with those that were kept.</summary>
    public async Task<LogVerdict> VerifyAsync(KeptLog? kept, CancellationToken cancellation)
    {
        var verifier = new LogVerifier();
        var fault = kept is not null && kept.Key != Key
            ? new LogFault(0, LogFaultKind.KeyChanged, $"The log's key is {Key?.ToString() ?? "none"}; the one that was kept is {kept.Key}.")
            : Expect(verifier, Key, Notes, "A head that the service shows") ?? Expect(verifier, kept?.Key, kept?.Notes ?? [], "A kept head");
        if (fault is null)
        {
            await foreach (var entry in Entries.WithCancellation(cancellation))
            {
                verifier.Add(entry);
                if (verifier.Fault is not null) break;
            }
            fault = verifier.Finish(Head);
        }
        return new LogVerdict(Service, verifier.Position, Convert.ToHexStringLower(verifier.Chain.Span), Notes.Count, kept?.Notes.Count ?? 0, fault);
    }

    private static LogFault? Expect(LogVerifier verifier, VerifierKey? key, IReadOnlyList<string> notes, string what)
    {
        foreach (string note in notes)
        {
            if (key?.Open(note) is not { } checkpoint) return LogFault.Forged(what, note);
            verifier.Expect(checkpoint.Size, checkpoint.Root);
        }
        return verifier.Fault;
    }
}

/// <param name="Events">How many were recomputed.</param>
/// <param name="Head">The chain's hash after them.</param>
/// <param name="SignedHeads">Compared with heads that the service shows.</param>
/// <param name="KeptHeads">Compared with heads that were kept elsewhere.</param>
public sealed record LogVerdict(string Service, long Events, string Head, int SignedHeads, int KeptHeads, LogFault? Fault);
