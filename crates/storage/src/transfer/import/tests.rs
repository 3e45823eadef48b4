//! What is read and how it is understood, as data.

use futures_util::TryStreamExt;

use super::*;
use crate::{Deadline, MemoryStore};

const CONNECTORS: Option<Collection> = Some(Collection::CONNECTORS);
const JOBS: Option<Collection> = Some(Collection::SYNC_JOBS);

/// Gives a few bytes at a time, as a slow pipe does.
struct Trickle(std::io::Cursor<Vec<u8>>);

impl Read for Trickle {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let few = buffer.len().min(3);
        self.0.read(&mut buffer[..few])
    }
}

async fn imported(input: &[u8], collection: Option<Collection>) -> (Imported, Vec<String>) {
    let store = MemoryStore::default();
    let input = Trickle(std::io::Cursor::new(input.to_vec()));
    let imported = import(input, collection, &store, TargetMode::Empty, &|_| {}).await.unwrap();
    let mut documents = Vec::new();
    for (collection, mark) in Collection::LASTING.into_iter().zip(['c', 'j', 's']) {
        for stored in store.scan(collection, Deadline::NONE).try_concat().await.unwrap() {
            documents.push(format!("{mark}{}", String::from_utf8_lossy(&stored.document)));
        }
    }
    documents.sort();
    (imported, documents)
}

/// The input is understood, and is these documents, each with `c` or `j` before it.
async fn check(input: &str, collection: Option<Collection>, expected: &[&str]) {
    let (imported, documents) = imported(input.as_bytes(), collection).await;
    assert_eq!(imported.complaints, [], "{input}");
    assert_eq!(documents, expected, "{input}");
    assert_eq!(imported.verdict(), Verdict::Same, "{input}");
}

/// These places are not understood, and these documents are read all the same.
async fn check_refused(
    input: impl AsRef<[u8]>,
    collection: Option<Collection>,
    complaints: &[(u64, &str)],
    expected: &[&str],
) {
    let shown = String::from_utf8_lossy(input.as_ref()).into_owned();
    let (imported, documents) = imported(input.as_ref(), collection).await;
    assert_eq!(imported.complaints.len(), complaints.len(), "{shown}: {:?}", imported.complaints);
    for (complaint, (line, part)) in imported.complaints.iter().zip(complaints) {
        assert_eq!(complaint.line, *line, "{shown}: {complaint:?}");
        assert!(complaint.reason.contains(part), "{shown}: [{part}] is missing: {complaint:?}");
    }
    assert_eq!(imported.misunderstood, complaints.len() as u64);
    assert_eq!(documents, expected, "{shown}");
    assert!(matches!(imported.verdict(), Verdict::Incomplete(_)), "{shown}");
}

