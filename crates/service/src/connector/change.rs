//! The changes of a connector, as values.

use tributary_domain::{
    Connector, ConnectorApiKey, ConnectorConfiguration, ConnectorFailure, ConnectorFeatures,
    ConnectorFiltering, ConnectorFilteringValidation, ConnectorIndex, ConnectorLastSync, ConnectorNaming,
    ConnectorNature, ConnectorPipeline, ConnectorScheduling, ConnectorServiceType, ConnectorStatusChange, Id,
    InclusionOfDeleted, Refusal, Timestamp, Warned,
};
use tributary_storage::{Collection, Outcome, Store, StoreExt};

use crate::{Context, Result};

/// A change of an existing connector. Each variant is the update of Elasticsearch's API that its description names.
#[derive(Debug, Clone)]
pub enum ConnectorChange {
    /// Its worker is alive: `connector.check_in`.
    CheckIn,
    /// Another name, another description, or both: `connector.update_name`. Refused if neither is given.
    Naming(ConnectorNaming),
    /// Another kind of source, which needs another configuration: `connector.update_service_type`. Refused if
    /// it is empty.
    ServiceType(ConnectorServiceType),
    /// Another index, or none: `connector.update_index_name`. Refused if the name is invalid, with
    /// [`Refusal::NotANativeIndex`] or with [`Refusal::IndexNameTaken`].
    Index(ConnectorIndex),
    /// Whether Elastic's own infrastructure would run it: `connector.update_native`. Refused with
    /// [`Refusal::NotANativeIndex`].
    Nature(ConnectorNature),
    /// Another status: `connector.update_status`. Refused with [`Refusal::ForbiddenConnectorTransition`].
    Status(ConnectorStatusChange),
    /// What went wrong, or that it is connected again: `connector.update_error`.
    Failure(ConnectorFailure),
    /// Another API key, another secret that holds it, or both: `connector.update_api_key_id`. Refused if
    /// neither is given.
    ApiKey(ConnectorApiKey),
    /// Another configuration, or other values in the one it has: `connector.update_configuration`. Refused if
    /// neither or both are given, or with [`Refusal::UnknownConfigurationFields`]; values that do not fit their
    /// fields are stored with a warning.
    Configuration(ConnectorConfiguration),
    /// When its jobs run by themselves; schedules that are not given stay: `connector.update_scheduling`. Refused
    /// if an interval is not a cron expression.
    Scheduling(ConnectorScheduling),
    /// What happens to its documents before they are indexed: `connector.update_pipeline`.
    Pipeline(ConnectorPipeline),
    /// What its worker can do; features that are not given stay: `connector.update_features`.
    Features(ConnectorFeatures),
    /// Another draft of its filtering rules, or a replacement of all its rules: `connector.update_filtering`.
    /// Refused if neither or both are given.
    Filtering(ConnectorFiltering),
    /// Whether the draft of its rules is valid: `connector.update_filtering_validation`.
    FilteringValidation(ConnectorFilteringValidation),
    /// The draft of its rules becomes active: `connector.update_active_filtering`. Refused with [`Refusal::DraftNotValid`].
    FilteringActivation,
    /// How its last syncs went; what is not given stays: `connector.last_sync`.
    LastSync(ConnectorLastSync),
}

impl ConnectorChange {
    /// What the connector becomes; a softly deleted one does not exist.
    fn decide(&self, connector: Connector, id: &Id, now: Timestamp) -> Result<Warned<Connector>, Refusal> {
        let connector = connector.visible(id.as_str(), InclusionOfDeleted(false))?;
        Ok(match self {
            Self::CheckIn => connector.check_in(now).into(),
            Self::Naming(naming) => connector.rename(naming)?.into(),
            Self::ServiceType(wanted) => connector.set_service_type(&wanted.service_type)?.into(),
            Self::Index(wanted) => connector.set_index_name(wanted.index_name.as_deref())?.into(),
            Self::Nature(wanted) => connector.set_native(wanted.is_native.0)?.into(),
            Self::Status(wanted) => connector.set_status(id.as_str(), wanted.status)?.into(),
            Self::Failure(failure) => connector.set_error(failure.error.as_deref()).into(),
            Self::ApiKey(key) => connector.set_api_key(key)?.into(),
            Self::Configuration(wanted) => connector.set_configuration(wanted)?,
            Self::Scheduling(wanted) => connector.set_scheduling(&wanted.scheduling)?,
            Self::Pipeline(wanted) => connector.set_pipeline(&wanted.pipeline),
            Self::Features(wanted) => connector.set_features(&wanted.features),
            Self::Filtering(wanted) => connector.set_filtering(wanted, now)?,
            Self::FilteringValidation(found) => {
                connector.set_filtering_validation(&found.validation, now).into()
            }
            Self::FilteringActivation => connector.activate_filtering(id.as_str())?.into(),
            Self::LastSync(note) => connector.note_last_sync(note),
        })
    }
}

