-- Other nodes whose keys are pinned here. Without an address, the node dials out to this one and waits; joined: this one does so to it.
create table relay_peer (
  id integer primary key autoincrement,
  name text not null unique,
  public_key blob not null unique,
  address text,
  joined integer not null,
  enrolled integer not null
) strict;

-- Destinations that this node connects to as a relay; for one peer, or for all.
create table relay_rule (
  id integer primary key autoincrement,
  rule text not null,
  peer text references relay_peer (name) on delete cascade
) strict;
