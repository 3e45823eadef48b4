//! The connectors that a privilege is limited to.

use std::fmt;

use wildmatch::WildMatch;

use crate::{Collection, Condition, IndexedValues, connector_fields, sync_job_fields};

/// Connectors, with their sync jobs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// All of them.
    Any,
    /// Those whose id is of this pattern: `*` stands for any text, `?` for any character.
    Connector(String),
    /// Those whose service type is of this pattern.
    ServiceType(String),
}

impl Resource {
    /// Reads `*`, `connector:PATTERN` or `service_type:PATTERN`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.split_once(':') {
            None if text == "*" => Some(Self::Any),
            Some(("connector", pattern)) if !pattern.is_empty() => Some(Self::Connector(pattern.to_owned())),
            Some(("service_type", pattern)) if !pattern.is_empty() => {
                Some(Self::ServiceType(pattern.to_owned()))
            }
            _ => None,
        }
    }

    /// The condition that a document of a collection belongs to it; `None` for collections that have nothing to do with
    /// connectors.
    fn condition(&self, collection: Collection) -> Option<Condition> {
        let is_jobs = collection == Collection::SYNC_JOBS;
        if !is_jobs && collection != Collection::CONNECTORS {
            return None;
        }
        Some(match self {
            Self::Any => Condition::all([]),
            Self::Connector(pattern) if is_jobs => like(sync_job_fields::CONNECTOR_ID, pattern),
            Self::Connector(pattern) if is_pattern(pattern) => Condition::IdLike(pattern.clone()),
            Self::Connector(id) => Condition::Ids(vec![id.clone()]),
            Self::ServiceType(pattern) if is_jobs => like(sync_job_fields::SERVICE_TYPE, pattern),
            Self::ServiceType(pattern) => like(connector_fields::SERVICE_TYPE, pattern),
        })
    }

    /// Whether every connector of the other one is among its own, as far as patterns tell.
    fn covers(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) => true,
            (Self::Connector(own), Self::Connector(pattern))
            | (Self::ServiceType(own), Self::ServiceType(pattern)) => WildMatch::new(own).matches(pattern),
            _ => false,
        }
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => formatter.write_str("*"),
            Self::Connector(pattern) => write!(formatter, "connector:{pattern}"),
            Self::ServiceType(pattern) => write!(formatter, "service_type:{pattern}"),
        }
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

fn like(field: &'static str, pattern: &str) -> Condition {
    let pattern = pattern.to_owned();
    if is_pattern(&pattern) {
        Condition::Like { field, pattern }
    } else {
        Condition::AnyOf { field, words: vec![pattern] }
    }
}

/// The connectors that a caller may reach with a privilege: those that belong to one of the resources of each level. A
/// key that was made with another key has the limits of that key as a further level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    levels: Vec<Vec<Resource>>,
}

impl Scope {
    /// All connectors.
    pub const EVERYTHING: Self = Self { levels: Vec::new() };

    /// The connectors that belong to one of the resources at each level.
    pub(super) fn new(levels: Vec<Vec<Resource>>) -> Self {
        let limits = |level: &Vec<Resource>| !level.contains(&Resource::Any);
        Self { levels: levels.into_iter().filter(limits).collect() }
    }

    /// Whether it has all connectors.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.levels.is_empty()
    }

    /// The conditions that hold for the documents of a collection that belong to it.
    #[must_use]
    pub fn conditions(&self, collection: Collection) -> Vec<Condition> {
        let alternatives = |level: &Vec<Resource>| {
            let conditions: Option<Vec<_>> =
                level.iter().map(|resource| resource.condition(collection)).collect();
            conditions.map(|mut conditions| match conditions.len() {
                1 => conditions.remove(0),
                _ => Condition::Either(conditions),
            })
        };
        self.levels.iter().filter_map(alternatives).collect()
    }

    /// Whether a document belongs to it; documents that have nothing to do with connectors always do.
    #[must_use]
    pub fn contains(&self, collection: Collection, id: &str, document: &impl IndexedValues) -> bool {
        self.conditions(collection).iter().all(|condition| condition.matches(collection, id, document))
    }

    /// Whether all that belong to a resource belong to it, as far as patterns tell.
    #[must_use]
    pub fn covers(&self, resource: &Resource) -> bool {
        self.levels.iter().all(|level| level.iter().any(|own| own.covers(resource)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Document;

    fn scope(levels: &[&[&str]]) -> Scope {
        let parse = |level: &&[&str]| level.iter().map(|text| Resource::parse(text).unwrap()).collect();
        Scope::new(levels.iter().map(parse).collect())
    }

    #[test]
    fn a_scope_has_the_connectors_of_its_resources_and_their_jobs() {
        let wiki = scope(&[&["connector:wiki-*", "service_type:postgresql"]]);
        let document = |text: &str| Document::parse(text).unwrap();
        for (id, text, expected) in [
            ("wiki-1", "{}", true),
            ("wiki", "{}", false),
            ("x", r#"{"service_type":"postgresql"}"#, true),
            ("x", r#"{"service_type":"postgresql2"}"#, false),
        ] {
            assert_eq!(wiki.contains(Collection::CONNECTORS, id, &document(text)), expected, "{id} {text}");
        }
        for (connector, expected) in [
            (r#"{"id":"wiki-1"}"#, true),
            (r#"{"id":"x","service_type":"postgresql"}"#, true),
            (r#"{"id":"x"}"#, false),
            ("null", false),
        ] {
            let job = document(&format!(r#"{{"connector":{connector}}}"#));
            assert_eq!(wiki.contains(Collection::SYNC_JOBS, "wiki-1", &job), expected, "{connector}");
        }
        assert!(wiki.contains(Collection::SECRETS, "x", &document("{}")));
        for collection in [Collection::CONNECTORS, Collection::SYNC_JOBS] {
            for condition in wiki.conditions(collection) {
                condition.check(collection).unwrap();
            }
        }
    }

    #[test]
    fn every_level_limits() {
        let both = scope(&[&["connector:wiki-*"], &["*"], &["connector:*-1"]]);
        let contains = |id| both.contains(Collection::CONNECTORS, id, &Document::default());
        assert_eq!(["wiki-1", "wiki-2", "x-1"].map(contains), [true, false, false]);
        assert!(scope(&[&["*", "connector:a"]]).is_everything());
        let nothing = scope(&[&[]]);
        assert!(!nothing.contains(Collection::CONNECTORS, "a", &Document::default()));
    }

    #[test]
    fn a_pattern_covers_narrower_ones() {
        let wiki = scope(&[&["connector:wiki-*"]]);
        let covers = |text: &str| wiki.covers(&Resource::parse(text).unwrap());
        assert_eq!(
            ["connector:wiki-a*", "connector:wiki-1", "connector:*", "*", "service_type:s3"].map(covers),
            [true, true, false, false, false]
        );
        assert!(Scope::EVERYTHING.covers(&Resource::Any));
        assert_eq!(["connector:", "connector", "index:a", "**"].map(Resource::parse), [const { None }; 4]);
    }
}
