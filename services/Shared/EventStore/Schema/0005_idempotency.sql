-- Answers to requests with an Idempotency-Key, stored by the transaction that appends their events: a crash leaves
-- both or neither.
create table events.idempotency (
  tenant_id   varchar     not null,
  client_id   varchar     not null,
  key         varchar     not null,
  fingerprint bytea       not null,
  status      int         not null,
  body        bytea       null,
  version     bigint      null,
  location    varchar     null,
  created_at  timestamptz not null default now(),
  primary key (tenant_id, client_id, key)
);
create index idempotency_created_at on events.idempotency (created_at);
select events.protect('events.idempotency');
