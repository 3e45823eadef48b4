//! What the caller of a request may do with the content indices.

use std::fmt::Write as _;

use actix_web::{HttpMessage as _, HttpRequest};
use tributary_api::ApiError;
use tributary_domain::{Grants, Privilege, RoleDescriptors};
use tributary_service::{Principal, PrincipalKey};

use super::needs::Need;

/// Everything there is.
pub(super) const ANY: &str = "*";
/// What no plain name or wildcard has: dates, parts of data streams, other clusters. Nobody here knows what they become.
const UNDECIDABLE: &[char] = &['<', '>', '{', '}', '\\', '%', '/', ':', '?'];

/// What the caller of a request may do.
#[derive(Debug, Clone)]
pub(super) struct Rights {
    /// The caller, unless nothing limits it.
    limited: Option<Principal>,
}

impl Rights {
    /// Those of the caller of a request; it is among the extensions of the request.
    pub(super) fn of(request: &HttpRequest) -> Self {
        let caller = request.extensions().get::<Principal>().cloned();
        Self::of_caller(caller.unwrap_or_else(nobody))
    }

    fn of_caller(caller: Principal) -> Self {
        Self { limited: Some(caller).filter(|caller| !caller.grants().is_everything()) }
    }

    /// Nothing is limited, as without security.
    pub(super) const fn everything() -> Self {
        Self { limited: None }
    }

    pub(super) fn is_everything(&self) -> bool {
        self.limited.is_none()
    }

    /// The id of the key that limits them.
    pub(super) fn key(&self) -> Option<&str> {
        self.limited.as_ref()?.key().map(|key| key.id.as_str())
    }

    /// Refuses an action on what an index expression names, unless each item is covered by the key.
    pub(super) fn check(&self, need: &Need, expression: &str) -> Result<(), ApiError> {
        let Some(caller) = &self.limited else { return Ok(()) };
        let grants = caller.grants();
        if need.cluster.is_some_and(|privilege| grants.has(privilege)) {
            return Ok(());
        }
        let missing: Vec<&str> = items(expression)
            .into_iter()
            .filter(|item| !grants.has_index_privilege(need.privileges, covering(item)))
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(forbidden(caller, need, &missing.join(","))) }
    }

    /// The same for several actions, all of which belong to a request.
    pub(super) fn check_all(&self, needs: &[Need], expression: &str) -> Result<(), ApiError> {
        needs.iter().try_for_each(|need| self.check(need, expression))
    }
}

/// The items that an expression names something by. Exclusions only take names away, where something stands before them.
fn items(expression: &str) -> Vec<&str> {
    let parts = expression.split(',').map(str::trim).enumerate();
    parts
        .filter(|(place, item)| !item.is_empty() && (*place == 0 || !item.starts_with('-')))
        .map(|(_, item)| item)
        .collect()
}

/// What has to be covered for an item.
fn covering(item: &str) -> &str {
    if item == "_all" || item.contains(UNDECIDABLE) { ANY } else { item }
}

/// Whoever it is, it may do nothing.
fn nobody() -> Principal {
    let grants = Grants::new(vec![RoleDescriptors::default()]);
    Principal::with_key("nobody", PrincipalKey { id: String::new(), name: String::new(), grants })
}

fn forbidden(caller: &Principal, need: &Need, indices: &str) -> ApiError {
    let mut sufficient = format!("the index privileges [{}]", need.privileges.join(","));
    if let Some(privilege) = need.cluster {
        let names: Vec<&str> = privilege.sufficient().map(Privilege::name).collect();
        let _ = write!(sufficient, " or the cluster privileges [{}]", names.join(","));
    }
    ApiError::ForbiddenIndices {
        action: need.action,
        principal: caller.to_string(),
        indices: indices.to_owned(),
        sufficient,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::needs;
    use super::*;

    /// The rights of a key with these index privileges, and some cluster privileges.
    pub(in super::super) fn rights(cluster: &[&str], indices: &[(&str, &[&str])]) -> Rights {
        let indices: Vec<_> = indices
            .iter()
            .map(|(names, privileges)| serde_json::json!({ "names": names, "privileges": privileges }))
            .collect();
        let roles = serde_json::json!({ "role": { "cluster": cluster, "indices": indices } });
        let grants = Grants::new(vec![serde_json::from_value(roles).unwrap()]);
        let key = PrincipalKey { id: "k".to_owned(), name: "a key".to_owned(), grants };
        Rights::of_caller(Principal::with_key("admin", key))
    }

    #[test]
    fn each_item_of_an_expression_has_to_be_covered() {
        let some = rights(&[], &[("search-*", &["read"]), ("other", &["read", "write"])]);
        let all = rights(&[], &[("*", &["all"])]);
        for (expression, is_covered) in [
            ("search-a", true),
            ("search-a,search-b*,other", true),
            ("search-*,-search-b,-whatever", true),
            ("search-*,-*", true),
            ("*", false),
            ("_all", false),
            ("search-a,*", false),
            ("sear*", false),
            ("search-a,foreign", false),
            ("-foreign", false),
            ("+search-a", false),
            ("<search-{now/d}>", false),
            ("<search-{now{yyyy,search-a}}>", false),
            ("search-a:foreign", false),
            ("search-a::failures", false),
            (".search-a", false),
        ] {
            assert_eq!(some.check(&needs::SEARCH, expression).is_ok(), is_covered, "{expression}");
            assert!(all.check(&needs::SEARCH, expression).is_ok(), "{expression}");
        }
        assert!(
            some.check(&needs::DELETE, "other").is_ok() && some.check(&needs::DELETE, "search-a").is_err()
        );
    }

    #[test]
    fn refusals_are_worded_as_by_elasticsearch() {
        let some = rights(&[], &[("search-*", &["read"])]);
        let refused = some.check(&needs::SEARCH, "search-a,foreign,other").unwrap_err();
        assert_eq!(refused.status(), 403);
        assert_eq!(
            refused.to_string(),
            "action [indices:data/read/search] is unauthorized for API key id [k] of user [admin] on indices \
             [foreign,other], this action is granted by the index privileges [read,all]"
        );
        let refused = some.check(&needs::STATS, ANY).unwrap_err().to_string();
        assert!(
            refused.ends_with("[monitor,manage,all] or the cluster privileges [monitor,manage,all]"),
            "{refused}"
        );
        assert!(rights(&["monitor"], &[]).check(&needs::STATS, ANY).is_ok());
    }

    #[test]
    fn who_is_unknown_may_do_nothing_and_without_security_everybody_everything() {
        let request = actix_web::test::TestRequest::default().to_http_request();
        assert!(Rights::of(&request).check(&needs::SEARCH, "a").is_err());
        request.extensions_mut().insert(Principal::anonymous());
        assert!(Rights::of(&request).check(&needs::SEARCH, ANY).is_ok());
    }
}
