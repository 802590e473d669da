using System.Collections.Immutable;
using System.Globalization;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Domain.Csv;

/// <summary>How dates are written in a file.</summary>
/// <param name="Formats">Tried in order: <c>iso</c>, <c>unix</c> (seconds), <c>unix-ms</c>, or a pattern such as <c>dd.MM.yyyy HH:mm</c>.</param>
/// <param name="Zone">Of dates that name none themselves.</param>
internal sealed record CsvDates(ImmutableArray<string> Formats, TimeZoneInfo Zone)
{
    public static CsvDates Default { get; } = new(["iso"], TimeZoneInfo.Utc);

    /// <returns>The instant, or why there is none.</returns>
    public (DateTimeOffset? Instant, string? Reason) Read(string cell)
    {
        foreach (string format in Formats)
        {
            if (format is "unix" or "unix-ms")
            {
                if (Unix(cell, format) is { } counted) return (counted, null);
            }
            else if (format == "iso" && XapiTimestamp.TryParse(cell, out var instant))
            {
                return HasZone(cell) ? (instant, null) : Local(instant.UtcDateTime);
            }
            else if (format == "iso" && DateTime.TryParseExact(cell, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day))
            {
                return Local(day);
            }
            else if (HasOffset(format) && DateTimeOffset.TryParseExact(cell, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var whole))
            {
                return (whole, null);
            }
            else if (format != "iso" && !HasOffset(format) && DateTime.TryParseExact(cell, format, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
            {
                return Local(local);
            }
        }
        return (null, $"'{CsvMapping.Shown(cell)}' is no date of the form {string.Join(" or ", Formats)}.");
    }

    private static bool HasOffset(string format) => format.Contains('z', StringComparison.Ordinal) || format.Contains('K', StringComparison.Ordinal);

    private static bool HasZone(string cell) => cell.AsSpan(cell.IndexOfAny(['T', 't'])).IndexOfAny("Zz+-") >= 0;

    private static DateTimeOffset? Unix(string cell, string format)
    {
        if (!decimal.TryParse(cell, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal count)) return null;
        decimal milliseconds = format == "unix" ? count * 1000 : count;
        return Math.Abs(milliseconds) < 253402300800000m ? DateTimeOffset.UnixEpoch.AddTicks((long)(milliseconds * TimeSpan.TicksPerMillisecond)) : null;
    }

    private (DateTimeOffset? Instant, string? Reason) Local(DateTime time)
    {
        var local = DateTime.SpecifyKind(time, DateTimeKind.Unspecified);
        if (Zone.IsInvalidTime(local)) return (null, $"{local:yyyy-MM-dd HH:mm} does not exist in {Zone.Id}: clocks were set forward.");
        // Of the two instants that an hour set back leaves, the earlier one: it has the greater offset.
        var offset = Zone.IsAmbiguousTime(local) ? Zone.GetAmbiguousTimeOffsets(local).Max() : Zone.GetUtcOffset(local);
        return (new DateTimeOffset(local, offset), null);
    }
}
