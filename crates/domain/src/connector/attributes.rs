//! Single attributes of a connector: name, service type, index, native and API key.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Connector, IndexName, fields};
use crate::{ConnectorStatus, Lenient, Refusal, refusal, schema};

/// The body that changes name and description: at least one of them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = schema::at_least_one)]
pub struct ConnectorNaming {
    /// The new display name.
    pub name: Option<String>,
    /// The new description.
    pub description: Option<String>,
}

/// The body that changes the service type.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorServiceType {
    /// The type of its data source; not empty.
    #[schemars(length(min = 1))]
    pub service_type: String,
}

/// The body that changes the index.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = schema::all_required)]
pub struct ConnectorIndex {
    /// The index to write to; null detaches the connector, an absent field is an error.
    #[serde(deserialize_with = "Option::deserialize")]
    pub index_name: Option<String>,
}

/// The body that changes whether the connector is native.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorNature {
    /// Whether it is a native connector, run by Elastic.
    pub is_native: Lenient<bool>,
}

/// The body that changes the API key: at least one of the two fields.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = schema::at_least_one)]
pub struct ConnectorApiKey {
    /// The id of the API key that its worker uses.
    pub api_key_id: Option<String>,
    /// The id of the secret that contains the key.
    pub api_key_secret_id: Option<String>,
}

impl Connector {
    /// Changes name or description; an absent one is kept.
    pub fn rename(mut self, naming: &ConnectorNaming) -> Result<Self, Refusal> {
        refusal::require_one(&[
            ("name", naming.name.is_some()),
            ("description", naming.description.is_some()),
        ])?;
        self.document.set_if_some(fields::NAME, naming.name.as_ref());
        self.document.set_if_some(fields::DESCRIPTION, naming.description.as_ref());
        Ok(self)
    }

    /// Changes the service type: the configuration must be set again, unless it never was.
    pub fn set_service_type(mut self, service_type: &str) -> Result<Self, Refusal> {
        if service_type.is_empty() {
            return Err(Refusal::validation("[service_type] must not be empty"));
        }
        self.change_service_type(service_type);
        Ok(self)
    }

    pub(super) fn change_service_type(&mut self, service_type: &str) {
        self.document.set(fields::SERVICE_TYPE, &service_type.to_owned());
        if self.status() != Some(ConnectorStatus::Created) {
            self.document.set(fields::STATUS, &ConnectorStatus::NeedsConfiguration);
        }
    }

    /// Changes or detaches the index. The store guarantees that no other live connector has the index.
    pub fn set_index_name(mut self, index_name: Option<&str>) -> Result<Self, Refusal> {
        if let Some(name) = index_name {
            let name = IndexName::parse(name)?;
            if self.is_native() {
                name.check_native()?;
            }
        }
        self.document.set_or_null(fields::INDEX_NAME, index_name.map(str::to_owned).as_ref());
        Ok(self)
    }

    /// Changes whether the connector is native: the new worker has yet to connect to the data source. A connector
    /// without an index may become native.
    pub fn set_native(mut self, is_native: bool) -> Result<Self, Refusal> {
        if is_native && let Some(name) = self.index_name() {
            IndexName::parse(&name)?.check_native()?;
        }
        self.document.set(fields::IS_NATIVE, &is_native);
        if self.status() == Some(ConnectorStatus::Connected) {
            self.document.set(fields::STATUS, &ConnectorStatus::Configured);
        }
        Ok(self)
    }

