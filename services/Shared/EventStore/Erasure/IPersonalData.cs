using Pathways.EventStore.Appending;

namespace Pathways.EventStore.Erasure;

/// <summary>
/// Personal data inside stored events exists only as this ciphertext, under a key of the person. The hash chain runs
/// over the ciphertext, so destroying the key (<see cref="PersonErasure"/>) erases the data and leaves every proof valid.
/// What is protected for the same person afterwards gets a new key.
/// </summary>
public interface IPersonalData
{
    /// <param name="subject">The pseudonymous id of the person.</param>
    /// <param name="recordId">Id of the event or record that will hold the ciphertext; it can be revealed under this id only.</param>
    Task<string> ProtectAsync(string tenant, string subject, string recordId, ReadOnlyMemory<byte> data, CancellationToken cancellation);

    /// <returns>The data, or null when the person was erased since.</returns>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The ciphertext was altered or belongs to another record.</exception>
    Task<byte[]?> RevealAsync(string tenant, string subject, string recordId, string ciphertext, CancellationToken cancellation);

    /// <summary>The keys of several persons in one round trip, made where there is none. For use at once: they are not to be kept.</summary>
    Task<ISubjectKeys> OpenAsync(string tenant, IReadOnlyCollection<string> subjects, CancellationToken cancellation);

    /// <summary>The keys there are of several persons in one round trip.</summary>
    Task<ISubjectKeys> FindAsync(string tenant, IReadOnlyCollection<string> subjects, CancellationToken cancellation);

    /// <summary>Keys that came with the caller's own query of <c>events.subject_keys</c>. For use at once, as the others.</summary>
    ISubjectKeys Unwrap(string tenant, IEnumerable<WrappedKey> keys);
}

/// <summary>A row of <c>events.subject_keys</c>.</summary>
public sealed record WrappedKey(string Subject, int Generation, byte[] Key);

/// <summary>Keys of some persons of one tenant, as they were when they were asked for.</summary>
public interface ISubjectKeys
{
    /// <inheritdoc cref="IPersonalData.ProtectAsync"/>
    string Protect(string subject, string recordId, ReadOnlySpan<byte> data);

    /// <inheritdoc cref="IPersonalData.RevealAsync"/>
    byte[]? Reveal(string subject, string recordId, string ciphertext);

    /// <summary>
    /// To be written in the unit of work that stores what the keys of these persons protect: it is refused, as a conflict, when
    /// one of them was erased since. Otherwise an erasure waits for it, and then sees what it has stored.
    /// </summary>
    GuardedWrite Hold(IReadOnlyCollection<string> subjects);
}
