//! Connectors: created, listed, changed and deleted.
//!
//! For all of these functions:
//! - A connector that does not exist or is softly deleted is refused with [`Refusal::ConnectorNotFound`], unless
//!   the function says otherwise.
//! - An index name that another live connector has is refused with [`Refusal::IndexNameTaken`], also under
//!   concurrency.
//! - If the connector is changed concurrently, the change is retried on the latest state; after many conflicts it
//!   fails with [`StoreError::Conflict`].
//!
//! [`Refusal::ConnectorNotFound`]: tributary_domain::Refusal::ConnectorNotFound
//! [`Refusal::IndexNameTaken`]: tributary_domain::Refusal::IndexNameTaken
//! [`StoreError::Conflict`]: tributary_storage::StoreError::Conflict

mod change;
mod deletion;

use tributary_domain::{Connector, ConnectorProperties, Id, InclusionOfDeleted, Query};
use tributary_storage::{Collection, Outcome, Page, Store, StoreExt};

use crate::{Context, Result};

pub use change::{ConnectorChange, change, dry_run};
pub use deletion::delete;

/// A page of the connectors that match, in the order of their index names, and how many match in all:
/// `connector.list`.
pub async fn list(store: &dyn Store, context: &Context, query: &Query) -> Result<Page> {
    Ok(store.list(query, context.deadline()).await?)
}

/// One connector with every stored field: `connector.get`. A softly deleted one is answered only if `deleted` says so.
pub async fn get(
    store: &dyn Store,
    context: &Context,
    id: &Id,
    deleted: InclusionOfDeleted,
) -> Result<Connector> {
    let (connector, _): (Connector, _) = context.bound(store).load(Collection::CONNECTORS, id).await?;
    Ok(connector.visible(id.as_str(), deleted)?)
}

/// Creates a connector with the documented defaults and answers its new id: `connector.post`. Refused if the index
/// name is invalid, or lacks the prefix that a native connector needs.
pub async fn create(store: &dyn Store, context: &Context, properties: &ConnectorProperties) -> Result<Id> {
    let connector = properties.create(context.now())?;
    let id = context.next_id()?;
    context.bound(store).create(Collection::CONNECTORS, &id, connector.into()).await?;
    Ok(id)
}

/// Creates a connector under an id of the caller's choice, or changes the properties of the one that is there;
/// what is not given stays: `connector.put`.
///
/// The id of a softly deleted connector can be used again: the new connector keeps nothing of the deleted one, and
/// the outcome is [`Outcome::Created`]. Refused as in [`create`].
pub async fn put(
    store: &dyn Store,
    context: &Context,
    id: &Id,
    properties: &ConnectorProperties,
) -> Result<Outcome> {
    let now = context.now();
    let mut revived = false;
    let decide = |present: Option<Connector>| {
        let live = present.as_ref().is_some_and(|connector| !connector.is_deleted());
        revived = present.is_some() && !live;
        match present {
            Some(connector) if live => properties.update(connector),
            _ => properties.create(now),
        }
    };
    let outcome = context.bound(store).change_or_create(Collection::CONNECTORS, id, decide).await?;
    Ok(if revived { Outcome::Created } else { outcome })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tributary_domain::Refusal;

    use super::*;
    use crate::ServiceError;
    use crate::test_support::{body, context, id, store, store_with_races, stored};

    const LIVE: &str = r#"{"deleted":false,"index_name":"a","name":"live"}"#;
    const DELETED: &str = r#"{"deleted":true,"index_name":"a","name":"old","x":1}"#;

    #[tokio::test]
    async fn a_softly_deleted_connector_is_created_anew() {
        let store = store(&[(Collection::CONNECTORS, "c", DELETED)]).await;
        let named = body(r#"{"name":"new"}"#);
        assert_eq!(put(&*store, &context(), &id("c"), &named).await.unwrap(), Outcome::Created);
        let revived = stored(&*store, Collection::CONNECTORS, "c").await.unwrap();
        assert_eq!((&revived["name"], &revived["deleted"]), (&json!("new"), &json!(false)));
        assert_eq!((revived.get("x"), revived.get("index_name")), (None, None));
        assert_eq!(put(&*store, &context(), &id("c"), &named).await.unwrap(), Outcome::Noop);
        let renamed = body(r#"{"name":"newer"}"#);
        assert_eq!(put(&*store, &context(), &id("c"), &renamed).await.unwrap(), Outcome::Updated);
    }

    #[tokio::test]
    async fn who_is_faster_creates_a_connector_anew() {
        let named = body(r#"{"name":"new"}"#);
        for (states, outcome) in [
            (&[DELETED, LIVE][..], Outcome::Updated),
            (&[LIVE, DELETED], Outcome::Created),
            (&[DELETED, DELETED], Outcome::Created),
        ] {
            let store = store_with_races(states);
            assert_eq!(put(&store, &context(), &id("c"), &named).await.unwrap(), outcome, "{states:?}");
        }
    }

    #[tokio::test]
    async fn an_index_of_another_connector_is_refused() {
        let documents = [(Collection::CONNECTORS, "live", LIVE), (Collection::CONNECTORS, "c", DELETED)];
        let store = store(&documents).await;
        let wanted = body(r#"{"index_name":"a"}"#);
        for refused in [
            put(&*store, &context(), &id("c"), &wanted).await.map(drop),
            create(&*store, &context(), &wanted).await.map(drop),
        ] {
            let refusal = matches!(refused, Err(ServiceError::Refused(Refusal::IndexNameTaken { .. })));
            assert!(refusal, "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_softly_deleted_connector_is_shown_to_those_who_ask_for_it() {
        let store = store(&[(Collection::CONNECTORS, "c", DELETED)]).await;
        let get = async |deleted| get(&*store, &context(), &id("c"), InclusionOfDeleted(deleted)).await;
        assert_eq!(get(true).await.unwrap().name().as_deref(), Some("old"));
        let hidden = get(false).await;
        let refusal = matches!(hidden, Err(ServiceError::Refused(Refusal::ConnectorNotFound(_))));
        assert!(refusal, "{hidden:?}");
        let all = list(&*store, &context(), &Query::of(Collection::CONNECTORS).with(Connector::is_live()))
            .await
            .unwrap();
        assert_eq!(all.count, 0);
    }
}
