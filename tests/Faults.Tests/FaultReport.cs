using Pathways.Tests.Support.Story;

namespace Pathways.Faults;

/// <summary>What a case did and what came of it.</summary>
/// <param name="Faults">How many were applied.</param>
/// <param name="Healed">From the end of the last fault until everything had arrived and all was healthy; null when that is no question here.</param>
internal sealed record FaultReport(
    int Faults, int Attempted, int Ok, int Unknown, TimeSpan? Healed, IReadOnlyList<Violation> Violations)
{
    /// <summary>Of the unknown ones, those that were carried out.</summary>
    public int? Recovered { get; init; }

    public bool Held => Violations.Count == 0;

    public int Count(ViolationKind kind) => Violations.Count(violation => violation.Kind == kind);

    /// <summary>Of a case that could not be run to its end.</summary>
    public static FaultReport Failed(string why) => new(0, 0, 0, 0, Healed: null, [new Violation(ViolationKind.LeftOver, why)]);

    /// <summary>Of a case that watches no callers.</summary>
    public static FaultReport Of(int faults, IReadOnlyList<Violation> violations) => new(faults, 0, 0, 0, Healed: null, violations);
}
