-- The append, in one round trip. Streams are given by index; p_stream_of says to which of them each event belongs.
-- Answers the indexes of streams that were not at their expected version: none of their events was stored. Where such
-- a stream is required (another part of its unit of work depends on it), everything is refused instead.
--
-- The compare-and-set of a stream's version takes its row lock before any sequence number is drawn, so the order of
-- seq_id agrees with the order of versions. Callers give streams in the order
-- of their names, so two appends cannot wait for each other.
create function events.append(
  p_tenant text, p_streams text[], p_expected bigint[], p_counts int[], p_required boolean[],
  p_stream_of int[], p_versions bigint[], p_ids uuid[], p_types text[], p_dotnet_types text[], p_data jsonb[],
  p_correlations text[], p_causations text[], p_headers jsonb[], p_actors text[]) returns int[]
language plpgsql as $$
declare
  conflicts int[];
begin
  perform set_config('app.tenant', p_tenant, true);

  -- One statement per stream, by its key: a set-based one is planned while the tables are small, and stays so.
  for i in 1 .. cardinality(p_streams) loop
    if p_expected[i] = 0 then
      insert into events.mt_streams (tenant_id, id, version, timestamp, created) values (p_tenant, p_streams[i], p_counts[i], now(), now())
      on conflict do nothing;
    else
      update events.mt_streams set version = p_expected[i] + p_counts[i], timestamp = now()
      where tenant_id = p_tenant and id = p_streams[i] and version = p_expected[i] and is_archived is not true;
    end if;
    if not found then conflicts := conflicts || i; end if;
  end loop;

  if exists (select from unnest(conflicts) c where p_required[c]) then
    raise exception 'stream-version-conflict' using errcode = 'PW001',
      detail = (select string_agg(p_streams[c], ', ') from unnest(conflicts) c);
  end if;

  insert into events.mt_events (seq_id, id, stream_id, version, data, type, timestamp, tenant_id, mt_dotnet_type,
                                correlation_id, causation_id, headers, user_name, is_archived)
  select nextval('events.mt_events_sequence'), e.id, p_streams[e.stream_of], e.version, e.data, e.type, now(), p_tenant, e.dotnet_type,
         e.correlation, e.causation, e.headers, e.actor, false
  from unnest(p_stream_of, p_versions, p_ids, p_types, p_dotnet_types, p_data, p_correlations, p_causations, p_headers, p_actors)
    as e (stream_of, version, id, type, dotnet_type, data, correlation, causation, headers, actor)
  where conflicts is null or e.stream_of <> all (conflicts);

  return coalesce(conflicts, '{}');
end $$;

-- A guarded write that touched another number of rows than it must refuses the whole transaction.
create function events.require_rows(p_actual bigint, p_required bigint, p_write int) returns void
language plpgsql as $$
begin
  if p_actual <> p_required then
    raise exception 'guarded write % touched % rows instead of %', p_write, p_actual, p_required
      using errcode = 'PW002', detail = p_write::text;
  end if;
end $$;
