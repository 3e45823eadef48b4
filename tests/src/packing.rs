//! Compressed request bodies.

use std::io::Read;

use flate2::Compression;
use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};

/// A body for `Content-Encoding: gzip`.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    packed(GzEncoder::new(bytes, Compression::best()))
}

/// A body for `Content-Encoding: deflate`, in the zlib format of the standard.
pub fn zlib(bytes: &[u8]) -> Vec<u8> {
    packed(ZlibEncoder::new(bytes, Compression::best()))
}

/// A body for `Content-Encoding: deflate`, without header and checksum, as some clients send it.
pub fn raw_deflate(bytes: &[u8]) -> Vec<u8> {
    packed(DeflateEncoder::new(bytes, Compression::best()))
}

/// A body for `Content-Encoding: zstd`.
///
/// # Panics
/// If zstd cannot allocate its context.
pub fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, zstd::DEFAULT_COMPRESSION_LEVEL).expect("reading from memory does not fail")
}

fn packed(mut encoder: impl Read) -> Vec<u8> {
    let mut packed = Vec::new();
    encoder.read_to_end(&mut packed).expect("reading from memory does not fail");
    packed
}
