//! The names of this service's own indices, which nobody reaches through the gateway.

use tributary_storage::SearchEngine;

/// What the names of internal indices begin with, those of later versions too.
const INTERNAL: &str = ".tributary-";
/// What follows the prefix in all names, own ones and those of other services.
const FRAGMENTS: [&str; 2] = [INTERNAL, ".elastic-connectors"];

/// What the names and aliases of own indices begin with: without a prefix, and with that of the store.
#[derive(Debug, Clone)]
pub(super) struct OwnNames {
    starts: Vec<String>,
}

impl OwnNames {
    /// The names without a prefix, and with this one.
    pub(super) fn new(index_prefix: &str) -> Self {
        let mut starts: Vec<String> = Vec::new();
        for prefix in ["", index_prefix] {
            for alias in std::iter::once(INTERNAL).chain(SearchEngine::own_aliases()) {
                let start = format!("{prefix}{alias}").to_lowercase();
                if !starts.iter().any(|known| start.starts_with(known)) {
                    starts.retain(|known| !known.starts_with(&start));
                    starts.push(start);
                }
            }
        }
        Self { starts }
    }

    /// Whether it is the name of an own index, or of one that a later version could have.
    pub(super) fn owns(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.starts.iter().any(|start| name.starts_with(start))
    }

    /// Whether it has what own names begin with anywhere: it can be an index of another service in the same engine,
    /// with a prefix that this one does not know.
    pub(super) fn resembles_own(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.starts.iter().any(|start| name.contains(start))
    }

    /// Whether a name that begins like this could be an own one.
    pub(super) fn could_begin_with(&self, start: &str) -> bool {
        let start = start.to_lowercase();
        self.starts.iter().any(|own| own.starts_with(&start) || start.starts_with(own))
    }

    /// Whether a wildcard expression could match an own name.
    pub(super) fn could_match(&self, wildcard: &str) -> bool {
        let wildcard: Vec<char> = wildcard.to_lowercase().chars().collect();
        self.starts.iter().any(|own| reaches_end(&wildcard, own))
    }

    /// The items of an index expression that take own names out of what stands before them, and those of other services
    /// with a prefix. Hidden names that begin with a dot are matched by patterns alone that do, too.
    pub(super) fn exclusions(&self) -> String {
        let own = self.starts.iter().flat_map(|start| [",-", start, "*"]);
        let of_others = FRAGMENTS.iter().flat_map(|fragment| [",-*", fragment, "*"]);
        own.chain(of_others).collect()
    }
}

/// Whether a wildcard expression matches some text that begins with `start`.
fn reaches_end(wildcard: &[char], start: &str) -> bool {
    // The places in the expression that can be reached with the letters so far.
    let mut places = vec![false; wildcard.len() + 1];
    places[0] = true;
    let skip_stars = |places: &mut Vec<bool>| {
        for place in 0..wildcard.len() {
            if places[place] && wildcard[place] == '*' {
                places[place + 1] = true;
            }
        }
    };
    skip_stars(&mut places);
    for letter in start.chars() {
        let mut next = vec![false; places.len()];
        for (place, symbol) in wildcard.iter().enumerate().filter(|(place, _)| places[*place]) {
            if *symbol == '*' {
                next[place] = true;
            } else if *symbol == letter {
                next[place + 1] = true;
            }
        }
        places = next;
        skip_stars(&mut places);
    }
    places.contains(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_names_are_recognized() {
        let own = OwnNames::new("team-");
        for name in [
            ".elastic-connectors",
            ".elastic-connectors-v1",
            ".elastic-connectors-sync-jobs",
            ".ELASTIC-Connectors-sync-jobs-v1",
            ".tributary-index-names",
            ".tributary-deletions-v1",
            "team-.elastic-connectors",
            "team-.tributary-leases-v1",
        ] {
            assert!(own.owns(name) && own.could_match(name), "{name}");
        }
        for name in ["search-a", "elastic-connectors", ".elastic", "team-a", "other-.elastic-connectors"] {
            assert!(!own.owns(name), "{name}");
        }
        for (name, expected) in [
            ("other-.elastic-connectors", true),
            ("other-.Tributary-secrets-v1", true),
            ("other.elastic", false),
            ("tributary-a", false),
        ] {
            assert_eq!(own.resembles_own(name), expected, "{name}");
        }
        assert_eq!(own.exclusions().matches(",-").count(), 6, "{own:?}");
        assert_eq!(
            OwnNames::new("").exclusions(),
            ",-.tributary-*,-.elastic-connectors*,-*.tributary-*,-*.elastic-connectors*"
        );
    }

    #[test]
    fn wildcards_that_could_match() {
        let own = OwnNames::new("");
        for wildcard in
            ["*", ".*", "**", ".el*", "*connectors*", "*-v1", ".t*y-*", "*.*", ".elastic-connectors*"]
        {
            assert!(own.could_match(wildcard), "{wildcard}");
        }
        for wildcard in ["search-*", "a*", ".ml-*", "elastic*", "_*"] {
            assert!(!own.could_match(wildcard), "{wildcard}");
        }
    }
}
