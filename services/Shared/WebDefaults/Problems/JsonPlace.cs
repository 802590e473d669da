using System.Text;
using System.Text.Json;

namespace Pathways.WebDefaults;

/// <summary>Where in a body the JSON is wrong: System.Text.Json's path as a JSON Pointer (RFC 6901), and the line from 1.</summary>
internal static class JsonPlace
{
    public static string? PointerOf(JsonException error)
    {
        if ((error is NullElementException element ? element.ElementPath : error.Path) is not ['$', .. var path]) return null;
        var pointer = new StringBuilder();
        while (path.Length > 0)
        {
            int end = path switch
            {
                ['[', '\'', ..] => path.IndexOf("']", StringComparison.Ordinal) + 2,
                ['[', ..] => path.IndexOf(']') + 1,
                _ => path.IndexOfAny(['.', '['], 1) is var next and >= 0 ? next : path.Length,
            };
            if (end <= 1) break;
            string step = path[..end].TrimStart('.').Trim('[', ']').Trim('\'');
            pointer.Append('/').Append(step.Replace("~", "~0").Replace("/", "~1"));
            path = path[end..];
        }
        return pointer.ToString();
    }

    public static long? LineOf(JsonException error) => error.LineNumber + 1;
}
