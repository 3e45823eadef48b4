//! Lists: tables, JSON, lines of JSON.

use serde_json::Value;

use crate::{Service, job};

/// Three jobs: one that completed, one that failed, one that waits.
fn three_jobs() -> String {
    let jobs = [
        (
            "job-1",
            r#"{"connector":{"id":"orders"},"created_at":"2026-01-02T03:04:05Z","started_at":"2026-01-02T03:05:00Z",
              "completed_at":"2026-01-02T03:09:12Z","job_type":"full","status":"completed",
              "indexed_document_count":1024,"trigger_method":"scheduled"}"#,
        ),
        (
            "job-2",
            r#"{"connector":{"id":"orders"},"created_at":"2026-01-02T04:04:05.678Z","job_type":"access_control",
              "started_at":"2026-01-02T04:04:06Z","completed_at":"2026-01-02T04:04:06.350Z","status":"error",
              "indexed_document_count":0,"trigger_method":"on_demand","error":"no route to host\nat line 1"}"#,
        ),
        (
            "a job/3",
            r#"{"connector":{"id":"größe"},"created_at":"2026-01-02T05:04:05.678Z","job_type":"incremental",
              "status":"pending","trigger_method":"on_demand"}"#,
        ),
    ];
    jobs.map(|(id, source)| job(id, &source.replace('\n', " ").replace("host at", r"host\nat"))).concat()
}

#[test]
fn a_table_has_a_line_for_each_job() {
    let service = Service::holding(&three_jobs());
    let ended = service.run(0, &["jobs", "list"]);
    assert_eq!(
        ended.output,
        "\
ID       CONNECTOR  TYPE            STATUS     CREATED                   DURATION  DOCUMENTS  TRIGGER    ERROR
job-1    orders     full            completed  2026-01-02T03:04:05Z        4m 12s       1024  scheduled  -
job-2    orders     access_control  error      2026-01-02T04:04:05.678Z     350ms          0  on_demand  no route to host\\nat line 1
a job/3  größe      incremental     pending    2026-01-02T05:04:05.678Z         -          -  on_demand  -
"
    );
    assert_eq!(ended.log, "3 of 3 jobs\n");
    let ended = service.run(0, &["jobs", "list", "--size", "1", "--from=1"]);
    assert!(ended.output.lines().nth(1).is_some_and(|line| line.starts_with("job-2 ")), "{ended:?}");
    assert_eq!(ended.log, "1 of 3 jobs\n");
    let ended = service.run(0, &["jobs", "list", "--status", "SUSPENDED"]);
    assert_eq!((ended.output.as_str(), ended.log.as_str()), ("", "0 of 0 jobs\n"));
    let colored = service.output(&["jobs", "list", "--color", "always"]);
    assert!(colored.contains("\u{1b}[31merror\u{1b}[0m"), "{colored:?}");
}

#[test]
fn filters_are_those_of_the_api() {
    let service = Service::holding(&three_jobs());
    let ids = |arguments: &[&str]| {
        let output = service.output(&[&["jobs", "list", "--output", "ndjson"], arguments].concat());
        let id = |line: &str| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned();
        output.lines().map(id).collect::<Vec<_>>()
    };
    assert_eq!(ids(&[]), ["job-1", "job-2", "a job/3"]);
    assert_eq!(ids(&["--order", "desc"]), ["a job/3", "job-2", "job-1"]);
    assert_eq!(ids(&["--connector-id", "größe"]), ["a job/3"]);
    assert_eq!(ids(&["--job-type", "full,access_control"]), ["job-1", "job-2"]);
    assert_eq!(ids(&["--job-type", "full", "--job-type", "incremental", "--status", "pending"]), ["a job/3"]);
}

