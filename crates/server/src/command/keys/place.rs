//! Where the keys are: in a store, or behind a running service.

use std::sync::Arc;

use clap::Args;
use serde::de::DeserializeOwned;
use tributary_service::{Context, Principal, ServiceError, SortableIds, SystemClock};
use tributary_storage::Store;

use crate::client::{Service, ServiceOptions};
use crate::command::progress::Display;
use crate::command::stores::Named;
use crate::command::{Failure, Stores};
use crate::setting_values::not_empty;

/// The user to whom keys belong that are created in a store.
const USER: &str = "admin";

/// Where the keys are.
#[derive(Debug, Args)]
pub(super) struct PlaceOptions {
    /// The store with the keys, in place of a running service; a folder must not be in use by another process
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    store: Option<String>,
    #[command(flatten)]
    service: ServiceOptions,
}

/// Where the keys are, opened.
pub(super) enum Place {
    Store(Named),
    Service(Service),
}

impl PlaceOptions {
    /// Opens it; a store must exist.
    pub(super) async fn open(&self, stores: &Stores<'_>) -> Result<Place, Failure> {
        let Some(url) = &self.store else { return Ok(Place::Service(Service::new(&self.service)?)) };
        let display = Display::new();
        let opened = stores.only(url, &display).await;
        display.clear();
        opened.map(Place::Store)
    }

    /// Opens it; a store is made if there is none, since its first key may be what it begins with.
    pub(super) async fn open_or_make(&self, stores: &Stores<'_>) -> Result<Place, Failure> {
        let Some(url) = &self.store else { return Ok(Place::Service(Service::new(&self.service)?)) };
        let display = Display::new();
        let opened = stores.only_or_new(url, &display).await;
        display.clear();
        opened.map(Place::Store)
    }
}

/// Does something with a store on behalf of whoever has it, who may do everything, and closes it.
pub(super) async fn in_store<T>(
    Named { store, .. }: Named,
    act: impl AsyncFnOnce(&dyn Store, &Context) -> Result<T, ServiceError>,
) -> Result<T, Failure> {
    let context = Context::new(Principal::new(USER), Arc::new(SystemClock), Arc::new(SortableIds));
    let done = act(&*store, &context).await;
    store.close().await?;
    done.map_err(Failure::Keys)
}

/// The body of a request as the use case takes it.
pub(super) fn body<T: DeserializeOwned>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::RoleDescriptors(error.to_string()))
}
