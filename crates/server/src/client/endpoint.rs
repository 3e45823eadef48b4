//! Finding the declaration of an endpoint.

use tributary_api::{ENDPOINTS, Endpoint};

/// The endpoint of this name. In a constant, fails to compile if there is none.
pub(crate) const fn endpoint(name: &str) -> &'static Endpoint {
    let mut place = 0;
    while place < ENDPOINTS.len() {
        if is_same(ENDPOINTS[place].name, name) {
            return ENDPOINTS[place];
        }
        place += 1;
    }
    panic!("there is no endpoint of this name")
}

/// `==` of texts, for constants.
const fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    let mut place = 0;
    while place < one.len() && place < other.len() && one[place] == other[place] {
        place += 1;
    }
    place == one.len() && place == other.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_are_found_by_their_whole_name() {
        for known in ENDPOINTS {
            assert_eq!(endpoint(known.name).name, known.name);
        }
        assert!(!is_same("a", "ab") && !is_same("ab", "a") && !is_same("ab", "ac") && is_same("", ""));
    }
}
