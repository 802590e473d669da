namespace Pathways.Faults;

/// <summary>How long and how often.</summary>
internal enum FaultForm
{
    /// <summary>With every test.</summary>
    Short,

    /// <summary><c>deploy/faults</c>: a case takes a minute or two.</summary>
    Usual,

    /// <summary><c>deploy/faults --long</c></summary>
    Long,
}

/// <summary>One run of several cases; a system that healed is used again by the next case that can.</summary>
internal sealed class FaultRun(FaultForm form, int replicas) : IAsyncDisposable
{
    private FaultSystem? _kept;
    private int _cases;

    public int Replicas => replicas;

    /// <summary>Learners who live the whole story while things break.</summary>
    public int Stories => Choose(2, 3, 6);

    /// <summary>Callers who send one result after the other.</summary>
    public int Callers => Choose(2, 3, 6);

    /// <summary>Repeats the same moments.</summary>
    public int Seed => 20261122;

    public T Choose<T>(T @short, T usual, T @long) => form switch
    {
        FaultForm.Short => @short,
        FaultForm.Usual => usual,
        _ => @long,
    };

    /// <summary>A name for learners that no other case of this run uses.</summary>
    public string NextName() => $"case-{++_cases}";

    /// <summary>A running system with everything defined. It is the caller's until <see cref="KeepAsync"/>.</summary>
    public async Task<FaultSystem> SystemAsync(FaultSetup setup, CancellationToken cancellation)
    {
        if (_kept is { } kept && setup.IsPlain)
        {
            _kept = null;
            return kept;
        }

        // Two at once would be too much for a small machine.
        await DisposeAsync();
        return await FaultSystem.StartAsync(setup, replicas, cancellation);
    }

    /// <summary>Gives a system back; only a sound one is used again.</summary>
    public async Task KeepAsync(FaultSystem system, bool sound)
    {
        if (sound && system.Setup.IsPlain)
        {
            _kept = system;
            return;
        }

        if (!sound) await Console.Error.WriteLineAsync($"  What the processes said is kept in {system.KeepLogs()}");
        await system.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_kept is not null) await _kept.DisposeAsync();
        _kept = null;
    }
}
