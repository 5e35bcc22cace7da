-- A secret is a login (what all were until now), a key file or a VPN profile.
alter table secret add column kind text not null default 'login';
