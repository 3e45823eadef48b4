//! The ingest pipeline of a connector, and the features of its worker.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Connector, fields};
use crate::{Kept, Lenient, Warned};

/// The body that changes the pipeline.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorPipeline {
    /// The pipeline; all of its fields are required.
    pub pipeline: Kept<Pipeline>,
}

/// The ingest pipeline of a connector, and its switches.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Pipeline {
    /// Whether text is extracted from binary content.
    pub extract_binary_content: Lenient<bool>,
    /// The name of the ingest pipeline.
    pub name: String,
    /// Whether whitespace is reduced.
    pub reduce_whitespace: Lenient<bool>,
    /// Whether ML inference is run.
    pub run_ml_inference: Lenient<bool>,
}

/// The body that changes the features.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorFeatures {
    /// The features to change.
    pub features: Kept<Features>,
}

/// The features of a worker; absent ones are kept.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Features {
    /// Document-level security: whether documents carry their permissions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_level_security: Option<Kept<Feature>>,
    /// Whether incremental syncs are supported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incremental_sync: Option<Kept<Feature>>,
    /// Whether a native connector has its own API keys.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_connector_api_keys: Option<Kept<Feature>>,
    /// The supported kinds of filtering rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_rules: Option<Kept<SyncRules>>,
}

/// The two kinds of filtering rules.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct SyncRules {
    /// Advanced rules: snippets in the data source's own format.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advanced: Option<Kept<Feature>>,
    /// Basic rules: for single fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basic: Option<Kept<Feature>>,
}

/// A feature switch.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Feature {
    /// Whether it is on.
    pub enabled: Lenient<bool>,
}

impl Connector {
    /// Changes the pipeline; unknown fields of it are kept.
    #[must_use]
    pub fn set_pipeline(mut self, pipeline: &Kept<Pipeline>) -> Warned<Self> {
        self.document.merge_field(fields::PIPELINE, pipeline);
        Warned::new(self, pipeline.unknown_fields("pipeline"))
    }

    /// Changes some features; the others are kept.
    #[must_use]
    pub fn set_features(mut self, features: &Kept<Features>) -> Warned<Self> {
        self.document.merge_field(fields::FEATURES, features);
        Warned::new(self, features.unknown_fields("features"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::test_support::{Case, check, warned};

    #[test]
    fn a_pipeline_is_said_whole() {
        let body = r#"{"pipeline":{"extract_binary_content":true,"name":"p","reduce_whitespace":false,"run_ml_inference":true}}"#;
        check(
            &[
                Case {
                    stored: r#"{"pipeline":null}"#,
                    body,
                    becomes: r#"{"pipeline":{"extract_binary_content":true,"name":"p","reduce_whitespace":false,"run_ml_inference":true}}"#,
                },
                Case {
                    stored: r#"{"pipeline":{"x":1.10,"name":"old"}}"#,
                    body,
                    becomes: r#"{"pipeline":{"x":1.10,"name":"p","extract_binary_content":true,"reduce_whitespace":false,"run_ml_inference":true}}"#,
                },
            ],
            |connector, body: &ConnectorPipeline| Ok(connector.set_pipeline(&body.pipeline)),
        );
        assert!(serde_json::from_str::<ConnectorPipeline>(r#"{"pipeline":{"name":"p"}}"#).is_err());
    }

    #[test]
    fn features_are_merged() {
        let stored = r#"{"features":{"x":[1.10],"sync_rules":{"basic":{"enabled":true}}}}"#;
        check(
            &[
                Case { stored, body: r#"{"features":{}}"#, becomes: stored },
                Case {
                    stored,
                    body: r#"{"features":{"sync_rules":{"advanced":{"enabled":false}},"incremental_sync":{"enabled":true}}}"#,
                    becomes: r#"{"features":{"x":[1.10],"sync_rules":{"basic":{"enabled":true},"advanced":{"enabled":false}},"incremental_sync":{"enabled":true}}}"#,
                },
                Case {
                    stored: "{}",
                    body: r#"{"features":{"document_level_security":{"enabled":true},"native_connector_api_keys":{"enabled":true},"sync_rules":{"basic":{"enabled":false}}}}"#,
                    becomes: r#"{"features":{"document_level_security":{"enabled":true},"native_connector_api_keys":{"enabled":true},"sync_rules":{"basic":{"enabled":false}}}}"#,
                },
            ],
            |connector, body: &ConnectorFeatures| Ok(connector.set_features(&body.features)),
        );
        assert!(
            serde_json::from_str::<ConnectorFeatures>(r#"{"features":{"incremental_sync":{}}}"#).is_err()
        );
        warned(
            "{}",
            &[(
                r#"{"features":{"flying":{"enabled":"true"}}}"#,
                &["[features.flying] is not known and only kept -> did you mean [sync_rules]?"],
            )],
            |connector, body: &ConnectorFeatures| Ok(connector.set_features(&body.features)),
        );
    }
}
