//! The page of errors: the one table that there is.

use tributary_api::ERRORS;

use crate::markdown::{GENERATED, Table, code};

/// The page.
pub(crate) fn page() -> String {
    let mut table = Table::new(&["status", "type", "what it means, and what to do"]);
    for row in ERRORS {
        table.row(&[&row.status.to_string(), &code(row.error_type), row.description]);
    }
    format!(
        "{GENERATED}# Errors\n\nEvery error has the shape of Elasticsearch's, with the HTTP status once more in \
         `status` and what is wrong in `reason`:\n\n```json\n{}\n```\n\n{}\nA `5xx` never tells its cause to the \
         client: it stands in the log of the service.\n",
        r#"{
  "error": {
    "root_cause": [{"type": "resource_not_found_exception", "reason": "connector [a] not found"}],
    "type": "resource_not_found_exception",
    "reason": "connector [a] not found"
  },
  "status": 404
}"#,
        table.text()
    )
}
