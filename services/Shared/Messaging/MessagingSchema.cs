namespace Pathways.Messaging;

/// <summary>Messaging's tables in a service's database, beside the event store's.</summary>
public static class MessagingSchema
{
    public const string Sql =
        """
        -- How far this service has taken in each stream of a source. Its row is the lock of everything that happens to the
        -- stream here: a duplicate, a second replica and an operator's retry all compare and set it.
        create table if not exists events.cursors (
            tenant_id text not null,
            source    text not null,
            stream    text not null,
            version   bigint not null,
            parked    boolean not null default false,
            moved_at  timestamptz not null default now(),
            primary key (tenant_id, source, stream)
        );

        -- Messages that can't be handled, and those that wait behind them in the same stream.
        create table if not exists events.parked (
            tenant_id text not null,
            source    text not null,
            stream    text not null,
            version   bigint not null,
            event_id  uuid,
            type      text,
            message   bytea not null,
            error     text,
            attempts  integer not null default 0,
            parked_at timestamptz not null default now(),
            primary key (tenant_id, source, stream, version)
        );

        -- The last published version of each stream of ours.
        create table if not exists events.public_heads (
            tenant_id    text not null,
            stream       text not null,
            version      bigint not null,
            position     bigint not null,
            published_at timestamptz not null default now(),
            primary key (tenant_id, stream)
        );
        create index if not exists public_heads_position on events.public_heads (position);

        -- How far the heads of a source were compared with our cursors.
        create table if not exists events.compared (
            source   text primary key,
            position bigint not null
        );

        -- How far we have seen each source's log, and its hash there: a source that lacks it was restored from a backup.
        create table if not exists events.source_logs (
            source   text primary key,
            position bigint not null,
            hash     text not null
        );

        -- How far each source's log had come, and when, at most twice a minute: of a restored one they tell where it forked.
        create table if not exists events.source_marks (
            source   text not null,
            position bigint not null,
            hash     text not null,
            seen_at  timestamptz not null default now(),
            primary key (source, position)
        );

        select events.protect('events.cursors');
        select events.protect('events.parked');
        select events.protect('events.public_heads');

        do $$ begin
            execute format('grant select, insert, update, delete on events.source_marks to %I', events.role_of('daemon'));
            execute format('grant select, insert, update on events.compared, events.source_logs to %I', events.role_of('daemon'));
        end $$;
        """;
}
