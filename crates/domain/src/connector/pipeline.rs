//! What a connector has done to its documents before they are indexed, and what its worker can do.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Connector, fields};
use crate::json_object;

/// The body of a change of the pipeline.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorPipeline {
    /// The pipeline; all of it has to be said.
    #[serde(deserialize_with = "json_object::one")]
    pub pipeline: Pipeline,
}

/// The ingest pipeline of a connector, and what is switched on in it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Pipeline {
    /// Whether text is taken out of binary content.
    pub extract_binary_content: bool,
    /// The name of the ingest pipeline.
    pub name: String,
    /// Whether runs of blanks are made one.
    pub reduce_whitespace: bool,
    /// Whether the models of the pipeline are run.
    pub run_ml_inference: bool,
}

/// The body of a change of the features.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorFeatures {
    /// The features that change.
    #[serde(deserialize_with = "json_object::one")]
    pub features: Features,
}

/// What a worker can do; what is left out stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Features {
    /// Whether documents carry who may see them.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub document_level_security: Option<Feature>,
    /// Whether changes can be read alone.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub incremental_sync: Option<Feature>,
    /// Whether a native connector has API keys of its own.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub native_connector_api_keys: Option<Feature>,
    /// Which rules the worker understands.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub sync_rules: Option<SyncRules>,
}

/// The two kinds of rules about which documents are taken.
#[derive(Debug, Clone, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SyncRules {
    /// Snippets in a form of the source's own.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub advanced: Option<Feature>,
    /// Rules about single fields.
    #[serde(default, deserialize_with = "json_object::optional", skip_serializing_if = "Option::is_none")]
    pub basic: Option<Feature>,
}

/// Something that is switched on or off.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// Whether it is on.
    pub enabled: bool,
}

impl Connector {
    /// The connector with another pipeline; what else is stored with the pipeline stays.
    #[must_use]
    pub fn set_pipeline(mut self, pipeline: &Pipeline) -> Self {
        self.document.merge_field(fields::PIPELINE, pipeline);
        self
    }

    /// The connector with some features changed; the others stay.
    #[must_use]
    pub fn set_features(mut self, features: &Features) -> Self {
        self.document.merge_field(fields::FEATURES, features);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connector::test_support::{Case, check};

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
        for unknown in
            [r#"{"features":{"flying":{"enabled":true}}}"#, r#"{"features":{"incremental_sync":{}}}"#]
        {
            assert!(serde_json::from_str::<ConnectorFeatures>(unknown).is_err(), "{unknown}");
        }
    }
}
