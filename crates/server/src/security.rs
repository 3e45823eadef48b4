//! Security as the settings and the address demand it: on or off, and with which first key.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tributary_api::Api;
use tributary_service::access::{self, AdminKey, KeyFilter, KeyRing};
use tributary_service::{Context, Principal, SortableIds, SystemClock};
use tributary_storage::Store;

use crate::private_file::{self, Exposure};
use crate::security_settings::{SecurityMode, SecuritySettings};

/// How long start-up waits for an answer to whether there is a key.
const CHECK_TIMEOUT: Duration = Duration::from_secs(1);

/// Why security cannot be as it is wanted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecurityError {
    #[error("the admin key in {file}: {reason}", file = file.display())]
    AdminKey { file: PathBuf, reason: String },
    #[error(
        "{address} can be reached from other machines, and without API keys everybody there could do everything; \
         choose with --security: `on` asks for a key at each request (the first one is made by `tributary keys create \
         --store {store}`, or given with --admin-key-file), which needs TLS, since keys are sent in clear text \
         otherwise; `off` is for a proxy in front that checks all requests. To serve this machine alone: --listen \
         127.0.0.1:{port}", port = address.port()
    )]
    Undecided { address: SocketAddr, store: String },
}

/// Whether callers are asked who they are.
#[derive(Debug, Clone)]
pub(crate) enum Security {
    /// Everybody may do everything; only on this machine, if the address says so.
    Off { is_local: bool },
    /// Each request needs a key: of the store, or this one.
    On { admin: Option<AdminKey> },
}

impl Security {
    /// What the settings mean on an address, where requests may be encrypted. Logs what has to be known about it.
    pub(crate) fn decide(
        settings: &SecuritySettings,
        address: SocketAddr,
        store: &str,
        is_encrypted: bool,
    ) -> Result<Self, SecurityError> {
        let is_local = address.ip().to_canonical().is_loopback();
        let admin = settings.admin_key()?;
        match settings.security {
            SecurityMode::Auto if !is_local => {
                Err(SecurityError::Undecided { address, store: store.to_owned() })
            }
            SecurityMode::Auto | SecurityMode::Off => {
                if admin.is_some() {
                    tracing::warn!(
                        "security is off, so that the admin key has no effect; --security on turns it on"
                    );
                }
                if !is_local {
                    tracing::warn!(
                        %address,
                        "security is off: whoever reaches this address may do everything, unless a proxy in front checks \
                         all requests"
                    );
                }
                Ok(Self::Off { is_local })
            }
            SecurityMode::On => {
                if !is_local && !is_encrypted {
                    tracing::warn!(
                        %address,
                        "API keys are sent to this address in clear text, unless a proxy in front adds TLS"
                    );
                }
                Ok(Self::On { admin })
            }
        }
    }

    /// Whether callers are asked who they are.
    pub(crate) fn is_on(&self) -> bool {
        matches!(self, Self::On { .. })
    }

    /// Whether what keeps the pages of other sites out is all that does: nobody is asked for a key, and other machines
    /// do not reach the address.
    pub(crate) fn is_off_on_this_machine(&self) -> bool {
        matches!(self, Self::Off { is_local: true })
    }

    /// The API with keys, if it is to have any.
    pub(crate) async fn apply(&self, api: Api, store: &Arc<dyn Store>, url: &str) -> Api {
        let Self::On { admin } = self else { return api };
        if admin.is_none() && has_no_key(&**store).await {
            tracing::warn!("no API key works yet, so that no request can be allowed: {}", first_key(url));
        }
        api.with_keys(KeyRing::new(Arc::clone(store), admin.clone()))
    }
}

impl SecuritySettings {
    fn admin_key(&self) -> Result<Option<AdminKey>, SecurityError> {
        let Some(file) = &self.admin_key_file else { return Ok(None) };
        let wrong = |reason: String| SecurityError::AdminKey { file: file.clone(), reason };
        let text = private_file::read_text(file, Exposure::Warned).map_err(wrong)?;
        let key = AdminKey::parse(&text).map_err(|error| wrong(error.to_string()))?;
        if key.can_be_guessed() {
            tracing::warn!(
                file = %file.display(),
                "the secret of the admin key has fewer than 22 characters, so that it could be guessed"
            );
        }
        Ok(Some(key))
    }
}

/// Whether it is certain that no key of a store works.
async fn has_no_key(store: &dyn Store) -> bool {
    let context = Context::new(Principal::new("admin"), Arc::new(SystemClock), Arc::new(SortableIds));
    let working = KeyFilter { active_only: true, ..KeyFilter::default() };
    let found = tokio::time::timeout(CHECK_TIMEOUT, access::get(store, &context, &working)).await;
    found.is_ok_and(|found| found.is_ok_and(|keys| keys.is_empty()))
}

/// How the first key is made for a store.
fn first_key(url: &str) -> String {
    let create = format!("`tributary keys create --store {url}`");
    match url.split(':').next() {
        Some("memory") => {
            "give the service one with --admin-key-file, since this store ends with the process".to_owned()
        }
        Some("opensearch" | "elasticsearch") => {
            format!("create one with {create}, or give the service one with --admin-key-file")
        }
        _ => format!(
            "stop the service, create one with {create}, and start it again, since one process at a time opens this \
             store; or give the service one with --admin-key-file"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decide(security: SecurityMode, address: &str) -> Result<Security, SecurityError> {
        let settings = SecuritySettings {
            security,
            admin_key_file: None,
            allowed_hosts: Vec::new(),
            cors_origins: Vec::new(),
        };
        Security::decide(&settings, address.parse().unwrap(), "embedded:./data", false)
    }

    #[test]
    fn security_is_off_by_itself_on_this_machine_only() {
        for local in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            let decided = decide(SecurityMode::Auto, local).unwrap();
            assert!(matches!(decided, Security::Off { is_local: true }), "{local}: {decided:?}");
        }
        for open in ["0.0.0.0:1", "[::]:1", "10.0.0.1:1", "[::ffff:10.0.0.1]:1"] {
            let refused = decide(SecurityMode::Auto, open).unwrap_err().to_string();
            for part in [open, "`on`", "keys create --store embedded:./data", "TLS", "`off`", "127.0.0.1:1"] {
                assert!(refused.contains(part), "{open}, {part}: {refused}");
            }
            let decided = decide(SecurityMode::Off, open).unwrap();
            assert!(matches!(decided, Security::Off { is_local: false }), "{open}: {decided:?}");
            let decided = decide(SecurityMode::On, open).unwrap();
            assert!(matches!(decided, Security::On { admin: None }), "{open}: {decided:?}");
        }
    }

    #[test]
    fn the_way_to_the_first_key_fits_the_store() {
        for (url, part) in [
            ("memory:", "--admin-key-file, since"),
            (
                "opensearch:http://a",
                "create one with `tributary keys create --store opensearch:http://a`, or",
            ),
            ("embedded:./data", "stop the service"),
        ] {
            assert!(first_key(url).contains(part), "{}", first_key(url));
        }
    }
}
