namespace Pathways.LearningRecord;

/// <summary>
/// What statements are found by, written in the transaction that stores them. Terms are keyed hashes; the statement's text
/// is only in its event, as ciphertext.
/// </summary>
internal static class LearningRecordSchema
{
    public const string Sql = """
        create table if not exists read.statement (
          tenant_id  text    not null,
          id         uuid    not null,
          seq        bigint  not null,
          learner_id text    not null,
          refers_to  uuid    null,
          is_voiding boolean not null,
          is_voided  boolean not null,
          primary key (tenant_id, id)
        );
        create unique index if not exists statement_by_seq on read.statement (tenant_id, seq);
        create index if not exists statement_by_target on read.statement (tenant_id, refers_to) where refers_to is not null;
        create index if not exists statement_by_learner on read.statement (tenant_id, learner_id);
        select events.protect('read.statement');

        -- A statement is found under its own terms (via = seq) and under those of the statements it refers to (via = theirs).
        create table if not exists read.statement_term (
          tenant_id text   not null,
          term      bigint not null,
          seq       bigint not null,
          via       bigint not null,
          primary key (tenant_id, term, seq, via)
        );
        select events.protect('read.statement_term');
        """;
}
