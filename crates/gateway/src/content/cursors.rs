//! Scrolls and points in time, which name no index: whose key has opened them.

use quick_cache::sync::Cache;
use serde::Deserialize;

use super::target::Target;

/// How many are known at a time; engines have some hundreds.
const KNOWN: usize = 10_000;
/// How far into an answer its id is looked for: it stands at the beginning, and has some bytes for each shard.
pub(super) const LONGEST_ID: usize = 512 * 1024;
/// By then a field of an answer has been named.
const LONGEST_NAME: usize = 16;
/// How engines name the id in an answer.
const IDS: &[&str] = &["_scroll_id", "pit_id", "id"];

/// The ids of scrolls and points in time that keys with limits have opened through this process.
#[derive(Debug)]
pub(super) struct Cursors {
    owners: Cache<String, String>,
}

impl Default for Cursors {
    fn default() -> Self {
        Self { owners: Cache::new(KNOWN) }
    }
}

impl Cursors {
    /// Notes that a key has opened one.
    pub(super) fn note(&self, id: String, key: &str) {
        self.owners.insert(id, key.to_owned());
    }

    /// Whether a key has opened all of these, and there are some.
    pub(super) fn are_of(&self, ids: &[String], key: &str) -> bool {
        !ids.is_empty() && ids.iter().all(|id| self.owners.get(id).is_some_and(|owner| owner == key))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl OneOrMore {
    fn ids(self) -> Vec<String> {
        match self {
            Self::One(id) => vec![id],
            Self::More(ids) => ids,
        }
    }
}

/// The body of a search in a point in time. Repeated fields are an error.
#[derive(Deserialize)]
struct Search {
    pit: Point,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Point {
    id: String,
    #[serde(rename = "keep_alive")]
    _keep_alive: Option<String>,
}

/// The body of a request about scrolls.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scroll {
    scroll_id: Option<OneOrMore>,
    #[serde(rename = "scroll")]
    _scroll: Option<String>,
}

/// The body that closes points in time.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Close {
    #[serde(alias = "pit_id")]
    id: OneOrMore,
}

/// The ids that a request is about; none if it is not understood entirely.
pub(super) fn ids(target: &Target, body: &[u8]) -> Vec<String> {
    let body = body.trim_ascii();
    let segments: Vec<&str> = target.segments.iter().map(String::as_str).collect();
    let found = match segments[..] {
        ["_search"] => serde_json::from_slice::<Search>(body).ok().map(|search| vec![search.pit.id]),
        ["_search", "scroll", ..] => scrolls(target, body),
        ["_search", "point_in_time"] | ["_pit"] => {
            serde_json::from_slice::<Close>(body).ok().map(|close| close.id.ids())
        }
        _ => None,
    };
    found.unwrap_or_default()
}

/// Those in the path, in the parameters and in the body.
fn scrolls(target: &Target, body: &[u8]) -> Option<Vec<String>> {
    let of_path = target.segments.get(2).cloned();
    let of_parameters = target.parameter("scroll_id");
    let listed = [of_path, of_parameters].into_iter().flatten();
    let mut ids: Vec<String> =
        listed.flat_map(|list| list.split(',').map(str::to_owned).collect::<Vec<_>>()).collect();
    if !body.is_empty() {
        let scroll: Scroll = serde_json::from_slice(body).ok()?;
        ids.extend(scroll.scroll_id.map(OneOrMore::ids).unwrap_or_default());
    }
    Some(ids)
}

/// Whether the answer to a request has the id of a new one, or of one with another id than before.
pub(super) fn opens(target: &Target) -> bool {
    match target.segments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["_search", "scroll", ..] | [_, "_pit"] | [_, "_search", "point_in_time"] | ["_search"] => true,
        [_, "_search"] => target.parameter("scroll").is_some(),
        _ => false,
    }
}

/// What an answer begins with.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beginning {
    Id(String),
    SomethingElse,
}

/// What an answer begins with; `None` if more of it is needed to know.
pub(super) fn at_beginning(answer: &[u8]) -> Option<Beginning> {
    let text = answer.trim_ascii_start();
    let inner = text.strip_prefix(b"{").unwrap_or_default().trim_ascii_start();
    if inner.len() < LONGEST_NAME && (text.is_empty() || text[0] == b'{') {
        return id(inner).map(Beginning::Id);
    }
    let is_named =
        IDS.iter().any(|name| inner.strip_prefix(b"\"").is_some_and(|inner| is_field(inner, name)));
    if is_named { id(inner).map(Beginning::Id) } else { Some(Beginning::SomethingElse) }
}

