//! Finds what a request is in the table, or among what a setting allows, and what becomes of its path.

use std::str::FromStr;

use tributary_api::{ApiError, PassedOn};

use super::allowed::{Looked, PASSED, Passed};
use super::expression::{self, Checked, Wildcards};
use super::needs::{MONITOR_MORE, MORE, Named, Need, SEND_ELSEWHERE};
use super::own_names::OwnNames;
use super::rights::{ANY, Rights};
use super::target::Target;

/// The parameter for an index expression, and what else names indices.
const INDEX: &str = "{index}";
const ALIAS: &str = "{alias}";

/// Requests that a setting allows: `GET /_tasks/*`, or `*/_rollover` for all methods. A `*` is any part of a path, or of
/// a part; `**` at the end is any number of parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AllowedMore {
    /// All methods, if there is none.
    methods: Vec<String>,
    segments: Vec<String>,
}

impl FromStr for AllowedMore {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let (methods, path) = match text.split_once(char::is_whitespace) {
            Some((methods, path)) => (methods, path.trim()),
            None => ("", text),
        };
        let methods: Vec<String> =
            methods.split('|').filter(|one| !one.is_empty()).map(str::to_owned).collect();
        let path = path.strip_prefix('/').unwrap_or(path);
        let segments: Vec<String> = path.split('/').map(str::to_owned).collect();
        let is_method = |method: &String| method.bytes().all(|byte| byte.is_ascii_uppercase());
        let is_segment = |segment: &String| !segment.is_empty() && !segment.contains(char::is_whitespace);
        if !methods.iter().all(is_method) || !segments.iter().all(is_segment) {
            return Err(format!(
                "[{text}] is no request; [METHOD /PATH] or [/PATH] is needed, such as GET /_tasks/* or */_rollover"
            ));
        }
        Ok(Self { methods, segments })
    }
}

impl AllowedMore {
    fn matches(&self, method: &str, target: &Target) -> bool {
        let has_method = self.methods.is_empty()
            || self.methods.iter().any(|known| known == method || (known == "GET" && method == "HEAD"));
        let (is_open, segments) = match self.segments.split_last() {
            Some((last, segments)) if last == "**" => (true, segments),
            _ => (false, &self.segments[..]),
        };
        let has_length = if is_open {
            target.segments.len() > segments.len()
        } else {
            target.segments.len() == segments.len()
        };
        has_method
            && has_length
            && segments.iter().zip(&target.segments).all(|(pattern, text)| matches_text(pattern, text))
    }
}

/// Whether a pattern with `*` matches all of a text.
fn matches_text(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|text| {
            let ends = text.char_indices().map(|(place, _)| place).chain([text.len()]);
            ends.into_iter().any(|place| matches_text(rest, &text[place..]))
        }),
    }
}

/// What becomes of a request that is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Admitted {
    /// What is looked at in the body.
    pub(super) looked: Looked,
    /// The method that is sent in place of that of the request.
    pub(super) sent_as: Option<&'static str>,
    /// What it needs of its indices.
    pub(super) needs: &'static [Need],
    /// Where these are named.
    pub(super) named: Named,
    /// What it needs of other indices that the body names.
    pub(super) naming: &'static Need,
    /// What it is, for observers.
    pub(super) told: PassedOn,
}

/// Finds what becomes of a request, and changes its path to what is sent; an error if it is not passed on.
pub(super) fn admit(
    own: &OwnNames,
    more: &[AllowedMore],
    rights: &Rights,
    method: &str,
    target: &mut Target,
) -> Result<Admitted, ApiError> {
    let found = PASSED
        .iter()
        .find(|passed| passed.methods.contains(&method) && matches(passed.path, &target.segments));
    if let Some(passed) = found {
        let asked = target.clone();
        admit_known(own, passed, target)?;
        check_known(rights, passed, &asked)?;
        let Passed { looked, sent_as, needs, named, ref naming, .. } = *passed;
        // The actions of a bulk request need what each of them is.
        let need = needs.last().unwrap_or(&SEND_ELSEWHERE);
        let told = PassedOn { action: need.action, is_change: need.is_change() };
        return Ok(Admitted { looked, sent_as, needs, named, naming, told });
    }
    if more.iter().any(|allowed| allowed.matches(method, target)) {
        let asked = target.clone();
        admit_more(own, target)?;
        check_more(rights, method, &asked)?;
        let (looked, named) = (Looked::Expressions, Named::InPath);
        let told = PassedOn { action: MORE.action, is_change: !matches!(method, "GET" | "HEAD") };
        return Ok(Admitted { looked, sent_as: None, needs: &[], named, naming: &MORE, told });
    }
    let path = target.segments.join("/");
    Err(ApiError::NotPassedOn(format!(
        "[{method} /{path}] is not among the requests that this service passes on to its search engine; whoever runs the \
         service can allow it by the setting [content_allow], such as --content-allow '{method} /{path}'"
    )))
}

