//! `_source`, `_source_includes` and `_source_excludes`: which fields of documents are answered, with Elasticsearch's
//! semantics.

mod paths;
mod prune;

use bytes::Bytes;
use tributary_domain::Refusal;
use tributary_storage::{Documents, Page};

use self::paths::{Matcher, PathSet, Wildcard};
use self::prune::Pruning;
use crate::background;
use crate::error::ApiError;
use crate::parameter::{Arguments, Parameter, ParameterKind};

const WANTED: Parameter = Parameter {
    name: "_source",
    kind: ParameterKind::TextList,
    default: Some("true"),
    description: "The fields that are answered beside the id: true for all, false for none, or dotted paths with * for \
                  a part of a name and ** for any number of levels.",
};
const INCLUDES: Parameter = Parameter {
    name: "_source_includes",
    kind: ParameterKind::TextList,
    default: None,
    description: "The paths to return, instead of those in _source.",
};
const EXCLUDES: Parameter = Parameter {
    name: "_source_excludes",
    kind: ParameterKind::TextList,
    default: None,
    description: "The paths that are left out, also below those that are included; here * crosses levels.",
};

/// The parameters that select fields of documents.
pub(crate) const SOURCE: &[Parameter] = &[WANTED, INCLUDES, EXCLUDES];

/// The most bytes of all paths of a request.
const MAXIMUM_BYTES: usize = 4_096;
/// The most bytes of all paths from their first wildcard on: so many positions can match at once.
const MAXIMUM_WILDCARD_BYTES: usize = 256;
/// Up to so many bytes of paths, filtering a short answer takes negligible time.
const FEW_BYTES: usize = 256;

/// Which fields of documents are answered; the `id` always is.
#[derive(Debug, Clone)]
pub struct SourceFilter(Option<Paths>);

#[derive(Debug, Clone)]
struct Paths {
    includes: PathSet,
    excludes: PathSet,
    bytes: usize,
}

/// The filter that the parameters describe.
pub(crate) fn source(arguments: &Arguments) -> Result<SourceFilter, Refusal> {
    let (wanted, mut includes) = (arguments.texts(&WANTED), arguments.texts(&INCLUDES));
    let excludes = arguments.texts(&EXCLUDES);
    let is_nothing = wanted == ["false"];
    if includes.is_empty() && !is_nothing && wanted != ["true"] {
        includes = wanted;
    }
    filter(is_nothing, &includes, &excludes)
}

/// The filter with these paths; without any to include, all are.
fn filter(is_nothing: bool, includes: &[&str], excludes: &[&str]) -> Result<SourceFilter, Refusal> {
    if includes.is_empty() && excludes.is_empty() && !is_nothing {
        return Ok(SourceFilter(None));
    }
    let bytes = check_length(&[includes, excludes].concat())?;
    // As in Elasticsearch, which filters in another way as soon as something is left out.
    let wildcard = if excludes.is_empty() { Wildcard::InName } else { Wildcard::Anything };
    let includes = match includes {
        _ if is_nothing => PathSet::default(),
        [] => PathSet::new(&["*"], wildcard),
        paths => PathSet::new(paths, wildcard),
    };
    let excludes = PathSet::new(excludes, Wildcard::Anything);
    Ok(SourceFilter(Some(Paths { includes, excludes, bytes })))
}

/// Checks that matching takes bounded time, and answers the bytes of the paths.
fn check_length(paths: &[&str]) -> Result<usize, Refusal> {
    let total = paths.iter().map(|path| path.len()).sum();
    let from_wildcard = |path: &&str| path.find('*').map_or(0, |wildcard| path.len() - wildcard);
    let from_wildcards: usize = paths.iter().map(from_wildcard).sum();
    if total <= MAXIMUM_BYTES && from_wildcards <= MAXIMUM_WILDCARD_BYTES {
        return Ok(total);
    }
    Err(Refusal::InvalidArgument(format!(
        "the paths of [{}], [{}] and [{}] must have at most [{MAXIMUM_BYTES}] bytes, and at most \
         [{MAXIMUM_WILDCARD_BYTES}] from the first [*] of each on, but have [{total}] and [{from_wildcards}]",
        WANTED.name, INCLUDES.name, EXCLUDES.name
    )))
}

