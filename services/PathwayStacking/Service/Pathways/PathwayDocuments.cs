using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore.Appending;

namespace Pathways.PathwayStacking.Pathways;

/// <summary>Imported documents as they came, by their hash; the event of the version names the hash.</summary>
internal static class PathwayDocuments
{
    public const string Schema = """
        create table if not exists read.pathway_documents_v1 (
          tenant_id text not null,
          sha256    text not null,
          document  bytea not null,
          primary key (tenant_id, sha256)
        );
        select events.protect('read.pathway_documents_v1');
        """;

    /// <summary>The same bytes twice are one document.</summary>
    public static GuardedWrite Keep(string tenant, string sha256, byte[] document) => new(
        "insert into read.pathway_documents_v1 (tenant_id, sha256, document) values (@tenant, @sha256, @document) on conflict do nothing",
        [
            new NpgsqlParameter("tenant", tenant),
            new NpgsqlParameter("sha256", sha256),
            new NpgsqlParameter("document", NpgsqlDbType.Bytea) { Value = document },
        ]);
}
