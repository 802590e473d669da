using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pathways.LinkedData;

/// <summary>Number::toString of ECMAScript, which JCS prescribes (RFC 8785, 3.2.2.3).</summary>
internal static class EcmaScriptNumber
{
    private const int LongestText = 32;

    public static void Write(double number, IBufferWriter<byte> output)
    {
        Span<char> text = stackalloc char[LongestText];
        var length = Format(number, text);
        Encoding.ASCII.GetBytes(text[..length], output);
    }

    public static string ToText(double number)
    {
        Span<char> text = stackalloc char[LongestText];
        return new string(text[..Format(number, text)]);
    }

    private static int Format(double number, Span<char> text)
    {
        if (number == 0)
        {
            // Minus zero too.
            text[0] = '0';
            return 1;
        }
        Span<char> digits = stackalloc char[LongestText];
        var count = ShortestDigits(Math.Abs(number), digits, out var pointAt);
        var output = new Layout(text);
        if (number < 0)
            output.Add('-');
        Place(digits[..count], pointAt, ref output);
        return output.Length;
    }

    /// <summary>The steps of Number::toString, with k digits and the decimal point after the n-th of them.</summary>
    private static void Place(scoped ReadOnlySpan<char> digits, int n, ref Layout output)
    {
        var k = digits.Length;
        if (k <= n && n <= 21)
        {
            output.Add(digits);
            output.AddZeros(n - k);
        }
        else if (0 < n && n <= 21)
        {
            output.Add(digits[..n]);
            output.Add('.');
            output.Add(digits[n..]);
        }
        else if (-6 < n && n <= 0)
        {
            output.Add("0.");
            output.AddZeros(-n);
            output.Add(digits);
        }
        else
        {
            output.Add(digits[0]);
            if (k > 1)
            {
                output.Add('.');
                output.Add(digits[1..]);
            }
            output.Add('e');
            output.Add(n > 0 ? '+' : '-');
            output.AddNumber(Math.Abs(n - 1));
        }
    }

    /// <summary>
    /// The shortest digits that read back as the same double: the framework's "R" finds the same ones as ECMAScript,
    /// only its layout differs. The value is 0.digits × 10^<paramref name="pointAt"/>.
    /// </summary>
    private static int ShortestDigits(double number, Span<char> digits, out int pointAt)
    {
        Span<char> buffer = stackalloc char[LongestText];
        number.TryFormat(buffer, out var written, "R", CultureInfo.InvariantCulture);
        ReadOnlySpan<char> text = buffer[..written];

        var e = text.IndexOf('E');
        var exponent = e < 0 ? 0 : int.Parse(text[(e + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.');
        pointAt = (point < 0 ? mantissa.Length : point) + exponent;

        var count = 0;
        foreach (var c in mantissa)
        {
            if (c == '.')
                continue;
            if (count == 0 && c == '0')
                pointAt--;
            else
                digits[count++] = c;
        }
        while (digits[count - 1] == '0')
            count--;
        return count;
    }

    private ref struct Layout(Span<char> text)
    {
        private readonly Span<char> text = text;

        public int Length { get; private set; }

        public void Add(char c) => text[Length++] = c;

        public void Add(scoped ReadOnlySpan<char> part)
        {
            part.CopyTo(text[Length..]);
            Length += part.Length;
        }

        public void AddZeros(int count)
        {
            text.Slice(Length, count).Fill('0');
            Length += count;
        }

        public void AddNumber(int value)
        {
            value.TryFormat(text[Length..], out var written, default, CultureInfo.InvariantCulture);
            Length += written;
        }
    }
}
