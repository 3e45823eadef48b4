//! Where documents were in an order before they moved, so that pages after each other keep the order of the first.

use rusqlite::types::Value;
use rusqlite::{Connection, Transaction};
use tributary_domain::{Collection, Id, Moment, PointInTime};

use crate::changes::{REMEMBERED, latest, sequence};
use crate::failure::Failure;

/// The values of a document in all orders in which documents move, before a change.
pub(crate) struct Before(Vec<(&'static str, Value)>);

impl Before {
    pub(crate) fn read(
        transaction: &Transaction<'_>,
        collection: Collection,
        id: &Id,
    ) -> rusqlite::Result<Self> {
        let mut select = transaction.prepare_cached(
            "SELECT min(value) FROM field_values WHERE collection = ?1 AND id = ?2 AND field = ?3",
        )?;
        let value = |path: &'static str| {
            Ok((path, select.query_row((collection.name, id.as_str(), path), |row| row.get(0))?))
        };
        Ok(Self(
            collection.moving_fields().map(|field| field.path).map(value).collect::<rusqlite::Result<_>>()?,
        ))
    }

    /// Notes where the document has moved with this change, and forgets old moves.
    pub(crate) fn note_moves(
        &self,
        transaction: &Transaction<'_>,
        collection: Collection,
        id: &Id,
        sequence: i64,
    ) -> rusqlite::Result<()> {
        let mut insert = transaction.prepare_cached(
            "INSERT INTO moves (sequence, collection, id, field, value) SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?5 IS NOT \
             (SELECT min(value) FROM field_values WHERE collection = ?2 AND id = ?3 AND field = ?4)",
        )?;
        for (field, value) in &self.0 {
            insert.execute((sequence, collection.name, id.as_str(), field, value))?;
        }
        let forget = "DELETE FROM moves WHERE sequence <= ?1";
        transaction.prepare_cached(forget)?.execute([sequence - REMEMBERED])?;
        Ok(())
    }
}

/// The latest change at the moment whose order a list has, if that is kept; and the moment for the next page.
pub(crate) fn kept_moment(
    connection: &Connection,
    moment: &Moment,
) -> Result<Option<(i64, PointInTime)>, Failure> {
    let (file_id, latest) = latest(connection)?;
    let since = match moment {
        Moment::Present => return Ok(None),
        Moment::Kept => latest,
        Moment::Of(point) => sequence(point.as_str(), &file_id)
            .filter(|since| (latest - REMEMBERED..=latest).contains(since))
            .ok_or(Failure::PointInTimeGone)?,
    };
    Ok(Some((since, PointInTime::new(format!("{file_id}-{since}")))))
}
