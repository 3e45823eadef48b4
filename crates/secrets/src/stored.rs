//! Operations on all secrets of a store: checking the keys, also against encrypted values, and rotation to a new key.

use std::collections::BTreeSet;

use futures_util::TryStreamExt as _;
use tributary_domain::{Document, Id, Refusal};
use tributary_storage::{ChangeError, Collection, Deadline, Outcome, Store, StoreError, StoreExt, Stored};

use crate::error::Held;
use crate::sealed::key_of;
use crate::stored_values::{UnreadableValue, survey as survey_values};
use crate::{SecretError, SecretKeys, UnusableKeys};

/// The result of a rotation.
#[derive(Debug, Default)]
pub struct Rotation {
    /// How many secrets were re-encrypted with the first key.
    pub changed: u64,
    /// How many already were encrypted with it.
    pub current: u64,
    /// The secrets that could not be decrypted and stay unchanged.
    pub failed: Vec<SecretError>,
}

/// A secret or a value that cannot be decrypted.
#[derive(Debug, thiserror::Error)]
pub enum Undecryptable {
    /// A secret.
    #[error(transparent)]
    Secret(SecretError),
    /// A sensitive value.
    #[error(transparent)]
    Value(UnreadableValue),
}

/// Checks the keys against all secrets of a store, and against the encrypted values of all connectors and of the newest
/// sync jobs. Returns the errors of single ones that cannot be decrypted, which do not keep the service from running. If
/// none can be decrypted, or there are some but no keys, the keys are wrong, and the service must not start.
///
/// `store` is the one with the ciphertext, without a [`SealingStore`](crate::SealingStore).
pub async fn check(store: &dyn Store, keys: Option<&SecretKeys>) -> Result<Vec<Undecryptable>, UnusableKeys> {
    let mut survey = survey_secrets(store, keys).await?;
    let values = survey_values(store, keys).await?;
    survey.needed.extend(values.needed);
    let failed = survey.failed.len() as u64 + values.unreadable;
    judge(keys, Held { secrets: survey.secrets, documents: values.documents }, &survey.needed, failed)?;
    let secrets = survey.failed.into_iter().map(Undecryptable::Secret);
    Ok(secrets.chain(values.examples.into_iter().map(Undecryptable::Value)).collect())
}

/// Checks the keys against the secrets alone.
pub(crate) async fn check_secrets(store: &dyn Store, keys: &SecretKeys) -> Result<(), UnusableKeys> {
    let survey = survey_secrets(store, Some(keys)).await?;
    let held = Held { secrets: survey.secrets, documents: 0 };
    judge(Some(keys), held, &survey.needed, survey.failed.len() as u64)
}

/// What is known of the secrets of a store.
#[derive(Default)]
struct SecretSurvey {
    secrets: u64,
    needed: BTreeSet<String>,
    failed: Vec<SecretError>,
}

async fn survey_secrets(store: &dyn Store, keys: Option<&SecretKeys>) -> Result<SecretSurvey, UnusableKeys> {
    let mut survey = SecretSurvey::default();
    let mut portions = store.scan(Collection::SECRETS, Deadline::NONE);
    while let Some(portion) = portions.try_next().await? {
        for Stored { id, document } in portion {
            survey.secrets += 1;
            let document = parse(&document)?;
            survey.needed.extend(key_of(&document));
            if let Some(Err(error)) = keys.map(|keys| keys.open(&id, &document)) {
                survey.failed.push(error);
            }
        }
    }
    Ok(survey)
}

/// Whether a service may run: not if nothing of what is held can be decrypted.
fn judge(
    keys: Option<&SecretKeys>,
    held: Held,
    needed: &BTreeSet<String>,
    failed: u64,
) -> Result<(), UnusableKeys> {
    let needed = || needed.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let all = held.secrets + held.documents;
    match keys {
        None if all > 0 => Err(UnusableKeys::Missing { held, needed: needed() }),
        Some(keys) if all > 0 && failed == all => {
            Err(UnusableKeys::Wrong { held, needed: needed(), given: keys.fingerprints() })
        }
        _ => Ok(()),
    }
}

/// Encrypts all secrets of a store with the first key. Services that also have this key may use the store
/// concurrently.
pub async fn rotate(store: &dyn Store, keys: &SecretKeys) -> Result<Rotation, StoreError> {
    let mut rotation = Rotation::default();
    let mut portions = store.scan(Collection::SECRETS, Deadline::NONE);
    while let Some(portion) = portions.try_next().await? {
        for Stored { id, .. } in portion {
            match rotate_one(store, keys, &id).await {
                Ok(Some(Outcome::Noop)) => rotation.current += 1,
                Ok(Some(_)) => rotation.changed += 1,
                Ok(None) => {}
                Err(SecretError::Change(ChangeError::Store(error))) => return Err(error),
                Err(error) => rotation.failed.push(error),
            }
        }
    }
    Ok(rotation)
}

