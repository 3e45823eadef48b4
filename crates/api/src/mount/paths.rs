//! The paths at which endpoints are mounted.

use std::collections::BTreeMap;

use actix_web::http::Method;

use crate::endpoint::{Endpoint, PathChoices};

/// The endpoints that answer at each path: its own, and where an extension takes `POST` only, those of the path with a
/// parameter in place of its name for all other methods, as if the extension did not exist.
pub(super) fn endpoints_by_path(
    endpoints: impl Iterator<Item = &'static Endpoint>,
) -> Vec<(&'static str, Vec<&'static Endpoint>)> {
    let declared = declared_by_path(endpoints);
    let with_shared = |(path, own): &(&'static str, Vec<&'static Endpoint>)| {
        let mut all = own.clone();
        if own.iter().all(|endpoint| endpoint.extension && endpoint.method == Method::POST) {
            let shared = declared.iter().filter(|(other, _)| is_parameter_of(other, path));
            all.extend(shared.flat_map(|(_, endpoints)| endpoints));
        }
        (*path, all)
    };
    declared.iter().map(with_shared).collect()
}

/// Whether a path differs from a literal one by a parameter as its last part.
fn is_parameter_of(path: &str, literal: &str) -> bool {
    let (path, literal) = (path.rsplit_once('/'), literal.rsplit_once('/'));
    path.zip(literal).is_some_and(|((folder, last), (other_folder, other_last))| {
        folder == other_folder && last.starts_with('{') && !other_last.starts_with('{')
    })
}

/// The endpoints of each path, literal segments before parameters so that they match first; paths without parameters
/// come first, so that they are found before any regular expression is tried.
fn declared_by_path(
    endpoints: impl Iterator<Item = &'static Endpoint>,
) -> Vec<(&'static str, Vec<&'static Endpoint>)> {
    let mut paths: BTreeMap<(bool, String), (&'static str, Vec<&'static Endpoint>)> = BTreeMap::new();
    for endpoint in endpoints {
        let order = (endpoint.path.contains('{'), endpoint.path.replace('{', "~"));
        paths.entry(order).or_insert_with(|| (endpoint.path, Vec::new())).1.push(endpoint);
    }
    paths.into_values().collect()
}

/// The path with and without a trailing slash, for each value of a parameter that has few; the root of a scope has no
/// slash of its own.
pub(super) fn patterns(path: &'static str, choices: Option<PathChoices>) -> Vec<String> {
    let bare = path.trim_end_matches('/');
    let paths = match choices {
        Some(PathChoices { parameter, values }) => {
            values.iter().map(|value| bare.replace(&format!("{{{parameter}}}"), value)).collect()
        }
        None => vec![bare.to_owned()],
    };
    paths.into_iter().flat_map(|bare| [format!("{bare}/"), bare]).collect()
}
