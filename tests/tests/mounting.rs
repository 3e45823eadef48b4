//! The example runs, and serves the API beside its own pages.
#![allow(missing_docs, reason = "a test")]

use std::io::{Read, Write};
use std::net::TcpStream;

use tributary_tests::Mounted;

fn ask(address: &str, request: &str) -> String {
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "{request} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_example_serves_the_api_under_its_prefixes() {
    let mounted = Mounted::start();
    let address = mounted.address();

    assert!(ask(address, "GET /").ends_with("a page of the service itself"));
    let put = ask(address, "PUT /search/_connector/c%2Fd");
    assert!(put.starts_with("HTTP/1.1 201") && put.ends_with(r#"{"result":"created","id":"c/d"}"#), "{put}");
    let list = ask(address, "GET /second/_connector?filter_path=count,results.id");
    assert!(list.ends_with(r#"{"count":1,"results":[{"id":"c/d"}]}"#), "{list}");
    let check_in = ask(address, "PUT /second/_connector/c%2Fd/_check_in/");
    assert!(check_in.ends_with(r#"{"result":"updated"}"#), "{check_in}");
    let missing = ask(address, "GET /search/_connector/_sync_job/nobody");
    assert!(
        missing.starts_with("HTTP/1.1 404") && missing.contains("x-elastic-product: Elasticsearch"),
        "{missing}"
    );
    let info = ask(address, "GET /search");
    assert!(info.contains(r#""cluster_name":"tributary""#), "{info}");
    let document = ask(address, "GET /second/_openapi.json?filter_path=servers.url");
    assert!(document.ends_with(r#"{"servers":[{"url":"/second"}]}"#), "{document}");
    let wrong = ask(address, "DELETE /search/_connector/_sync_job");
    assert!(wrong.starts_with("HTTP/1.1 405") && wrong.contains("allow: GET, HEAD, POST"), "{wrong}");
}
