//! The page of errors: the one table that there is.

use tributary_api::ERRORS;
use tributary_domain::Refusal;

use crate::markdown::{GENERATED, Table, code};

/// The page.
pub(crate) fn page() -> String {
    let mut table = Table::new(&["status", "type", "what it means, and what to do"]);
    for row in ERRORS {
        table.row(&[&row.status.to_string(), &code(row.error_type), row.description]);
    }
    let reason = Refusal::ConnectorNotFound("a".to_owned()).to_string();
    let error_type = "resource_not_found_exception";
    let example = serde_json::json!({
        "error": {
            "root_cause": [{ "type": error_type, "reason": reason }],
            "type": error_type,
            "reason": reason,
        },
        "status": 404,
    });
    format!(
        "{GENERATED}# Errors\n\nEvery error has the shape of Elasticsearch's, with the HTTP status repeated in `status` and \
         the problem in `reason`:\n\n```json\n{example:#}\n```\n\n{}\nThe cause of a `5xx` is not sent to the client; it is \
         in the log of the service.\n",
        table.text()
    )
}
