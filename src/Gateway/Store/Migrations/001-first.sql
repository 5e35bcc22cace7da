-- Times are milliseconds since 1970 (UTC). Ids are never reused, so that a record of the past cannot come to mean somebody else.

create table account (
  id integer primary key autoincrement,
  name text not null collate nocase unique,
  role text not null check (role in ('user', 'admin')),
  password_hash text not null,
  created integer not null,
  password_changed integer not null
) strict;

-- Bearer tokens; only the SHA-256 of a token is kept.
create table token (
  id integer primary key autoincrement,
  account_id integer not null references account on delete cascade,
  hash blob not null unique,
  created integer not null,
  expires integer not null
) strict;
create index token_account on token (account_id);

-- Failed sign-ins within the sliding window, by account name as typed and by address, and the locks that came of them.
create table sign_in_failure (
  subject text not null,
  at integer not null
) strict;
create index sign_in_failure_subject on sign_in_failure (subject, at);
create index sign_in_failure_at on sign_in_failure (at);

create table sign_in_lock (
  subject text primary key,
  until integer not null
) strict;

create table secret (
  id integer primary key autoincrement,
  name text not null unique,
  owner_id integer references account on delete set null,
  user_name text not null,
  sealed blob not null,
  created integer not null,
  changed integer not null
) strict;

-- A deleted chain keeps its row and its history, so that it can be restored; its name stays its owner's.
create table chain (
  id integer primary key autoincrement,
  name text not null unique,
  owner_id integer references account on delete set null,
  version integer not null,
  deleted integer
) strict;

create table chain_version (
  chain_id integer not null references chain,
  version integer not null,
  text text not null,
  author text not null,
  saved integer not null,
  primary key (chain_id, version)
) strict;

-- The secrets that the present version of a chain may open. Written when it is saved, by somebody who may use them: a chain that
-- merely names a secret cannot open it, and a secret that is deleted and made again is another one.
create table chain_secret (
  chain_id integer not null references chain,
  secret_id integer not null references secret on delete cascade,
  primary key (chain_id, secret_id)
) strict;

create table chain_grant (
  chain_id integer not null references chain,
  account_id integer not null references account on delete cascade,
  primary key (chain_id, account_id)
) strict;

create table certificate_pin (
  chain_id integer not null references chain,
  layer text not null,
  sha256 text not null,
  subject text not null,
  first_seen integer not null,
  primary key (chain_id, layer)
) strict;

create table session_record (
  id text primary key,
  chain text not null,
  owner text not null,
  started integer not null,
  ended integer not null,
  fronts_max integer not null,
  reconnects integer not null,
  ending text not null
) strict;
create index session_record_ended on session_record (ended);

create table audit (
  id integer primary key autoincrement,
  at integer not null,
  action text not null,
  actor text not null,
  subject text not null,
  address text not null,
  detail text not null
) strict;

create trigger audit_keeps_rows before delete on audit
begin select raise(abort, 'the audit log is append-only'); end;

create trigger audit_keeps_contents before update on audit
begin select raise(abort, 'the audit log is append-only'); end;

-- "insert or replace" deletes without asking the delete trigger.
create trigger audit_keeps_ids before insert on audit when exists (select 1 from audit where id = new.id)
begin select raise(abort, 'the audit log is append-only'); end;