#[tokio::test]
async fn bulk_bodies() {
    let body = r#"{"create":{"_index":".elastic-connectors-v1","_id":"a"}}
{"n":1.10,"big":123456789012345678901234567890,"e":1e400,"deep":{"z":1, "a":[ ]}}

{"index":{"_id":"b","_index":".elastic-connectors-sync-jobs","routing":"x"}}
{"id":"b","s":"\u00e9 \"x\""}
"#;
    let expected = [
        r#"c{"id":"a","n":1.10,"big":123456789012345678901234567890,"e":1e400,"deep":{"z":1, "a":[ ]}}"#,
        r#"j{"id":"b","s":"\u00e9 \"x\""}"#,
    ];
    check(body, None, &expected).await;
    check(&body.replace('\n', "\r\n"), None, &expected).await;
    check(&format!("\u{feff}{}", body.trim_end()), None, &expected).await;
    check("{\"index\":{\"_id\":\"a\"}}\n{}\n", JOBS, &[r#"j{"id":"a"}"#]).await;
    check("{\"index\":{\"_id\":\"a\",\"_index\":\"mine\"}}\n{}\n", CONNECTORS, &[r#"c{"id":"a"}"#]).await;
}

#[tokio::test]
async fn hits_and_documents_on_lines() {
    let hits = r#"{"_index":".elastic-connectors","_id":"a","_score":1.0,"_source":{"x":[1.0]}}
{"_index":".elastic-connectors-sync-jobs-v1","_id":"b/\"","_seq_no":5,"found":true,"_source":{}}
"#;
    check(hits, None, &[r#"c{"id":"a","x":[1.0]}"#, r#"j{"id":"b/\""}"#]).await;
    let documents = "{\"id\":\"a\",\"x\":1}\n{\"x\":-0.0,\"id\":\"b\"}\n";
    check(documents, JOBS, &[r#"j{"id":"a","x":1}"#, r#"j{"x":-0.0,"id":"b"}"#]).await;
}

#[tokio::test]
async fn answers() {
    let answer = r#"{"took":1,"timed_out":false,"_shards":{"total":1},"hits":{"total":{"value":2,"relation":"eq"},"max_score":null,"hits":[
        {"_index":".elastic-connectors-v1","_id":"a","_source":{"x":{"y":1.50,"z":" "}},"sort":[1]},
        {"_index":".elastic-connectors-v1","_id":"b","_source":{}}]},"aggregations":{"a":{"buckets":[]}}}"#;
    let expected = [r#"c{"id":"a","x":{"y":1.50,"z":" "}}"#, r#"c{"id":"b"}"#];
    check(answer, None, &expected).await;
    let one_line = answer.replace('\n', "");
    check(&one_line, None, &expected).await;
    // With every blank that JSON allows.
    let spread = one_line.replace(':', " :\n\t").replace("[{", "[\r\n{");
    check(&spread, None, &expected).await;
    let (_, hits) = one_line.split_once("\"hits\":[").unwrap();
    let (hits, _) = hits.rsplit_once("]},\"aggregations").unwrap();
    check(&format!("[{hits}]"), None, &expected).await;
    // As `jq .hits.hits[]` writes them.
    check("{\n  \"_index\": \".elastic-connectors\",\n  \"_id\": \"a\",\n  \"_source\": {\n    \"x\": [\n      1.0\n    ]\n  }\n}\n{\n  \"_id\": \"b\",\n \"_index\": \".elastic-connectors\", \"_source\": {}\n}\n", None, &[r#"c{"id":"a","x":[1.0]}"#, r#"c{"id":"b"}"#]).await;
    check("{\"count\":1,\"results\":[{\"id\":\"a\",\"x\":1}]}", JOBS, &[r#"j{"id":"a","x":1}"#]).await;
    check("", None, &[]).await;
    check(" \n\n", None, &[]).await;
}

#[tokio::test]
async fn an_answer_with_a_part_of_what_matches_is_noticed() {
    let page = |id: &str, total: &str| {
        format!(
            r#"{{"hits":{{"total":{total},"hits":[{{"_index":".elastic-connectors","_id":"{id}","_source":{{}}}}]}}}}"#
        )
    };
    let first = page("a", r#"{"value":2,"relation":"eq"}"#);
    assert_eq!(imported(first.as_bytes(), None).await.0.only_part, Some((1, 2)));
    let both = first + "\n" + &page("b", "2");
    let (both, documents) = imported(both.as_bytes(), None).await;
    assert_eq!((both.only_part, documents.len()), (None, 2));
    let list = br#"{"count":7,"results":[{"id":"a"}]}"#;
    assert_eq!(imported(list, JOBS).await.0.only_part, Some((1, 7)));
}

#[tokio::test]
async fn repetitions_are_counted_and_contradictions_reported() {
    let line =
        |n: u32| format!("{{\"_index\":\".elastic-connectors\",\"_id\":\"a\",\"_source\":{{\"n\":{n}}}}}\n");
    let (same, documents) = imported((line(1) + &line(1)).as_bytes(), None).await;
    assert_eq!((same.repeated, documents.len(), same.verdict()), (1, 1, Verdict::Same));
    let (other, documents) = imported((line(1) + &line(2)).as_bytes(), None).await;
    assert_eq!((other.repeated, documents.len(), other.report.left_out), (0, 1, 1));
    assert!(matches!(other.verdict(), Verdict::Different(_)));
}

#[tokio::test]
async fn lines_that_are_not_understood() {
    let good = "{\"_index\":\".elastic-connectors\",\"_id\":\"good\",\"_source\":{}}\n";
    let kept: &[&str] = &[r#"c{"id":"good"}"#];
    let cases = [
        ("nonsense", "no JSON"),
        ("{\"a\":1", "no JSON: EOF"),
        ("{\"a\":1}}", "trailing characters"),
        ("[1]", "no JSON object"),
        ("{}", "no action of a bulk body"),
        ("{\"id\":\"x\"}", "--collection"),
        ("{\"id\":5}", "[id] must be a string"),
        ("{\"_index\":\".elastic-connectors\",\"_source\":{}}", "no [_id]"),
        ("{\"_index\":\".elastic-connectors\",\"_id\":\"x\"}", "no [_source]"),
        ("{\"_index\":\".elastic-connectors\",\"_id\":\"\",\"_source\":{}}", "must not be empty"),
        ("{\"_index\":\".elastic-connectors\",\"_id\":7,\"_source\":{}}", "[_id] must be a string"),
        ("{\"_index\":\"mine\",\"_id\":\"x\",\"_source\":{}}", "[mine]"),
        ("{\"_id\":\"x\",\"_source\":{}}", "no [_index]"),
        ("{\"_index\":\".elastic-connectors\",\"_id\":\"x\",\"_source\":[]}", "invalid type"),
        (
            "{\"_index\":\".elastic-connectors\",\"_id\":\"x\",\"_source\":{\"a\":1,\"\\u0061\":2}}",
            "duplicate field [a]",
        ),
    ];
    for (bad, reason) in cases {
        check_refused(format!("{good}{bad}\n"), None, &[(2, reason)], kept).await;
        check_refused(format!("\n{good}\n{bad}"), None, &[(4, reason)], kept).await;
    }
    check_refused(
        [good.as_bytes(), b"{\"a\":\"\xff\"}"].concat(),
        None,
        &[(2, "not UTF-8 from byte 7")],
        kept,
    )
    .await;
    let contradiction = [(1, "holds other documents than --collection says")];
    check_refused(good, JOBS, &contradiction, &[]).await;
    check_refused(b"\x1f\x8b\x08", None, &[(1, "gunzip")], &[]).await;
    check_refused(b"\xff\xfe{\0", None, &[(1, "UTF-16")], &[]).await;
}

#[tokio::test]
async fn bulk_bodies_that_are_not_understood_lose_only_what_is_wrong() {
    let action =
        |id: &str| format!("{{\"index\":{{\"_index\":\".elastic-connectors\",\"_id\":\"{id}\"}}}}\n");
    let good = action("good") + "{\"n\":1}\n";
    let kept: &[&str] = &[r#"c{"id":"good","n":1}"#];
    // The document of a bad action is passed over, even if it could be one by itself.
    let document = "{\"_index\":\".elastic-connectors\",\"_id\":\"x\",\"_source\":{}}\n";
    for (bad, reason) in [
        ("{\"index\":{\"_index\":\".elastic-connectors\"}}", "no [_id]"),
        ("{\"index\":{\"_index\":\"mine\",\"_id\":\"x\"}}", "[mine]"),
        ("{\"update\":{\"_index\":\".elastic-connectors\",\"_id\":\"x\"}}", "[update] is not read"),
        ("{\"index\":{\"_index\":", "no JSON"),
    ] {
        check_refused(format!("{good}{bad}\n{document}"), None, &[(3, reason)], kept).await;
        let between = format!("{}{{}}\n{bad}\n{document}{good}", action("a"));
        check_refused(between, None, &[(3, reason)], &[r#"c{"id":"a"}"#, kept[0]]).await;
    }
    let deletion = "{\"delete\":{\"_index\":\".elastic-connectors\",\"_id\":\"x\"}}\n";
    check_refused(format!("{deletion}{good}"), None, &[(1, "[delete] is not read")], kept).await;
    check_refused(format!("{}{good}", action("x")), None, &[(1, "another action follows")], kept).await;
    check_refused(format!("{good}{}", action("x")), None, &[(3, "the input ends")], kept).await;
    check_refused(format!("{good}{}{{\"n\":\n", action("x")), None, &[(4, "no JSON: EOF")], kept).await;
}

#[tokio::test]
async fn answers_that_are_not_understood() {
    let hit = r#"{"_index":".elastic-connectors","_id":"good","_source":{}}"#;
    let kept: &[&str] = &[r#"c{"id":"good"}"#];
    let error = r#"{"error":{"type":"index_not_found_exception","reason":"no such index"},"status":404}"#;
    check_refused(error, None, &[(1, "no such index")], &[]).await;
    let foreign = r#"{"_index":"mine","_id":"x","_source":{}}"#;
    let answer = format!("{{\"took\":1,\n\"hits\":{{\"hits\":[\n{foreign},\n{hit}]}}}}");
    check_refused(&answer, None, &[(3, "[mine]")], kept).await;
    let cut = &answer[..answer.len() - 3].replace("mine", ".elastic-connectors");
    check_refused(cut, None, &[(4, "nothing from here on was read")], &[kept[0], r#"c{"id":"x"}"#]).await;
    check_refused(r#"{"hits":[]}"#, None, &[(1, "the [hits] of an answer")], &[]).await;
    check_refused(r#"{"results":7}"#, None, &[(1, "an array of documents")], &[]).await;
    check_refused(format!("[{hit},\n5]"), None, &[(2, "invalid type")], kept).await;
    check_refused(r#"{"count":1,"x":2}"#, JOBS, &[(1, "no document with an [id]")], &[]).await;
}

#[tokio::test]
async fn input_that_breaks_off_is_an_error() {
    struct Broken(bool);
    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the cable is cut"));
            }
            let text = b"{\"index\":{\"_index\":\".elastic-connectors\",\"_id\":\"a\"}}\n{}\n";
            buffer[..text.len()].copy_from_slice(text);
            Ok(text.len())
        }
    }
    let store = MemoryStore::default();
    let result = import(Broken(false), None, &store, TargetMode::Empty, &|_| {}).await;
    let reason = result.unwrap_err().to_string();
    assert_eq!(reason, "reading the input: the cable is cut");
}

#[tokio::test]
async fn documents_without_their_sensitive_values_are_not_understood() {
    let document = |id: &str, value: &str| {
        format!(r#"{{"id":"{id}","configuration":{{"p":{{"sensitive":true,"value":"{value}"}}}}}}"#)
    };
    let sealed = document("b", "tributary-sealed:v1:x");
    let input = format!("{}\n{sealed}\n", document("a", tributary_domain::MASK));
    let complaint = "[configuration.p.value] is [tributary-masked-value]";
    check_refused(&input, CONNECTORS, &[(1, complaint)], &[&format!("c{sealed}")]).await;
}
