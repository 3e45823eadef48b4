//! What became of a request that the engine did not answer.

use std::error::Error;
use std::time::Duration;

use tributary_api::ApiError;

/// The error that clients see for a failure of the HTTP client.
pub(super) fn of(error: reqwest::Error) -> ApiError {
    let is_nonsense = causes(&error).any(|cause| {
        cause.downcast_ref::<hyper::Error>().is_some_and(|error| error.is_parse() || error.is_parse_status())
    });
    let is_cut = error.is_body() || error.is_decode();
    if is_nonsense || is_cut {
        ApiError::BadEngineAnswer(error.into())
    } else {
        ApiError::EngineAway(error.into())
    }
}

/// The engine did not get on with a request for so long.
pub(super) fn slow(time: Duration) -> ApiError {
    ApiError::EngineAway(format!("the engine got no further for {} s", time.as_secs_f64()).into())
}

fn causes<'e>(error: &'e (dyn Error + 'static)) -> impl Iterator<Item = &'e (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&cause| cause.source())
}
