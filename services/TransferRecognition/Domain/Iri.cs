namespace Pathways.TransferRecognition.Domain;

internal static class Iri
{
    /// <summary>With a scheme. A bare path counts as absolute for <see cref="Uri"/> on Unix, so the scheme is asked for.</summary>
    public static bool IsAbsolute(string? text)
        => Uri.TryCreate(text, UriKind.Absolute, out var uri) && text.StartsWith($"{uri.Scheme}:", StringComparison.OrdinalIgnoreCase);
}
