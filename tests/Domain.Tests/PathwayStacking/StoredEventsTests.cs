using System.Runtime.CompilerServices;
using System.Text.Json;
using Pathways.PathwayStacking.Domain;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Portfolios;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>What was stored once is read for ever: a golden file for each event type.</summary>
public sealed class StoredEventsTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private static readonly Dictionary<string, object> Examples = new()
    {
        ["pathway_published"] = new PathwayPublished(
            "p1", 1, "a1b2", Pathway(Certificate("urn:goal", Some(1, "urn:a")), Course("urn:a")), new([new("urn:goal", "urn:award")], [new("urn:a", CompletionRule.Evidence)]),
            "c3d4", [new("unknown-component", FindingSeverity.Warning, "urn:goal condition 1", "Not there.", "Add it.")], Now),
        ["pathway_retired"] = new PathwayRetired("replaced", Now),
        ["learner_enrolled"] = new LearnerEnrolled("s1", "learner-1", "p1", 1, "a1b2", Now),
        ["pathway_version_changed"] = new PathwayVersionChanged(2, "e5f6", "catalogue of 2027", Now),
        ["evidence_added"] = new EvidenceAdded(Holds("urn:a", grade: "B", credits: 3.5m) with
        {
            Identifiers = ["WE110"], CreditUnit = "creditUnit:SemesterHour", Level = "audLevel:LowerDivisionLevel", Score = 0.75m,
            ValidUntil = Now.AddYears(1), Facts = new Dictionary<string, string> { ["resit"] = "false" },
        }),
        ["evidence_withdrawn"] = new EvidenceWithdrawn("urn:credential:urn:a", WithdrawalReason.Revoked, "issued in error", Now),
        ["evidence_reinstated"] = new EvidenceReinstated("urn:credential:urn:a", "appeal granted", Now),
        ["stack_evaluated"] = new StackEvaluated(
            Stack, Verdict.NotSatisfied, 1, 2, [new("urn:a", "A", ["urn:credential:urn:a"])], [new("urn:goal", "1 more of: B", ["urn:b"])], [new("urn:goal", "needs attestation: x", [])],
            [new("urn:a", "urn:credential:urn:a")], ["urn:credential:urn:z"], [new("urn:b", "B", Ready: true, [])], ProvenOptimal: true, Now, "a1b2", "c3d4",
            "b7c8", "1", new(null, null, new(RefutationKind.Choice, Node: 3, Left: new(RefutationKind.Alone), Right: new(RefutationKind.Count, Leaves: [1, 2]))), "e5f6"),
        ["intervention_granted"] = new InterventionGranted(
            new("i1", InterventionKind.Substitution, "urn:a", "urn:credential:urn:z", null, null, "registrar-1", "Registrar's office", "agreed", Now.AddYears(1)), Now),
        ["intervention_lifted"] = new InterventionLifted("i1", "registrar-1", "granted in error", Now),
        ["stack_completed"] = new StackCompleted(Stack, "urn:goal", "Goal", "urn:award", [new("urn:a", "urn:credential:urn:a")], "e5f6", Now),
        ["stack_reopened"] = new StackReopened(Stack, "urn:goal", "Goal", "urn:award", "\"A\" is revoked", "e5f6", Now),
        ["evidence_held"] = new EvidenceHeld("learner-1", Holds("urn:a", grade: "B", credits: 3.5m)),
        ["evidence_lost"] = new EvidenceLost("urn:credential:urn:a", WithdrawalReason.Suspended),
        ["evidence_regained"] = new EvidenceRegained("urn:credential:urn:a"),
        ["stack_opened"] = new StackOpened("s1", "p1", 1),
    };

    public static TheoryData<string> Names => [.. StackingEvents.Types.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_written_and_read_as_it_always_was(string name)
    {
        var golden = Path.Combine(Directory(), name + ".json");
        if (!File.Exists(golden))
        {
            File.WriteAllText(golden, JsonSerializer.Serialize(Examples[name], Indented) + "\n");
            Assert.Fail($"{golden} was missing. It is written now: read it, and commit it with the event.");
        }

        var stored = File.ReadAllText(golden);

        var read = JsonSerializer.Deserialize(stored, StackingEvents.Types[name])!;

        Assert.Equal(stored, JsonSerializer.Serialize(read, Indented) + "\n");
        Assert.Equal(stored, JsonSerializer.Serialize(Examples[name], Indented) + "\n");
    }

    private static string Directory([CallerFilePath] string here = "") => Path.Combine(Path.GetDirectoryName(here)!, "Golden");
}
