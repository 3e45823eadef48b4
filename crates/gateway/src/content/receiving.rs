//! Receives a body that is looked at as a whole.

use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web;
use bytes::Bytes;
use tributary_api::{ApiError, ReceivedBody};

use super::body_check::BodyCheck;
use super::cursors;
use super::lines;
use super::needs::Named;
use super::passing::{Exchange, default_index};
use super::pattern::Admitted;
use super::rights::ANY;
use super::target::Target;

/// The longest body that is looked at as a whole.
const LONGEST_LOOKED_AT: usize = 10 * 1024 * 1024;
/// The size from which a check would delay other requests of the thread.
const LONG: usize = 64 * 1024;

impl Exchange<'_> {
    /// Checks a request about a scroll or a point in time: the caller has opened it, or may read everything.
    pub(super) fn check_cursor(
        &self,
        admitted: &Admitted,
        target: &Target,
        body: &[u8],
    ) -> Result<(), ApiError> {
        let Some(key) = self.rights.key() else { return Ok(()) };
        let is_own = self.content.cursors.are_of(&cursors::ids(target, body), key);
        if is_own { Ok(()) } else { self.rights.check_all(admitted.needs, ANY) }
    }

    /// Receives a body and looks for what is not passed on.
    pub(super) async fn look(
        &mut self,
        admitted: &Admitted,
        target: &Target,
        payload: &mut Payload,
    ) -> Result<Bytes, ApiError> {
        let headers = self.request.headers();
        let is_json = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            let essence = value.split(';').next().unwrap_or_default().trim().to_lowercase();
            essence.ends_with("json")
        });
        if !is_json {
            return Err(ApiError::MediaType(
                "Content-Type header is not supported, [application/json] is needed: the body is looked at before it is \
                 passed on"
                    .to_owned(),
            ));
        }
        let body =
            ReceivedBody::read(self.request, payload, LONGEST_LOOKED_AT, self.content.body_timeout).await;
        let body = body.map_err(|error| match error {
            ApiError::BodyTooLarge(limit) => ApiError::TooLongToPassOn(limit),
            other => other,
        })?;
        self.is_read = true;
        if admitted.named == Named::ByCursor {
            self.check_cursor(admitted, target, &body.unpacked)?;
        }
        let own = Arc::clone(&self.content.own);
        let rights = self.rights.clone();
        let text = body.unpacked;
        let wants_hidden = target.wants_hidden();
        let default = default_index(target).unwrap_or_else(|| ANY.to_owned());
        let Admitted { looked, needs, named, naming, .. } = *admitted;
        let check = move || {
            let looking = BodyCheck { own: &own, rights: &rights, naming, wants_hidden };
            looking.check(looked, &text)?;
            if named == Named::InLines { lines::check(&rights, needs, &default, &text) } else { Ok(()) }
        };
        if body.received.len() < LONG { check() } else { in_background(check).await }?;
        Ok(body.received)
    }
}

async fn in_background(
    check: impl FnOnce() -> Result<(), ApiError> + Send + 'static,
) -> Result<(), ApiError> {
    web::block(check).await.map_err(|error| ApiError::Internal(error.into()))?
}
