using System.Numerics;
using Pathways.PathwayStacking.Engine;
using Xunit;

namespace Pathways.Domain.Tests.PathwayStacking.Engine;

public sealed class SetPackingTests
{
    [Fact]
    public void Loses_as_little_as_trying_all_combinations_does()
    {
        var packing = new SetPacking();
        var (searched, wasteful) = (0, 0);
        for (var seed = 0; seed < 3_000; seed++)
        {
            var random = new Random(seed);
            var sets = random.Next(3, 13);
            var required = random.Next(2, sets);
            var members = Enumerable.Range(0, random.Next(2, 20)).Select(_ => Subset(random, sets)).ToList();
            var least = Enumerable.Range(0, 1 << sets).Where(chosen => BitOperations.PopCount((uint)chosen) == required).Min(chosen => LostBy(members, (ulong)chosen));
            Solve(packing, sets, required, members);

            Assert.True((required, least, least) == (BitOperations.PopCount(packing.Chosen), LostBy(members, packing.Chosen), packing.LeastLost), $"seed {seed}: {packing.Lost} lost, at least {packing.LeastLost}; best {least}");
            searched += least > 0 ? 1 : 0;
            wasteful += least > required - Apart(sets, members) ? 1 : 0;
        }

        // Cases without a loss, or where each loss gains a set, would not try the search.
        Assert.True(searched > 1_000 && wasteful > 200, $"{searched} with a loss, {wasteful} with one that gains nothing");
    }

    /// <summary>22 of 60 triples over 90 members, where it is hardest.</summary>
    [Fact]
    public void Is_sure_where_packing_is_hardest()
    {
        var packing = new SetPacking();
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var members = new ulong[90];
            for (var set = 0; set < 60; set++)
            {
                foreach (var member in random.GetItems(Enumerable.Range(0, 90).ToArray(), 3))
                    members[member] |= 1UL << set;
            }

            Solve(packing, 60, 22, members);

            Assert.Equal(packing.Lost, packing.LeastLost);
            Assert.Equal(packing.Lost, LostBy(members, packing.Chosen));
        }
    }

    private static void Solve(SetPacking packing, int sets, int required, IEnumerable<ulong> members)
    {
        packing.Begin(sets, required);
        foreach (var member in members)
            packing.Add(member);
        packing.Solve(new Budget().Start(1_000_000, 0));
    }

    private static ulong Subset(Random random, int sets) => (ulong)(random.Next(1 << sets) & random.Next(1 << sets));

    private static int LostBy(IEnumerable<ulong> members, ulong chosen) => members.Sum(member => Math.Max(0, BitOperations.PopCount(member & chosen) - 1));

    private static int Apart(int sets, IReadOnlyList<ulong> members)
        => Enumerable.Range(0, 1 << sets).Where(chosen => LostBy(members, (ulong)chosen) == 0).Max(chosen => BitOperations.PopCount((uint)chosen));
}
