//! The lines of a search with several parts: which indices each part is about.

use serde_json::Value;
use tributary_api::ApiError;
use tributary_domain::Refusal;

use super::needs::Need;
use super::rights::Rights;

/// The fields of a header line that name indices.
const NAMES: &[&str] = &["index", "indices"];

/// Checks that the caller may search what each part is about: the indices that its header names, or by default those of the
/// path. An empty header line is one that names nothing.
pub(super) fn check(rights: &Rights, needs: &[Need], default: &str, body: &[u8]) -> Result<(), ApiError> {
    if rights.is_everything() {
        return Ok(());
    }
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    let lines: Vec<&[u8]> = body.split(|byte| *byte == b'\n').collect();
    if lines.len() % 2 == 1 || lines.iter().skip(1).step_by(2).any(|line| line.trim_ascii().is_empty()) {
        return Err(Refusal::MalformedBody(
            "the body has to consist of pairs of lines, a header and a search, for a key that is limited to indices"
                .to_owned(),
        )
        .into());
    }
    for header in lines.iter().step_by(2) {
        match names(header) {
            Some(names) => names.iter().try_for_each(|name| rights.check_all(needs, name))?,
            None => rights.check_all(needs, default)?,
        }
    }
    Ok(())
}

/// The expressions that a header names; `None` if there are none, or none that are understood.
fn names(header: &[u8]) -> Option<Vec<String>> {
    let fields: Value = serde_json::from_slice(header).ok()?;
    let values: Vec<&Value> = NAMES.iter().filter_map(|name| fields.get(name)).collect();
    let mut names = Vec::new();
    for value in values {
        match value {
            Value::String(name) => names.push(name.clone()),
            Value::Array(items) if !items.is_empty() => {
                names.extend(
                    items.iter().map(|item| item.as_str().map(str::to_owned)).collect::<Option<Vec<_>>>()?,
                );
            }
            _ => return None,
        }
    }
    Some(names).filter(|names| !names.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::needs;
    use super::super::rights::tests::rights;
    use super::*;

    #[test]
    fn each_part_is_about_covered_indices() {
        let rights = rights(&[], &[("search-*", &["read"])]);
        for (default, body, is_covered) in [
            ("*", "{\"index\":\"search-a\"}\n{}\n{\"index\":[\"search-b\",\"search-c*\"]}\n{}\n", true),
            ("*", "{\"index\":\"search-a\"}\n{}\n{\"index\":\"foreign\"}\n{}\n", false),
            ("*", "{\"index\":\"search-a\"}\n{}\n{}\n{}\n", false),
            ("search-a", "{}\n{}\n", true),
            ("search-a", "\n{}\n", true),
            ("*", "\n{}\n", false),
            ("*", "{\"index\":\"search-a\"}\n{}\n\n{\"index\":\"search-a\"}\n", false),
            ("*", "\n{\"index\":\"search-a\"}\n{}\n", false),
            ("*", "{\"index\":\"search-a\",\"index\":5}\n{}\n", false),
            ("*", "{\"x\":{\"index\":\"search-a\"}}\n{}\n", false),
            ("*", "{\"index\":[]}\n{}\n", false),
            ("*", "{\"index\":\"search-a,foreign\"}\n{}\n", false),
        ] {
            let checked = check(&rights, &[needs::SEARCHES], default, body.as_bytes());
            assert_eq!(checked.is_ok(), is_covered, "{default} {body}");
            assert!(check(&Rights::everything(), &[], default, body.as_bytes()).is_ok());
        }
    }
}