impl SourceFilter {
    /// The fields at some paths without those at others; without paths to include, all are.
    pub fn of(includes: &[String], excludes: &[String]) -> Result<Self, Refusal> {
        let [includes, excludes] =
            [includes, excludes].map(|paths| paths.iter().map(String::as_str).collect::<Vec<_>>());
        filter(false, &includes, &excludes)
    }

    /// The filter that the parameters of a request describe.
    pub fn read(arguments: &Arguments) -> Result<Self, Refusal> {
        source(arguments)
    }

    /// The parameters that it is read from.
    pub const PARAMETERS: &[Parameter] = SOURCE;

    /// The page with the wanted fields of its documents; a large page in the background.
    pub(crate) async fn page(self, page: Page) -> Result<Page, ApiError> {
        let Some(paths) = self.0 else { return Ok(page) };
        let length = page.documents.iter().map(<[u8]>::len).sum();
        let is_long = paths.is_long(length);
        let filtered = move || Page { documents: paths.documents(&page.documents), ..page };
        if is_long { background::compute(filtered).await } else { Ok(filtered()) }
    }

    /// The wanted fields of a document; of a large one in the background.
    pub(crate) async fn document(self, document: Bytes) -> Result<Bytes, ApiError> {
        let is_long = self.0.as_ref().is_some_and(|paths| paths.is_long(document.len()));
        if is_long {
            background::compute(move || self.apply(&document)).await
        } else {
            Ok(self.apply(&document))
        }
    }

    /// The wanted fields of a document.
    pub fn apply(&self, document: &Bytes) -> Bytes {
        match &self.0 {
            None => document.clone(),
            Some(paths) => Bytes::copy_from_slice(&paths.documents(&[document].into_iter().collect())[0]),
        }
    }
}

impl Paths {
    /// Whether filtering so many bytes takes long.
    fn is_long(&self, length: usize) -> bool {
        length > background::LONG || self.bytes > FEW_BYTES
    }

