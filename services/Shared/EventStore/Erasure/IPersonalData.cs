namespace Pathways.EventStore.Erasure;

/// <summary>
/// Personal data inside stored events exists only as this ciphertext, under a key of the person. The hash chain runs
/// over the ciphertext, so destroying the key erases the data and leaves every proof valid.
/// </summary>
public interface IPersonalData
{
    /// <param name="subject">The pseudonymous id of the person.</param>
    /// <param name="recordId">Id of the event or record that will hold the ciphertext; it can be revealed under this id only.</param>
    Task<string> ProtectAsync(string tenant, string subject, string recordId, ReadOnlyMemory<byte> data, CancellationToken cancellation);

    /// <returns>The data, or null when the person was erased since.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The ciphertext was altered or belongs to another record.</exception>
    Task<byte[]?> RevealAsync(string tenant, string subject, string recordId, string ciphertext, CancellationToken cancellation);

    /// <summary>Destroys the person's key. What is protected for the same person afterwards gets a new one.</summary>
    Task EraseAsync(string tenant, string subject, CancellationToken cancellation);
}
