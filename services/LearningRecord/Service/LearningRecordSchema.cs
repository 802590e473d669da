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

        -- Attachments are too large for events: those hold their hash, and here is the content, under the learner's key.
        create table if not exists read.attachment (
          tenant_id    text not null,
          statement_id uuid not null,
          sha2         text not null,
          learner_id   text not null,
          content      text not null,
          primary key (tenant_id, statement_id, sha2)
        );
        create index if not exists attachment_by_learner on read.attachment (tenant_id, learner_id);
        select events.protect('read.attachment');

        -- The latest version of each document; its text is in the event of that version. A deleted one keeps its row, for its version.
        create table if not exists read.document (
          tenant_id    text    not null,
          stream       text    not null,
          version      bigint  not null,
          context      bigint  not null,
          registration uuid    null,
          subject      text    not null,
          seq          bigint  not null,
          etag         text    null,
          primary key (tenant_id, stream)
        );
        create index if not exists document_by_context on read.document (tenant_id, context);
        create index if not exists document_by_subject on read.document (tenant_id, subject);
        select events.protect('read.document');
        """;
}
