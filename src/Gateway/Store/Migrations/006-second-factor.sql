-- The authenticator of an account. Sealed as secrets are. Until a code of it was shown once (confirmed), it changes nothing.
create table second_factor (
  account_id integer primary key references account on delete cascade,
  sealed blob not null,
  begun integer not null,
  confirmed integer,
  last_step integer not null
) strict;

-- What signs in when the authenticator is lost, once each; only the SHA-256 is kept.
create table recovery_code (
  account_id integer not null references account on delete cascade,
  hash blob not null,
  primary key (account_id, hash)
) strict;
