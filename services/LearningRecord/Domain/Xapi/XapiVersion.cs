namespace Pathways.LearningRecord.Domain.Xapi;

/// <summary>The two versions of xAPI that are spoken: 2.0 is IEEE 9274.1.1-2023, 1.0.3 is ADL's.</summary>
public enum XapiVersion
{
    V103,
    V200,
}

public static class XapiVersions
{
    /// <summary>What the header and <c>version</c> of a statement say, to the version it means; null when neither.</summary>
    public static XapiVersion? Parse(string? text) => text switch
    {
        "1.0" => XapiVersion.V103,
        "2.0" => XapiVersion.V200,
        not null when IsPatchOf("1.0.", text) => XapiVersion.V103,
        not null when IsPatchOf("2.0.", text) => XapiVersion.V200,
        _ => null,
    };

    public static string Text(this XapiVersion version) => version == XapiVersion.V200 ? "2.0.0" : "1.0.3";

    /// <summary>What a statement without <c>version</c> is stored with (1.0.3: section 2.4.10 asks for 1.0.0).</summary>
    public static string StatementDefault(this XapiVersion version) => version == XapiVersion.V200 ? "2.0.0" : "1.0.0";

    private static bool IsPatchOf(string prefix, string text)
        => text.Length > prefix.Length && text.StartsWith(prefix, StringComparison.Ordinal) && text.AsSpan(prefix.Length).IndexOfAnyExceptInRange('0', '9') < 0;
}