/// Whether a text continues with the name of a field, and the end of it.
fn is_field(text: &[u8], name: &str) -> bool {
    text.strip_prefix(name.as_bytes()).is_some_and(|text| text.starts_with(b"\""))
}

/// The value of the field that the text begins with, if it is an id.
fn id(text: &[u8]) -> Option<String> {
    let text = text.strip_prefix(b"\"")?;
    let name = IDS.iter().find(|name| is_field(text, name))?;
    let text = text[name.len() + 1..].trim_ascii_start().strip_prefix(b":")?;
    let text = text.trim_ascii_start().strip_prefix(b"\"")?;
    let end = text.iter().position(|byte| *byte == b'"')?;
    let id = std::str::from_utf8(&text[..end]).ok()?;
    Some(id.to_owned()).filter(|id| !id.contains('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_requests() {
        for (path, query, body, expected) in [
            ("/_search/scroll", "", r#"{"scroll":"1m","scroll_id":"a"}"#, &["a"][..]),
            ("/_search/scroll", "", r#"{"scroll_id":["a","b"]}"#, &["a", "b"]),
            ("/_search/scroll/a,b", "scroll_id=c", r#"{"scroll_id":"d"}"#, &["a", "b", "c", "d"]),
            ("/_search/scroll", "", r#"{"scroll_id":"a","scroll_id":"b"}"#, &[]),
            ("/_search/scroll", "", r#"{"scroll_id":"a","scrollId":"b"}"#, &[]),
            ("/_search/scroll/a", "", "b", &[]),
            ("/_search/scroll", "", "", &[]),
            ("/_search", "", r#"{"size":1,"pit":{"id":"a","keep_alive":"1m"}}"#, &["a"]),
            ("/_search", "", r#"{"pit":{"id":"a"},"pit":{"id":"b"}}"#, &[]),
            ("/_search", "", r#"{"scroll_id":"a","id":"a"}"#, &[]),
            ("/_search/point_in_time", "", r#"{"pit_id":["a","b"]}"#, &["a", "b"]),
            ("/_pit", "", r#"{"id":"a"}"#, &["a"]),
            ("/a/_search", "", r#"{"pit":{"id":"a"}}"#, &[]),
        ] {
            let target = Target::parse(path, query).unwrap();
            assert_eq!(ids(&target, body.as_bytes()), expected, "{path} {body}");
        }
    }

    #[test]
    fn ids_are_found_at_the_beginning_of_answers() {
        for (answer, expected) in [
            (r#"{"_scroll_id":"a==","took":1}"#, Some(Some("a=="))),
            ("{\n  \"pit_id\" : \"abcdefgh\",\n", Some(Some("abcdefgh"))),
            (r#"{"id":"a"}"#, Some(Some("a"))),
            (r#"{"took":1,"_scroll_id":"a"}"#, Some(None)),
            (r#"{"_scroll_id":"abcdefgh"#, None),
            (r#"{"_scroll_id":"a\"b"}"#, None),
            (r#"{"idle":"a","took":100}"#, Some(None)),
            ("%YAML 1.2 and so on", Some(None)),
            ("{", None),
            ("", None),
        ] {
            let expected = expected.map(|id: Option<&str>| match id {
                Some(id) => Beginning::Id(id.to_owned()),
                None => Beginning::SomethingElse,
            });
            assert_eq!(at_beginning(answer.as_bytes()), expected, "{answer}");
        }
    }

    #[test]
    fn a_scroll_belongs_to_the_key_that_opened_it() {
        let cursors = Cursors::default();
        cursors.note("a".to_owned(), "k");
        cursors.note("b".to_owned(), "other");
        let are_of =
            |ids: &[&str]| cursors.are_of(&ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>(), "k");
        assert!(are_of(&["a"]));
        assert!(!are_of(&["a", "b"]) && !are_of(&["b"]) && !are_of(&["c"]) && !are_of(&[]));
    }
}
