using System.Globalization;

namespace Pathways.LinkedData;

/// <summary><c>xsd:dateTimeStamp</c> as Verifiable Credentials 2.0 asks for it: a date, a time and always a zone.</summary>
public static class Timestamp
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    public static string Write(DateTimeOffset time)
        => time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static bool TryRead(string? text, out DateTimeOffset time)
    {
        time = default;
        if (text is null || text.Length > 40)
            return false;
        // "zzz" reads an offset but no Z, and "K" would read a time without any zone.
        var offset = text.EndsWith('Z') ? string.Concat(text.AsSpan(0, text.Length - 1), "+00:00") : text;
        return DateTimeOffset.TryParseExact(offset, Forms, CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
    }
}
