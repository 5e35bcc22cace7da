-- Where the time of sessions went. The bodies are written and read by Latency/Keeping; the store does not look into them.
-- Minutes are counted from 1970 (UTC).

create table latency_stream (
  id integer primary key autoincrement,
  session text not null unique,
  chain text not null,
  owner text not null
) strict;
create index latency_stream_chain on latency_stream (chain);

-- The journal: what was recorded within one second. Gone once its minute is rolled up.
create table latency_batch (
  id integer primary key autoincrement,
  stream_id integer not null references latency_stream on delete cascade,
  minute integer not null,
  samples integer not null,
  expected integer not null,
  matched integer not null,
  unmatched integer not null,
  dropped integer not null,
  body blob not null
) strict;
create index latency_batch_minute on latency_batch (stream_id, minute);

create table latency_minute (
  id integer primary key autoincrement,
  stream_id integer not null references latency_stream on delete cascade,
  minute integer not null,
  samples integer not null,
  expected integer not null,
  matched integer not null,
  unmatched integer not null,
  dropped integer not null,
  body blob not null,
  unique (stream_id, minute)
) strict;
create index latency_minute_age on latency_minute (minute);
