//! The backend: its scheme, its settings, and the way from a URL to a store.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tributary_storage::{Backend, BackendSetting, BackendSettings, OpenError, Store};

use crate::SqliteStore;

const SCHEME: &str = "sqlite";

/// How long a call may wait for others that use the file.
pub const BUSY_TIMEOUT: BackendSetting = BackendSetting {
    name: "busy_timeout_ms",
    description: "how long a call waits for others that use the file, in milliseconds, before it fails",
    default: Some("5000"),
};

/// Opens [`SqliteStore`]s under `sqlite:`.
#[derive(Debug, Clone, Copy)]
pub struct SqliteBackend;

#[async_trait]
impl Backend for SqliteBackend {
    fn scheme(&self) -> &'static str {
        SCHEME
    }

    fn description(&self) -> &'static str {
        "sqlite:FILE keeps everything in one SQLite file, which other programs can read"
    }

    fn settings(&self) -> &'static [BackendSetting] {
        &[BUSY_TIMEOUT]
    }

    async fn open(&self, location: &str, settings: &BackendSettings) -> Result<Arc<dyn Store>, OpenError> {
        if location.is_empty() || location == ":memory:" {
            return Err(OpenError::InvalidLocation {
                url: format!("{SCHEME}:{location}"),
                reason: format!("the path of a file is needed, as in {SCHEME}:./tributary.sqlite"),
            });
        }
        let store =
            SqliteStore::open(Path::new(location), settings.collections(), busy_timeout(settings)?).await?;
        Ok(Arc::new(store))
    }
}

fn busy_timeout(settings: &BackendSettings) -> Result<Duration, OpenError> {
    let given = settings.get(&BUSY_TIMEOUT).unwrap_or_default();
    match given.parse() {
        Ok(milliseconds @ 1..=3_600_000) => Ok(Duration::from_millis(milliseconds)),
        _ => Err(OpenError::InvalidSetting {
            scheme: SCHEME.to_owned(),
            name: BUSY_TIMEOUT.name.to_owned(),
            reason: "it must be a whole number from 1 to 3600000".to_owned(),
        }),
    }
}
