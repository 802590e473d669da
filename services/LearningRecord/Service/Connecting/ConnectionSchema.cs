namespace Pathways.LearningRecord.Connecting;

internal static class ConnectionSchema
{
    public const string Sql = """
        -- Where each connection to another record store stands. What it is, is in its stream; its secret is only here, encrypted.
        create table if not exists read.lrs_connection (
          tenant_id     text        not null,
          id            uuid        not null,
          direction     text        not null,
          settings      jsonb       not null,
          secret        bytea       not null,
          is_paused     boolean     not null default false,
          position      bigint      not null,
          since         timestamptz null,
          done          bigint      not null default 0,
          head          uuid        null,
          refusals      int         not null default 0,
          attempts      int         not null default 0,
          failing_since timestamptz null,
          last_error    text        null,
          due_at        timestamptz not null default now(),
          lease         uuid        null,
          leased_until  timestamptz not null default '-infinity',
          primary key (tenant_id, id)
        );
        create index if not exists lrs_connection_due on read.lrs_connection (due_at) where not is_paused;
        select events.protect('read.lrs_connection');

        -- Statements that did not go through: refused for good (dead), to be tried once more (retry), given up (skipped).
        create table if not exists read.lrs_dead_letter (
          tenant_id     text        not null,
          connection_id uuid        not null,
          statement_id  uuid        not null,
          state         text        not null,
          error         text        not null,
          at            timestamptz not null default now(),
          primary key (tenant_id, connection_id, statement_id)
        );
        select events.protect('read.lrs_dead_letter');
        """;
}
