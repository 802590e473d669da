-- The last event of the command, as its answer named it: given again, the answer names it again.
alter table events.idempotency add column last_event uuid null;
