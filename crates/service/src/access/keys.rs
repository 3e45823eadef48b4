//! API keys: created, found and invalidated.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use schemars::JsonSchema;
use serde::Deserialize;
use tributary_domain::{
    ApiKey, Document, Id, Query, Refusal, RoleDescriptors, SecretDigest, SortKey, Timestamp, Warning,
    parse_duration,
};
use tributary_secrets::SecretError;
use tributary_storage::{ChangeError, Collection, Store, StoreError, StoreExt as _};
use wildmatch::WildMatch;
use zeroize::Zeroizing;

use crate::{Context, Result};

/// The random bytes of a secret: 192 bits.
const SECRET_BYTES: usize = 24;
/// How many keys are read at a time.
const PORTION: u32 = 1_000;
/// The most characters of a name.
const LONGEST_NAME: usize = 1_024;

/// The body of a request for a new key.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NewKey {
    /// The name, for people.
    #[schemars(required, length(min = 1))]
    pub name: Option<String>,
    /// How long it works, such as `30d`; for ever without.
    #[serde(default)]
    pub expiration: Option<String>,
    /// What it may do, at most what its creator may; everything that its creator may without.
    #[serde(default)]
    pub role_descriptors: Option<RoleDescriptors>,
    /// Anything; the keys must not begin with `_`.
    #[serde(default)]
    pub metadata: Option<Document>,
}

/// A key that was created; its secret is not stored.
#[derive(Debug)]
pub struct CreatedKey {
    /// The id.
    pub id: Id,
    /// The name.
    pub name: String,
    /// When it expires.
    pub expiration: Option<Timestamp>,
    /// The secret.
    pub secret: Zeroizing<String>,
    /// What was accepted and has no effect.
    pub warnings: Vec<Warning>,
}

impl CreatedKey {
    /// The form in which it is sent: base64 of `id:secret`.
    #[must_use]
    pub fn encoded(&self) -> String {
        BASE64_STANDARD.encode(Zeroizing::new(format!("{}:{}", self.id, *self.secret)).as_bytes())
    }
}

impl NewKey {
    fn check(&self) -> Result<(String, Option<Duration>), Refusal> {
        let mut problems = Vec::new();
        let name = self.name.clone().unwrap_or_default();
        if name.trim().is_empty() {
            problems.push("api key name is required".to_owned());
        } else {
            if name.chars().count() > LONGEST_NAME {
                problems.push(format!("api key name may not be more than {LONGEST_NAME} characters long"));
            }
            if name.trim() != name {
                problems.push("api key name may not begin or end with whitespace".to_owned());
            }
            if name.starts_with('_') {
                problems.push("api key name may not begin with an underscore".to_owned());
            }
        }
        let metadata = self.metadata.as_ref();
        if metadata.is_some_and(|metadata| metadata.iter().any(|(key, _)| key.starts_with('_'))) {
            problems.push("API key metadata keys may not start with [_]".to_owned());
        }
        let expiration = self.expiration.as_deref().map(|text| (text, parse_duration(text)));
        if let Some((text, None)) = expiration {
            problems.push(format!("[expiration] is no time such as [30d], but [{text}]"));
        }
        if problems.is_empty() {
            return Ok((name, expiration.and_then(|(_, duration)| duration)));
        }
        Err(Refusal::ValidationFailed(problems))
    }
}

/// Creates a key for the caller, with no more than the caller may do: `security.create_api_key`.
pub async fn create(store: &dyn Store, context: &Context, new: NewKey) -> Result<CreatedKey> {
    let (name, duration) = new.check()?;
    let mut bytes = Zeroizing::new([0; SECRET_BYTES]);
    getrandom::fill(&mut *bytes).map_err(|error| SecretError::Random(error.to_string()))?;
    let secret = Zeroizing::new(BASE64_URL_SAFE_NO_PAD.encode(*bytes));
    let (caller, now) = (context.principal(), context.now());
    let roles = new.role_descriptors.unwrap_or_default();
    let warnings = roles.iter().flat_map(|(name, role)| role.warnings(name)).collect();
    let key = ApiKey {
        name,
        username: caller.name().to_owned(),
        created_with: caller.key().map(|key| key.id.clone()),
        digest: SecretDigest::of(&secret),
        creation: now,
        expiration: duration.map(|duration| now.later_by(duration)),
        invalidation: None,
        last_use: None,
        role_descriptors: roles,
        limited_by: caller.grants().levels().to_vec(),
        metadata: new.metadata.unwrap_or_default(),
    };
    let id = context.next_id()?;
    context.bound(store).create(Collection::API_KEYS, &id, key.document()).await?;
    Ok(CreatedKey { id, name: key.name, expiration: key.expiration, secret, warnings })
}