#[test]
fn json_is_what_the_api_answers() {
    let service = Service::holding(&three_jobs());
    let answer = service.server.get("/_connector/_sync_job?size=2").body;
    assert_eq!(service.output(&["jobs", "list", "--size", "2", "--output", "json"]), format!("{answer}\n"));
    let ended = service.run(0, &["jobs", "list", "-o", "ndjson", "--size=2"]);
    let listing = service.server.list("/_connector/_sync_job?size=2");
    assert_eq!(ended.output.lines().collect::<Vec<_>>(), listing.texts());
    assert_eq!(ended.log, "2 of 3 jobs\n", "there are more");
    let ended = service.run(0, &["jobs", "list", "--cursor", "", "--size", "2"]);
    let next = ended
        .log
        .strip_prefix("2 of 3 jobs\n--cursor ")
        .and_then(|rest| rest.strip_suffix(" is the next page\n"));
    let ended = service.run(0, &["jobs", "list", "--cursor", next.unwrap()]);
    assert!(ended.output.lines().nth(1).is_some_and(|line| line.starts_with("a job/3 ")), "{ended:?}");
    assert_eq!(ended.log, "1 of 3 jobs\n");
    let ended = service.run(0, &["jobs", "list", "-o", "ndjson", "--status", "suspended"]);
    assert_eq!((ended.output.as_str(), ended.log.as_str()), ("", ""));
}

#[test]
fn counts_are_numbers_and_tables() {
    let service = Service::holding(&three_jobs());
    assert_eq!(service.output(&["jobs", "count"]), "3\n");
    assert_eq!(service.output(&["jobs", "count", "--connector-id", "orders"]), "2\n");
    assert_eq!(
        service.output(&["jobs", "count", "--by", "status,job_type", "--size", "2"]),
        "\
STATUS      JOB_TYPE        JOBS
completed   full               1
error       access_control     1
(1 others)                     1
"
    );
    assert_eq!(
        service.output(&["jobs", "count", "--by", "completed_at", "--interval", "1h"]),
        "\
FROM                      JOBS  FAILURES  DOCUMENTS  MEDIAN    95 %
2026-01-02T03:00:00.000Z     1         0       1024  4m 12s  4m 12s
2026-01-02T04:00:00.000Z     1         1          0   350ms   350ms
(none)                       1
"
    );
    let answer = service.server.get("/_connector/_sync_job/_count?by=status").body;
    assert_eq!(service.output(&["jobs", "count", "--by", "status", "-o", "json"]), format!("{answer}\n"));
    service.run(2, &["jobs", "count", "--by", "color"]).gave_up_naming(&["--by", "connector_id"]);
}

