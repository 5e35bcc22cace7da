-- What a list of sign-ins shows: from where each was made, and from where and when it was last used.
alter table token add column client text not null default '';
alter table token add column address text not null default '';
alter table token add column used integer not null default 0;
alter table token add column used_address text not null default '';
