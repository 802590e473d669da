-- One database per service and its three roles. Run by psql as superuser on the database "postgres"; repeatable.
--   <db>_owner   owns the schema, runs migrations; the running service never has its password
--   <db>_app     the request role; has only what a migration grants it, and row-level security applies to it
--   <db>_daemon  background readers (sealer, projections, publisher); the policies let it see every tenant
\set ON_ERROR_STOP on
\getenv db PATHWAYS_DATABASE
\getenv owner_password PATHWAYS_OWNER_PASSWORD
\getenv app_password PATHWAYS_APP_PASSWORD
\getenv daemon_password PATHWAYS_DAEMON_PASSWORD

select format('create role %I', :'db' || suffix)
from unnest(array['_owner', '_app', '_daemon']) suffix
where not exists (select from pg_roles where rolname = :'db' || suffix) \gexec

select format('alter role %I login nosuperuser nocreatedb nocreaterole nobypassrls password %L', :'db' || '_owner', :'owner_password') \gexec
select format('alter role %I login nosuperuser nocreatedb nocreaterole nobypassrls password %L', :'db' || '_app', :'app_password') \gexec
select format('alter role %I login nosuperuser nocreatedb nocreaterole nobypassrls password %L', :'db' || '_daemon', :'daemon_password') \gexec

select format('create database %I owner %I', :'db', :'db' || '_owner')
where not exists (select from pg_database where datname = :'db') \gexec

-- By default everybody may connect to every database: a service must not reach its neighbour's.
select format('revoke all on database %I from public', :'db') \gexec
select format('grant connect, temporary on database %I to %I, %I', :'db', :'db' || '_app', :'db' || '_daemon') \gexec

\connect :db
select format('alter schema public owner to %I', :'db' || '_owner') \gexec
revoke all on schema public from public;
select format('grant usage on schema public to %I, %I', :'db' || '_app', :'db' || '_daemon') \gexec
