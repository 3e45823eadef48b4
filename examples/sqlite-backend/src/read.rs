//! Lists and counts.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};
use tributary_domain::{Query, SortKey, SortOrder, SortValue, Window};
use tributary_storage::{Counts, Documents, Numbers, Page};

use crate::conditions::{Conditions, missing};
use crate::derived::{check_schema, order_value};
use crate::documents::text;
use crate::failure::Failure;
use crate::moves::kept_moment;

/// How many documents a portion of numbers has.
const ROWS: usize = 10_000;

/// A page and the count of all that match, both of one moment.
pub(crate) fn list(connection: &mut Connection, query: &Query) -> Result<Page, Failure> {
    let moment = connection.transaction()?;
    check_schema(&moment, query.collection)?;
    let mut conditions = Conditions::of(query);
    let count = count_all(&moment, &conditions)?;

    let kept = kept_moment(&moment, &query.moment)?;
    let since = kept.as_ref().map(|(since, _)| *since);
    let place = conditions.order_value(query.collection, query.order, since);
    let (direction, beyond) = match query.order.direction {
        SortOrder::Ascending => ("ASC", ">"),
        SortOrder::Descending => ("DESC", "<"),
    };
    let mut from = 0;
    match &query.window {
        Window::Offset { from: skipped, .. } => from = *skipped,
        Window::After { key: None, .. } => {}
        Window::After { key: Some(SortKey { value, id }), .. } => {
            let value = conditions.bind(order_value(value.clone(), missing(query.order)));
            let id = conditions.bind(id.clone());
            conditions.and(&format!("({place}, id) {beyond} ({value}, {id})"));
        }
    }
    // One more than the page tells whether the list goes on.
    let size = u64::from(query.window.size());
    let (limit, offset) = (conditions.bind(size.cast_signed() + 1), conditions.bind(from));
    let mut select = moment.prepare_cached(&format!(
        "SELECT {place}, id, rendered FROM documents WHERE {} ORDER BY {place} {direction}, id {direction} \
         LIMIT {limit} OFFSET {offset}",
        conditions.sql
    ))?;
    let mut rows = select.query(params_from_iter(&conditions.values))?;
    let (mut documents, mut last) = (Documents::default(), None);
    let mut from_here = 0;
    while let Some(row) = rows.next()? {
        from_here += 1;
        if from_here > size {
            break;
        }
        documents.push(text(row, 2)?);
        last = Some(SortKey { value: sort_value(row.get_ref(0)?)?, id: row.get(1)? });
    }
    let next = last.filter(|_| query.window.continues_after(documents.len(), from_here));
    let point_in_time = kept.map(|(_, point)| point).filter(|_| next.is_some());
    Ok(Page { count, documents, next, point_in_time })
}

/// How many documents match, in all and by their words in some fields.
pub(crate) fn count(
    connection: &mut Connection,
    query: &Query,
    by: &[&'static str],
) -> Result<Counts, Failure> {
    let moment = connection.transaction()?;
    check_schema(&moment, query.collection)?;
    let mut conditions = Conditions::of(query);
    let mut counts = Counts { total: count_all(&moment, &conditions)?, ..Counts::default() };
    if by.is_empty() {
        return Ok(counts);
    }
    let join = |(number, field): (usize, &&'static str)| {
        let field = conditions.bind((*field).to_owned());
        format!(
            " LEFT JOIN field_values AS group_{number} ON group_{number}.collection = ?1 \
             AND group_{number}.id = documents.id AND group_{number}.field = {field}"
        )
    };
    let joins: String = by.iter().enumerate().map(join).collect();
    let words: Vec<String> = (0..by.len()).map(|number| format!("group_{number}.value")).collect();
    let words = words.join(", ");
    let mut select = moment.prepare_cached(&format!(
        "SELECT count(*), {words} FROM (SELECT id FROM documents WHERE {}) AS documents {joins} GROUP BY {words}",
        conditions.sql
    ))?;
    let mut rows = select.query(params_from_iter(&conditions.values))?;
    while let Some(row) = rows.next()? {
        let group = (1..=by.len()).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?;
        counts.groups.insert(group, row.get::<_, i64>(0)?.cast_unsigned());
    }
    Ok(counts)
}

/// The least numbers of the documents that match after an id, in the order of ids, and the id to go on from.
pub(crate) fn numbers(
    connection: &mut Connection,
    query: &Query,
    fields: &[&'static str],
    after: String,
) -> Result<(Numbers, Option<String>), Failure> {
    let moment = connection.transaction()?;
    check_schema(&moment, query.collection)?;
    let mut conditions = Conditions::of(query);
    let columns: Vec<String> = fields.iter().map(|field| conditions.least_value(field)).collect();
    let columns = [&["id".to_owned()], &*columns].concat().join(", ");
    let after = conditions.bind(after);
    conditions.and(&format!("id > {after}"));
    let mut select = moment.prepare_cached(&format!(
        "SELECT {columns} FROM documents WHERE {} ORDER BY id LIMIT {ROWS}",
        conditions.sql
    ))?;
    let mut rows = select.query(params_from_iter(&conditions.values))?;
    let (mut numbers, mut next, mut length) = (Numbers::new(fields.len()), None, 0);
    while let Some(row) = rows.next()? {
        let values: rusqlite::Result<Vec<Option<i64>>> =
            (1..=fields.len()).map(|column| row.get(column)).collect();
        numbers.push(values?);
        length += 1;
        if length == ROWS {
            next = Some(row.get(0)?);
        }
    }
    Ok((numbers, next))
}

fn count_all(connection: &Connection, conditions: &Conditions) -> rusqlite::Result<u64> {
    let sql = format!("SELECT count(*) FROM documents WHERE {}", conditions.sql);
    let mut select = connection.prepare_cached(&sql)?;
    let count: i64 = select.query_row(params_from_iter(&conditions.values), |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

/// The value in an order that a document has.
fn sort_value(value: ValueRef<'_>) -> rusqlite::Result<Option<SortValue>> {
    Ok(match value {
        ValueRef::Integer(number) => Some(SortValue::Number(number)),
        ValueRef::Text(_) => Some(SortValue::Word(value.as_str()?.to_owned())),
        _ => None,
    })
}
