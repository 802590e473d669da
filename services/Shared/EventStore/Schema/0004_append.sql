-- The append, in one round trip. Streams are given by index; p_stream_of says to which of them each event belongs.
-- Answers the indexes of streams that were not at their expected version: none of their events was stored. Where such
-- a stream is required (another part of its unit of work depends on it), everything is refused instead.
--
-- The compare-and-set of a stream's version takes its row lock before any sequence number is drawn, so the order of
-- seq_id agrees with the order of versions. Rows are locked in the order of their keys, so two appends cannot deadlock.
create function events.append(
  p_tenant text, p_streams text[], p_expected bigint[], p_counts int[], p_required boolean[],
  p_stream_of int[], p_versions bigint[], p_ids uuid[], p_types text[], p_dotnet_types text[], p_data jsonb[],
  p_correlations text[], p_causations text[], p_headers jsonb[], p_actors text[]) returns int[]
language plpgsql as $$
declare
  conflicts int[];
begin
  perform set_config('app.tenant', p_tenant, true);

  perform from events.mt_streams s where s.tenant_id = p_tenant and s.id = any (p_streams) order by s.id for no key update;

  with asked as (
    select * from unnest(p_streams, p_expected, p_counts) with ordinality as a (stream, expected, added, place)
  ), moved as (
    update events.mt_streams s set version = a.expected + a.added, timestamp = now()
    from asked a
    where s.tenant_id = p_tenant and s.id = a.stream and a.expected > 0 and s.version = a.expected and s.is_archived is not true
    returning a.place
  ), created as (
    insert into events.mt_streams (tenant_id, id, version, timestamp, created)
    select p_tenant, a.stream, a.added, now(), now() from asked a where a.expected = 0 order by a.stream
    on conflict do nothing
    returning id
  )
  select array_agg(a.place::int) into conflicts from asked a
  where a.place not in (select place from moved) and a.stream not in (select id from created);

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
