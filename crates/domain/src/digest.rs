//! Digests of texts.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

/// The SHA-256 of some texts. Each goes in with its length, so that texts that are split in another way have another
/// digest.
pub(crate) fn digest_of(texts: &[&str]) -> [u8; 32] {
    let add =
        |hash: Sha256, text: &&str| hash.chain_update((text.len() as u64).to_be_bytes()).chain_update(text);
    texts.iter().fold(Sha256::new(), add).finalize().into()
}

/// The same, in hexadecimal digits.
pub(crate) fn hexadecimal_digest_of(texts: &[&str]) -> String {
    hexadecimal(&digest_of(texts))
}

/// Bytes in hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_be_split_differently() {
        assert_ne!(digest_of(&["ab", "c"]), digest_of(&["a", "bc"]));
        assert_ne!(digest_of(&["", "a"]), digest_of(&["a", ""]));
        // Records of stored keys are found by it: it must never change.
        let expected = "3c9d591045bc8876f9d0399bbfb05c6a412096e906f73278f98406cd5dca86df";
        assert_eq!(hexadecimal_digest_of(&["a", "b"]), expected);
    }
}
