//! The page of the fields of the audit, from their declaration.

use tributary_server::AUDIT_FIELDS;

use crate::markdown::{GENERATED, Table, code};

/// The page.
pub(crate) fn page() -> String {
    let mut table = Table::new(&["field", "what it is"]);
    for (name, description) in AUDIT_FIELDS {
        table.row(&[&code(name), description]);
    }
    format!(
        "{GENERATED}# Fields of the audit\n\nThe fields of a line of the [audit](../audit.md). Those that have nothing to say \
         are left out.\n\n{}",
        table.text()
    )
}
