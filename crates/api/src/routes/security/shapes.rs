//! The shapes of the answers about API keys.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use tributary_domain::{ApiKey, Document, RoleDescriptor, RoleDescriptors};
use tributary_service::access::HeldPrivileges;

use super::REALM;

/// A key that was created.
#[derive(Serialize, JsonSchema)]
pub(super) struct CreatedApiKey<'a> {
    /// Its id.
    pub(super) id: &'a str,
    /// Its name.
    pub(super) name: &'a str,
    /// When it expires, in milliseconds since 1970; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) expiration: Option<i64>,
    /// Its secret, which is shown only here.
    pub(super) api_key: &'a str,
    /// The form in which it is sent, after `ApiKey ` in the `Authorization` header: base64 of `id:api_key`.
    pub(super) encoded: &'a str,
}

/// Keys.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ApiKeys<'a> {
    /// The keys that match.
    pub(super) api_keys: Vec<ShownApiKey<'a>>,
}

/// A key, without its secret.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ShownApiKey<'a> {
    /// Its id.
    id: &'a str,
    /// Its name.
    name: &'a str,
    /// Always `rest`.
    #[serde(rename = "type")]
    kind: &'static str,
    /// When it was created, in milliseconds since 1970.
    creation: i64,
    /// When it expires, in milliseconds since 1970; absent if never.
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<i64>,
    /// Whether it was invalidated.
    invalidated: bool,
    /// When it was, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    invalidation: Option<i64>,
    /// When it was used last, to about a minute, in milliseconds since 1970; an extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_use: Option<i64>,
    /// The user to whom it belongs.
    username: &'a str,
    /// Always `_es_api_key`.
    realm: &'static str,
    /// Always `_es_api_key`.
    realm_type: &'static str,
    /// The key with which it was created; an extension.
    #[serde(skip_serializing_if = "Option::is_none")]
    created_with: Option<&'a str>,
    /// What its creator noted.
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    metadata: &'a Document,
    /// Its roles; without any it may do everything that `limited_by` allows.
    role_descriptors: &'a RoleDescriptors,
    /// With `with_limited_by`: the roles that limit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    limited_by: Option<Vec<RoleDescriptors>>,
}

impl<'a> ShownApiKey<'a> {
    pub(super) fn new(id: &'a str, key: &'a ApiKey, with_limits: bool) -> Self {
        Self {
            id,
            name: &key.name,
            kind: "rest",
            creation: key.creation.milliseconds(),
            expiration: key.expiration.map(tributary_domain::Timestamp::milliseconds),
            invalidated: key.invalidation.is_some(),
            invalidation: key.invalidation.map(tributary_domain::Timestamp::milliseconds),
            last_use: key.last_use.map(tributary_domain::Timestamp::milliseconds),
            username: &key.username,
            realm: REALM,
            realm_type: REALM,
            created_with: key.created_with.as_deref(),
            metadata: &key.metadata,
            role_descriptors: &key.role_descriptors,
            limited_by: with_limits.then(|| limits(&key.limited_by)),
        }
    }
}

/// What limits a key; one of somebody who may do everything is limited by the role for that.
fn limits(limited_by: &[RoleDescriptors]) -> Vec<RoleDescriptors> {
    if !limited_by.is_empty() {
        return limited_by.to_vec();
    }
    let role = RoleDescriptor { cluster: vec!["all".to_owned()], ..RoleDescriptor::default() };
    vec![RoleDescriptors::from_iter([("superuser".to_owned(), role)])]
}

/// Which keys were invalidated.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct KeysInvalidated {
    /// The ids of those that do not work any more.
    pub(super) invalidated_api_keys: Vec<String>,
    /// The ids of those that had been invalidated before.
    pub(super) previously_invalidated_api_keys: Vec<String>,
    /// Always 0: after an error the request fails.
    pub(super) error_count: u32,
}

/// Who the caller is.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Authenticated<'a> {
    /// The user.
    pub(super) username: &'a str,
    /// Always empty: an API key has roles of its own.
    pub(super) roles: [&'static str; 0],
    /// Always null.
    pub(super) full_name: Option<&'static str>,
    /// Always null.
    pub(super) email: Option<&'static str>,
    /// Always empty.
    pub(super) metadata: BTreeMap<String, serde_json::Value>,
    /// Always true.
    pub(super) enabled: bool,
    /// What authenticated the caller.
    pub(super) authentication_realm: Realm,
    /// The same.
    pub(super) lookup_realm: Realm,
    /// `api_key`, or `anonymous` without security.
    pub(super) authentication_type: &'static str,
    /// The key of the request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) api_key: Option<OwnApiKey<'a>>,
}

/// What authenticates callers.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Realm {
    /// Its name.
    pub(super) name: &'static str,
    /// Its type.
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
}

/// The key of the caller.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct OwnApiKey<'a> {
    /// Its id.
    pub(super) id: &'a str,
    /// Its name.
    pub(super) name: &'a str,
    /// Always `elasticsearch`; clients refuse an answer without it.
    pub(super) managed_by: &'static str,
}

/// Which privileges the caller has.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Privileges<'a> {
    /// The user.
    pub(super) username: &'a str,
    /// Whether it has all of them.
    pub(super) has_all_requested: bool,
    /// By cluster privilege.
    pub(super) cluster: HeldPrivileges,
    /// By index and privilege.
    pub(super) index: BTreeMap<String, HeldPrivileges>,
    /// By application, resource and privilege.
    pub(super) application: BTreeMap<String, BTreeMap<String, HeldPrivileges>>,
}
