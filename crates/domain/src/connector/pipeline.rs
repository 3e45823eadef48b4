//! What a connector has done to its documents before they are indexed, and what its worker can do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Connector, fields};
use crate::{Kept, Lenient, Warned};

/// The body of a change of the pipeline.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorPipeline {
    /// The pipeline; all of it has to be said.
    pub pipeline: Kept<Pipeline>,
}

/// The ingest pipeline of a connector, and what is switched on in it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Pipeline {
    /// Whether text is taken out of binary content.
    pub extract_binary_content: Lenient<bool>,
    /// The name of the ingest pipeline.
    pub name: String,
    /// Whether runs of blanks are made one.
    pub reduce_whitespace: Lenient<bool>,
    /// Whether the models of the pipeline are run.
    pub run_ml_inference: Lenient<bool>,
}

/// The body of a change of the features.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorFeatures {
    /// The features that change.
    pub features: Kept<Features>,
}

/// What a worker can do; what is left out stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct Features {
    /// Whether documents carry who may see them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_level_security: Option<Kept<Feature>>,
    /// Whether changes can be read alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub incremental_sync: Option<Kept<Feature>>,
    /// Whether a native connector has API keys of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub native_connector_api_keys: Option<Kept<Feature>>,
    /// Which rules the worker understands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync_rules: Option<Kept<SyncRules>>,
}

/// The two kinds of rules about which documents are taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
pub struct SyncRules {
    /// Snippets in a form of the source's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advanced: Option<Kept<Feature>>,
    /// Rules about single fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basic: Option<Kept<Feature>>,
}

/// Something that is switched on or off.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Feature {
    /// Whether it is on.
    pub enabled: Lenient<bool>,
}

impl Connector {
    /// The connector with another pipeline; what else is stored with the pipeline stays.
    #[must_use]
    pub fn set_pipeline(mut self, pipeline: &Kept<Pipeline>) -> Warned<Self> {
        self.document.merge_field(fields::PIPELINE, pipeline);
        Warned::new(self, pipeline.unknown_fields("pipeline"))
    }

    /// The connector with some features changed; the others stay.
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
