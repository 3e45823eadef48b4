//! Looks at a body while it passes, unpacking a copy of it if it is packed.

use std::io::{self, Write};

use actix_web::http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};
use actix_web::web;
use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use tributary_api::ApiError;
use tributary_domain::Refusal;

use super::actions::Actions;

/// What can be unpacked while it passes, and engines unpack too.
const SERVED: &[&str] = &["gzip", "identity"];

/// What engines unpack. They hang up on other encodings, or store the body as it is.
const UNPACKED_BY_ENGINES: &[&str] = &["gzip", "deflate", "identity"];

/// Checks that an engine can unpack a body.
pub(super) fn check_packing(headers: &HeaderMap) -> Result<(), ApiError> {
    let header = packing(headers);
    match header.trim().to_ascii_lowercase().as_str() {
        "" | "identity" | "gzip" | "x-gzip" | "deflate" | "x-deflate" => Ok(()),
        _ => Err(ApiError::ContentEncoding { header, served: UNPACKED_BY_ENGINES }),
    }
}

fn packing(headers: &HeaderMap) -> String {
    let values: Vec<&[u8]> = headers.get_all(CONTENT_ENCODING).map(HeaderValue::as_bytes).collect();
    String::from_utf8_lossy(&values.join(&b", "[..])).into_owned()
}

/// How a body is looked at.
pub(super) enum Looking {
    /// Not at all.
    Away,
    AtActions(Actions),
    AtPacked(Box<MultiGzDecoder<Unpacked>>),
    /// Between two pieces of a packed body.
    Busy,
}

/// What comes out of a packed body.
pub(super) struct Unpacked {
    actions: Actions,
    left: usize,
    refused: Option<ApiError>,
    limit: usize,
}

impl Looking {
    /// At the action lines of a bulk request.
    pub(super) fn at_actions(actions: Actions, headers: &HeaderMap, limit: usize) -> Result<Self, ApiError> {
        let header = packing(headers);
        match header.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::AtActions(actions)),
            "gzip" | "x-gzip" => {
                let unpacked = Unpacked { actions, left: limit, refused: None, limit };
                Ok(Self::AtPacked(Box::new(MultiGzDecoder::new(unpacked))))
            }
            _ => Err(ApiError::ContentEncoding { header, served: SERVED }),
        }
    }

    /// Takes the next piece.
    pub(super) async fn take(&mut self, piece: &Bytes) -> Result<(), ApiError> {
        match self {
            Self::Away | Self::Busy => Ok(()),
            Self::AtActions(actions) => actions.take(piece),
            Self::AtPacked(_) => {
                let Self::AtPacked(mut decoder) = std::mem::replace(self, Self::Busy) else { return Ok(()) };
                let piece = piece.clone();
                // A small piece can become large.
                let work = web::block(move || {
                    let written = decoder.write_all(&piece);
                    let outcome = outcome(written, &mut decoder);
                    (decoder, outcome)
                });
                let (decoder, outcome) = work.await.map_err(|error| ApiError::Internal(error.into()))?;
                *self = Self::AtPacked(decoder);
                outcome
            }
        }
    }

    /// Looks at the end.
    pub(super) fn end(&mut self) -> Result<(), ApiError> {
        match self {
            Self::Away | Self::Busy => Ok(()),
            Self::AtActions(actions) => actions.end(),
            Self::AtPacked(decoder) => {
                let finished = decoder.try_finish();
                outcome(finished, decoder)?;
                decoder.get_mut().actions.end()
            }
        }
    }
}

fn outcome(result: io::Result<()>, decoder: &mut MultiGzDecoder<Unpacked>) -> Result<(), ApiError> {
    match (decoder.get_mut().refused.take(), result) {
        (Some(refused), _) => Err(refused),
        (None, Ok(())) => Ok(()),
        (None, Err(error)) => Err(Refusal::MalformedBody(format!(
            "the body cannot be unpacked as its Content-Encoding says: {error}"
        ))
        .into()),
    }
}

impl Write for Unpacked {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = match self.left.checked_sub(bytes.len()) {
            Some(left) => {
                self.left = left;
                self.actions.take(bytes)
            }
            None => Err(ApiError::TooLongToPassOn(self.limit)),
        };
        taken.map(|()| bytes.len()).map_err(|error| {
            self.refused = Some(error);
            io::Error::other("refused")
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::http::header::HeaderName;
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::own_names::OwnNames;
    use super::super::rights::Rights;
    use super::*;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    async fn look(packed: &[u8], encoding: &'static str, limit: usize) -> Result<(), ApiError> {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("content-encoding"), HeaderValue::from_static(encoding));
        let actions = Actions::new(Arc::new(OwnNames::new("")), Rights::everything(), None);
        let mut looking = Looking::at_actions(actions, &headers, limit)?;
        for piece in packed.chunks(10) {
            looking.take(&Bytes::copy_from_slice(piece)).await?;
        }
        looking.end()
    }

    #[test]
    fn what_engines_do_not_unpack_is_refused() {
        let check = |encoding: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(HeaderName::from_static("content-encoding"), HeaderValue::from_static(encoding));
            check_packing(&headers)
        };
        assert!(check_packing(&HeaderMap::new()).is_ok());
        for taken in ["", "identity", "GZip", "x-gzip", "deflate"] {
            assert!(check(taken).is_ok(), "{taken}");
        }
        for refused in ["zstd", "br", "gzip, gzip", "identity, gzip", "snappy"] {
            let refused = check(refused).unwrap_err();
            assert!(
                matches!(refused, ApiError::ContentEncoding { .. }) && refused.status() == 415,
                "{refused}"
            );
        }
    }

    #[actix_web::test]
    async fn packed_bodies_are_unpacked_for_a_look() {
        let good = b"{\"index\":{\"_index\":\"a\"}}\n{\"b\":1}\n";
        let bad = b"{\"index\":{\"_index\":\".elastic-connectors\"}}\n{}\n";
        assert!(look(&gzip(good), "gzip", 1_000).await.is_ok());
        assert!(look(good, "identity", 1_000).await.is_ok());
        assert!(matches!(look(&gzip(bad), "GZip", 1_000).await, Err(ApiError::OwnIndex(_))));
        let both = [gzip(good), gzip(bad)].concat();
        assert!(matches!(look(&both, "gzip", 1_000).await, Err(ApiError::OwnIndex(_))), "a second member");
        assert!(matches!(look(&gzip(good), "gzip", 10).await, Err(ApiError::TooLongToPassOn(10))));
        for broken in [&gzip(good)[..20], good] {
            assert!(matches!(look(broken, "gzip", 1_000).await, Err(ApiError::Refused(_))));
        }
        for encoding in ["br", "deflate", "gzip, gzip"] {
            assert!(matches!(look(good, encoding, 1_000).await, Err(ApiError::ContentEncoding { .. })));
        }
    }
}