/// Changes a connector. The outcome is [`Outcome::Noop`] if it was like that already; the warnings name what is
/// probably a mistake in the request.
pub async fn change(
    store: &dyn Store,
    context: &Context,
    id: &Id,
    change: &ConnectorChange,
) -> Result<Warned<Outcome>> {
    let now = context.now();
    let mut warnings = Vec::new();
    let decide = |connector| {
        let decided = change.decide(connector, id, now)?;
        warnings = decided.warnings;
        Ok(decided.value)
    };
    let value = context.bound(store).change(Collection::CONNECTORS, id, decide).await?;
    Ok(Warned { value, warnings })
}

/// Answers what [`change`] would, and stores nothing: the extension `dry_run`.
pub async fn dry_run(
    store: &dyn Store,
    context: &Context,
    id: &Id,
    change: &ConnectorChange,
) -> Result<Warned<Outcome>> {
    let now = context.now();
    let (before, _): (Connector, _) = context.bound(store).load(Collection::CONNECTORS, id).await?;
    let Warned { value: after, warnings } = change.decide(before.clone(), id, now)?;
    Ok(Warned { value: if after == before { Outcome::Noop } else { Outcome::Updated }, warnings })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::ServiceError;
    use crate::test_support::{NOW, body, context, id, store, store_with_races, stored};

    #[tokio::test(flavor = "multi_thread")]
    async fn concurrent_changes_are_all_made() {
        let changes = || {
            [
                ConnectorChange::Naming(body(r#"{"name":"n"}"#)),
                ConnectorChange::Naming(body(r#"{"description":"d"}"#)),
                ConnectorChange::Index(body(r#"{"index_name":"i"}"#)),
                ConnectorChange::ApiKey(body(r#"{"api_key_id":"k"}"#)),
                ConnectorChange::CheckIn,
            ]
        };
        let expected = json!({"id": "c", "name": "n", "description": "d", "index_name": "i", "api_key_id": "k",
            "last_seen": NOW});
        for _ in 0..20 {
            let store = store(&[(Collection::CONNECTORS, "c", "{}")]).await;
            let requests = changes().map(|wanted| {
                let store = store.clone();
                tokio::spawn(async move { change(&*store, &context(), &id("c"), &wanted).await.unwrap() })
            });
            for request in requests {
                assert_eq!(request.await.unwrap().value, Outcome::Updated);
            }
            assert_eq!(stored(&*store, Collection::CONNECTORS, "c").await.unwrap(), expected);
        }
        // A state that is there already is not written again, and is reported as no change.
        let store = store(&[(Collection::CONNECTORS, "c", &expected.to_string())]).await;
        for wanted in changes() {
            let outcome = change(&*store, &context(), &id("c"), &wanted).await.unwrap().value;
            assert_eq!(outcome, Outcome::Noop, "{wanted:?}");
        }
    }

    #[tokio::test]
    async fn warnings_are_about_the_state_that_was_changed() {
        const TEXT: &str = r#"{"configuration":{"port":{"type":"str","value":"a"}}}"#;
        const NUMBER: &str = r#"{"configuration":{"port":{"type":"int","value":1}}}"#;
        let wanted = ConnectorChange::Configuration(body(r#"{"values":{"port":"none"}}"#));
        for (states, warnings) in [(&[TEXT, NUMBER], 1), (&[NUMBER, TEXT], 0)] {
            let store = store_with_races(states);
            let changed = change(&store, &context(), &id("c"), &wanted).await.unwrap();
            assert_eq!((changed.value, changed.warnings.len()), (Outcome::Updated, warnings));
        }
    }

    #[tokio::test]
    async fn a_dry_run_says_what_a_change_would_do() {
        let before = r#"{"id":"c","configuration":{"port":{"type":"int","value":1}},"status":"configured"}"#;
        for (wanted, outcome, warnings) in [
            (r#"{"values":{"port":"none"}}"#, Outcome::Updated, 1),
            (r#"{"values":{"port":1}}"#, Outcome::Noop, 0),
        ] {
            let store = store(&[(Collection::CONNECTORS, "c", before)]).await;
            let wanted = ConnectorChange::Configuration(body(wanted));
            let tried = dry_run(&*store, &context(), &id("c"), &wanted).await.unwrap();
            assert_eq!((tried.value, tried.warnings.len()), (outcome, warnings));
            let unchanged = stored(&*store, Collection::CONNECTORS, "c").await.unwrap();
            assert_eq!(unchanged, body::<serde_json::Value>(before));
            let made = change(&*store, &context(), &id("c"), &wanted).await.unwrap();
            assert_eq!((made.value, made.warnings), (tried.value, tried.warnings));
        }
    }

    #[tokio::test]
    async fn a_softly_deleted_connector_cannot_be_changed() {
        let store = store(&[(Collection::CONNECTORS, "c", r#"{"deleted":true}"#)]).await;
        for name in ["c", "nobody"] {
            for refused in [
                change(&*store, &context(), &id(name), &ConnectorChange::CheckIn).await,
                dry_run(&*store, &context(), &id(name), &ConnectorChange::CheckIn).await,
            ] {
                let refusal = matches!(refused, Err(ServiceError::Refused(Refusal::ConnectorNotFound(_))));
                assert!(refusal, "{refused:?}");
            }
        }
    }
}
