-- Hashes of complete subtrees of the Merkle tree over the log, one per 256 of the level below: a proof of any size reads
-- a few hundred hashes instead of the whole log. Level 8 covers 256 leaves, level 16 65,536, and so on.
create table events.merkle_node (
  level int    not null,
  index bigint not null,
  hash  bytea  not null,
  primary key (level, index)
);

-- Signed heads: size, root, and the note as it is published (C2SP tlog-checkpoint in a signed-note).
create table events.checkpoint (
  size       bigint      primary key,
  root       bytea       not null,
  note       text        not null,
  created_at timestamptz not null default now()
);

do $$
begin
  execute format('grant select, insert on events.merkle_node, events.checkpoint to %I', events.role_of('daemon'));
end $$;
