using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Explaining;

/// <summary>How evidence that is not used stands to a pathway.</summary>
/// <param name="held">What counts, as the pathway sees it.</param>
internal sealed class Fitting(CompiledPathway pathway, IReadOnlyList<(Credential Credential, Evidence Evidence)> held)
{
    private readonly HashSet<string> _counting = [.. held.Where(pair => pair.Credential.Eligible.Any(eligible => eligible.Certain)).Select(pair => pair.Evidence.AchievementId)];

    public Fit Of(Evidence evidence) => !pathway.Concerns(evidence) ? Fit.Nowhere : _counting.Contains(evidence.AchievementId) ? Fit.Counts : Fit.FallsShort;
}

internal enum Fit
{
    Counts,

    /// <summary>The pathway names it; a condition on it is not met, or not known to be.</summary>
    FallsShort,

    Nowhere,
}
