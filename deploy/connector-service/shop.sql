-- 17 customers and 300 orders, as a source of documents.
create table customers (id int primary key, name text not null);
insert into customers select n, 'Customer ' || n from generate_series(1, 17) n;
create table orders (
    id int primary key,
    customer int not null references customers,
    total numeric(10, 2) not null,
    placed timestamptz not null,
    note text
);
insert into orders
    select n, 1 + n % 17, n * 1.25, timestamptz '2026-01-01' + n * interval '1 hour',
        case when n % 5 = 0 then 'a gift' end
    from generate_series(1, 300) n;
