-- Emulated machines: an administrator's templates beside or instead of those that come with the gateway, and machines that outlive their
-- sessions. A machine keeps the template as it was when it was made.
create table machine_template (
    name text primary key,
    text text not null,
    author text not null,
    saved integer not null
);

create table machine (
    name text primary key,
    template text not null,
    owner text not null,
    memory_mib integer not null,
    mips integer not null,
    created integer not null,
    expires integer
);
