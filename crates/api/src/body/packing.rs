//! Content encodings of request bodies, and decompression within a limit.

use std::io::{self, BufRead, Read};

use actix_web::http::header::{CONTENT_ENCODING, HeaderMap, HeaderValue};
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use crate::error::ApiError;

/// The largest zstd window that HTTP requires support for, 8 MiB, and the largest that is accepted (RFC 9659).
const ZSTD_WINDOW_LOG: u32 = 23;

/// A content encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Identity,
    Gzip,
    Deflate,
    Zstd,
}

impl Packing {
    /// The names used in `Content-Encoding`.
    const SERVED: &[&str] = &["gzip", "deflate", "zstd", "identity"];

    /// The encoding from the headers. Multiple encodings are rejected: each could expand the body again.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, ApiError> {
        let values: Vec<&[u8]> = headers.get_all(CONTENT_ENCODING).map(HeaderValue::as_bytes).collect();
        let header = String::from_utf8_lossy(&values.join(&b", "[..])).into_owned();
        let mut packing = Self::Identity;
        for name in header.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match Self::named(name) {
                Some(Self::Identity) => {}
                Some(named) if packing == Self::Identity => packing = named,
                _ => return Err(ApiError::ContentEncoding { header, served: Self::SERVED }),
            }
        }
        Ok(packing)
    }

    fn named(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "identity" => Some(Self::Identity),
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" | "x-deflate" => Some(Self::Deflate),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Decompresses; `None` if the result exceeds the limit. At most one byte over the limit is decompressed.
    pub(crate) fn unpack(self, packed: &[u8], limit: usize) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Identity => read_within(limit, packed),
            Self::Gzip => read_within(limit, MultiGzDecoder::new(packed)),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(packed)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG)?;
                read_within(limit, decoder)
            }
            Self::Deflate => {
                let mut rest = packed;
                let unpacked = inflate(&mut rest, limit)?;
                if unpacked.is_some() && !rest.is_empty() {
                    return Err(io::Error::other(format!("[{}] bytes behind its end", rest.len())));
                }
                Ok(unpacked)
            }
        }
    }
}

/// `deflate` means zlib, but some clients omit its header and checksum.
fn inflate(packed: &mut &[u8], limit: usize) -> io::Result<Option<Vec<u8>>> {
    let head = packed.first_chunk().map(|head| u16::from_be_bytes(*head));
    let is_zlib = head.is_some_and(|head| head >> 8 & 0xf == 8 && head % 31 == 0);
    if is_zlib {
        read_within(limit, ZlibDecoder::new(packed as &mut dyn BufRead))
    } else {
        read_within(limit, DeflateDecoder::new(packed as &mut dyn BufRead))
    }
}

fn read_within(limit: usize, packed: impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut unpacked = Vec::new();
    packed.take(limit as u64 + 1).read_to_end(&mut unpacked)?;
    Ok(Some(unpacked).filter(|unpacked| unpacked.len() <= limit))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use actix_web::http::header::HeaderName;
    use tributary_tests::packing::{gzip, raw_deflate, zlib, zstd};

    use super::*;

    const LIMIT: usize = 1024 * 1024;
    const TEXT: &[u8] = br#"{"name":"packed"}"#;

    /// A zstd frame with a window of 2 to this power, which does not declare its content size.
    fn zstd_with_window(text: &[u8], window_log: u32) -> Vec<u8> {
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        encoder.window_log(window_log).unwrap();
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    type Pack = fn(&[u8]) -> Vec<u8>;
    const ALL: [(Packing, Pack); 4] = [
        (Packing::Gzip, gzip),
        (Packing::Deflate, zlib),
        (Packing::Deflate, raw_deflate),
        (Packing::Zstd, zstd),
    ];

    #[test]
    fn the_header_is_read_or_refused() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(HeaderName::from_static("content-encoding"), HeaderValue::from_static(value));
            }
            Packing::of(&headers)
        };
        for (values, expected) in [
            (&[][..], Packing::Identity),
            (&[""], Packing::Identity),
            (&["identity"], Packing::Identity),
            (&["gzip"], Packing::Gzip),
            (&["X-GZip"], Packing::Gzip),
            (&[" GZIP ,"], Packing::Gzip),
            (&["identity, gzip"], Packing::Gzip),
            (&["identity", "zstd"], Packing::Zstd),
            (&["Deflate"], Packing::Deflate),
            (&["zstd"], Packing::Zstd),
        ] {
            assert_eq!(of(values).unwrap(), expected, "{values:?}");
        }
        for (values, named) in [
            (&["br"][..], "[br]"),
            (&["gzip, gzip"], "[gzip, gzip]"),
            (&["gzip", "zstd"], "[gzip, zstd]"),
            (&["gzip;q=1"], "[gzip;q=1]"),
            (&["aws-chunked"], "[aws-chunked]"),
        ] {
            let reason = of(values).unwrap_err().to_string();
            assert!(reason.contains(named) && reason.contains("[gzip, deflate, zstd, identity]"), "{reason}");
        }
    }

    #[test]
    fn what_was_packed_comes_out() {
        for (packing, pack) in ALL {
            for text in [TEXT, b"", &vec![b' '; LIMIT]] {
                assert_eq!(packing.unpack(&pack(text), LIMIT).unwrap().as_deref(), Some(text), "{packing:?}");
            }
        }
        for packing in [Packing::Gzip, Packing::Zstd] {
            let pack = if packing == Packing::Gzip { gzip } else { zstd };
            let several = [pack(b"{"), pack(b""), pack(b"}")].concat();
            assert_eq!(packing.unpack(&several, LIMIT).unwrap().as_deref(), Some(&b"{}"[..]), "{packing:?}");
        }
    }

    #[test]
    fn unpacking_ends_at_the_limit() {
        for (packing, pack) in ALL {
            for length in [LIMIT + 1, 10 * LIMIT] {
                assert_eq!(packing.unpack(&pack(&vec![b' '; length]), LIMIT).unwrap(), None, "{packing:?}");
            }
        }
    }

    #[test]
    fn what_does_not_unpack_is_refused() {
        for (packing, pack) in ALL {
            let packed = pack(&TEXT.repeat(100));
            for length in 1..packed.len() {
                assert!(packing.unpack(&packed[..length], LIMIT).is_err(), "{packing:?}: {length}");
            }
            assert!(packing.unpack(&[&packed, TEXT].concat(), LIMIT).is_err(), "{packing:?}");
            assert!(packing.unpack(TEXT, LIMIT).is_err(), "{packing:?}");
        }
    }

    #[test]
    fn a_window_of_zstd_is_as_large_as_http_allows() {
        let text = TEXT.repeat(1_000);
        let unpacked = Packing::Zstd.unpack(&zstd_with_window(&text, 23), LIMIT).unwrap();
        assert_eq!(unpacked, Some(text.clone()));
        assert!(Packing::Zstd.unpack(&zstd_with_window(&text, 24), LIMIT).is_err());
    }
}
