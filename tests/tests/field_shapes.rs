//! Documents as real workers write them: read and changed without losing anything.
#![allow(missing_docs, reason = "a test")]

use tributary_domain::{Document, Id, Query};
use tributary_storage::{Collection, Deadline, Registry, StoreExt as _};
use tributary_tests::{Server, embedded, folder};

/// Unknown fields, which must be preserved.
const UNKNOWN: &str =
    r#""zz":{"b":1.10,"a":[1e400,123456789012345678901234567890,{}],"n":null,"é":"\u00e9\/"}"#;

/// Forty-four shapes: the known part of each document, before the unknown one.
fn shapes() -> Vec<String> {
    let mut shapes: Vec<String> = Vec::new();
    for status in ["canceling", "canceled", "completed", "error", "in_progress", "pending", "suspended"] {
        shapes.push(format!(r#""status":"{status}""#));
        shapes.push(format!(
            r#""created_at":"2023-05-25T12:30:00.000000+00:00","status":"{status}","job_type":"full","connector":{{"id":"c","x":1.50}},"metadata":{{}},"worker_hostname":"w""#
        ));
    }
    for odd in [
        r#""status":null"#,
        r#""status":7"#,
        r#""status":"Pending""#,
        r#""status":["pending","error"]"#,
        r#""status":{"is":"pending"}"#,
        r#""status":"""#,
        r#""status":true"#,
        r#""created_at":1684999800000"#,
        r#""created_at":"1684999800000""#,
        r#""created_at":"2023-05-25""#,
        r#""created_at":"2023-05-25T14:30:00+02:00""#,
        r#""created_at":"2023-05-25T14:30:00,5+0200""#,
        r#""created_at":"1684999800000.5""#,
        r#""created_at":-1"#,
        r#""created_at":"9999-12-31T23:59:59.999999999Z""#,
        r#""created_at":null"#,
        r#""created_at":"yesterday""#,
        r#""created_at":["2023-05-25T12:30:00Z","2022-01-01T00:00:00Z"]"#,
        r#""status":"pending","connector":"c""#,
        r#""status":"pending","connector":null"#,
        r#""status":"in_progress","connector":[{"id":"c"},{"id":"d"}]"#,
        r#""status":"pending","connector":{"id":7}"#,
        r#""status":"in_progress","metadata":"none""#,
        r#""status":"in_progress","metadata":[1]"#,
        r#""status":"in_progress","indexed_document_count":"12""#,
        r#""status":"in_progress","last_seen":0"#,
        r#""status":"in_progress","worker_hostname":null"#,
        r#""status":"canceling","error":{"text":"x"}"#,
        r#""status":"pending","job_type":"FULL""#,
        r#""status":"pending","job_type":["full","incremental"]"#,
    ] {
        shapes.push(odd.to_owned());
    }
    shapes.iter().map(|shape| format!("{{{shape},{UNKNOWN}}}")).collect()
}

async fn put_straight_into_the_store(url: &str, copies: &[&str]) -> Vec<String> {
    let store = Registry::with_built_in().open(url).await.unwrap();
    for copy in copies {
        for (number, shape) in shapes().iter().enumerate() {
            let id = Id::parse("id", format!("{copy}-{number:02}")).unwrap();
            store.create(Collection::SYNC_JOBS, &id, Document::parse(shape).unwrap()).await.unwrap();
        }
    }
    let query = Query::of(Collection::SYNC_JOBS).page(0, 10_000);
    let page = store.list(&query, Deadline::NONE).await.unwrap();
    store.close().await.unwrap();
    page.documents.iter().map(|text| String::from_utf8(text.to_vec()).unwrap()).collect()
}

#[tokio::test]
async fn every_shape_is_read_and_changed_without_loss() {
    const VERBS: [(&str, &str); 8] = [
        ("_check_in", ""),
        ("_claim", r#"{"worker_hostname":"w","sync_cursor":{"page":1}}"#),
        ("_cancel", ""),
        ("_error", r#"{"error":"broken"}"#),
        (
            "_stats",
            r#"{"deleted_document_count":1,"indexed_document_count":2,"indexed_document_volume":3,"metadata":{"a":1}}"#,
        ),
        ("_complete", ""),
        ("_suspend", "{}"),
        ("_canceled", r#"{"total_document_count":1}"#),
    ];
    assert_eq!(shapes().len(), 44);
    let folder = folder();
    let url = embedded(folder.path());
    let copies: Vec<&str> = VERBS.iter().map(|(verb, _)| &verb[1..]).collect();
    let listed = put_straight_into_the_store(&url, &copies).await;
    let server = Server::start(&url);

    let page = server.list("/_connector/_sync_job?size=1000");
    assert_eq!(page.count, 44 * VERBS.len());
    assert_eq!(page.texts(), listed, "the list is that of the store, to the letter");
    for (filter, matching) in
        [("status=pending", 8), ("connector_id=c", 8), ("connector_id=7", 1), ("job_type=incremental", 1)]
    {
        let found = server.list(&format!("/_connector/_sync_job?size=1000&{filter}"));
        assert_eq!(found.count, matching * VERBS.len(), "{filter}");
    }
    for (verb, body) in VERBS {
        let mut changed = 0;
        for (number, shape) in shapes().iter().enumerate() {
            let path = format!("/_connector/_sync_job/{}-{number:02}", &verb[1..]);
            let before = server.get(&path).expect(200).body;
            assert_eq!(before, shape.replacen('{', &format!(r#"{{"id":"{}-{number:02}","#, &verb[1..]), 1));
            let answer = server.put(&format!("{path}/{verb}"), body);
            let after = server.get(&path).expect(200).body;
            assert!(after.contains(UNKNOWN), "{verb} on {shape}: {after}");
            if answer.status == 200 {
                changed += 1;
            } else {
                assert!(answer.status == 400 || answer.status == 409, "{verb} on {shape}: {answer:?}");
                let status = answer.status;
                assert!(!answer.refusal(status).is_empty());
                assert_eq!(after, before, "a refused change changes nothing");
            }
        }
        assert!(changed > 0, "{verb} was refused everywhere");
        let id = format!("/_connector/_sync_job/{}-00", &verb[1..]);
        let _ = server.call("DELETE", &id).expect(200);
        let _ = server.get(&id).expect(404);
    }
    server.stop();
}
