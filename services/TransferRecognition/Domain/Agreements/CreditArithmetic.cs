using System.Numerics;

namespace Pathways.TransferRecognition.Domain.Agreements;

/// <summary>Exact conversion of credit. No floating point anywhere; rounding happens once, at the end, as the parties agreed.</summary>
public static class CreditArithmetic
{
    public static readonly IReadOnlyList<string> RoundingModes = ["down", "up", "half-up", "half-even"];

    public static decimal Convert(decimal amount, UnitConversion conversion)
    {
        var (numerator, denominator) = Fraction(amount);
        var (quantumNumerator, quantumDenominator) = Fraction(conversion.Rounding.Quantum);

        // How many quanta: amount * ratio / quantum.
        numerator *= conversion.Numerator * quantumDenominator;
        denominator *= conversion.Denominator * quantumNumerator;
        return (decimal)Round(numerator, denominator, conversion.Rounding.Mode) * conversion.Rounding.Quantum;
    }

    /// <summary>A decimal is an integer over a power of ten.</summary>
    private static (BigInteger Numerator, BigInteger Denominator) Fraction(decimal value)
    {
        var denominator = BigInteger.Pow(10, value.Scale);
        return ((BigInteger)(value * (decimal)denominator), denominator);
    }

    private static BigInteger Round(BigInteger numerator, BigInteger denominator, string mode)
    {
        var whole = BigInteger.DivRem(numerator, denominator, out var rest);
        if (rest.IsZero) return whole;
        int half = (rest * 2).CompareTo(denominator);
        return mode switch
        {
            "down" => whole,
            "up" => whole + 1,
            "half-up" => half >= 0 ? whole + 1 : whole,
            "half-even" => half > 0 || (half == 0 && !whole.IsEven) ? whole + 1 : whole,
            _ => throw new ArgumentOutOfRangeException(nameof(mode), mode, "Unknown rounding mode."),
        };
    }
}
