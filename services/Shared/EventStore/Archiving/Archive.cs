using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.Kernel;

namespace Pathways.EventStore.Archiving;

/// <summary>
/// Closes a stream for ever, in Marten's way (<c>is_archived</c>). It can still be read and its proofs still hold; an
/// append to it is refused. Marten's own readers leave it out. For institutions that end a stream by their own rules: no service
/// does so by itself.
/// </summary>
public sealed class Archive([FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource source)
{
    /// <returns>Null when it is archived; a rejection when it is not at the expected version.</returns>
    public async Task<Rejection?> ArchiveAsync(string tenant, string stream, long expectedVersion, CancellationToken cancellation)
    {
        await using var command = source.CreateCommand("select events.archive($1, $2, $3)");
        command.Parameters.Add(new() { Value = tenant });
        command.Parameters.Add(new() { Value = stream });
        command.Parameters.Add(new() { Value = expectedVersion });
        return (bool)(await command.ExecuteScalarAsync(cancellation))!
            ? null
            : Rejection.Conflict("stream-version-conflict", $"Changed meanwhile: {stream}.", "Read it again, and decide again.");
    }
}