    fn documents(&self, documents: &Documents) -> Documents {
        let mut pruning = Pruning::new(Matcher::new(&self.includes), Matcher::new(&self.excludes));
        let (mut pruned, mut kept) = (Documents::default(), Vec::new());
        for document in documents.iter() {
            kept.clear();
            let is_object = pruning.document(document, &mut kept).is_some();
            pruned.push(if is_object { &kept } else { document });
        }
        pruned
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = "all";
    const DOCUMENT: &str = r#"{"id":"x","status":"pending","n":1.10,"connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}},"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]}"#;

    fn filter(parameters: &str) -> Result<SourceFilter, Refusal> {
        let pairs = parameters.split('&').map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (name.to_owned(), value.to_owned())
        });
        source(&Arguments::collect("/", SOURCE.iter(), pairs.collect())?)
    }

    fn filtered(parameters: &str, document: &str) -> String {
        let kept = filter(parameters).unwrap().apply(&Bytes::copy_from_slice(document.as_bytes()));
        String::from_utf8(kept.to_vec()).unwrap()
    }

    /// The fields beside the id, as Elasticsearch 9.5 answers them, but for an object that loses its last field: without
    /// a wildcard, that leaves out the object, too.
    const CASES: &[(&str, &str)] = &[
        ("_source=true", ALL),
        ("_source=false", ""),
        ("_source=TRUE", ""),
        ("_source=", ALL),
        ("_source=id,status", r#""status":"pending""#),
        ("_source=*.id", r#""connector":{"id":"c"},"list":[{"id":1},[{"id":4}]]"#),
        ("_source=*id", ""),
        (
            "_source=connector",
            r#""connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}}"#,
        ),
        ("_source=connector.id", r#""connector":{"id":"c"}"#),
        (
            "_source=connector.*",
            r#""connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}}"#,
        ),
        ("_source=conn*.id", r#""connector":{"id":"c"}"#),
        ("_source=conn*id", ""),
        ("_source=c*.a*.v*", ""),
        (
            "_source=connector.configuration.*.value",
            r#""connector":{"configuration":{"a":{"value":1e400},"b":{"value":2}}}"#,
        ),
        ("_source=list.id", r#""list":[{"id":1},[{"id":4}]]"#),
        ("_source=list", r#""list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}]"#),
        ("_source=list.*", r#""list":[{"id":1,"x":2},[{"id":4}],{"x":1}]"#),
        ("_source=empty", r#""empty":[]"#),
        ("_source=empty.x", ""),
        ("_source=plain.x", ""),
        ("_source=a", r#""a.b":{"c":1},"a.d":5"#),
        ("_source=a.b", r#""a.b":{"c":1}"#),
        ("_source=a.b.c", r#""a.b":{"c":1}"#),
        ("_source=a.d", r#""a.d":5"#),
        ("_source=a.*", r#""a.b":{"c":1},"a.d":5"#),
        ("_source=*", ALL),
        ("_source=**", ALL),
        (
            "_source=**.id",
            r#""connector":{"id":"c","configuration":{"a":{"id":2}}},"list":[{"id":1},[{"id":4}]],"deep":{"deep":{"deep":{"id":1}}}"#,
        ),
        ("_source=null", r#""null":null"#),
        ("_source=connector.e", r#""connector":{"e":{}}"#),
        ("_source=connector.e.x", ""),
        ("_source=status.x", ""),
        ("_source=deep.*.id", ""),
        ("_source=deep.deep", r#""deep":{"deep":{"deep":{"id":1}}}"#),
        (
            "_source_excludes=connector",
            r#""status":"pending","n":1.10,"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=*.id",
            r#""status":"pending","n":1.10,"connector":{"name":"x","configuration":{"a":{"value":1e400},"b":{"value":2}},"e":{}},"list":[{"x":2},3,[5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{}}},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=*id",
            r#""status":"pending","n":1.10,"connector":{"name":"x","configuration":{"a":{"value":1e400},"b":{"value":2}},"e":{}},"list":[{"x":2},3,[5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{}}},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=connector.id",
            r#""status":"pending","n":1.10,"connector":{"name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}},"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=connector.*",
            r#""status":"pending","n":1.10,"connector":{},"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=list.id",
            r#""status":"pending","n":1.10,"connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}},"list":[{"x":2},3,[5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=list.*",
            r#""status":"pending","n":1.10,"connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}},"list":[3,[5]],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=a",
            r#""status":"pending","n":1.10,"connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}},"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=a.b",
            r#""status":"pending","n":1.10,"connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}},"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"a.d":5,"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]"#,
        ),
        ("_source_excludes=empty.x,plain.x", ALL),
        (
            "_source_excludes=connector.configuration.*",
            r#""status":"pending","n":1.10,"connector":{"id":"c","name":"x","configuration":{},"e":{}},"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{"id":1}}},"plain":[1,2]"#,
        ),
        ("_source_excludes=connector.e.x", ALL),
        ("_source_excludes=*", ""),
        (
            "_source_includes=connector&_source_excludes=connector.id",
            r#""connector":{"name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}}"#,
        ),
        ("_source_includes=connector.id&_source_excludes=connector", ""),
        (
            "_source_includes=list,empty,plain&_source_excludes=*.id",
            r#""list":[{"x":2},3,[5],{"x":1}],"empty":[],"plain":[1,2]"#,
        ),
        ("_source_includes=connector.e&_source_excludes=*.x", r#""connector":{"e":{}}"#),
        ("_source=status&_source_includes=n", r#""n":1.10"#),
        ("_source=status&_source_excludes=n", r#""status":"pending""#),
        ("_source=false&_source_includes=n", ""),
        ("_source=true&_source_includes=n", r#""n":1.10"#),
        ("_source= status , n", r#""status":"pending","n":1.10"#),
        ("_source=con?ector", ""),
        ("_source=.id", ""),
        ("_source=connector.", ""),
        ("_source=connector..id", ""),
        ("_source=,", ALL),
        ("_source_includes=", ALL),
        (
            "_source_excludes=deep.*",
            r#""status":"pending","n":1.10,"connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}},"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{},"plain":[1,2]"#,
        ),
        (
            "_source_excludes=deep.deep.deep.id",
            r#""status":"pending","n":1.10,"connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}},"list":[{"id":1,"x":2},3,[{"id":4},5],{"x":1}],"empty":[],"a.b":{"c":1},"a.d":5,"null":null,"deep":{"deep":{"deep":{}}},"plain":[1,2]"#,
        ),
        ("_source_includes=deep&_source_excludes=deep.*.id", r#""deep":{"deep":{"deep":{}}}"#),
        (
            "_source=co*",
            r#""connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}}"#,
        ),
        (
            "_source=*c*o*n*",
            r#""connector":{"id":"c","name":"x","configuration":{"a":{"value":1e400,"id":2},"b":{"value":2}},"e":{}}"#,
        ),
    ];

    #[test]
    fn the_forms_of_elasticsearch() {
        for (parameters, expected) in CASES {
            let expected = match *expected {
                ALL => DOCUMENT.to_owned(),
                "" => r#"{"id":"x"}"#.to_owned(),
                fields => format!(r#"{{"id":"x",{fields}}}"#),
            };
            assert_eq!(filtered(parameters, DOCUMENT), expected, "{parameters}");
        }
    }

    #[test]
    fn what_is_kept_is_kept_to_the_letter() {
        let odd = " {\n \"id\" : \"x\" , \"\\u0061\" : [ 1.10 , {\"b\" : 1e400, \"c\\\"}\":\"]\\\\\" } ] ,\"d\":{ } , \"a\": -0 }\n";
        let cases = [
            ("_source=a", r#"{"id":"x","\u0061":[ 1.10 , {"b" : 1e400, "c\"}":"]\\" } ],"a":-0}"#),
            ("_source=a.b", r#"{"id":"x","\u0061":[{"b":1e400}]}"#),
            ("_source_excludes=a.b", r#"{"id":"x","\u0061":[1.10,{"c\"}":"]\\"}],"d":{ },"a":-0}"#),
            ("_source=d", r#"{"id":"x","d":{ }}"#),
            ("_source_excludes=*", r#"{"id":"x"}"#),
        ];
        for (parameters, expected) in cases {
            assert_eq!(filtered(parameters, odd), expected, "{parameters}");
        }
        for text in ["[]", "1", "", "{", r#"{"a":"#, r#"{"a":[{"b":"c"#, r#"{"a"}"#] {
            assert_eq!(filtered("_source=a.b", text), text, "what is no object is left alone");
        }
    }

    #[test]
    fn any_depth_is_taken() {
        let deep = format!(r#"{{"id":"x","a":{}1{}}}"#, r#"{"a":"#.repeat(100_000), "}".repeat(100_000));
        assert_eq!(filtered("_source=a", &deep), deep);
        assert_eq!(filtered("_source_excludes=*.b", &deep), deep);
        assert_eq!(filtered("_source=**.b", &deep), r#"{"id":"x"}"#);
    }

    #[test]
    fn many_and_long_paths_are_refused() {
        let long = |path: &str, times| filter(&format!("_source=id&_source_includes={}", path.repeat(times)));
        for (path, times) in [("a,", 4_097), ("aaaaaaaa", 513), ("*a,", 129), ("**a", 86)] {
            let reason = long(path, times).unwrap_err().to_string();
            assert!(reason.contains("[4096]") && reason.contains("[256]"), "{reason}");
        }
        let names: Vec<String> =
            (0..1_000).map(|number| format!(r#""{}{number}":1"#, "a".repeat(60))).collect();
        let document = Bytes::from(format!(r#"{{"id":"x",{}}}"#, names.join(",")));
        for (path, times) in [("a,", 4_096), ("aaaaaaaa", 512), ("*a,", 128), ("**a", 85), ("*", 256)] {
            long(path, times).unwrap().apply(&document);
        }
    }
}
