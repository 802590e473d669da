using System.Runtime.InteropServices;

namespace Pathways.PathwayStacking.Engine;

/// <summary>
/// What a way costs, least first: what is missing, then how many uses it makes. Missing credits and credentials are whole
/// numbers in the scale of the instance (see <see cref="Instance.Scale"/>), so that comparing is exact.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Cost(long Missing, long Used) : IComparable<Cost>
{
    // A node shared by many parents counts once for each, which in a deep graph doubles per level: saturate, don't overflow.
    private const long Most = 1_000_000_000_000_000_000;

    public static Cost Worst => new(long.MaxValue, long.MaxValue);

    public static Cost operator +(Cost left, Cost right) => new(Math.Min(Most, left.Missing + right.Missing), Math.Min(Most, left.Used + right.Used));

    public static bool operator <(Cost left, Cost right) => left.CompareTo(right) < 0;

    public static bool operator >(Cost left, Cost right) => left.CompareTo(right) > 0;

    public static bool operator <=(Cost left, Cost right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Cost left, Cost right) => left.CompareTo(right) >= 0;

    public int CompareTo(Cost other)
    {
        var order = Missing.CompareTo(other.Missing);
        return order == 0 ? Used.CompareTo(other.Used) : order;
    }
}