    /// Changes the API key, or the secret of its key; an absent one is kept.
    pub fn set_api_key(mut self, key: &ConnectorApiKey) -> Result<Self, Refusal> {
        refusal::require_one(&[
            ("api_key_id", key.api_key_id.is_some()),
            ("api_key_secret_id", key.api_key_secret_id.is_some()),
        ])?;
        self.document.set_if_some(fields::API_KEY_ID, key.api_key_id.as_ref());
        self.document.set_if_some(fields::API_KEY_SECRET_ID, key.api_key_secret_id.as_ref());
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::test_support::{Case, check, refused};

    #[test]
    fn the_name_and_the_description_change_apart() {
        let rename = |connector: Connector, body: &ConnectorNaming| connector.rename(body);
        check(
            &[
                Case {
                    stored: r#"{"x":1.10,"name":"a"}"#,
                    body: r#"{"name":"b"}"#,
                    becomes: r#"{"x":1.10,"name":"b"}"#,
                },
                Case {
                    stored: r#"{"name":"a"}"#,
                    body: r#"{"description":""}"#,
                    becomes: r#"{"name":"a","description":""}"#,
                },
                Case {
                    stored: r#"{"description":"c"}"#,
                    body: r#"{"name":"b","description":"d"}"#,
                    becomes: r#"{"description":"d","name":"b"}"#,
                },
                Case {
                    stored: r#"{"name":"a"}"#,
                    body: r#"{"name":"a","description":null}"#,
                    becomes: r#"{"name":"a"}"#,
                },
            ],
            rename,
        );
        refused(
            "{}",
            &[("{}", "[name] or [description] is required"), (r#"{"name":null}"#, "[name] or [description]")],
            rename,
        );
    }

    #[test]
    fn another_service_type_needs_another_configuration() {
        let change = |connector: Connector, body: &ConnectorServiceType| {
            connector.set_service_type(&body.service_type)
        };
        let body = r#"{"service_type":"s3"}"#;
        check(
            &[
                Case {
                    stored: r#"{"status":"created"}"#,
                    body,
                    becomes: r#"{"status":"created","service_type":"s3"}"#,
                },
                Case {
                    stored: r#"{"status":"connected","service_type":"ftp"}"#,
                    body,
                    becomes: r#"{"status":"needs_configuration","service_type":"s3"}"#,
                },
                Case {
                    stored: r#"{"status":"error"}"#,
                    body,
                    becomes: r#"{"status":"needs_configuration","service_type":"s3"}"#,
                },
                Case {
                    stored: "{}",
                    body,
                    becomes: r#"{"service_type":"s3","status":"needs_configuration"}"#,
                },
            ],
            change,
        );
        refused("{}", &[(r#"{"service_type":""}"#, "[service_type] must not be empty")], change);
    }

    #[test]
    fn an_index_is_attached_and_detached() {
        let change = |connector: Connector, body: &ConnectorIndex| {
            connector.set_index_name(body.index_name.as_deref())
        };
        check(
            &[
                Case { stored: "{}", body: r#"{"index_name":"a"}"#, becomes: r#"{"index_name":"a"}"# },
                Case {
                    stored: r#"{"index_name":"a","x":1}"#,
                    body: r#"{"index_name":null}"#,
                    becomes: r#"{"index_name":null,"x":1}"#,
                },
                Case {
                    stored: r#"{"is_native":true}"#,
                    body: r#"{"index_name":"content-a"}"#,
                    becomes: r#"{"is_native":true,"index_name":"content-a"}"#,
                },
                Case {
                    stored: r#"{"is_native":true}"#,
                    body: r#"{"index_name":null}"#,
                    becomes: r#"{"is_native":true,"index_name":null}"#,
                },
            ],
            change,
        );
        refused(
            "{}",
            &[(r#"{"index_name":"A"}"#, "must be lowercase"), (r#"{"index_name":""}"#, "must not be empty")],
            change,
        );
        refused(
            r#"{"is_native":true}"#,
            &[(r#"{"index_name":"a"}"#, "[a] must start with [content-]")],
            change,
        );
    }

    #[test]
    fn leaving_the_index_out_is_not_detaching() {
        assert!(serde_json::from_str::<ConnectorIndex>("{}").is_err());
    }

    #[test]
    fn a_native_connector_has_a_native_index() {
        let change = |connector: Connector, body: &ConnectorNature| connector.set_native(body.is_native.0);
        check(
            &[
                Case { stored: "{}", body: r#"{"is_native":true}"#, becomes: r#"{"is_native":true}"# },
                Case {
                    stored: r#"{"index_name":"content-a","status":"connected"}"#,
                    body: r#"{"is_native":true}"#,
                    becomes: r#"{"index_name":"content-a","status":"configured","is_native":true}"#,
                },
                Case {
                    stored: r#"{"is_native":true,"status":"error"}"#,
                    body: r#"{"is_native":false}"#,
                    becomes: r#"{"is_native":false,"status":"error"}"#,
                },
                Case {
                    stored: r#"{"index_name":"a"}"#,
                    body: r#"{"is_native":false}"#,
                    becomes: r#"{"index_name":"a","is_native":false}"#,
                },
            ],
            change,
        );
        refused(
            r#"{"index_name":"a"}"#,
            &[(r#"{"is_native":true}"#, "[a] must start with [content-]")],
            change,
        );
    }

    #[test]
    fn an_api_key_and_its_secret_change_apart() {
        let change = |connector: Connector, body: &ConnectorApiKey| connector.set_api_key(body);
        check(
            &[
                Case { stored: "{}", body: r#"{"api_key_id":"k"}"#, becomes: r#"{"api_key_id":"k"}"# },
                Case {
                    stored: r#"{"api_key_id":"k"}"#,
                    body: r#"{"api_key_secret_id":"s"}"#,
                    becomes: r#"{"api_key_id":"k","api_key_secret_id":"s"}"#,
                },
            ],
            change,
        );
        refused("{}", &[("{}", "[api_key_id] or [api_key_secret_id] is required")], change);
    }
}