fn matches(path: &str, segments: &[String]) -> bool {
    let mut pattern = path.trim_start_matches('/').split('/');
    let are_equal = segments.iter().all(|segment| match pattern.next() {
        Some(INDEX) => !segment.starts_with('_') || segment.starts_with("_all"),
        Some(parameter) if parameter.starts_with('{') => true,
        Some(literal) => literal == segment,
        None => false,
    });
    are_equal && pattern.next().is_none()
}

fn admit_known(own: &OwnNames, passed: &Passed, target: &mut Target) -> Result<(), ApiError> {
    let mut has_index = false;
    let names = passed.path.trim_start_matches('/').split('/');
    for (name, segment) in names.zip(&mut target.segments).filter(|(name, _)| [INDEX, ALIAS].contains(name)) {
        has_index |= name == INDEX;
        exclude_own(own, segment)?;
    }
    if let Some(instead) = passed.instead {
        // The engine would answer for hidden indices too.
        let mut parameters = target.segments.iter().zip(passed.path.trim_start_matches('/').split('/'));
        let others: Vec<String> = parameters
            .by_ref()
            .filter(|(_, name)| name.starts_with('{'))
            .map(|(text, _)| text.clone())
            .collect();
        let mut others = others.into_iter();
        let segments = instead.trim_start_matches('/').split('/').map(|name| match name {
            INDEX => Some(format!("*{}", own.exclusions())),
            name if name.starts_with('{') => others.next(),
            name => Some(name.to_owned()),
        });
        target.segments = segments.collect::<Option<_>>().unwrap_or_default();
    } else if !has_index && target.wants_hidden() {
        return Err(ApiError::OwnIndex(
            "[expand_wildcards] asks for hidden indices, among which are those of this service; give an index \
             expression in the path"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Checks that the caller may do this with the indices of the path.
fn check_known(rights: &Rights, passed: &Passed, asked: &Target) -> Result<(), ApiError> {
    if passed.named != Named::InPath {
        return Ok(());
    }
    // Looking at an alias of an index shows nothing else.
    let is_change = !passed.methods.contains(&"GET");
    let is_checked = |name: &str| name == INDEX || (name == ALIAS && is_change);
    let parts = passed.path.trim_start_matches('/').split('/').zip(&asked.segments);
    let mut expressions = parts.filter(|(name, _)| is_checked(name)).map(|(_, text)| text).peekable();
    if passed.instead.is_some() || expressions.peek().is_none() {
        return rights.check_all(passed.needs, ANY);
    }
    expressions.try_for_each(|expression| rights.check_all(passed.needs, expression))
}

/// Paths of `content_allow` below which the cluster is monitored.
const MONITORING: &[&str] = &["_cat", "_cluster", "_nodes", "_tasks"];

/// Checks a request of which nobody here knows what it does: whatever its path names has to be covered.
fn check_more(rights: &Rights, method: &str, asked: &Target) -> Result<(), ApiError> {
    let first = asked.segments.first().map_or("", String::as_str);
    if first.starts_with('_') && !first.starts_with("_all") {
        let is_monitoring = MONITORING.contains(&first) && matches!(method, "GET" | "HEAD");
        return rights.check(if is_monitoring { &MONITOR_MORE } else { &MORE }, ANY);
    }
    let named =
        asked.segments.iter().enumerate().filter(|(place, name)| *place == 0 || !name.starts_with('_'));
    named.into_iter().try_for_each(|(_, name)| rights.check(&MORE, name))
}

/// Nothing is known of these but that the first part is an index, unless it begins with `_`.
fn admit_more(own: &OwnNames, target: &mut Target) -> Result<(), ApiError> {
    let has_index =
        !target.segments.first().is_some_and(|first| first.starts_with('_') && !first.starts_with("_all"));
    for (place, segment) in target.segments.iter_mut().enumerate() {
        if place == 0 && has_index {
            exclude_own(own, segment)?;
        } else {
            expression::in_text(own, segment)?;
            expression::names_something(segment)?;
            if segment.contains('*') || segment.split(',').any(|item| item.trim() == "_all") {
                expression::in_body(own, segment, Wildcards::Refused)?;
            }
        }
    }
    Ok(())
}

fn exclude_own(own: &OwnNames, segment: &mut String) -> Result<(), ApiError> {
    if let Checked::Replaced(replaced) = expression::in_path(own, segment)? {
        *segment = replaced;
    }
    Ok(())
}

#[cfg(test)]
#[path = "pattern_tests.rs"]
mod tests;
