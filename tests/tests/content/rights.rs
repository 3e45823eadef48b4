//! What keys may do with content indices.

use std::io::Write as _;

use serde_json::{Value, json};
use tributary_tests::{Answer, Server, folder};

use super::{engines, in_front_of, index};

/// Base64 of an id and a secret: the first key.
const ADMIN: &str = "YWRtaW46dGhlLXNlY3JldC1vZi10aGUtYWRtaW5pc3RyYXRvcg==";

fn send(server: &Server, key: &str, method: &str, target: &str, body: &Value) -> Answer {
    let text = match body {
        Value::Null => None,
        Value::String(lines) => Some(lines.clone()),
        body => Some(body.to_string()),
    };
    let media_type = if body.is_string() { "application/x-ndjson" } else { "application/json" };
    let authorization = format!("ApiKey {key}");
    let headers = [("Authorization", authorization.as_str()), ("Content-Type", media_type)];
    let headers = if text.is_some() { &headers[..] } else { &headers[..1] };
    server.answer_to(method, target, headers, text.as_deref().map(str::as_bytes))
}

fn create_key(server: &Server, names: &str, privileges: &[&str]) -> String {
    let role = json!({ "cluster": ["monitor"], "indices": [{ "names": [names], "privileges": privileges }] });
    let body = json!({ "name": "a key", "role_descriptors": { "role": role } });
    let created = send(server, ADMIN, "POST", "/_security/api_key", &body).expect(200).json();
    created["encoded"].as_str().unwrap().to_owned()
}

#[test]
fn keys_reach_their_own_indices_alone() {
    for engine in engines() {
        let store = folder();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(ADMIN.as_bytes()).unwrap();
        let launch = || {
            in_front_of(engine, store.path())
                .arguments(["--security", "on"])
                .variable("TRIBUTARY_ADMIN_KEY_FILE", file.path())
        };
        launch()
            .arguments(["--content-forward-authorization"])
            .finish()
            .gave_up_naming(&["--content-forward-authorization", "--security"]);
        let server = launch().start();
        let (own, foreign) = (index("own"), index("foreign"));
        let own_more = format!("{own}-more");
        for name in [&own, &own_more, &foreign] {
            let settings = json!({ "settings": { "number_of_shards": 1, "number_of_replicas": 0 } });
            let _ = send(&server, ADMIN, "PUT", &format!("/{name}"), &settings).expect(200);
        }
        let reader = create_key(&server, &format!("{own}*"), &["read"]);
        let writer = create_key(&server, &format!("{own}*"), &["write", "maintenance"]);
        let other = create_key(&server, &format!("{foreign}*"), &["read"]);

        let action = |name: &str, id: u8| {
            format!("{{\"index\":{{\"_index\":\"{name}\",\"_id\":\"{id}\"}}}}\n{{\"a\":{id}}}\n")
        };
        let good = json!(format!("{}{}", action(&own, 1), action(&own_more, 2)));
        let mixed = json!(format!("{}{}", action(&own, 3), action(&foreign, 4)));
        let _ = send(&server, &reader, "POST", "/_bulk", &good).expect(403);
        let written = send(&server, &writer, "POST", "/_bulk", &good).expect(200).json();
        assert_eq!(written["errors"], false, "{written}");
        let refused = send(&server, &writer, "POST", "/_bulk", &mixed).expect(403).json();
        let reason = refused["error"]["reason"].as_str().unwrap();
        for part in [
            "action [indices:data/write/index] is unauthorized for API key id [",
            &format!("on indices [{foreign}]"),
            "granted by the index privileges [create,index,write,all]",
        ] {
            assert!(reason.contains(part), "{reason}");
        }
        let _ = send(&server, &writer, "POST", &format!("/{own}*/_refresh"), &Value::Null).expect(200);
        let count = |name: &str| {
            send(&server, ADMIN, "GET", &format!("/{name}/_count"), &Value::Null).expect(200).json()["count"]
                .clone()
        };
        assert_eq!(
            [count(&own), count(&own_more), count(&foreign)],
            [1, 1, 0],
            "nothing of a refused request is done"
        );

        let search = |key: &str, names: &str| {
            send(&server, key, "POST", &format!("/{names}/_search"), &json!({ "size": 1 })).status
        };
        assert_eq!(search(&reader, &own), 200);
        assert_eq!(search(&reader, &format!("{own}*")), 200);
        assert_eq!(search(&writer, &own), 403);
        for wide in [&foreign, "*", "_all", &format!("{own},{foreign}"), "content-*"] {
            assert_eq!(search(&reader, wide), 403, "{wide}");
        }
        let parts =
            |name: &str| json!(format!("{{\"index\":\"{own}\"}}\n{{}}\n{{\"index\":\"{name}\"}}\n{{}}\n"));
        let _ = send(&server, &reader, "POST", "/_msearch", &parts(&own_more)).expect(200);
        let _ = send(&server, &reader, "POST", "/_msearch", &parts(&foreign)).expect(403);
        let lookup = json!({ "query": { "terms": { "a": { "index": foreign, "id": "1", "path": "a" } } } });
        let _ = send(&server, &reader, "POST", &format!("/{own}/_search"), &lookup).expect(403);
        assert_eq!(server.get(&format!("/{own}/_search")).status, 401);

        // A scroll goes on for the key that began it.
        let scrolling = json!({ "size": 1 });
        let begun = send(&server, &reader, "POST", &format!("/{own}*/_search?scroll=1m"), &scrolling)
            .expect(200)
            .json();
        let scroll = json!({ "scroll": "1m", "scroll_id": begun["_scroll_id"] });
        let _ = send(&server, &other, "POST", "/_search/scroll", &scroll).expect(403);
        let next = send(&server, &reader, "POST", "/_search/scroll", &scroll).expect(200).json();
        assert_eq!(next["hits"]["hits"].as_array().map(Vec::len), Some(1), "{next}");
        let _ = send(
            &server,
            &reader,
            "DELETE",
            "/_search/scroll",
            &json!({ "scroll_id": [next["_scroll_id"]] }),
        )
        .expect(200);
        let point = send(&server, &reader, "POST", &format!("/{own}/_pit?keep_alive=1m"), &Value::Null)
            .expect(200)
            .json();
        let inside = json!({ "pit": { "id": point["id"] } });
        let _ = send(&server, &other, "POST", "/_search", &inside).expect(403);
        let _ = send(&server, &reader, "POST", "/_search", &inside).expect(200);
        let _ = send(&server, &reader, "POST", "/_search", &json!({})).expect(403);
        let _ = send(&server, &reader, "DELETE", "/_pit", &json!({ "id": point["id"] })).expect(200);
        for name in [&own, &own_more, &foreign] {
            let _ = send(&server, &writer, "DELETE", &format!("/{name}"), &Value::Null).expect(403);
            let _ = send(&server, ADMIN, "DELETE", &format!("/{name}"), &Value::Null).expect(200);
        }
        server.stop();
    }
}
