-- Three roles, named after the database and created before the first migration: <db>_owner runs this, <db>_app serves
-- requests of one tenant at a time, <db>_daemon seals, projects and publishes for all tenants.
create function events.role_of(kind text) returns name language sql stable as $$
  select (current_database() || '_' || kind)::name
$$;

-- Row-level security, forced: the app role sees the rows of the tenant its transaction has named, and none without.
create function events.isolate(target regclass) returns void language plpgsql as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format('drop policy if exists tenant on %s', target);
  execute format('drop policy if exists every_tenant on %s', target);
  execute format('create policy tenant on %s for all to %I using (tenant_id = current_setting(''app.tenant'', true)) '
    'with check (tenant_id = current_setting(''app.tenant'', true))', target, events.role_of('app'));
  execute format('create policy every_tenant on %s for all to %I using (true) with check (true)', target, events.role_of('daemon'));
end $$;

-- For the tables of read models and of other rooms: isolated, readable and writable by app and daemon.
create function events.protect(target regclass) returns void language plpgsql as $$
begin
  perform events.isolate(target);
  execute format('grant select, insert, update, delete on %s to %I, %I', target, events.role_of('app'), events.role_of('daemon'));
end $$;

select events.isolate('events.mt_streams');
select events.isolate('events.mt_events');
select events.isolate('events.log');
select events.isolate('events.subject_keys');

do $$
declare
  app name := events.role_of('app');
  daemon name := events.role_of('daemon');
begin
  execute format('grant usage on schema events, read to %I, %I', app, daemon);
  execute format('grant usage on sequence events.mt_events_sequence to %I, %I', app, daemon);
  -- Append only: there is no UPDATE or DELETE on events or on the log for anyone but the owner.
  execute format('grant select, insert on events.mt_events to %I, %I', app, daemon);
  execute format('grant select, insert on events.mt_streams to %I, %I', app, daemon);
  execute format('grant update (version, timestamp) on events.mt_streams to %I, %I', app, daemon);
  execute format('grant select on events.log, events.log_head, events.projection_position to %I', app);
  execute format('grant select, insert, update on events.subject_keys to %I, %I', app, daemon);
  execute format('grant select, insert on events.log to %I', daemon);
  execute format('grant select, update on events.log_head to %I', daemon);
  execute format('grant select, delete on events.pending to %I', daemon);
  execute format('grant select, insert, update on events.projection_position, events.subscription_position to %I', daemon);
  execute format('grant select, insert, update on events.mt_event_progression to %I', daemon);
end $$;
