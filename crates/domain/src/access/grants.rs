//! What a caller may do, in all.

use wildmatch::WildMatch;

use super::{Privilege, Resource, RoleDescriptor, RoleDescriptors, Scope};

/// What a caller may do: what its roles grant, and no more than what the roles of each level above it grant.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Grants {
    levels: Vec<RoleDescriptors>,
}

impl Grants {
    /// Everything.
    #[must_use]
    pub const fn everything() -> Self {
        Self { levels: Vec::new() }
    }

    /// What all of the levels grant; a level is the roles of a key, or of the key that made it.
    #[must_use]
    pub fn new(levels: Vec<RoleDescriptors>) -> Self {
        Self { levels }
    }

    /// The levels: the roles of the key, then those of the key that made it, and so on.
    #[must_use]
    pub fn levels(&self) -> &[RoleDescriptors] {
        &self.levels
    }

    /// Whether nothing limits it.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.levels.is_empty()
    }

    /// The connectors for which it has a privilege; `None` if it does not have it.
    #[must_use]
    pub fn scope(&self, privilege: Privilege) -> Option<Scope> {
        let of_level = |roles: &RoleDescriptors| -> Option<Vec<Resource>> {
            let granted: Vec<Resource> =
                roles.values().filter_map(|role| role.resources(privilege)).flatten().collect();
            Some(granted).filter(|granted| !granted.is_empty())
        };
        self.levels.iter().map(of_level).collect::<Option<_>>().map(Scope::new)
    }

    /// Whether it has a privilege, for some connector at least.
    #[must_use]
    pub fn has(&self, privilege: Privilege) -> bool {
        self.scope(privilege).is_some()
    }

    /// Whether it has one of some index privileges for all indices that match an expression, which may be a name or a
    /// pattern. Roles that hide fields or documents do not count.
    ///
    /// A `?` in the name of a role stands for one letter, and never for the `*` of an expression.
    #[must_use]
    pub fn has_index_privilege(&self, privileges: &[&str], expression: &str) -> bool {
        let covers = |name: &String| {
            !(name.contains('?') && expression.contains('*')) && WildMatch::new(name).matches(expression)
        };
        let grants = |role: &RoleDescriptor| {
            role.indices.iter().any(|entry| {
                entry.field_security.is_none()
                    && entry.query.is_none()
                    && entry.names.iter().any(covers)
                    && entry.privileges.iter().any(|own| own == "all" || privileges.contains(&own.as_str()))
            })
        };
        self.levels.iter().all(|roles| roles.values().any(grants))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn roles(text: serde_json::Value) -> RoleDescriptors {
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn a_key_never_exceeds_the_one_that_made_it() {
        let maker = roles(json!({"w": {"cluster": ["work_connector"], "applications": [
            {"application": "tributary", "privileges": ["*"], "resources": ["connector:wiki-*"]}]}}));
        let greedy = roles(json!({"m": {"cluster": ["all"]}}));
        let grants = Grants::new(vec![greedy, maker.clone()]);
        assert!(!grants.has(Privilege::ManageConnector));
        let scope = grants.scope(Privilege::MonitorConnector).unwrap();
        assert!(scope.covers(&Resource::Connector("wiki-1".into())) && !scope.covers(&Resource::Any));
        let reader = roles(json!({"r": {"cluster": ["monitor_connector"]}}));
        assert!(!Grants::new(vec![reader, maker]).has(Privilege::WorkConnector));
        assert!(Grants::everything().scope(Privilege::All).unwrap().is_everything());
        assert!(!Grants::new(vec![RoleDescriptors::default()]).has(Privilege::Monitor));
    }

    #[test]
    fn roles_add_up() {
        let two = roles(json!({
            "all": {"cluster": ["monitor_connector"]},
            "some": {"cluster": ["work_connector"], "applications": [
                {"application": "tributary", "privileges": ["*"], "resources": ["service_type:s3"]}]},
        }));
        let grants = Grants::new(vec![two]);
        assert!(grants.scope(Privilege::MonitorConnector).unwrap().is_everything());
        assert!(!grants.scope(Privilege::WorkConnector).unwrap().is_everything());
    }

    #[test]
    fn index_privileges_cover_names_and_narrower_patterns() {
        let grants = Grants::new(vec![roles(json!({"r": {"indices": [
            {"names": ["search-*"], "privileges": ["read", "write"]},
            {"names": ["hidden-*"], "privileges": ["all"], "query": "{}"},
            {"names": ["a-?"], "privileges": ["read"]},
        ]}}))]);
        for (privilege, expression, expected) in [
            ("read", "search-a", true),
            ("read", "search-a*", true),
            ("manage", "search-a", false),
            ("read", "*", false),
            ("read", "hidden-a", false),
            ("read", "a-b", true),
            ("read", "a-*", false),
        ] {
            assert_eq!(
                grants.has_index_privilege(&[privilege], expression),
                expected,
                "{privilege} {expression}"
            );
        }
        assert!(Grants::everything().has_index_privilege(&[], "*"));
    }
}
