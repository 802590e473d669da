using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// What a way costs, least first: what is missing, then how much of it stands on doubt, then the rest: how many uses it makes, how many of them
/// are not in the last published allocation, and what its owner likes less. Whole numbers throughout, so that comparing is exact.
/// </summary>
/// <param name="Missing">Missing credits and credentials in the scale of the instance (see <see cref="Instance.Scale"/>).</param>
/// <param name="Doubt">Attestations, then uses that are not certain.</param>
/// <param name="Rest">Uses, moved uses and preference in one number.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Cost(long Missing, long Doubt, long Rest) : IComparable<Cost>
{
    public const long Attested = 1L << 30;
    public const long OneUse = 1L << 40;
    public const long Moved = 1L << 26;

    // A node shared by many parents counts once for each, which in a deep graph doubles per level: saturate, don't overflow.
    public const long Most = 1_000_000_000_000_000_000;

    public static Cost Worst => new(long.MaxValue, long.MaxValue, long.MaxValue);

    public long Uses => Rest / OneUse;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Cost operator +(Cost left, Cost right)
        => new(Math.Min(Most, left.Missing + right.Missing), Math.Min(Most, left.Doubt + right.Doubt), Math.Min(Most, left.Rest + right.Rest));

    /// <summary>Takes back what was added; never used on sums that were saturated.</summary>
    public static Cost operator -(Cost left, Cost right) => new(left.Missing - right.Missing, left.Doubt - right.Doubt, left.Rest - right.Rest);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator <(Cost left, Cost right)
        => left.Missing != right.Missing ? left.Missing < right.Missing : left.Doubt != right.Doubt ? left.Doubt < right.Doubt : left.Rest < right.Rest;

    public static bool operator >(Cost left, Cost right) => right < left;

    public static bool operator <=(Cost left, Cost right) => !(right < left);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool operator >=(Cost left, Cost right) => !(left < right);

    public int CompareTo(Cost other) => this < other ? -1 : other < this ? 1 : 0;
}
