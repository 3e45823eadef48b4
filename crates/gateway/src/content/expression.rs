//! Index expressions: names, wildcards and exclusions with commas between them.

use tributary_api::ApiError;
use tributary_domain::Refusal;

use super::own_names::OwnNames;

/// What becomes of wildcards that could match own names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// They are refused.
    Refused,
    /// They are refused where the engine would look for hidden indices.
    RefusedIfDotted,
}

/// What an index expression that is passed on has to become.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Checked {
    AsItIs,
    Replaced(String),
}

/// Checks that an expression names something, and that no item of it is empty: engines leave out empty items, and take
/// an expression without any item for all indices.
pub(super) fn names_something(expression: &str) -> Result<(), ApiError> {
    let has_empty = expression.split(',').any(|item| item.trim().is_empty());
    if has_empty || parts(expression).all(|item| item.starts_with('-')) {
        return Err(Refusal::InvalidArgument(format!(
            "[{expression}] is no expression for indices or aliases: it needs a name or a wildcard, and none of its items \
             can be empty"
        ))
        .into());
    }
    Ok(())
}

/// Checks an expression in a path. Wildcards are kept from own names by exclusions.
pub(super) fn in_path(own: &OwnNames, expression: &str) -> Result<Checked, ApiError> {
    names_something(expression)?;
    let mut could_match = false;
    let mut has_all = false;
    for part in parts(expression) {
        match part {
            "_all" => (has_all, could_match) = (true, true),
            part => could_match |= check_part(own, part)?,
        }
    }
    if !could_match {
        return Ok(Checked::AsItIs);
    }
    let replaced: Vec<&str> =
        parts(expression).map(|part| if has_all && part == "_all" { "*" } else { part }).collect();
    Ok(Checked::Replaced(format!("{}{}", replaced.join(","), own.exclusions())))
}

/// Checks an expression in a body, where nothing is changed.
pub(super) fn in_body(own: &OwnNames, expression: &str, wildcards: Wildcards) -> Result<(), ApiError> {
    names_something(expression)?;
    for part in parts(expression) {
        let is_looked_for = wildcards == Wildcards::Refused || part.starts_with(['.', '-', '+']);
        if (part == "_all" && wildcards == Wildcards::Refused) || (check_part(own, part)? && is_looked_for) {
            return Err(ApiError::OwnIndex(format!(
                "[{part}] could match indices of this service; name the indices, or give the expression in the path"
            )));
        }
    }
    Ok(())
}

/// Checks a text that may be the name of an index, but is probably something else.
pub(super) fn in_text(own: &OwnNames, text: &str) -> Result<(), ApiError> {
    let names_own = |part: &str| {
        let name = part.trim_start_matches(['-', '+']);
        own.owns(name)
            || name.rsplit(':').next().is_some_and(|name| own.owns(name))
            || (could_be_name(name) && own.resembles_own(name))
    };
    let is_computed_own =
        |part: &str| part.starts_with('<') && part.ends_with('>') && date_math(own, part).is_err();
    // A date may have commas.
    match parts(text).chain([text.trim()]).find(|part| names_own(part) || is_computed_own(part)) {
        None => Ok(()),
        Some(part) => Err(belongs(part)),
    }
}

