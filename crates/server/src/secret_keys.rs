//! The keys for connector secrets: from a file that others cannot read, or from the environment.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tributary_secrets::{KeysError, SealingStore, SecretKeys, UnusableKeys, check};
use tributary_storage::{Store, StoreError};
use zeroize::Zeroizing;

use crate::private_file::{self, Exposure};
use crate::setting_values::{NOT_UTF_8, path};

/// The environment variable with the keys themselves. There is no flag: command lines are visible to others.
pub(crate) const VARIABLE: &str = "TRIBUTARY_SECRET_KEYS";
/// How long start-up waits for the check of the stored secrets.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);
/// How often an unavailable store is retried.
const BETWEEN_CHECKS: Duration = Duration::from_millis(500);

/// Where the keys come from.
#[derive(Debug, Clone, Args)]
pub(crate) struct SecretKeysFile {
    /// A file with keys for the secrets of connectors, one per line: the first encrypts, all decrypt; the keys
    /// themselves can be given in `TRIBUTARY_SECRET_KEYS` instead
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_SECRET_KEYS_FILE", value_parser = path())]
    pub(crate) secret_keys_file: Option<PathBuf>,
}

/// Why there are no usable keys.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretKeysError {
    #[error("the keys for secrets in {file}: {reason}", file = file.display())]
    File { file: PathBuf, reason: String },
    #[error("the keys for secrets in {VARIABLE}: {0}")]
    Variable(KeysError),
    #[error("the keys for secrets in {VARIABLE}: {NOT_UTF_8}")]
    VariableNotUtf8,
    #[error(
        "keys for secrets are given both in {file} and in {VARIABLE}; which is the first is not clear, take one of them",
        file = file.display()
    )]
    Twice { file: PathBuf },
    #[error(
        "--encrypt-sensitive needs a key, and none was given; give one in a file by --secret-keys-file, or in {VARIABLE}; \
         `tributary secrets generate-key` makes one"
    )]
    NothingToEncryptWith,
    #[error(transparent)]
    Unusable(#[from] UnusableKeys),
}

impl SecretKeysFile {
    /// The keys, if there are any.
    pub(crate) fn read(&self) -> Result<Option<SecretKeys>, SecretKeysError> {
        // An empty variable counts as not set.
        let given = std::env::var_os(VARIABLE).filter(|keys| !keys.is_empty());
        let given = given.map(OsString::into_string).transpose();
        let given = given.map_err(|_| SecretKeysError::VariableNotUtf8)?.map(Zeroizing::new);
        match (&self.secret_keys_file, given) {
            (None, None) => Ok(None),
            (None, Some(keys)) => SecretKeys::parse(&keys).map(Some).map_err(SecretKeysError::Variable),
            (Some(file), Some(_)) => Err(SecretKeysError::Twice { file: file.clone() }),
            (Some(file), None) => {
                let wrong = |reason: String| SecretKeysError::File { file: file.clone(), reason };
                let text = private_file::read_text(file, Exposure::Refused).map_err(wrong)?;
                SecretKeys::parse(&text).map(Some).map_err(|error| wrong(error.to_string()))
            }
        }
    }
}

/// The store that the service uses: with keys, over the given one, so that encrypted values are read; without keys, the
/// given one.
pub(crate) fn over(store: &Arc<dyn Store>, keys: Option<&Arc<SecretKeys>>, encrypts: bool) -> Arc<dyn Store> {
    match keys {
        Some(keys) => Arc::new(SealingStore::new(Arc::clone(store), Arc::clone(keys), encrypts)),
        None => Arc::clone(store),
    }
}

/// Whether the keys match what is stored: known now, or once the store is available.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fit {
    Known,
    NotYet,
}

/// Checks that the keys match the secrets and the encrypted values of a store, and logs those that cannot be decrypted.
pub(crate) async fn fit(store: &dyn Store, keys: Option<&SecretKeys>) -> Result<Fit, UnusableKeys> {
    match check(store, keys).await {
        Ok(failed) => {
            for error in failed {
                tracing::warn!("{error}");
            }
            Ok(Fit::Known)
        }
        Err(UnusableKeys::Store(
            StoreError::Unavailable(_) | StoreError::Blocked(_) | StoreError::Denied(_),
        )) => Ok(Fit::NotYet),
        Err(error) => Err(error),
    }
}

/// Checks once, without delaying start-up if the store is not available yet.
pub(crate) async fn first_look(
    look: impl AsyncFnOnce() -> Result<Fit, UnusableKeys>,
) -> Result<Fit, UnusableKeys> {
    tokio::time::timeout(CHECK_TIMEOUT, look()).await.unwrap_or(Ok(Fit::NotYet))
}

/// Checks until the result is known, and returns only if the keys do not match.
pub(crate) async fn refused_later(
    mut known: Fit,
    mut look: impl AsyncFnMut() -> Result<Fit, UnusableKeys>,
) -> UnusableKeys {
    while known == Fit::NotYet {
        tokio::time::sleep(BETWEEN_CHECKS).await;
        match look().await {
            Ok(next) => known = next,
            Err(error) => return error,
        }
    }
    std::future::pending().await
}

#[cfg(all(test, feature = "memory"))]
mod tests {
    use tributary_domain::{Document, Id};
    use tributary_secrets::Held;
    use tributary_storage::{Collection, MemoryStore, StoreExt as _};

    use super::*;

    #[actix_web::test]
    async fn a_store_that_is_away_is_asked_until_it_answers() {
        let store = MemoryStore::default();
        let id = Id::parse("id", "a").unwrap();
        assert_eq!(fit(&store, None).await.unwrap(), Fit::Known);
        store.create(Collection::SECRETS, &id, Document::default()).await.unwrap();
        assert!(matches!(fit(&store, None).await, Err(UnusableKeys::Missing { .. })));
        store.close().await.unwrap();
        assert_eq!(fit(&store, None).await.unwrap(), Fit::NotYet);

        let never = async || std::future::pending().await;
        assert_eq!(first_look(never).await.unwrap(), Fit::NotYet);
        let missing =
            UnusableKeys::Missing { held: Held { secrets: 1, documents: 0 }, needed: "k".to_owned() };
        let mut answers = [Ok(Fit::NotYet), Ok(Fit::NotYet), Err(missing)].into_iter();
        let look = async || answers.next().expect("it is not asked any more");
        let refused = refused_later(Fit::NotYet, look).await;
        assert!(matches!(refused, UnusableKeys::Missing { .. }), "{refused}");

        let mut answers = [Ok(Fit::NotYet), Ok(Fit::Known)].into_iter();
        let look = async || answers.next().expect("it is not asked any more");
        let waited = tokio::time::timeout(5 * BETWEEN_CHECKS, refused_later(Fit::NotYet, look)).await;
        assert!(waited.is_err(), "keys that fit end nothing");
    }
}
