//! Points in time: an index as it was, which a server keeps for minutes.

use reqwest::Method;
use serde::Deserialize;

use super::call::Call;
use super::client::Request;
use super::indices::Index;
use super::open_point::OpenPoint;
use super::wire;
use crate::StoreError;

#[derive(Deserialize)]
struct Opened {
    #[serde(alias = "pit_id")]
    id: String,
}

/// Opens a point in time.
pub(super) async fn open(call: &Call, index: &Index) -> Result<OpenPoint, StoreError> {
    let open = Request::read(Method::POST, call.prepared.dialect.open_point_in_time(&index.name), "");
    let Opened { id } = wire::read(&call.ask(&open).await?)?;
    Ok(OpenPoint::of(id))
}

/// Closes a point in time; otherwise it expires after minutes.
pub(super) async fn close(call: &Call, id: &str) {
    let (path, body) = call.prepared.dialect.close_point_in_time(id);
    let close = Request::read(Method::DELETE, path, body.to_string());
    if let Err(error) = call.send(&close).await {
        tracing::debug!(%error, "a point in time was not closed");
    }
}
