//! Creation of a connector, and the update by a second request for the same id.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Connector, IndexName, fields};
use crate::document::raw;
use crate::{ConnectorStatus, Document, Lenient, Object, Refusal, Timestamp};

/// The default schedule: midnight, in Quartz notation with seconds first.
const DEFAULT_INTERVAL: &str = "0 0 0 * * ?";

/// The body that creates a connector; all fields are optional.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorProperties {
    /// Its description.
    pub description: Option<String>,
    /// The index it writes to.
    pub index_name: Option<String>,
    /// Whether it is a native connector, run by Elastic; defaults to false.
    pub is_native: Option<Lenient<bool>>,
    /// The language of its documents, for text analysis.
    pub language: Option<String>,
    /// Its display name; defaults to an empty one.
    pub name: Option<String>,
    /// The type of its data source.
    pub service_type: Option<String>,
}

impl ConnectorProperties {
    /// A new connector with these properties and the documented defaults.
    pub fn create(&self, now: Timestamp) -> Result<Connector, Refusal> {
        let native = self.native().unwrap_or(false);
        self.check_index_name(native)?;
        let status = if native { ConnectorStatus::NeedsConfiguration } else { ConnectorStatus::Created };
        let mut document = Document::default();
        document.set(fields::CONFIGURATION, &Object::default());
        document.set(fields::CUSTOM_SCHEDULING, &Object::default());
        // Typed clients reject a connector without it.
        document.set(fields::DELETED, &false);
        document.set_if_some(fields::DESCRIPTION, self.description.as_ref());
        document.set(fields::FILTERING, &vec![default_filtering(now)]);
        document.set_if_some(fields::INDEX_NAME, self.index_name.as_ref());
        document.set(fields::IS_NATIVE, &native);
        document.set_if_some(fields::LANGUAGE, self.language.as_ref());
        document.set(fields::NAME, &self.name.clone().unwrap_or_default());
        document.set(fields::SCHEDULING, &default_scheduling());
        document.set_if_some(fields::SERVICE_TYPE, self.service_type.as_ref());
        document.set(fields::STATUS, &status);
        document.set(fields::SYNC_NOW, &false);
        Ok(Connector { document })
    }

    /// Updates an existing connector with these properties: absent ones, and all other stored fields, are kept. A
    /// changed service type requires a new configuration, as if it was changed on its own.
    pub fn update(&self, mut connector: Connector) -> Result<Connector, Refusal> {
        self.check_index_name(self.native().unwrap_or_else(|| connector.is_native()))?;
        if self.native() == Some(true)
            && self.index_name.is_none()
            && let Some(kept) = connector.index_name()
        {
            IndexName::parse(&kept)?.check_native()?;
        }
        let document = &mut connector.document;
        document.set_if_some(fields::DESCRIPTION, self.description.as_ref());
        document.set_if_some(fields::INDEX_NAME, self.index_name.as_ref());
        document.set_if_some(fields::IS_NATIVE, self.native().as_ref());
        document.set_if_some(fields::LANGUAGE, self.language.as_ref());
        document.set_if_some(fields::NAME, self.name.as_ref());
        if let Some(other) = &self.service_type
            && document.get(fields::SERVICE_TYPE).as_ref() != Some(other)
        {
            connector.change_service_type(other);
        }
        Ok(connector)
    }

    fn native(&self) -> Option<bool> {
        self.is_native.map(|Lenient(native)| native)
    }

    fn check_index_name(&self, native: bool) -> Result<(), Refusal> {
        let Some(name) = &self.index_name else { return Ok(()) };
        let name = IndexName::parse(name)?;
        if native { name.check_native() } else { Ok(()) }
    }
}

fn object(fields: &[(&str, Box<RawValue>)]) -> Object {
    let mut object = Object::default();
    for (name, value) in fields {
        object.set_raw(name, value.clone());
    }
    object
}

/// One domain with the default rule, active and as a draft, both valid.
pub(super) fn default_filtering(now: Timestamp) -> Object {
    let snippet =
        object(&[("created_at", raw(&now)), ("updated_at", raw(&now)), ("value", raw(&Object::default()))]);
    let rule = object(&[
        ("created_at", raw(&now)),
        ("field", raw("_")),
        ("id", raw("DEFAULT")),
        ("order", raw(&0)),
        ("policy", raw("include")),
        ("rule", raw("regex")),
        ("updated_at", raw(&now)),
        ("value", raw(".*")),
    ]);
    let validation = object(&[("errors", raw::<[u8]>(&[])), ("state", raw("valid"))]);
    let rules = raw(&object(&[
        ("advanced_snippet", raw(&snippet)),
        ("rules", raw(&[rule])),
        ("validation", raw(&validation)),
    ]));
    object(&[("active", rules.clone()), ("domain", raw("DEFAULT")), ("draft", rules)])
}

