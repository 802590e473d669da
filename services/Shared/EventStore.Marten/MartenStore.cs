using System.Text.Json;
using global::Marten;
using global::Marten.Services;
using global::Marten.Services.Json.Transformations;
using JasperFx;
using JasperFx.Events;
using JasperFx.MultiTenancy;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pathways.EventStore.Reading;
using Weasel.Core;

namespace Pathways.EventStore.Marten;

/// <summary>Marten on a service's own tables, with the conventions that our migrations made them by. It creates and changes nothing.</summary>
internal sealed class MartenStore : IDisposable
{
    private readonly DocumentStore _store;
    private readonly NpgsqlDataSource _source;

    /// <param name="own">
    /// For what Marten does by itself: after a failed save it fills the sequence numbers it drew with tombstones, on another connection
    /// and while the failed one is still held. From the same pool, as many failing appends as it has connections would wait for each other.
    /// </param>
    public MartenStore(
        [FromKeyedServices(DataSources.App)] NpgsqlDataSource source, [FromKeyedServices(DataSources.Daemon)] NpgsqlDataSource own, EventTypes types)
    {
        _source = source;
        _store = DocumentStore.For(options => Configure(options, own, types));
    }

    /// <summary>A transaction of one tenant, named to row-level security, and a session of Marten's in it.</summary>
    public async Task<MartenTransaction> BeginAsync(string tenant, CancellationToken cancellation)
    {
        var connection = await _source.OpenConnectionAsync(cancellation);
        try
        {
            var transaction = await connection.BeginTransactionAsync(cancellation);
            await using (var scope = new NpgsqlBatch(connection, transaction) { BatchCommands = { TenantScope.Command(tenant) } })
                await scope.ExecuteNonQueryAsync(cancellation);
            var options = SessionOptions.ForTransaction(transaction);
            options.TenantId = tenant;
            return new MartenTransaction(connection, transaction, _store.LightweightSession(options));
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public void Dispose() => _store.Dispose();

    private static void Configure(StoreOptions options, NpgsqlDataSource source, EventTypes types)
    {
        options.Connection(source);
        options.AutoCreateSchemaObjects = AutoCreate.None;
        options.DatabaseSchemaName = "events";
        options.Serializer(new SystemTextJsonSerializer(new JsonSerializerOptions { RespectRequiredConstructorParameters = true })
        {
            EnumStorage = EnumStorage.AsInteger,
        });
        options.Events.StreamIdentity = StreamIdentity.AsString;
        options.Events.TenancyStyle = TenancyStyle.Conjoined;
        // The quick mode needs a function in the database that Marten would have to make; this one needs tables alone.
        options.Events.AppendMode = EventAppendMode.Rich;
        options.Events.EnableUniqueIndexOnEventId = true;
        options.Events.MetadataConfig.CausationIdEnabled = true;
        options.Events.MetadataConfig.CorrelationIdEnabled = true;
        options.Events.MetadataConfig.HeadersEnabled = true;
        options.Events.MetadataConfig.UserNameEnabled = true;
        foreach (string alias in types.Aliases) options.Events.MapEventType(types.TypeOf(alias), alias);
        foreach (string old in types.OldAliases)
        {
            options.Events.Upcast(
                types.TypeOf(types.CurrentAlias(old)), old, new JsonTransformation((_, row, column) => types.Read(old, row.GetString(column))));
        }
    }
}

/// <summary>What is not committed is rolled back.</summary>
internal sealed class MartenTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, IDocumentSession session) : IAsyncDisposable
{
    public NpgsqlConnection Connection => connection;

    public IDocumentSession Session => session;

    public Task CommitAsync(CancellationToken cancellation) => transaction.CommitAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        await transaction.DisposeAsync();
        await connection.DisposeAsync();
    }
}
