using Pathways.PathwayStacking.Domain.Compiling;
using Pathways.PathwayStacking.Domain.Model;
using Pathways.PathwayStacking.Domain.Publishing;
using Pathways.PathwayStacking.Domain.Stacking;
using Pathways.PathwayStacking.Engine;
using Xunit;
using static Pathways.Domain.Tests.PathwayStacking.TestData;

namespace Pathways.Domain.Tests.PathwayStacking;

/// <summary>Decisions by the hash that is stored of them. What a version of the engine has decided, it must decide again for ever: an auditor replays it.</summary>
public sealed class GoldenDecisionTests
{
    private const string Version = "9";
    private const string Hours = "creditUnit:SemesterHour";

    private static readonly Constraint PassedWithC = new(null, null, null, ["ex:grade"], null, "GTEQ", ["C"], null);
    private static readonly Constraint TwelveCredits = new(null, null, null, ["schema:value"], "Sum", "GTEQ", ["12"], null);

    private static readonly Pathway Two = Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b")), Course("urn:a"), Course("urn:b"));
    private static readonly Pathway Limited = Pathway(
        Certificate("urn:goal", Some(2, "urn:a", "urn:b") with { Constraints = [PassedWithC] }), Course("urn:a"), Course("urn:b"));

    private static readonly string[] Many = [.. Enumerable.Range(10, 20).Select(number => $"urn:c{number}")];

    public static TheoryData<string, string> Golden => new()
    {
        { "a choice", "d92dfdcf8baeefc26435ce2230859462348d5cf5ab5ec63b98a957e4aa1f50b2" },
        { "a minimum of credits", "dca63fc2db5b857f9252cdb7c4184ee89f6258d90097c6e65cd81d4b5ce38f3b" },
        { "a grade average", "fd22b580e2a5f9098343121e83c0c491807f7640cf9f44432950cf192adfb79b" },
        { "a sum over all evidence", "76e3eb2f77209438172bde01997fbb93bca3e9bd93d7ea086682ee446386ab30" },
        { "evidence that counts once", "1478f17c6d444e0c96354d7e5305861ee2806f02a0fe0d6858231c4b6cc5fc2c" },
        { "a grade that is too low", "acdc03cfcdea0c0a99d4d03dc01fdb922481565784b08fbd5404ed04c2c78692" },
        { "a waived component of limited evidence", "920b186f8160f1b90e1243eac119cb076ffed3782c5fe98683d428f0c102f56c" },
        { "a limit on what its parts fulfil", "583387ed9728b82bc5d5b293ebc2eff9c5f465bd63dd3c17a7cc09aaff164154" },
        { "something that nobody can judge", "d52f58504088c1d50e55b6f5f40a8b3bac3f81ab0c9ad67a8626fad86196aa8e" },
        { "a residency at a level in an area", "43869cdc7b1698fd702c8213b17b6812251c51d7abf3b64711a89a826663a9ea" },
        { "a choice among many", "fe64b3b0d39f4e75ba32f8af8899724e4cde9c9d98b96e43f127e951ae06cf48" },
        { "more wishes than evidence", "bed795272bda3352be90a9fcaaa32ea6d97e5d87a68a18bddbace1708066c9f6" },
    };

    [Theory]
    [MemberData(nameof(Golden))]
    public void Comes_out_as_it_was_stored(string name, string hash)
    {
        var decision = Decide(name);

        Assert.True(
            (Version, hash) == (Evaluator.Version, decision.DecisionHash),
            $"""
            "{name}" is decided by version {Evaluator.Version} as {decision.DecisionHash}; stored is version {Version}: {hash}.
            When decisions have changed (their texts, what a pathway is compiled to, the engine's answer or its certificate): raise Evaluator.Version, say in Engine/README.md
            which older decisions can be checked no more, and only then put version and hashes here. A new hash beside an old version makes `audit replay` call sound decisions wrong.
            """);
    }

    [Fact]
    public void Each_of_them_has_a_certificate()
        => Assert.All(Golden, row => Assert.NotNull(Decide(row.Data.Item1).Certificate));

