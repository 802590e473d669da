using System.Text.Json.Serialization;
using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore;
using Pathways.EventStore.Appending;

namespace Pathways.WebDefaults;

/// <summary>Somebody has read records of learners: who, why, when, and by which route.</summary>
/// <param name="Purpose">One of <see cref="WebDefaults.Purpose.Codes"/>.</param>
/// <param name="PurposeStated">By the caller; otherwise it is what the route is for.</param>
/// <param name="Actor">The person or office the client acts for.</param>
/// <param name="At">When; of several reads the first.</param>
/// <param name="Reads">How many reads it stands for, where it is more than one: what systems read all the time is told by the second.</param>
public sealed record LearnerRecordDisclosed(
    IReadOnlyList<string> Learners, string Purpose, bool PurposeStated, string ClientId, string Actor, string Route, string CorrelationId, DateTimeOffset At,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Reads = null)
{
    public const string EventType = "learner_record_disclosed";

    private const int MostLearners = 1000;

    /// <summary>What must be the same for reads to be told as one.</summary>
    internal (string Purpose, bool Stated, string Client, string Actor, string Route) Reader => (Purpose, PurposeStated, ClientId, Actor, Route);

    /// <summary>As one event, or as a few when they showed very many learners.</summary>
    /// <param name="reads">Of one reader, the first one first.</param>
    internal static IEnumerable<LearnerRecordDisclosed> Of(IReadOnlyList<LearnerRecordDisclosed> reads) => reads.Count == 1
        ? reads
        : reads.SelectMany(read => read.Learners).Distinct().Order(StringComparer.Ordinal).Chunk(MostLearners)
            .Select(learners => reads[0] with { Learners = learners, Reads = reads.Count });

    /// <summary>What the events are found by, of one learner; written with them.</summary>
    internal static StoreContribution Contribution { get; } = new(
        """
        create table if not exists events.disclosures (
          tenant_id      text        not null,
          learner_id     text        not null,
          event_id       uuid        not null,
          at             timestamptz not null,
          purpose        text        not null,
          purpose_stated boolean     not null,
          client_id      text        not null,
          actor          text        not null,
          route          text        not null,
          primary key (tenant_id, learner_id, event_id)
        );
        select events.protect('events.disclosures');
        """,
        new Dictionary<string, Type> { [EventType] = typeof(LearnerRecordDisclosed) });

    internal static GuardedWrite Index(string tenant, IEnumerable<NewEvent> events)
    {
        var rows = events.SelectMany(added => ((LearnerRecordDisclosed)added.Data).Learners.Select(learner => (added.Id, Data: (LearnerRecordDisclosed)added.Data, Learner: learner))).ToList();
        return new GuardedWrite(
            "insert into events.disclosures select $1, * from unnest($2, $3, $4, $5, $6, $7, $8, $9)",
            [
                new() { Value = tenant, NpgsqlDbType = NpgsqlDbType.Text },
                Column(NpgsqlDbType.Text, rows.ConvertAll(row => row.Learner)), Column(NpgsqlDbType.Uuid, rows.ConvertAll(row => row.Id)),
                Column(NpgsqlDbType.TimestampTz, rows.ConvertAll(row => row.Data.At)), Column(NpgsqlDbType.Text, rows.ConvertAll(row => row.Data.Purpose)),
                Column(NpgsqlDbType.Boolean, rows.ConvertAll(row => row.Data.PurposeStated)), Column(NpgsqlDbType.Text, rows.ConvertAll(row => row.Data.ClientId)),
                Column(NpgsqlDbType.Text, rows.ConvertAll(row => row.Data.Actor)), Column(NpgsqlDbType.Text, rows.ConvertAll(row => row.Data.Route)),
            ],
            OwnRows: true);
    }

    private static NpgsqlParameter Column<T>(NpgsqlDbType type, List<T> values) => new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };
}
