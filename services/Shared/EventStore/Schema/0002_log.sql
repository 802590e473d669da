-- What was committed and has no place in the log yet. No tenant in it, and nobody but the sealer reads it.
create table events.pending (
  seq_id bigint primary key
);

-- Fed by a trigger, so that a stream appended by Marten is sealed as well. Tombstones fill gaps of Marten's own
-- sequence; they are no events. Runs as the owner: whoever may append need not see this table.
create function events.mark_pending() returns trigger
language plpgsql security definer set search_path = pg_catalog, events as $$
begin
  insert into events.pending (seq_id) select seq_id from added where type <> 'tombstone';
  return null;
end $$;

create trigger mark_pending after insert on events.mt_events
  referencing new table as added for each statement execute function events.mark_pending();

-- The sealed log: gapless, hash-chained, in the order in which readers follow it.
create table events.log (
  position  bigint      primary key,
  seq_id    bigint      not null unique,
  event_id  uuid        not null unique,
  tenant_id varchar     not null,
  leaf      bytea       not null,
  hash      bytea       not null,
  sealed_at timestamptz not null default now()
);

create table events.log_head (
  only_one boolean primary key default true check (only_one),
  position bigint  not null,
  hash     bytea   not null
);
insert into events.log_head (position, hash) values (0, decode(repeat('00', 32), 'hex'));

create table events.projection_position (
  name       varchar     primary key,
  position   bigint      not null,
  updated_at timestamptz not null default now()
);

create table events.subscription_position (
  name       varchar     primary key,
  position   bigint      not null,
  updated_at timestamptz not null default now()
);

-- The key of each person, wrapped by the service's master key. Erasing sets it to null and keeps the row as evidence.
create table events.subject_keys (
  tenant_id   varchar     not null,
  subject     varchar     not null,
  generation  int         not null,
  wrapped_key bytea       null,
  created_at  timestamptz not null default now(),
  erased_at   timestamptz null,
  primary key (tenant_id, subject)
);
