namespace Pathways.LinkedData;

/// <summary>Fetches what a credential refers to (a status list, a hosted badge), with the caller's guards and cache.</summary>
public interface IDocumentSource
{
    /// <summary>The bytes at the address; null when they cannot be had.</summary>
    ValueTask<ReadOnlyMemory<byte>?> FetchAsync(string url, CancellationToken cancellation = default);
}
