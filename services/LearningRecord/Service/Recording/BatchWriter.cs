using Npgsql;
using NpgsqlTypes;
using Pathways.EventStore;
using Pathways.EventStore.Appending;
using Pathways.EventStore.Erasure;
using Pathways.EventStore.Reading;
using Pathways.Kernel;
using Pathways.LearningRecord.Attachments;
using Pathways.LearningRecord.Domain.Mapping;
using Pathways.LearningRecord.Domain.Recording;
using Pathways.LearningRecord.Domain.Xapi;

namespace Pathways.LearningRecord.Recording;

/// <summary>
/// A batch of statements as one unit of work: events of each statement's stream, and the rows it is found by. Achievements
/// are derived here and not by a follower: the rules are pure and cost microseconds, and in the statement's own transaction
/// there is no moment in which a crash could lose or double them.
/// </summary>
internal sealed class BatchWriter(SharedKeys sharedKeys, Pseudonyms pseudonyms)
{
    public static readonly Rejection PlaceTaken = Rejection.Conflict("place-taken", "Another process stored a statement in the same place of the record.", "Repeat the request.");

    public async Task<UnitOfWork> WriteAsync(
        EventContext context, Client client, IReadOnlyList<NewStatement> statements, StreamsBefore before,
        StoredClock.Reservation places, XapiVersion version, MappingRules rules, CancellationToken cancellation)
    {
        var placed = statements.Select((statement, index) => Place(context.Tenant, client, statement, places.Seq(index), version)).ToList();
        var persons = placed.SelectMany(statement => statement.Persons).Distinct().ToList();
        var keys = await sharedKeys.OpenAsync(context.Tenant, persons, cancellation);

        var work = new UnitOfWork(context);
        work.Write(keys.Hold(persons));
        var streams = new Streams(work, before);
        foreach (var statement in placed)
        {
            var stored = statement.ToEvent(client.Id, keys);
            streams.Decide(statement.Id, state => StatementStream.Store(state, stored, statement.New.Achieves(rules, statement.StoredAt)));
        }
        var references = new References(placed, before, link => TermsOf(context.Tenant, link));
        foreach (var statement in placed)
        {
            if (statement.New.RefersTo is not { } target) continue;
            if (statement.New.IsVoiding) streams.Decide(target, state => StatementStream.Void(state, target, statement.Id));
            if (references.UnknownEndOf(statement) is { } unknown) streams.Decide(unknown, state => StatementStream.Await(state, unknown, statement.Id));
        }
        AddRows(work, placed, streams);
        AddTerms(work, references.AllTerms());
        AddAttachments(work, placed, keys);
        return work;
    }

    private PlacedStatement Place(string tenant, Client client, NewStatement statement, long seq, XapiVersion version)
    {
        var storedAt = StoredClock.StoredAt(seq);
        var terms = Term.Of(statement.Json, client.Authority);
        byte[] text = statement.Text(new Stamp(statement.Id, storedAt, storedAt, client.Authority, version));
        var (rest, mentions) = MentionedPersons.AreIn(statement.Json, statement.Owner)
            ? MentionedPersons.Split(text, statement.Owner, person => pseudonyms.LearnerId(tenant, person))
            : (text, []);
        return new PlacedStatement(
            statement, seq, storedAt, pseudonyms.LearnerId(tenant, statement.Owner), rest, mentions, Hashed(tenant, client.Defines || statement.IsOwn ? terms : terms.Append(new Term(TermKind.NotDefining, ""))));
    }

    /// <summary>Of a stored statement; its text holds its own authority.</summary>
    private long[] TermsOf(string tenant, StoredText stored)
    {
        using var document = System.Text.Json.JsonDocument.Parse(stored.Json);
        return Hashed(tenant, Term.Of(document.RootElement, document.RootElement.GetProperty("authority")));
    }

    private long[] Hashed(string tenant, IEnumerable<Term> terms)
        => [.. terms.Select(term => pseudonyms.Term(tenant, term))];