    private static StackEvaluated Decide(string name) => name switch
    {
        "a choice" => Decide(Pathway(Certificate("urn:goal", Some(2, "urn:a", "urn:b", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c")), PathwaySettings.None, [Holds("urn:a")]),
        "a minimum of credits" => Decide(Two, PathwaySettings.None with { Minima = [new("urn:goal", 6, Hours)] }, [Worth("urn:a", 3), Worth("urn:b", 2)]),
        "a grade average" => Decide(
            Two, PathwaySettings.None with { Rules = [new(RuleKind.GradeAverage, Of: ["urn:goal"], Average: 3.5m)] }, [Worth("urn:a", 3, "B"), Worth("urn:b", 3, "C")]),
        "a sum over all evidence" => Decide(
            Pathway(Certificate("urn:goal", Some(1, "urn:a"), Some(null) with { Constraints = [TwelveCredits] }), Course("urn:a")), PathwaySettings.None, [Worth("urn:a", 3), Worth("urn:b", 4.5m)]),
        "evidence that counts once" => Decide(
            Pathway(Certificate("urn:goal", Some(1, "urn:a", "urn:b"), Some(1, "urn:a", "urn:c")), Course("urn:a"), Course("urn:b"), Course("urn:c")),
            PathwaySettings.None with { UseOnce = true }, [Holds("urn:a")]),
        "a grade that is too low" => Decide(Limited, PathwaySettings.None, [Holds("urn:a", grade: "B"), Holds("urn:b", grade: "E")]),
        "a waived component of limited evidence" => Decide(Limited, PathwaySettings.None, [Holds("urn:a", grade: "B")], waived: "urn:b"),
        "a limit on what its parts fulfil" => Decide(
            Pathway(Certificate("urn:goal", Some(1, "urn:part") with { Constraints = [PassedWithC] }), Certificate("urn:part", Some(1, "urn:a")), Course("urn:a")), PathwaySettings.None, [Holds("urn:a")]),
        "something that nobody can judge" => Decide(Pathway(Certificate("urn:goal", Some(1, "urn:a") with { Elided = 2 }), Course("urn:a")), PathwaySettings.None, []),
        "a residency at a level in an area" => Decide(
            Two, PathwaySettings.None with { Rules = [new(RuleKind.Residency, "Own work", ["urn:goal"], Credits: 6, Unit: Hours, Level: "audLevel:UpperDivisionLevel", Area: "061", Issuers: ["did:web:college.example"])] },
            [Worth("urn:a", 3), Worth("urn:b", 3)]),
        "a choice among many" => Decide(Pathway([Certificate("urn:goal", Some(3, Many)), .. Many.Select(id => Course(id))]), PathwaySettings.None, [Holds("urn:c10")]),
        "more wishes than evidence" => Decide(
            Pathway(
                Certificate("urn:goal", Some(2, "urn:ab", "urn:bc", "urn:ca")),
                Certificate("urn:ab", Some(2, "urn:a", "urn:b")), Certificate("urn:bc", Some(2, "urn:b", "urn:c")), Certificate("urn:ca", Some(2, "urn:c", "urn:a")),
                Course("urn:a"), Course("urn:b"), Course("urn:c")),
            PathwaySettings.None with { UseOnce = true }, [Holds("urn:a"), Holds("urn:b"), Holds("urn:c")]),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, message: null),
    };

    private static StackEvaluated Decide(Pathway pathway, PathwaySettings settings, Evidence[] evidence, string? waived = null)
    {
        var compiled = PathwayCompiler.Compile(pathway, settings);
        var exceptions = waived is null ? [] : new[] { new Intervention("urn:waiver", InterventionKind.Waiver, waived, null, null, null, "registrar-1", "Registrar's office", "agreed") };
        return Assessment.Of(Stack, compiled.With(exceptions), evidence, Now).Evaluated;
    }

    private static Evidence Worth(string achievement, decimal credits, string? grade = null) => Holds(achievement, grade: grade, credits: credits) with { CreditUnit = Hours };
}