#[test]
fn lists_may_be_longer_than_an_answer() {
    let number = |number: usize| format!("{number:04}");
    let source = |number: usize| {
        format!(r#"{{"created_at":"2026-01-02T03:04:05.{number:04}Z","connector":{{"id":"c"}},"error":"e"}}"#)
    };
    let jobs: String = (0..2_345).map(|one| job(&number(one), &source(one))).collect();
    let service = Service::holding(&jobs);
    let ids = |arguments: &[&str]| {
        let ended = service.run(0, &[&["jobs", "list"], arguments].concat());
        let id =
            |line: &str| line.trim_start_matches(r#"{"id":""#).split([' ', '"']).next().unwrap().to_owned();
        (ended.output.lines().map(id).collect::<Vec<_>>(), ended.log)
    };
    let expected: Vec<_> = (0..2_345).map(number).collect();
    let none = String::new;
    assert_eq!(ids(&["--all", "--output", "ndjson"]), (expected.clone(), none()));
    assert_eq!(ids(&["--limit", "1001", "--output", "ndjson"]), (expected[..1_001].to_vec(), none()));
    let (table, log) = ids(&["--all"]);
    assert_eq!(
        (&table[0], &table[1..], log.as_str()),
        (&"ID".to_owned(), &expected[..], "2,345 of 2,345 jobs\n")
    );
    let (table, log) = ids(&["--limit", "2", "--order", "desc"]);
    assert_eq!(
        (&table[1..], log.as_str()),
        (&["2344".to_owned(), "2343".to_owned()][..], "2 of 2,345 jobs\n")
    );
    // Only what is displayed was sent, and all of it is.
    let whole = service.output(&["jobs", "list", "--size", "3"]);
    assert_eq!(service.output(&["jobs", "list", "--limit", "3"]), whole);
    for wrong in [
        &["--all", "--limit", "2"][..],
        &["--all", "--size", "2"],
        &["--limit", "0"],
        &["--all", "--output", "json"],
        &["--all", "--cursor", ""],
    ] {
        service.run(2, &[&["jobs", "list"], wrong].concat());
    }
    assert_eq!(service.output(&["connectors", "list", "--all"]), "");
}

#[test]
fn documents_may_be_anything() {
    let odd = [
        "{}",
        r#"{"connector":7,"status":["a",{"b":1}],"created_at":"yesterday","error":{"a":1},"job_type":null}"#,
        r#"{"connector":{"id":{"x":1}},"status":true,"created_at":-1e300,"started_at":0,"completed_at":"9999-12-31"}"#,
        r#"{"error":"\u001b]0;owned\u0007\u009b2J\u202e","status":"\u001b[31m","trigger_method":"\r\n","connector":{"id":"\u0000"}}"#,
        r#"{"indexed_document_count":-1.5e3,"started_at":"9999-12-31T00:00:00Z","completed_at":"0000-01-01T00:00:00Z"}"#,
    ];
    let lines: String =
        odd.iter().enumerate().map(|(number, source)| job(&format!("odd-{number}"), source)).collect();
    let service = Service::holding(&(lines + &job("\\u001b[2J", "{}")));
    for arguments in [&["--color", "never"][..], &["--output", "json"], &["--output", "ndjson"]] {
        let output = service.output(&[&["jobs", "list"], arguments].concat());
        assert!(!output.contains(['\u{1b}', '\u{7}', '\r', '\0']), "{output:?}");
    }
    let table = service.output(&["jobs", "list"]);
    assert_eq!(table.lines().count(), 7, "{table}");
    assert!(
        !table.contains(['\u{9b}', '\u{202e}']) && table.contains(r"\u{1b}]0;owned\u{7}\u{9b}2J\u{202e}"),
        "{table}"
    );
    for number in 0..odd.len() {
        let shown = service.output(&["jobs", "show", &format!("odd-{number}")]);
        assert!(shown.starts_with(&format!("ID:               odd-{number}\n")), "{shown:?}");
        assert!(!shown.contains(['\u{1b}', '\u{9b}', '\0', '\u{202e}', '\r']), "{shown:?}");
    }
}

#[test]
fn connectors_are_listed_and_shown() {
    let service = Service::new();
    for (id, name) in [("orders", "Orders"), ("a b/c", "Staff")] {
        let target = format!("/_connector/{}", id.replace(' ', "%20").replace('/', "%2F"));
        let body = format!(
            r#"{{"index_name":"search-{}","service_type":"s3","name":"{name}"}}"#,
            name.to_lowercase()
        );
        let _ = service.server.put(&target, &body).expect(201);
    }
    let ended = service.run(0, &["connectors", "list"]);
    assert_eq!(
        ended.output,
        "\
ID      INDEX          SERVICE TYPE  STATUS   LAST SEEN  LAST SYNC  NAME    ERROR
orders  search-orders  s3            created  -          -          Orders  -
a b/c   search-staff   s3            created  -          -          Staff   -
"
    );
    assert_eq!(ended.log, "2 of 2 connectors\n");
    let found = service.output(&["connectors", "list", "--query", "staff", "--output", "ndjson"]);
    assert!(found.starts_with(r#"{"id":"a b/c","#) && found.lines().count() == 1, "{found}");
    let shown = service.output(&["connectors", "show", "a b/c"]);
    assert!(
        shown.contains("\nName:            Staff\n") && shown.contains("\nStatus:          created\n"),
        "{shown}"
    );
    let _ = service.server.call("DELETE", "/_connector/orders").expect(200);
    service.run(3, &["connectors", "show", "orders"]);
    assert!(
        service
            .output(&["connectors", "show", "orders", "--include-deleted"])
            .contains("Deleted:         true\n")
    );
    assert!(!service.output(&["connectors", "list", "--include-deleted=false"]).contains("orders"));
}
