//! What changes of many sync jobs need beyond those of one.

use crate::digest::{digest_of, hexadecimal};
use crate::enumeration::enumeration;
use crate::{Id, Refusal};

enumeration! {
    /// What a change of many documents does after a version conflict.
    ConflictPolicy {
        /// It ends.
        Abort,
        /// It counts the conflict and goes on.
        Proceed,
    }
}

/// The id of the job that retries an ended one in a change of many: a UUID that follows from the id of the ended job, so
/// that a repeated call creates nothing twice.
pub fn bulk_retry_id(ended: &Id) -> Result<Id, Refusal> {
    let digest = digest_of(&["retry", ended.as_str()]);
    let mut bytes: [u8; 16] = std::array::from_fn(|place| digest[place]);
    // Version 8, for own purposes, and the variant of RFC 9562.
    bytes[6] = (bytes[6] & 0x0f) | 0x80;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    let groups = [0..4, 4..6, 6..8, 8..10, 10..16].map(|range| hexadecimal(&bytes[range]));
    Id::parse("id", groups.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_retries_follow_from_the_ended_job() {
        let retry = |id: &str| bulk_retry_id(&Id::parse("id", id).unwrap()).unwrap();
        // Repeated calls find the jobs of earlier ones by it: it must never change.
        assert_eq!(retry("j").as_str(), "b22477e0-78d6-81d3-9972-3f1dc11cceed");
        assert_ne!(retry("j"), retry("k"));
        let long = retry(&"x".repeat(512)).to_string();
        let groups: Vec<&str> = long.split('-').collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(groups[2].starts_with('8') && groups[3].starts_with(['8', '9', 'a', 'b']), "{long}");
    }
}
