//! Changes of a connector's status, and error reports.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Connector, fields};
use crate::{ConnectorStatus, Refusal};

/// The body that changes the status.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorStatusChange {
    /// The new status.
    pub status: ConnectorStatus,
}

/// The body that sets or clears the error.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = crate::schema::all_required)]
pub struct ConnectorFailure {
    /// The error message; null or an empty text clears it, an absent field is an error.
    #[serde(deserialize_with = "Option::deserialize")]
    pub error: Option<String>,
}

impl Connector {
    /// The status, or `None` if the document has none of the five.
    pub fn status(&self) -> Option<ConnectorStatus> {
        self.document.get(fields::STATUS)
    }

    /// Changes the status to `to`; an error if the state machine does not allow it.
    pub fn set_status(mut self, id: &str, to: ConnectorStatus) -> Result<Self, Refusal> {
        if !self.status().is_some_and(|from| from.may_become(to)) {
            let from = self.document.get_raw(fields::STATUS.name).map_or("none", RawValue::get);
            let from = from.trim_matches('"').to_owned();
            return Err(Refusal::ForbiddenConnectorTransition { id: id.to_owned(), from, to });
        }
        self.document.set(fields::STATUS, &to);
        Ok(self)
    }

    /// Sets the error, or clears it and makes the connector connected. Both are allowed in any status: they are what
    /// the worker observed.
    #[must_use]
    pub fn set_error(mut self, error: Option<&str>) -> Self {
        let error = error.filter(|text| !text.is_empty()).map(str::to_owned);
        let status = if error.is_some() { ConnectorStatus::Error } else { ConnectorStatus::Connected };
        self.document.set_or_null(fields::ERROR, error.as_ref());
        self.document.set(fields::STATUS, &status);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Enumeration;
    use crate::connector::test_support::{Case, check, stored};

    #[test]
    fn exactly_the_documented_steps_are_allowed() {
        let allowed = [
            "created>needs_configuration",
            "created>error",
            "needs_configuration>configured",
            "needs_configuration>error",
            "configured>needs_configuration",
            "configured>configured",
            "configured>connected",
            "configured>error",
            "connected>connected",
            "connected>configured",
            "connected>error",
            "error>connected",
            "error>configured",
            "error>error",
        ];
        for from in ConnectorStatus::ALL {
            for to in ConnectorStatus::ALL {
                let step = format!("{from}>{to}");
                let connector = stored(&format!(r#"{{"x":1.10,"status":"{from}"}}"#));
                match connector.set_status("c", *to) {
                    Ok(changed) => {
                        assert!(allowed.contains(&step.as_str()), "{step}");
                        let becomes = format!(r#"{{"x":1.10,"status":"{to}"}}"#);
                        assert_eq!(changed.document().to_json(), becomes);
                    }
                    Err(refusal) => {
                        assert!(!allowed.contains(&step.as_str()), "{step}");
                        let reason = format!("connector [c] cannot go from status [{from}] to [{to}]");
                        assert_eq!(refusal.to_string(), reason);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_no_status_leads_nowhere() {
        for (text, from) in
            [("{}", "[none]"), (r#"{"status":"asleep"}"#, "[asleep]"), (r#"{"status":7}"#, "[7]")]
        {
            let reason = stored(text).set_status("c", ConnectorStatus::Error).unwrap_err().to_string();
            assert!(reason.contains(from), "{reason}");
        }
    }

    #[test]
    fn an_error_is_said_and_taken_back_in_any_status() {
        let change =
            |connector: Connector, body: &ConnectorFailure| Ok(connector.set_error(body.error.as_deref()));
        check(
            &[
                Case {
                    stored: r#"{"status":"created","x":null}"#,
                    body: r#"{"error":"away"}"#,
                    becomes: r#"{"status":"error","x":null,"error":"away"}"#,
                },
                Case {
                    stored: r#"{"error":"away","status":"error"}"#,
                    body: r#"{"error":null}"#,
                    becomes: r#"{"error":null,"status":"connected"}"#,
                },
                Case {
                    stored: "{}",
                    body: r#"{"error":""}"#,
                    becomes: r#"{"error":null,"status":"connected"}"#,
                },
            ],
            change,
        );
        assert!(serde_json::from_str::<ConnectorFailure>("{}").is_err());
    }
}
