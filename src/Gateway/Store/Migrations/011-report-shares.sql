-- Latency reports that somebody handed on: what of (a span that stands still) and until when; only the SHA-256 of a link's token is kept. Without
-- owner_id it is the operator's. A share ends with the account that made it.
create table report_share (
  id text primary key,
  hash blob not null unique,
  owner_id integer references account on delete cascade,
  owner text not null,
  chain text not null,
  session text,
  since integer not null,
  until integer not null,
  load text,
  created integer not null,
  expires integer not null
) strict;
create index report_share_owner on report_share (owner_id);

-- Who has opened a link: reads on without it.
create table report_share_reader (
  share_id text not null references report_share on delete cascade,
  account_id integer not null references account on delete cascade,
  opened integer not null,
  primary key (share_id, account_id)
) strict;