    private static void AddRows(UnitOfWork work, List<PlacedStatement> statements, Streams streams)
    {
        work.Write(new GuardedWrite(
            """
            insert into read.statement (tenant_id, id, seq, learner_id, refers_to, is_voiding, is_voided)
            select $1, * from unnest($2, $3, $4, $5, $6, $7)
            """,
            [
                new() { Value = work.Context.Tenant, NpgsqlDbType = NpgsqlDbType.Text },
                Column(NpgsqlDbType.Uuid, statements, statement => statement.Id),
                Column(NpgsqlDbType.Bigint, statements, statement => statement.Seq),
                Column(NpgsqlDbType.Text, statements, statement => statement.LearnerId),
                Column(NpgsqlDbType.Uuid, statements, statement => statement.New.RefersTo),
                Column(NpgsqlDbType.Boolean, statements, statement => statement.New.IsVoiding),
                Column(NpgsqlDbType.Boolean, statements, statement => streams.StateOf(statement.Id).IsVoided),
            ],
            Conflict: PlaceTaken,
            OwnRows: true,
            Columns: true));
        var voided = streams.Touched.Where(id => streams.StateOf(id).IsVoided && !statements.Exists(statement => statement.Id == id)).ToArray();
        if (voided.Length == 0) return;
        work.Write(new GuardedWrite(
            "update read.statement set is_voided = true where tenant_id = $1 and id = any ($2)",
            [new() { Value = work.Context.Tenant, NpgsqlDbType = NpgsqlDbType.Text }, new() { Value = voided, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid }]));
    }

    private static void AddTerms(UnitOfWork work, List<TermRow> rows) => work.Write(new GuardedWrite(
        "insert into read.statement_term (tenant_id, term, seq, via) select $1, * from unnest($2, $3, $4) on conflict do nothing",
        [
            new() { Value = work.Context.Tenant, NpgsqlDbType = NpgsqlDbType.Text },
            Column(NpgsqlDbType.Bigint, rows, row => row.Term),
            Column(NpgsqlDbType.Bigint, rows, row => row.Seq),
            Column(NpgsqlDbType.Bigint, rows, row => row.Via),
        ],
        OwnRows: true,
        Columns: true));

    private static void AddAttachments(UnitOfWork work, List<PlacedStatement> statements, ISubjectKeys keys)
    {
        foreach (var statement in statements.Where(statement => statement.New.Parts.Count > 0))
        {
            foreach (var attachment in statement.New.Attachments)
            {
                if (statement.New.Parts.TryGetValue(attachment.Sha2, out byte[]? content))
                    work.Write(AttachmentTable.Write(work.Context.Tenant, statement, attachment.Sha2, content, keys));
            }
        }
    }

    private static NpgsqlParameter Column<TItem, TValue>(NpgsqlDbType type, List<TItem> items, Func<TItem, TValue> value)
        => new() { Value = items.ConvertAll(item => value(item)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    /// <summary>The streams that a unit of work touches, as they will be after it.</summary>
    private sealed class Streams(UnitOfWork work, StreamsBefore before)
    {
        private readonly Dictionary<Guid, Loaded<StatementState>> _now = [];

        public IEnumerable<Guid> Touched => _now.Keys;

        public StatementState StateOf(Guid id) => _now.TryGetValue(id, out var loaded) ? loaded.State : before.StateOf(id).State;

        public void Decide(Guid id, Func<StatementState, Decision> decide)
        {
            var loaded = _now.TryGetValue(id, out var known) ? known : before.StateOf(id);
            var decision = decide(loaded.State);
            if (decision.Rejection is { } rejection) throw new InvalidOperationException($"Decided on what was read, and refused: {rejection.Code}.");
            work.Append(StatementStream.Name(id), loaded.Version, decision.Events);
            _now[id] = new(StatementStream.Decider.Fold(loaded.State, decision.Events), loaded.Version + decision.Events.Length);
        }
    }
}

/// <summary>A statement with its place, its owner, its final text, who else is in it, and what it is found by.</summary>
/// <param name="Text">Without the other persons.</param>
internal sealed record PlacedStatement(
    NewStatement New, long Seq, DateTimeOffset StoredAt, string LearnerId, byte[] Text, IReadOnlyList<Mention> Mentions, long[] Terms)
{
    public Guid Id => New.Id;

    public IEnumerable<string> Persons => Mentions.Select(mention => mention.Person).Prepend(LearnerId);

    public StatementStored ToEvent(string client, ISubjectKeys keys) => new(
        Id, LearnerId, New.VerbId, New.ObjectType, New.ActivityId, New.RefersTo, New.IsVoiding, client,
        keys.Protect(LearnerId, Id.ToString("D"), StatementText.Compress(Text)),
        New.Attachments,
        Mentions.Count == 0 ? null : [.. Mentions.Select((mention, index) => new StoredMention(
            mention.At, mention.Length, mention.Person, keys.Protect(mention.Person, MentionId(Id, index), mention.Agent)))]);

    /// <summary>What a mention's ciphertext belongs to.</summary>
    public static string MentionId(Guid statement, int index) => $"{statement:D}/mention/{index}";
}

[System.Runtime.InteropServices.StructLayout(System.Runtime.InteropServices.LayoutKind.Auto)]
internal readonly record struct TermRow(long Term, long Seq, long Via);
