//! The documents of a page, already joined as in the response.

use std::ops::{Index, Range};

use bytes::{Bytes, BytesMut};

/// Bytes reserved in front for the beginning of the response.
const FRONT: usize = 64;
/// Bytes reserved at the end for the end of the response.
const BACK: usize = 256;

/// Documents as JSON text in one buffer, separated by commas like the items of an array.
///
/// Copying the documents into the response while they are in the CPU cache saves a reference count for each and a
/// second copy.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// The reserved bytes, then the documents separated by commas.
    text: BytesMut,
    ranges: Vec<Range<usize>>,
}

impl Documents {
    /// No documents, with capacity for so many of so many bytes in total.
    #[must_use]
    pub fn with_capacity(documents: usize, bytes: usize) -> Self {
        let mut text = BytesMut::with_capacity(FRONT + bytes + documents + BACK);
        text.resize(FRONT, b' ');
        Self { text, ranges: Vec::with_capacity(documents) }
    }

    /// Adds a document at the end.
    pub fn push(&mut self, document: &[u8]) {
        if self.text.is_empty() {
            self.text.resize(FRONT, b' ');
        }
        if !self.ranges.is_empty() {
            self.text.extend_from_slice(b",");
        }
        let start = self.text.len();
        self.text.extend_from_slice(document);
        self.ranges.push(start..self.text.len());
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The documents in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &[u8]> {
        self.ranges.iter().map(|range| &self.text[range.clone()])
    }

    /// `head`, the documents separated by commas, and `tail`. Does not copy the documents if the head fits into the
    /// reserved bytes.
    #[must_use]
    pub fn framed(mut self, head: &str, tail: &str) -> Bytes {
        let Some(start) = FRONT.checked_sub(head.len()).filter(|_| !self.is_empty()) else {
            let joined = self.text.get(FRONT..).unwrap_or_default();
            return [head.as_bytes(), joined, tail.as_bytes()].concat().into();
        };
        self.text[start..FRONT].copy_from_slice(head.as_bytes());
        self.text.extend_from_slice(tail.as_bytes());
        self.text.freeze().slice(start..)
    }
}

impl Index<usize> for Documents {
    type Output = [u8];

    fn index(&self, index: usize) -> &[u8] {
        &self.text[self.ranges[index].clone()]
    }
}

impl<T: AsRef<[u8]>> FromIterator<T> for Documents {
    fn from_iter<I: IntoIterator<Item = T>>(documents: I) -> Self {
        let mut joined = Self::default();
        for document in documents {
            joined.push(document.as_ref());
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_stand_as_in_an_array() {
        let long = "[".repeat(FRONT + 1);
        for texts in [&[][..], &["{}"], &["{}", r#"{"a":1.10}"#, "{}"]] {
            let documents: Documents = texts.iter().collect();
            assert_eq!((documents.len(), documents.is_empty()), (texts.len(), texts.is_empty()));
            assert!(documents.iter().eq(texts.iter().map(|text| text.as_bytes())));
            for (place, text) in texts.iter().enumerate() {
                assert_eq!(&documents[place], text.as_bytes());
            }
            for (head, tail) in [("", ""), ("[", "]"), (&long[..FRONT], "a longer tail"), (&*long, "]")] {
                let expected = format!("{head}{}{tail}", texts.join(","));
                assert_eq!(documents.clone().framed(head, tail), expected);
            }
        }
    }

    #[test]
    fn the_room_that_was_asked_for_is_enough() {
        let mut documents = Documents::with_capacity(2, 4);
        let buffer = documents.text.as_ptr();
        documents.push(b"{}");
        documents.push(b"{}");
        assert_eq!(documents.framed(r#"{"results":["#, "]}").as_ptr(), buffer.wrapping_add(FRONT - 12));
    }
}
