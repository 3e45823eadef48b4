//! Access to single secrets in a store.

use std::sync::Arc;

use tokio::sync::OnceCell;
use tributary_domain::{Document, Id};
use tributary_storage::{Collection, Outcome, Store, StoreExt};

use crate::stored::check_secrets;
use crate::{SecretError, SecretKeys, SecretValue};

/// The keys, and whether they match the stored secrets.
#[derive(Debug)]
pub struct Vault {
    keys: Arc<SecretKeys>,
    /// Set once the check has passed, so that nothing is encrypted with wrong keys.
    fitting: OnceCell<()>,
}

impl Vault {
    /// A vault with these keys.
    #[must_use]
    pub fn new(keys: impl Into<Arc<SecretKeys>>) -> Self {
        Self { keys: keys.into(), fitting: OnceCell::new() }
    }

    /// The keys.
    #[must_use]
    pub fn keys(&self) -> &SecretKeys {
        &self.keys
    }

    /// Stores a new secret.
    pub async fn create(&self, store: &dyn Store, id: &Id, value: &SecretValue) -> Result<(), SecretError> {
        self.check(store).await?;
        store.create(Collection::SECRETS, id, self.keys.seal(id, value)?).await?;
        Ok(())
    }

    /// Stores a secret, or replaces its value.
    pub async fn put(&self, store: &dyn Store, id: &Id, value: &SecretValue) -> Result<Outcome, SecretError> {
        self.check(store).await?;
        let sealed = self.keys.seal(id, value)?;
        let replace = |_: Option<Document>| Ok(sealed.clone());
        Ok(store.change_or_create(Collection::SECRETS, id, replace).await?)
    }

    /// The value of a secret.
    pub async fn get(&self, store: &dyn Store, id: &Id) -> Result<SecretValue, SecretError> {
        let (document, _): (Document, _) = store.load(Collection::SECRETS, id).await?;
        self.keys.open(id, &document)
    }

    /// Removes a secret.
    pub async fn remove(&self, store: &dyn Store, id: &Id) -> Result<(), SecretError> {
        Ok(store.remove(Collection::SECRETS, id).await?)
    }

    async fn check(&self, store: &dyn Store) -> Result<(), SecretError> {
        let check = async || check_secrets(store, &self.keys).await;
        self.fitting.get_or_try_init(check).await?;
        Ok(())
    }
}