/// All schedules are disabled by default.
fn default_scheduling() -> Object {
    let never = raw(&object(&[("enabled", raw(&false)), ("interval", raw(DEFAULT_INTERVAL))]));
    object(&[("access_control", never.clone()), ("full", never.clone()), ("incremental", never)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(text: &str) -> ConnectorProperties {
        serde_json::from_str(text).unwrap()
    }

    fn now() -> Timestamp {
        Timestamp::parse("2026-01-02T03:04:05.000Z").unwrap()
    }

    #[test]
    fn a_new_connector_has_the_documented_defaults() {
        let connector = properties("{}").create(now()).unwrap();
        let rules = r#"{"advanced_snippet":{"created_at":"2026-01-02T03:04:05.000Z","updated_at":"2026-01-02T03:04:05.000Z","value":{}},"rules":[{"created_at":"2026-01-02T03:04:05.000Z","field":"_","id":"DEFAULT","order":0,"policy":"include","rule":"regex","updated_at":"2026-01-02T03:04:05.000Z","value":".*"}],"validation":{"errors":[],"state":"valid"}}"#;
        let never = r#"{"enabled":false,"interval":"0 0 0 * * ?"}"#;
        assert_eq!(
            connector.document().to_json(),
            format!(
                r#"{{"configuration":{{}},"custom_scheduling":{{}},"deleted":false,"filtering":[{{"active":{rules},"domain":"DEFAULT","draft":{rules}}}],"is_native":false,"name":"","scheduling":{{"access_control":{never},"full":{never},"incremental":{never}}},"status":"created","sync_now":false}}"#
            )
        );
        assert_eq!(connector.active_filtering().unwrap().get(), rules);
    }

    #[test]
    fn native_connectors_start_further_on_and_need_their_prefix() {
        let native = properties(r#"{"is_native":true,"index_name":"content-x"}"#).create(now()).unwrap();
        assert!(native.document().to_json().contains(r#""status":"needs_configuration""#));
        assert!(properties(r#"{"is_native":true,"index_name":"search-x"}"#).create(now()).is_err());
        assert!(properties(r#"{"index_name":"Search"}"#).create(now()).is_err());
        assert!(properties(r#"{"index_name":"search-x"}"#).update(native).is_err());
    }

    #[test]
    fn a_connector_becomes_native_with_the_index_it_keeps() {
        let stored = |index: &str| {
            Connector::from(Document::parse(&format!(r#"{{"index_name":"{index}"}}"#)).unwrap())
        };
        let native = properties(r#"{"is_native":true}"#);
        assert!(native.update(stored("content-x")).is_ok());
        assert!(native.update(stored("search-x")).is_err());
        let moved = properties(r#"{"is_native":true,"index_name":"content-y"}"#).update(stored("search-x"));
        assert_eq!(moved.unwrap().index_name().as_deref(), Some("content-y"));
    }

    #[test]
    fn another_service_type_needs_another_configuration() {
        let update = |stored: &str, body: &str| {
            let connector = Connector::from(Document::parse(stored).unwrap());
            properties(body).update(connector).unwrap().document().to_json()
        };
        for (stored, body, becomes) in [
            (
                r#"{"status":"connected","service_type":"ftp"}"#,
                r#"{"service_type":"s3"}"#,
                r#"{"status":"needs_configuration","service_type":"s3"}"#,
            ),
            (
                r#"{"status":"connected","service_type":"s3"}"#,
                r#"{"service_type":"s3","name":"n"}"#,
                r#"{"status":"connected","service_type":"s3","name":"n"}"#,
            ),
            (
                r#"{"status":"created"}"#,
                r#"{"service_type":"s3"}"#,
                r#"{"status":"created","service_type":"s3"}"#,
            ),
            (r#"{"status":"error"}"#, r#"{"name":"n"}"#, r#"{"status":"error","name":"n"}"#),
            (r#"{"is_native":false}"#, r#"{"is_native":"true"}"#, r#"{"is_native":true}"#),
        ] {
            assert_eq!(update(stored, body), becomes, "{body}");
        }
    }

    #[test]
    fn an_update_keeps_what_it_does_not_name() {
        let stored = Connector::from(
            Document::parse(r#"{"x":1.10,"name":"old","configuration":{"a":1e400}}"#).unwrap(),
        );
        let updated = properties(r#"{"name":"new","language":"en"}"#).update(stored).unwrap();
        assert_eq!(
            updated.document().to_json(),
            r#"{"x":1.10,"name":"new","configuration":{"a":1e400},"language":"en"}"#
        );
    }
}
