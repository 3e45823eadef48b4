//! Order-independent digests of collections.

use std::borrow::Cow;
use std::fmt;
use std::ops::{Add, AddAssign, Sub};

use memchr::memchr2;
use sha2::{Digest as _, Sha256};

/// The sum of the SHA-256 hashes of all documents, as wrapping 256-bit numbers: it is independent of the order, and can
/// be updated when a document is added or removed.
///
/// A document is hashed with its `id`, as clients see it, and without insignificant whitespace, which is all that a
/// store may change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Digest([u64; 4]);

impl Digest {
    /// The digest of a single document as JSON text.
    pub fn of(document: &[u8]) -> Self {
        let hash: [u8; 32] = Sha256::digest(without_blanks(document)).into();
        let mut limbs = [0; 4];
        for (limb, bytes) in limbs.iter_mut().zip(hash.as_chunks::<8>().0) {
            *limb = u64::from_be_bytes(*bytes);
        }
        Self(limbs)
    }

    fn combine(self, other: Self, step: impl Fn(u64, u64, bool) -> (u64, bool)) -> Self {
        let mut limbs = [0; 4];
        let mut carry = false;
        for place in (0..4).rev() {
            (limbs[place], carry) = step(self.0[place], other.0[place], carry);
        }
        Self(limbs)
    }
}

impl Add for Digest {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        self.combine(other, |left, right, carry| {
            let (sum, first) = left.overflowing_add(right);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            (sum, first || second)
        })
    }
}

impl Sub for Digest {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self.combine(other, |left, right, borrow| {
            let (rest, first) = left.overflowing_sub(right);
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            (rest, first || second)
        })
    }
}

/// Formats as 64 hexadecimal digits.
impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|limb| write!(formatter, "{limb:016x}"))
    }
}

/// The number of documents and their digest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many.
    pub count: u64,
    /// The sum of their digests.
    pub digest: Digest,
}

impl Tally {
    /// One document with its digest.
    pub fn one(digest: Digest) -> Self {
        Self { count: 1, digest }
    }
}

impl Add for Tally {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self { count: self.count + other.count, digest: self.digest + other.digest }
    }
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// Removes the documents of another tally, all of which must be in this one.
impl Sub for Tally {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self { count: self.count.saturating_sub(other.count), digest: self.digest - other.digest }
    }
}

/// A JSON text without insignificant whitespace.
pub(super) fn without_blanks(text: &[u8]) -> Cow<'_, [u8]> {
    let mut compact: Vec<u8> = Vec::new();
    // What is before `kept` stands in `compact` already, where anything does.
    let (mut kept, mut place) = (0, 0);
    while let Some(byte) = text.get(place) {
        place += 1;
        match byte {
            b'"' => place = end_of_string(text, place),
            b' ' | b'\t' | b'\n' | b'\r' => {
                compact.extend_from_slice(&text[kept..place - 1]);
                kept = place;
            }
            _ => {}
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    compact.extend_from_slice(&text[kept..]);
    Cow::Owned(compact)
}

/// The position after a string, given the position after its opening quote.
fn end_of_string(text: &[u8], mut place: usize) -> usize {
    while let Some(found) = text.get(place..).and_then(|rest| memchr2(b'"', b'\\', rest)) {
        place += found + 1;
        if text[place - 1] == b'"' {
            return place;
        }
        place += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn blanks_between_tokens_do_not_count_and_those_in_strings_do() {
        let cases = [
            ("{}", "{}"),
            (r#" { "a" : [ 1 , 2.0 ] } "#, r#"{"a":[1,2.0]}"#),
            ("{\"a\":\n\t{\"b c\": \"d  e\"}\r\n}", r#"{"a":{"b c":"d  e"}}"#),
            (r#"{"a\" b":"\\", "c":"\\\" "}"#, r#"{"a\" b":"\\","c":"\\\" "}"#),
            (r#"{"open: "#, r#"{"open: "#),
        ];
        for (text, compact) in cases {
            assert_eq!(String::from_utf8_lossy(&without_blanks(text.as_bytes())), compact, "{text}");
        }
        assert!(matches!(without_blanks(br#"{"a":" "}"#), Cow::Borrowed(_)));
        assert_eq!(Digest::of(br#"{"a": 1}"#), Digest::of(br#"{"a":1}"#));
        assert_ne!(Digest::of(br#"{"a":1.0}"#), Digest::of(br#"{"a":1}"#));
        assert_ne!(Digest::of(br#"{"a":" "}"#), Digest::of(br#"{"a":""}"#));
    }

    #[test]
    fn a_single_document_has_its_sha_256() {
        let known = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
        assert_eq!(Digest::of(b"{}").to_string(), known);
    }

    #[test]
    fn sums_carry_and_wrap() {
        let one = Digest([0, 0, 0, 1]);
        assert_eq!(Digest([0, 0, u64::MAX, u64::MAX]) + one, Digest([0, 1, 0, 0]));
        assert_eq!(Digest([u64::MAX; 4]) + one, Digest::default());
        assert_eq!(Digest::default() - one, Digest([u64::MAX; 4]));
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter_and_every_document_does(texts in prop::collection::vec(".*", 1..20)) {
            let digests: Vec<Digest> = texts.iter().map(|text| Digest::of(text.as_bytes())).collect();
            let sum = digests.iter().fold(Digest::default(), |sum, one| sum + *one);
            let reversed = digests.iter().rev().fold(Digest::default(), |sum, one| *one + sum);
            prop_assert_eq!(sum, reversed);
            let without_first = digests[1..].iter().fold(Digest::default(), |sum, one| sum + *one);
            prop_assert_ne!(sum, without_first);
            prop_assert_eq!(sum - digests[0], without_first);
        }
    }
}
