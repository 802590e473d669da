using System.Numerics;
using System.Runtime.InteropServices;

namespace Pathways.PathwayStacking.Engine;

/// <summary>What a leaf asks for, counted in the largest steps that this and all it may use are multiples of: credits, or where it asks for none, credentials.</summary>
/// <param name="Asked">How many steps; -1 where they do not say exactly what the leaf asks.</param>
/// <param name="StepMissing">What is missing when one step is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Steps(int Asked, long Step, long StepMissing)
{
    public const int Most = 63;

    public static Steps Of(Instance instance, int leaf)
    {
        var leaves = instance.FlatGraph.Leaves;
        var demand = instance.Demand(leaf);
        if (demand == 0)
            return new(leaves.Count[leaf] <= Most ? leaves.Count[leaf] : -1, 0, instance.MissingOf(leaf, leaves.Count[leaf] - 1, 0));
        var step = Common(instance, leaf, demand);
        var isExact = leaves.Count[leaf] == 0 && demand / step <= Most && instance.EligibleCount(leaf) <= leaves.Maximum[leaf];
        return new(isExact ? (int)(demand / step) : -1, step, instance.MissingOf(leaf, 0, demand - step));
    }

    public int Worth(long credits) => Step == 0 ? 1 : (int)Math.Min(Most, credits / Step);

    private static long Common(Instance instance, int leaf, long step)
    {
        for (var word = 0; word < instance.Words; word++)
        {
            for (var left = instance.Eligible(leaf, word); left != 0 && step > 1; left &= left - 1)
            {
                var credits = instance.CreditsOf((word << 6) + BitOperations.TrailingZeroCount(left));
                while (credits != 0)
                    (step, credits) = (credits, step % credits);
            }
        }

        return step;
    }
}
