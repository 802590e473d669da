using System.Numerics;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Bit sets: how many they hold; and one number comes or goes, and those after it move.</summary>
internal static class Bits
{
    public static int Count(ReadOnlySpan<ulong> set)
    {
        var count = 0;
        foreach (var word in set)
            count += BitOperations.PopCount(word);
        return count;
    }

    public static void Insert(ulong[] sets, int count, int words, int number)
    {
        var (at, below) = (number >> 6, (1UL << number) - 1);
        for (var start = 0; start < count * words; start += words)
        {
            for (var word = words - 1; word > at; word--)
                sets[start + word] = (sets[start + word] << 1) | (sets[start + word - 1] >> 63);
            var set = sets[start + at];
            sets[start + at] = (set & below) | ((set & ~below) << 1);
        }
    }

    public static void Remove(ulong[] sets, int count, int words, int number)
    {
        var (at, below) = (number >> 6, (1UL << number) - 1);
        for (var start = 0; start < count * words; start += words)
        {
            var set = sets[start + at];
            sets[start + at] = (set & below) | ((set >> 1) & ~below);
            for (var word = at; word + 1 < words; word++)
            {
                sets[start + word] = (word == at ? sets[start + word] : sets[start + word] >> 1) | (sets[start + word + 1] << 63);
            }

            if (words - 1 > at)
                sets[start + words - 1] >>= 1;
        }
    }
}
