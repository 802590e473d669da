-- One event of one stream, which is most appends: without arrays, which both sides would build and take apart.
-- What it promises, and how it answers a conflict, is what events.append does.
create function events.append_one(
  p_tenant text, p_stream text, p_expected bigint, p_required boolean,
  p_id uuid, p_type text, p_dotnet_type text, p_data jsonb, p_correlation text, p_causation text, p_headers jsonb, p_actor text) returns int[]
language plpgsql as $$
begin
  perform set_config('app.tenant', p_tenant, true);
  if p_expected = 0 then
    insert into events.mt_streams (tenant_id, id, version, timestamp, created) values (p_tenant, p_stream, 1, now(), now())
    on conflict do nothing;
  else
    update events.mt_streams set version = p_expected + 1, timestamp = now()
    where tenant_id = p_tenant and id = p_stream and version = p_expected and is_archived is not true;
  end if;
  if not found then
    if p_required then
      raise exception 'stream-version-conflict' using errcode = 'PW001', detail = p_stream;
    end if;
    return '{1}';
  end if;

  insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type,
                                correlation_id, causation_id, headers, user_name, is_archived)
  values (nextval('events.mt_events_sequence'), p_id, p_stream, p_expected + 1, p_data, p_type, now(), p_tenant, p_dotnet_type,
          p_correlation, p_causation, p_headers, p_actor, false);
  return '{}';
end $$;

-- New streams without looking for each whether it is there: one that is breaks its group, and its units go alone.
create or replace function events.append(
  p_tenant text, p_streams text[], p_expected bigint[], p_counts int[], p_required boolean[],
  p_stream_of int[], p_versions bigint[], p_ids uuid[], p_types text[], p_dotnet_types text[], p_data jsonb[],
  p_correlations text[], p_causations text[], p_headers jsonb[], p_actors text[]) returns int[]
language plpgsql as $$
declare
  conflicts int[];
begin
  perform set_config('app.tenant', p_tenant, true);

  -- All that are created before all that go on, both in the order of names: two appends cannot wait for each other.
  if 0 = any (p_expected) then
    insert into events.mt_streams (tenant_id, id, version, timestamp, created)
    select p_tenant, s.id, s.count, now(), now() from unnest(p_streams, p_expected, p_counts) as s (id, expected, count) where s.expected = 0;
  end if;

  for i in 1 .. cardinality(p_streams) loop
    continue when p_expected[i] = 0;
    -- One statement per stream, by its key: a set-based one is planned while the tables are small, and stays so.
    update events.mt_streams set version = p_expected[i] + p_counts[i], timestamp = now()
    where tenant_id = p_tenant and id = p_streams[i] and version = p_expected[i] and is_archived is not true;
    continue when found;
    conflicts := conflicts || i;
  end loop;

  if conflicts is not null and exists (select from unnest(conflicts) c where p_required[c]) then
    raise exception 'stream-version-conflict' using errcode = 'PW001',
      detail = (select string_agg(p_streams[c], ', ') from unnest(conflicts) c);
  end if;

  -- The row locks of all streams are held now: the order of seq_id agrees with the order of versions.
  insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type,
                                correlation_id, causation_id, headers, user_name, is_archived)
  select nextval('events.mt_events_sequence'), e.id, p_streams[e.stream_of], e.version, e.data, e.type, now(), p_tenant, e.dotnet_type,
         e.correlation, e.causation, e.headers, e.actor, false
  from unnest(p_stream_of, p_versions, p_ids, p_types, p_dotnet_types, p_data, p_correlations, p_causations, p_headers, p_actors)
    as e (stream_of, version, id, type, dotnet_type, data, correlation, causation, headers, actor)
  where conflicts is null or e.stream_of <> all (conflicts);

  return coalesce(conflicts, '{}');
end $$;
