//! The secrets of connectors: encrypted by a vault before the store sees them.
//!
//! All of these functions fail with [`ServiceError::Secret`] if the keys of the vault do not fit the stored secrets.
//!
//! [`ServiceError::Secret`]: crate::ServiceError::Secret

use tributary_domain::Id;
use tributary_secrets::{NewSecret, SecretValue, Vault};
use tributary_storage::{Outcome, Store};

use crate::{Context, Result};

/// Stores a new secret, encrypted, and answers its new id: `connector.secret_post`. Refused if the value is
/// empty.
pub async fn create(store: &dyn Store, vault: &Vault, context: &Context, new: NewSecret) -> Result<Id> {
    let value = new.checked()?;
    let id = context.next_id()?;
    vault.create(&context.bound(store), &id, &value).await?;
    Ok(id)
}

/// The value of a secret: `connector.secret_get`. Refused with
/// [`SecretNotFound`](tributary_domain::Refusal::SecretNotFound).
pub async fn get(store: &dyn Store, vault: &Vault, context: &Context, id: &Id) -> Result<SecretValue> {
    Ok(vault.get(&context.bound(store), id).await?)
}

/// Stores a secret under an id of the caller's choice, or gives the one that is there another value:
/// `connector.secret_put`. Refused if the value is empty.
pub async fn put(
    store: &dyn Store,
    vault: &Vault,
    context: &Context,
    id: &Id,
    new: NewSecret,
) -> Result<Outcome> {
    Ok(vault.put(&context.bound(store), id, &new.checked()?).await?)
}

/// Deletes a secret: `connector.secret_delete`. Refused with
/// [`SecretNotFound`](tributary_domain::Refusal::SecretNotFound).
pub async fn delete(store: &dyn Store, vault: &Vault, context: &Context, id: &Id) -> Result<()> {
    Ok(vault.remove(&context.bound(store), id).await?)
}

#[cfg(test)]
mod tests {
    use tributary_domain::Refusal;
    use tributary_secrets::SecretKeys;

    use super::*;
    use crate::ServiceError;
    use crate::test_support::{body, context, id, store};

    fn vault() -> Vault {
        Vault::new(SecretKeys::parse(&SecretKeys::generate_key().unwrap()).unwrap())
    }

    #[tokio::test]
    async fn a_secret_is_stored_replaced_and_removed() {
        let (store, vault) = (store(&[]).await, vault());
        let secret = |value: &str| body(&format!(r#"{{"value":"{value}"}}"#));
        let created = create(&*store, &vault, &context(), secret("one")).await.unwrap();
        for (name, value, outcome) in
            [(&created, "two", Outcome::Updated), (&id("s"), "three", Outcome::Created)]
        {
            assert_eq!(put(&*store, &vault, &context(), name, secret(value)).await.unwrap(), outcome);
            assert_eq!(get(&*store, &vault, &context(), name).await.unwrap().expose(), value);
            delete(&*store, &vault, &context(), name).await.unwrap();
            let missing = get(&*store, &vault, &context(), name).await;
            let refusal = matches!(missing, Err(ServiceError::Refused(Refusal::SecretNotFound(_))));
            assert!(refusal, "{missing:?}");
        }
    }

    #[tokio::test]
    async fn an_empty_value_is_refused_before_the_store_is_asked() {
        let (store, vault) = (store(&[]).await, vault());
        store.close().await.unwrap();
        let empty = || body(r#"{"value":""}"#);
        for refused in [
            create(&*store, &vault, &context(), empty()).await.map(drop),
            put(&*store, &vault, &context(), &id("s"), empty()).await.map(drop),
        ] {
            let refusal = matches!(refused, Err(ServiceError::Refused(Refusal::ValidationFailed(_))));
            assert!(refusal, "{refused:?}");
        }
    }

    #[tokio::test]
    async fn a_wrong_key_is_a_matter_of_those_who_run_the_service() {
        let store = store(&[]).await;
        let created = create(&*store, &vault(), &context(), body(r#"{"value":"v"}"#)).await.unwrap();
        for failed in [
            get(&*store, &vault(), &context(), &created).await.map(drop),
            create(&*store, &vault(), &context(), body(r#"{"value":"v"}"#)).await.map(drop),
        ] {
            assert!(matches!(failed, Err(ServiceError::Secret(_))), "{failed:?}");
        }
    }
}
