//! The page of the fields of sync jobs and connectors.

use tributary_domain::{CONNECTOR_FIELDS, FieldDescription, SYNC_JOB_FIELDS};

use crate::markdown::{GENERATED, Table, code, prose};

/// The page.
pub(crate) fn page() -> String {
    format!(
        "{GENERATED}# Fields\n\nA document has more fields than these where others put them there: they are \
         kept, and come back as they were written. Times are UTC, ISO 8601 with `Z`. Optional fields are absent, \
         not null.\n\n## Fields of a sync job\n\n{}\n## Fields of a connector\n\n{}",
        table(SYNC_JOB_FIELDS),
        table(CONNECTOR_FIELDS)
    )
}

fn table(fields: &[FieldDescription]) -> String {
    let mut table = Table::new(&["field", "type", "meaning"]);
    table.row(&["`id`", "string", "The id, of 512 bytes at most; always there."]);
    for field in fields {
        table.row(&[&code(field.name), &shape(field), &prose(field.description)]);
    }
    table.text()
}

/// The name of an enumeration leads to its values.
fn shape(field: &FieldDescription) -> String {
    match crate::statuses::NAMES.iter().find(|name| **name == field.shape) {
        Some(name) => format!("[{name}](statuses.md#{})", crate::links::anchor(name)),
        None => field.shape.clone().into_owned(),
    }
}
