using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Explaining;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;

namespace Pathways.PathwayStacking.Domain.Planning;

/// <summary>Why evidence that somebody supposes is not used: without a word, a decision that stays the same looks like no answer.</summary>
/// <param name="evidence">All of the decision, what is supposed too.</param>
internal sealed class Reasons(CompiledPathway pathway, IReadOnlyList<Evidence> evidence, StackEvaluated decision)
{
    private const int MostNamed = 6;

    private readonly IReadOnlyList<(Credential Credential, Evidence Evidence)> _held = pathway.Credentials([.. evidence], decision.EvaluatedAt);

    public IEnumerable<string> WhyUnused(IEnumerable<Evidence> supposed)
    {
        var fitting = new Fitting(pathway, _held);
        var used = decision.Uses.Select(use => use.EvidenceId).ToHashSet();
        return supposed.Where(item => !used.Contains(item.Id)).Select(item => fitting.Of(item) switch
        {
            Fit.Nowhere => $"{NameOf(item)} fills nothing in this pathway.",
            Fit.FallsShort => $"{NameOf(item)} is asked for, and does not count as it is (its grade, age, level or issuer).",
            _ => WhyNotNeeded(item),
        });
    }

    private string WhyNotNeeded(Evidence item)
    {
        if (evidence.FirstOrDefault(other => other.Id != item.Id && other.AchievementId == item.AchievementId) is { } same)
            return $"{NameOf(item)} is the same achievement as {NameOf(same)} ({same.Id}); both together count once.";
        var places = _held.Where(pair => pair.Evidence.Id == item.Id).SelectMany(pair => pair.Credential.Eligible).Select(eligible => ComponentOf(eligible.Leaf)).ToHashSet();
        var filling = decision.Uses.Where(use => places.Contains(use.ComponentId)).Select(use => use.EvidenceId).ToHashSet();
        var names = evidence.Where(other => filling.Contains(other.Id)).Select(NameOf).ToList();
        return names.Count == 0
            ? $"{NameOf(item)} fits, and is not needed."
            : $"What {NameOf(item)} would fill is filled already by {string.Join(", ", names.Take(MostNamed))}{(names.Count > MostNamed ? ", …" : "")}.";
    }

    private string ComponentOf(int leaf) => pathway.PlaceOf(leaf).OwnerId ?? pathway.Pathway.Id;

    private static string NameOf(Evidence item) => item.Name ?? item.Id;
}
