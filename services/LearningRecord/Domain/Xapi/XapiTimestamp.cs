using System.Globalization;

namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>RFC 3339 date-times, and the basic and zone-less forms that ISO 8601 allows besides. A zone of minus zero is refused (xAPI, section 4.5).</summary>
public static class XapiTimestamp
{
    /// <param name="instant">To 100 ns; finer digits are cut. Without a zone it is taken as UTC.</param>
    public static bool TryParse(string text, out DateTimeOffset instant)
    {
        instant = default;
        int time = text.IndexOfAny(['T', 't']);
        return time is 8 or 10
            && TryDate(text.AsSpan(0, time), out var date)
            && TryTime(text.AsSpan(time + 1), date, out instant);
    }

    /// <summary>As record stores write it: UTC, to the microsecond.</summary>
    public static string Format(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture);

    private static bool TryDate(ReadOnlySpan<char> text, out DateOnly date)
        => DateOnly.TryParseExact(text, text.Length == 10 ? "yyyy-MM-dd" : "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out date);

    private static bool TryTime(ReadOnlySpan<char> text, DateOnly date, out DateTimeOffset instant)
    {
        instant = default;
        int zone = text.IndexOfAny("Zz+-");
        var clock = zone < 0 ? text : text[..zone];
        if (!TryZone(zone < 0 ? "Z" : text[zone..], out var offset)) return false;

        int dot = clock.IndexOfAny('.', ',');
        long ticks = 0;
        if (dot >= 0 && !TryFraction(clock[(dot + 1)..], out ticks)) return false;
        var whole = dot < 0 ? clock : clock[..dot];
        bool extended = whole.Length == 8 && whole[2] == ':' && whole[5] == ':';
        if (!extended && whole.Length != 6) return false;
        int step = extended ? 3 : 2;
        if (!TryDigits(whole[..2], 23, out int hour) || !TryDigits(whole.Slice(step, 2), 59, out int minute)) return false;
        // A leap second is accepted, and kept as the last second of its minute.
        if (!TryDigits(whole.Slice(2 * step, 2), 60, out int second)) return false;

        var local = date.ToDateTime(new TimeOnly(hour, minute, Math.Min(second, 59))).AddTicks(ticks);
        long utc = local.Ticks - offset.Ticks;
        if (utc < DateTime.MinValue.Ticks || utc > DateTime.MaxValue.Ticks) return false;
        instant = new DateTimeOffset(utc, TimeSpan.Zero);
        return true;
    }

    private static bool TryZone(ReadOnlySpan<char> text, out TimeSpan offset)
    {
        offset = default;
        if (text is "Z" or "z") return true;
        bool extended = text.Length == 6 && text[3] == ':';
        if (!extended && text.Length is not (3 or 5)) return false;
        int minutes = 0;
        if (!TryDigits(text.Slice(1, 2), 23, out int hours)) return false;
        if (text.Length > 3 && !TryDigits(text[^2..], 59, out minutes)) return false;
        bool minus = text[0] == '-';
        if (minus && hours == 0 && minutes == 0) return false;
        offset = new TimeSpan(hours, minutes, 0);
        if (minus) offset = -offset;
        return true;
    }

    private static bool TryFraction(ReadOnlySpan<char> digits, out long ticks)
    {
        ticks = 0;
        if (digits.IsEmpty || digits.IndexOfAnyExceptInRange('0', '9') >= 0) return false;
        for (int i = 0; i < 7; i++) ticks = (ticks * 10) + (i < digits.Length ? digits[i] - '0' : 0);
        return true;
    }

    private static bool TryDigits(ReadOnlySpan<char> text, int max, out int value)
        => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= max;
}