/// Whether an index could have this name: prose and addresses are no names.
fn could_be_name(text: &str) -> bool {
    !text.contains(|letter: char| letter.is_whitespace() || r#"\/*?"<>|#"#.contains(letter))
}

/// Checks one item of an expression, and says whether it is a wildcard that could match own names.
fn check_part(own: &OwnNames, part: &str) -> Result<bool, ApiError> {
    let (is_exclusion, name) = match part.strip_prefix(['-', '+']) {
        Some(name) => (part.starts_with('-'), name),
        None => (false, part),
    };
    if is_exclusion {
        // It only takes names away; where nothing stands before it, it is a name that no index can have.
        return Ok(false);
    }
    if name.contains(':') {
        return Err(ApiError::OwnIndex(format!(
            "[{part}] names an index of another cluster, or a part of a data stream; neither is passed on"
        )));
    }
    if name.contains(['<', '>', '{', '}', '\\', '%', '/']) {
        return date_math(own, name).map(|()| false);
    }
    if let Some((start, _)) = name.split_once('*') {
        return if own.resembles_own(start) { Err(belongs(part)) } else { Ok(own.could_match(name)) };
    }
    if own.resembles_own(name) { Err(belongs(part)) } else { Ok(false) }
}

/// Checks a name that is computed from the present date, `<search-{now/d}>`.
fn date_math(own: &OwnNames, name: &str) -> Result<(), ApiError> {
    let inner = name.strip_prefix('<').and_then(|name| name.strip_suffix('>'));
    let start = inner.and_then(|inner| inner.split('{').next());
    match start {
        Some(start)
            if !start.is_empty()
                && !name.contains(['\\', '*'])
                && !own.could_begin_with(start)
                && !own.resembles_own(name) =>
        {
            Ok(())
        }
        _ => Err(ApiError::OwnIndex(format!(
            "[{name}] is a name with date math that is malformed, or that could become the name of an index of this \
             service; it needs a beginning that no such index has"
        ))),
    }
}

fn parts(expression: &str) -> impl Iterator<Item = &str> {
    expression.split(',').map(str::trim).filter(|part| !part.is_empty())
}

fn belongs(name: &str) -> ApiError {
    ApiError::OwnIndex(format!(
        "the index [{name}] belongs to this service and is not reached through the engine of the content indices; \
         connectors and sync jobs are at the paths of their APIs and at those of their indices"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXCLUDED: &str = ",-.tributary-*,-.elastic-connectors*,-*.tributary-*,-*.elastic-connectors*";

    #[test]
    fn expressions_in_paths() {
        let own = OwnNames::new("");
        for same in [
            "search-a",
            "search-a,search-b",
            "search-*",
            "search-*,-search-b",
            "<search-{now/d}>",
            "<search-{now/d{yyyy.MM.dd}}>",
            "search-a,-.elastic-connectors",
            "é",
        ] {
            assert_eq!(in_path(&own, same).unwrap(), Checked::AsItIs, "{same}");
        }
        for (given, before) in [
            ("*", "*"),
            ("_all", "*"),
            ("search-*,*", "search-*,*"),
            (" .* ", ".*"),
            (".el*", ".el*"),
            ("*-v1,-search-*", "*-v1,-search-*"),
            ("*,-*,*", "*,-*,*"),
            ("a,_all", "a,*"),
            ("+*", "+*"),
        ] {
            assert_eq!(
                in_path(&own, given).unwrap(),
                Checked::Replaced(format!("{before}{EXCLUDED}")),
                "{given}"
            );
        }
        for refused in [
            ".elastic-connectors",
            ".Elastic-Connectors-v1",
            "search-a,.elastic-connectors",
            "search-a, .elastic-connectors-sync-jobs-v1 ",
            "+.elastic-connectors",
            ".elastic-connectors*",
            ".elastic-connectors-*,a",
            ".tributary-index-names",
            ".tributary-deletions-v1",
            "<.elastic-connectors>",
            "<.elastic-{now{'connectors'}}>",
            "<.{now/d}>",
            "<{now/d}>",
            "<*{now/d}>",
            "<\\.elastic-{now}>",
            "<.elastic-connectors",
            "remote:.elastic-connectors",
            "remote:search-a",
            ".elastic-connectors::data",
            "search-a::failures",
            "search%2e",
            "a/b",
            "bb16-.tributary-secrets-v1",
            "a,other-.elastic-connectors",
            "other-.tributary-*",
            "<other-.tributary-{now/d}>",
            "",
            " ",
            ",",
            ",,",
            "a,,b",
            "a,",
            ",a",
            "a, ,b",
            "*,",
            "-a",
            "-.elastic-connectors",
            "-a,-b",
        ] {
            assert!(in_path(&own, refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn expressions_in_bodies() {
        let own = OwnNames::new("");
        for (text, wildcards, is_taken) in [
            ("search-a", Wildcards::Refused, true),
            ("search-*", Wildcards::Refused, true),
            ("*", Wildcards::Refused, false),
            ("_all", Wildcards::Refused, false),
            ("*", Wildcards::RefusedIfDotted, true),
            ("_all", Wildcards::RefusedIfDotted, true),
            (".*", Wildcards::RefusedIfDotted, false),
            (".elastic-connectors", Wildcards::RefusedIfDotted, false),
            ("other-.elastic-connectors", Wildcards::RefusedIfDotted, false),
            ("", Wildcards::RefusedIfDotted, false),
            (",", Wildcards::RefusedIfDotted, false),
            ("a,", Wildcards::Refused, false),
        ] {
            assert_eq!(in_body(&own, text, wildcards).is_ok(), is_taken, "{text} {wildcards:?}");
        }
        for (text, is_taken) in [
            ("*", true),
            ("any text, with a comma: and <b>marks</b>", true),
            ("about .elastic-connectors", true),
            (".elastic-connectors", false),
            ("a,.elastic-connectors", false),
            ("remote:.elastic-connectors", false),
            ("<", true),
            ("<p>some, text</p>", true),
            ("<.elastic-{now/d}>", false),
            ("<.elastic-{now{yyyy,MM}}>", false),
            (".TRIBUTARY-leases", false),
            ("bb16-.tributary-secrets-v1", false),
            ("https://a/.elastic-connectors", true),
            ("", true),
            (",", true),
        ] {
            assert_eq!(in_text(&own, text).is_ok(), is_taken, "{text}");
        }
    }
}