/// Which keys are meant: all conditions must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyFilter {
    /// Any of these ids.
    pub ids: Vec<String>,
    /// The name; `*` stands for any text.
    pub name: Option<String>,
    /// The user.
    pub username: Option<String>,
    /// Only the key of the caller, and those that were created with it.
    pub owner: bool,
    /// Only keys that work.
    pub active_only: bool,
}

impl KeyFilter {
    fn matches(&self, context: &Context, id: &str, key: &ApiKey) -> bool {
        let caller = context.principal();
        let is_own = || match caller.key() {
            Some(own) => key.belongs_to(id, &own.id),
            None => key.username == caller.name(),
        };
        (self.ids.is_empty() || self.ids.iter().any(|wanted| wanted == id))
            && self.name.as_deref().is_none_or(|name| WildMatch::new(name).matches(&key.name))
            && self.username.as_deref().is_none_or(|name| name == key.username)
            && (!self.owner || is_own())
            && (!self.active_only || key.problem(context.now()).is_none())
    }

    /// Whether it is certain that only the caller's own keys match: those of others need `manage_api_key`.
    #[must_use]
    pub fn is_about_own(&self, context: &Context) -> bool {
        let own = context.principal().key().map(|key| key.id.as_str());
        self.owner || !self.ids.is_empty() && self.ids.iter().all(|id| Some(id.as_str()) == own)
    }
}

/// The keys that match, by id: `security.get_api_key`.
pub async fn get(store: &dyn Store, context: &Context, filter: &KeyFilter) -> Result<Vec<(Id, ApiKey)>> {
    let mut found = Vec::new();
    let mut after: Option<SortKey> = None;
    loop {
        let query = Query::of(Collection::API_KEYS).after(after, PORTION);
        let page = store.list(&query, context.deadline()).await?;
        for text in page.documents.iter() {
            let document: Document =
                serde_json::from_slice(text).map_err(|error| StoreError::Backend(error.into()))?;
            let (id, key) = (document.id().unwrap_or_default(), ApiKey::read(&document));
            if let Some(key) = key.filter(|key| filter.matches(context, &id, key)) {
                found.push((Id::parse("id", id)?, key));
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// What a request for invalidation names.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeyInvalidation {
    /// An id; older clients send it in place of `ids`.
    #[serde(default)]
    pub id: Option<String>,
    /// Ids.
    #[serde(default)]
    pub ids: Option<Vec<String>>,
    /// A name; `*` stands for any text.
    #[serde(default)]
    pub name: Option<String>,
    /// Only the caller's own keys.
    #[serde(default)]
    pub owner: Option<bool>,
    /// The realm of the keys; all of them are in `_es_api_key`.
    #[serde(default)]
    pub realm_name: Option<String>,
    /// The user of the keys.
    #[serde(default)]
    pub username: Option<String>,
}

impl KeyInvalidation {
    /// The keys that it names. Refused if it names none.
    pub fn filter(self) -> Result<KeyFilter, Refusal> {
        let owner = self.owner.unwrap_or_default();
        let ids: Vec<String> = self.ids.unwrap_or_default().into_iter().chain(self.id).collect();
        if ids.is_empty()
            && self.name.is_none()
            && self.username.is_none()
            && self.realm_name.is_none()
            && !owner
        {
            return Err(Refusal::validation(
                "One of [api key id(s), api key name, username, realm name] must be specified if [owner] flag is false",
            ));
        }
        Ok(KeyFilter { ids, name: self.name, username: self.username, owner, active_only: false })
    }
}

/// What became of the keys that were to be invalidated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvalidatedKeys {
    /// The ids of those that do not work any more.
    pub invalidated: Vec<String>,
    /// The ids of those that had been invalidated before.
    pub previously: Vec<String>,
}

/// Invalidates the keys that match: `security.invalidate_api_key`. They do not work any more at once in this process,
/// and in others after some seconds.
pub async fn invalidate(store: &dyn Store, context: &Context, filter: &KeyFilter) -> Result<InvalidatedKeys> {
    let mut report = InvalidatedKeys::default();
    for (id, key) in get(store, context, filter).await? {
        if key.invalidation.is_some() {
            report.previously.push(id.to_string());
            continue;
        }
        let decide = |present: Document| {
            let key = ApiKey::read(&present).map(|key| key.invalidated(context.now()));
            Ok(key.map_or(present, |key| key.document()))
        };
        match context.bound(store).change(Collection::API_KEYS, &id, decide).await {
            Ok(_) => report.invalidated.push(id.to_string()),
            Err(ChangeError::Refused(Refusal::ApiKeyNotFound(_))) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(report)
}
