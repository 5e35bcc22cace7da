-- How clients are started inside desktops: an administrator's templates, beside or instead of those that come with the gateway. The
-- markers' key is made once, so that scripts that a node left behind in a desktop still know it after a restart.
create table nested_template (
    name text primary key,
    text text not null,
    author text not null,
    saved integer not null
);

create table nested_key (
    id integer primary key check (id = 1),
    key blob not null
);
