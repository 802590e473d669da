-- Folded states of long streams. A cache: any row may go at any time.
create table events.snapshots (
  tenant_id varchar not null,
  stream_id varchar not null,
  code      varchar not null,
  version   bigint  not null,
  state     text    not null,
  primary key (tenant_id, stream_id)
);
select events.protect('events.snapshots');

-- What has to be looked at again at a time: a row that is written with the events that cause it.
create table events.deadlines (
  tenant_id      varchar     not null,
  id             varchar     not null,
  kind           varchar     not null,
  stream_id      varchar     not null,
  due_at         timestamptz not null,
  data           jsonb       null,
  correlation_id varchar     not null,
  cause_source   varchar     null,
  cause_id       uuid        null,
  attempts       int         not null default 0,
  last_error     varchar     null,
  primary key (tenant_id, id)
);
create index deadlines_due_at on events.deadlines (due_at);
select events.protect('events.deadlines');

create function events.archive(p_tenant text, p_stream text, p_expected bigint) returns boolean
language plpgsql as $$
begin
  update events.mt_streams set is_archived = true where tenant_id = p_tenant and id = p_stream and version = p_expected;
  if not found then return false; end if;
  update events.mt_events set is_archived = true where tenant_id = p_tenant and stream_id = p_stream;
  return true;
end $$;

do $$
begin
  execute format('grant update (is_archived) on events.mt_streams, events.mt_events to %I', events.role_of('daemon'));
end $$;