/// Returns `None` if the secret was removed in the meantime.
async fn rotate_one(store: &dyn Store, keys: &SecretKeys, id: &Id) -> Result<Option<Outcome>, SecretError> {
    let mut problem = None;
    let decide = |present: Document| match keys.seal_anew(id, &present) {
        Ok(next) => Ok(next),
        Err(error) => {
            problem = Some(error);
            Ok(present)
        }
    };
    let outcome = store.change(Collection::SECRETS, id, decide).await;
    match (outcome, problem) {
        (Err(ChangeError::Refused(Refusal::SecretNotFound(_))), _) => Ok(None),
        (Err(error), _) => Err(error.into()),
        (Ok(_), Some(problem)) => Err(problem),
        (Ok(outcome), None) => Ok(Some(outcome)),
    }
}

fn parse(document: &[u8]) -> Result<Document, StoreError> {
    serde_json::from_slice(document).map_err(|error| StoreError::Backend(error.into()))
}

#[cfg(test)]
mod tests {
    use tributary_storage::MemoryStore;

    use super::*;
    use crate::Vault;

    fn id(text: &str) -> Id {
        Id::parse("id", text).unwrap()
    }

    fn keys(lines: &[&str]) -> SecretKeys {
        SecretKeys::parse(&lines.join("\n")).unwrap()
    }

    #[tokio::test]
    async fn keys_have_to_fit_what_is_stored() {
        let [one, other] = [0, 1].map(|_| SecretKeys::generate_key().unwrap());
        let store = MemoryStore::default();
        assert!(check(&store, None).await.unwrap().is_empty(), "nothing to fit");
        Vault::new(keys(&[&one])).create(&store, &id("a"), &"value".into()).await.unwrap();

        let missing = check(&store, None).await.unwrap_err();
        assert!(
            matches!(missing, UnusableKeys::Missing { held: Held { secrets: 1, documents: 0 }, .. }),
            "{missing}"
        );
        let wrong = check(&store, Some(&keys(&[&other]))).await.unwrap_err();
        let fingerprints = [keys(&[&one]).fingerprints(), keys(&[&other]).fingerprints()];
        assert!(fingerprints.iter().all(|part| wrong.to_string().contains(part)), "{wrong}");
        assert!(check(&store, Some(&keys(&[&other, &one]))).await.unwrap().is_empty());

        // A vault with a wrong key refuses to store secrets.
        let wrong = Vault::new(keys(&[&other]));
        for refused in [
            wrong.create(&store, &id("b"), &"value".into()).await,
            wrong.put(&store, &id("a"), &"value".into()).await.map(drop),
        ] {
            assert!(matches!(refused, Err(SecretError::Keys(_))), "{refused:?}");
        }
        assert!(matches!(store.get(Collection::SECRETS, &id("b")).await, Err(StoreError::NotFound)));

        // A corrupt secret does not affect the others.
        store.create(Collection::SECRETS, &id("c"), Document::default()).await.unwrap();
        let failed = check(&store, Some(&keys(&[&one]))).await.unwrap();
        assert!(
            matches!(&failed[..], [Undecryptable::Secret(SecretError::Altered(id))] if id == "c"),
            "{failed:?}"
        );
    }

    #[tokio::test]
    async fn after_a_rotation_the_old_key_is_needed_no_more() {
        let [old, new] = [0, 1].map(|_| SecretKeys::generate_key().unwrap());
        let store = MemoryStore::default();
        let both = Vault::new(keys(&[&new, &old]));
        for name in ["a", "b"] {
            Vault::new(keys(&[&old])).create(&store, &id(name), &name.into()).await.unwrap();
        }
        both.create(&store, &id("c"), &"c".into()).await.unwrap();
        store.create(Collection::SECRETS, &id("d"), Document::default()).await.unwrap();

        let rotation = rotate(&store, both.keys()).await.unwrap();
        assert_eq!((rotation.changed, rotation.current, rotation.failed.len()), (2, 1, 1), "{rotation:?}");
        let rotation = rotate(&store, both.keys()).await.unwrap();
        assert_eq!((rotation.changed, rotation.current), (0, 3), "{rotation:?}");
        for name in ["a", "b", "c"] {
            let value = Vault::new(keys(&[&new])).get(&store, &id(name)).await.unwrap();
            assert_eq!(value.expose(), name);
        }
    }
}
