//! `filter_path`: response filtering with Elasticsearch's semantics.

use wildmatch::WildMatchPattern;

use super::node::Node;

/// A name pattern with `*`; the single-character wildcard is a character that does not occur.
type NamePattern = WildMatchPattern<'*', '\u{FFFF}'>;

/// One level of a path.
#[derive(Debug, Clone)]
enum Step {
    /// `**`: any number of levels, including none.
    AnyLevels,
    /// A literal name.
    Literal(String),
    /// A name pattern with `*`.
    Name(NamePattern),
}

type Path = Vec<Step>;

/// Up to this number of paths, filtering a short answer takes negligible time.
const FEW_PATHS: usize = 16;

/// The parsed parameter: paths to include and paths to exclude.
#[derive(Debug)]
pub(crate) struct FilterPath {
    includes: Vec<Path>,
    excludes: Vec<Path>,
}

impl FilterPath {
    pub(crate) fn new(paths: &[&str]) -> Self {
        let (excludes, includes): (Vec<&str>, Vec<&str>) =
            paths.iter().partition(|path| path.starts_with('-'));
        Self {
            includes: includes.into_iter().map(parse).collect(),
            excludes: excludes.into_iter().map(|path| parse(&path[1..])).collect(),
        }
    }

    /// Whether there are so many paths that filtering takes long even for a short answer.
    pub(crate) fn is_long(&self) -> bool {
        self.includes.len() + self.excludes.len() > FEW_PATHS
    }

    /// Filters an answer; an empty object if nothing matches.
    pub(crate) fn apply<'a>(&self, node: Node<'a>) -> Node<'a> {
        let included =
            if self.includes.is_empty() { Some(node) } else { include(node, &states(&self.includes)) };
        included.and_then(|node| exclude(node, &states(&self.excludes))).unwrap_or(Node::Object(Vec::new()))
    }
}

fn parse(path: &str) -> Path {
    let step = |step: &str| match step {
        "**" => Step::AnyLevels,
        _ if step.contains('*') => Step::Name(NamePattern::new(step)),
        _ => Step::Literal(step.to_owned()),
    };
    let mut path: Path = path.split('.').map(step).collect();
    // Consecutive `**` are equivalent to one.
    path.dedup_by(|step, before| matches!((step, before), (Step::AnyLevels, Step::AnyLevels)));
    path
}

/// The remaining part of each path that can still match.
type States<'p> = Vec<&'p [Step]>;

fn states(paths: &[Path]) -> States<'_> {
    paths.iter().map(Vec::as_slice).collect()
}

/// The remaining paths below the field `name`.
fn descend<'p>(states: &[&'p [Step]], name: &str) -> States<'p> {
    let mut next = States::new();
    for state in states {
        let mut state = *state;
        // `**` may match no level: the next segment is tried on this name as well.
        if let Some((Step::AnyLevels, rest)) = state.split_first() {
            next.push(state);
            state = rest;
        }
        match state.split_first() {
            Some((Step::Literal(literal), rest)) if literal == name => next.push(rest),
            Some((Step::Name(pattern), rest)) if pattern.matches(name) => next.push(rest),
            // A trailing `**` matches everything below.
            None => next.push(state),
            _ => {}
        }
    }
    // Deduplicates: several `**` reach the same position in exponentially many ways.
    next.sort_unstable_by_key(|state| (state.as_ptr(), state.len()));
    next.dedup_by_key(|state| (state.as_ptr(), state.len()));
    next
}

/// Whether a path ends here: the whole value matches.
fn is_end(states: &[&[Step]]) -> bool {
    states.iter().any(|state| state.is_empty())
}

fn include<'a>(node: Node<'a>, states: &[&[Step]]) -> Option<Node<'a>> {
    if is_end(states) {
        return Some(node);
    }
    if states.is_empty() {
        return None;
    }
    match node {
        Node::Object(fields) => {
            let kept = fields.into_iter().filter_map(|(name, value)| {
                let next = descend(states, &name);
                Some((name, include(value, &next)?))
            });
            let kept: Vec<_> = kept.collect();
            (!kept.is_empty()).then_some(Node::Object(kept))
        }
        Node::Array(items) => {
            let kept: Vec<_> = items.into_iter().filter_map(|item| include(item, states)).collect();
            (!kept.is_empty()).then_some(Node::Array(kept))
        }
        Node::Text(_) => None,
    }
}

fn exclude<'a>(node: Node<'a>, states: &[&[Step]]) -> Option<Node<'a>> {
    if is_end(states) {
        return None;
    }
    if states.is_empty() {
        return Some(node);
    }
    Some(match node {
        Node::Object(fields) => {
            let kept = fields.into_iter().filter_map(|(name, value)| {
                let next = descend(states, &name);
                Some((name, exclude(value, &next)?))
            });
            Node::Object(kept.collect())
        }
        Node::Array(items) => {
            Node::Array(items.into_iter().filter_map(|item| exclude(item, states)).collect())
        }
        text @ Node::Text(_) => text,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use super::*;

    const ANSWER: &str = r#"{"count":2,"results":[{"id":"a","n":1.10,"connector":{"id":"c","name":"x"}},{"id":"b","status":"pending","connector":{"id":"d"}}]}"#;

    fn filtered(paths: &str) -> String {
        let value: &RawValue = serde_json::from_str(ANSWER).unwrap();
        let paths: Vec<&str> = paths.split(',').collect();
        serde_json::to_string(&FilterPath::new(&paths).apply(Node::parse(value, 0))).unwrap()
    }

    #[test]
    fn the_forms_of_elasticsearch() {
        let cases = [
            ("count", r#"{"count":2}"#),
            ("results.id", r#"{"results":[{"id":"a"},{"id":"b"}]}"#),
            ("results.status", r#"{"results":[{"status":"pending"}]}"#),
            (
                "results.connector.id,count",
                r#"{"count":2,"results":[{"connector":{"id":"c"}},{"connector":{"id":"d"}}]}"#,
            ),
            ("*.n", r#"{"results":[{"n":1.10}]}"#),
            ("c*", r#"{"count":2}"#),
            ("**.id", r#"{"results":[{"id":"a","connector":{"id":"c"}},{"id":"b","connector":{"id":"d"}}]}"#),
            ("results.**.name", r#"{"results":[{"connector":{"name":"x"}}]}"#),
            ("**", ANSWER),
            ("nothing", "{}"),
            ("count.x", "{}"),
            ("c?unt", "{}"),
            ("**.**.status", r#"{"results":[{"status":"pending"}]}"#),
            ("-results", r#"{"count":2}"#),
            ("results.*,-results.connector,-**.id", r#"{"results":[{"n":1.10},{"status":"pending"}]}"#),
            (
                "results.connector,-**.name",
                r#"{"results":[{"connector":{"id":"c"}},{"connector":{"id":"d"}}]}"#,
            ),
        ];
        for (paths, expected) in cases {
            assert_eq!(filtered(paths), expected, "{paths}");
        }
    }

    #[test]
    fn many_wildcards_take_no_more_time_than_few() {
        let answer = format!("{}1{}", r#"{"a":"#.repeat(100), "}".repeat(100));
        let value: &RawValue = serde_json::from_str(&answer).unwrap();
        for (pattern, times) in [("**.", 10_000), ("**.*.", 40)] {
            let paths = format!("{}a", pattern.repeat(times));
            let filtered = FilterPath::new(&[&paths]).apply(Node::parse(value, 0));
            assert_eq!(serde_json::to_string(&filtered).unwrap(), answer, "{paths}");
        }
    }
}
