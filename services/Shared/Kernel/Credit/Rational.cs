using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Pathways.Kernel.Credit;

/// <summary>
/// An exact fraction of two 64-bit integers, always in lowest terms with a positive denominator. Credit is computed with
/// it because 2/3 of a semester hour is not 0.67: 180 quarter hours are 120 semester hours, not 120.6.
/// Arithmetic that leaves 64 bits throws <see cref="OverflowException"/>; whoever takes numbers from outside bounds them first.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct Rational : IEquatable<Rational>, IComparable<Rational>
{
    private readonly long _denominatorMinusOne; // so that default(Rational) is 0/1

    public Rational(long numerator, long denominator = 1)
        : this((Int128)numerator, denominator)
    {
    }

    private Rational(Int128 numerator, Int128 denominator)
    {
        if (denominator == 0)
            throw new DivideByZeroException();
        var divisor = GreatestCommonDivisor(Int128.Abs(numerator), Int128.Abs(denominator));
        if (denominator < 0)
            divisor = -divisor;
        Numerator = checked((long)(numerator / divisor));
        _denominatorMinusOne = checked((long)(denominator / divisor) - 1);
    }

    public long Numerator { get; }

    public long Denominator => _denominatorMinusOne + 1;

    public static Rational Zero => default;

    public static Rational One => new(1);

    public bool IsInteger => Denominator == 1;

    public int Sign => Math.Sign(Numerator);

    /// <summary>The exact value of a decimal, as it comes over the wire.</summary>
    public static Rational From(decimal value)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value, bits);
        var magnitude = ((Int128)(uint)bits[2] << 64) | ((Int128)(uint)bits[1] << 32) | (uint)bits[0];
        var scale = (bits[3] >> 16) & 0xFF;
        Int128 denominator = 1;
        for (var i = 0; i < scale; i++)
            denominator *= 10;
        return new(bits[3] < 0 ? -magnitude : magnitude, denominator);
    }

    /// <summary>The nearest decimal (28 digits); exact whenever the denominator has only the factors 2 and 5.</summary>
    public decimal ToDecimal() => (decimal)Numerator / Denominator;

    public static Rational operator +(Rational left, Rational right)
        => new(((Int128)left.Numerator * right.Denominator) + ((Int128)right.Numerator * left.Denominator), (Int128)left.Denominator * right.Denominator);

    public static Rational operator -(Rational left, Rational right) => left + -right;

    public static Rational operator -(Rational value) => new(-(Int128)value.Numerator, value.Denominator);

    public static Rational operator *(Rational left, Rational right)
        => new((Int128)left.Numerator * right.Numerator, (Int128)left.Denominator * right.Denominator);

    public static Rational operator /(Rational left, Rational right)
        => new((Int128)left.Numerator * right.Denominator, (Int128)left.Denominator * right.Numerator);

    public static bool operator ==(Rational left, Rational right) => left.Equals(right);

    public static bool operator !=(Rational left, Rational right) => !left.Equals(right);

    public static bool operator <(Rational left, Rational right) => left.CompareTo(right) < 0;

    public static bool operator >(Rational left, Rational right) => left.CompareTo(right) > 0;

    public static bool operator <=(Rational left, Rational right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Rational left, Rational right) => left.CompareTo(right) >= 0;

    public static implicit operator Rational(long value) => new(value);

    public static Rational Min(Rational left, Rational right) => left <= right ? left : right;

    public static Rational Max(Rational left, Rational right) => left >= right ? left : right;

    public int CompareTo(Rational other)
        => ((Int128)Numerator * other.Denominator).CompareTo((Int128)other.Numerator * Denominator);

    public bool Equals(Rational other) => Numerator == other.Numerator && Denominator == other.Denominator;

    public override bool Equals(object? obj) => obj is Rational other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Numerator, Denominator);

    /// <summary><c>3</c>, <c>2/3</c>.</summary>
    public override string ToString()
        => IsInteger ? Numerator.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{Numerator}/{Denominator}");

    private static Int128 GreatestCommonDivisor(Int128 left, Int128 right)
    {
        if (left <= long.MaxValue && right <= long.MaxValue)
            return (Int128)(long)BigInteger.GreatestCommonDivisor((long)left, (long)right);
        while (right != 0)
            (left, right) = (right, left % right);
        return left;
    }
}
