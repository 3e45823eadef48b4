//! The names of the control indices, and what is behind them.

use tributary_api::{Call, PathChoices};
use tributary_domain::{Collection, Refusal};

/// The path parameter with the name of a control index.
const PARAMETER: &str = "control_index";

/// The paths of the control indices: by name and by alias.
pub(crate) const CHOICES: Option<PathChoices> = Some(PathChoices {
    parameter: PARAMETER,
    values: &[
        ".elastic-connectors",
        ".elastic-connectors-v1",
        ".elastic-connectors-sync-jobs",
        ".elastic-connectors-sync-jobs-v1",
    ],
});

/// A control index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ControlIndex {
    /// The documents that it is a view of.
    pub(crate) collection: Collection,
}

impl ControlIndex {
    /// The index that a call is for.
    pub(crate) fn of(call: &Call) -> Result<Self, Refusal> {
        let name = call.part(PARAMETER)?;
        Self::named(&name)
            .ok_or_else(|| Refusal::InvalidArgument(format!("the control index [{name}] does not exist")))
    }

    /// The index with this name or alias.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let alias = name.strip_suffix("-v1").unwrap_or(name);
        let all = [Collection::CONNECTORS, Collection::SYNC_JOBS];
        all.into_iter()
            .find(|collection| collection.index_alias == alias)
            .map(|collection| Self { collection })
    }

    /// Its name, which answers have also for its alias.
    pub(crate) fn name(self) -> String {
        self.collection.index_name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_path_is_that_of_a_collection() {
        for name in CHOICES.unwrap().values {
            let index = ControlIndex::named(name).unwrap();
            assert!(index.name() == *name || index.collection.index_alias == *name, "{name}");
        }
        assert_eq!(CHOICES.unwrap().values.len(), 4);
        assert!(
            [".tributary-secrets", "x", ".elastic-connectors-v2"]
                .iter()
                .all(|name| ControlIndex::named(name).is_none())
        );
    }
}
