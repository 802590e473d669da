-- Archiving is an act of the owner with exactly one effect, and no right to change rows of mt_events: with that right the daemon
-- could hide single events from Marten's readers, and no hash would tell.
do $$
declare
  daemon name := events.role_of('daemon');
  owner name := events.role_of('owner');
begin
  execute format('revoke update (is_archived) on events.mt_streams, events.mt_events from %I', daemon);
  -- Row-level security is forced, so the owner too sees nothing without a policy: the rows of the tenant it has named.
  execute format('create policy archiving on events.mt_streams for all to %I using (tenant_id = current_setting(''app.tenant'', true))', owner);
  execute format('create policy archiving on events.mt_events for all to %I using (tenant_id = current_setting(''app.tenant'', true))', owner);
end $$;

create or replace function events.archive(p_tenant text, p_stream text, p_expected bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
  perform set_config('app.tenant', p_tenant, true);
  update events.mt_streams set is_archived = true where tenant_id = p_tenant and id = p_stream and version = p_expected;
  if not found then return false; end if;
  update events.mt_events set is_archived = true where tenant_id = p_tenant and stream_id = p_stream;
  return true;
end $$;

revoke execute on function events.archive(text, text, bigint) from public;
do $$
begin
  execute format('grant execute on function events.archive(text, text, bigint) to %I', events.role_of('daemon'));
end $$;

-- What happened stays as it is, for the owner too: an event is archived with its stream, and nothing else is ever done to it.
-- Inserts fire none of these triggers.
create function events.refuse_change() returns trigger
language plpgsql set search_path = pg_catalog, pg_temp as $$
declare
  archived boolean;
begin
  if tg_op = 'UPDATE' then
    archived := new.is_archived;
    new.is_archived := old.is_archived;
    -- To the byte (*=): numbers in jsonb may be equal and written differently, and the hash runs over the text.
    if archived and new *= old and exists (
      select from events.mt_streams s where s.tenant_id = new.tenant_id and s.id = new.stream_id and s.is_archived) then
      new.is_archived := true;
      return new;
    end if;
  end if;
  raise exception 'events are never changed or removed' using errcode = 'insufficient_privilege';
end $$;

create trigger refuse_update before update on events.mt_events for each row execute function events.refuse_change();
create trigger refuse_removal before delete or truncate on events.mt_events for each statement execute function events.refuse_change();
