using Npgsql;
using Pathways.EventStore.Reading;

namespace Pathways.EventStore.Projections;

/// <summary>
/// A read model that follows the log. A batch and the position move in one transaction. An exception stops this
/// projection and degrades health; it never skips. The version is part of its tables' names (<c>award_list_v3</c>), so
/// a new version is built beside the old one.
/// </summary>
public interface IProjection
{
    /// <summary>Stable, snake case: <c>award_list</c>.</summary>
    string Name { get; }

    int Version { get; }

    /// <summary>Idempotent DDL of its tables, in the schema <c>read</c>, run by the migration.</summary>
    string Schema { get; }

    Task ApplyAsync(IReadOnlyList<SealedEvent> batch, NpgsqlConnection connection, CancellationToken cancellation);
}
