namespace Pathways.EventStore.Integrity;

/// <summary>
/// Checkpoints as they are kept outside of the system they are about: text that only grows. A block is a log's
/// verifier key, on one line, or a signed note; blocks are separated by blank lines.
/// </summary>
internal static class HeadsText
{
    private const string Separator = "\n\n";

    public static string Of(VerifierKey key) => $"{key}{Separator}";

    /// <param name="note">Has a blank line of its own, between text and signatures.</param>
    public static string Of(string note) => $"{note}\n";

    /// <summary>Keys and notes in their order.</summary>
    /// <exception cref="FormatException">A block is neither.</exception>
    public static IEnumerable<(VerifierKey? Key, string? Note)> Read(string text)
    {
        string[] blocks = text.ReplaceLineEndings("\n").Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        for (int i = 0; i < blocks.Length; i++)
        {
            if (VerifierKey.Parse(blocks[i]) is { } key) yield return (key, null);
            else if (i + 1 < blocks.Length && blocks[i + 1].StartsWith(SignedNote.Dash)) yield return (null, $"{blocks[i]}\n\n{blocks[++i]}\n");
            else throw new FormatException($"Neither a key nor a signed note: '{blocks[i].Split('\n')[0]}'.");
        }
    }
}
