using Pathways.Kernel.Credit;

namespace Pathways.PathwayStacking.Engine;

/// <summary>Exact fractions as whole numbers of one scale.</summary>
internal static class Scaling
{
    private const long MostScale = 10_000_000;

    /// <summary>The least scale in which both are whole.</summary>
    public static long Common(long scale, long denominator)
    {
        // Whole credits are the rule, and dividing costs more than asking.
        if (denominator == 1 || scale % denominator == 0)
            return scale;
        var (a, b) = (scale, denominator);
        while (b != 0)
            (a, b) = (b, a % b);
        var common = (Int128)(scale / a) * denominator;
        return common <= MostScale
            ? (long)common
            : throw new ArgumentException($"Credits in fractions of {common} cannot be summed exactly; {MostScale} is the finest.", nameof(denominator));
    }

    public static long Whole(Rational value, long scale) => checked(value.Numerator * (value.IsInteger ? scale : scale / value.Denominator));

    /// <summary>A product that stops at the most there is.</summary>
    public static long Times(long value, long weight) => value > Cost.Most / weight ? Cost.Most : value * weight;
}
