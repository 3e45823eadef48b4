//! What is done to jobs.

use std::time::{Duration, Instant};

use serde_json::Value;
use tributary_tests::{Fault, Launch, Proxy, Scenario, embedded, wait_until};

use crate::{Service, job};

#[test]
fn jobs_are_created_shown_canceled_and_deleted() {
    let service = Service::new();
    Scenario(&service.server).connector("orders");
    let first = service.output(&["jobs", "create", "orders"]);
    let first = first.trim_end();
    let second = service.output(&[
        "jobs",
        "create",
        "orders",
        "--type",
        "Incremental",
        "--trigger-method",
        "scheduled",
    ]);
    let second = second.trim_end();
    let listed = service.server.list("/_connector/_sync_job").ids();
    assert_eq!(listed, [first, second]);
    let shown = service.output(&["jobs", "show", second]);
    for line in ["Type:             incremental", "Trigger:          scheduled", "Status:           pending"]
    {
        assert!(shown.contains(&format!("\n{line}\n")), "[{line}] is missing: {shown}");
    }
    let answer = service.server.get(&format!("/_connector/_sync_job/{first}")).body;
    for format in ["json", "ndjson"] {
        assert_eq!(service.output(&["jobs", "show", first, "--output", format]), format!("{answer}\n"));
        assert_eq!(service.output(&["jobs", "count", "--output", format]), "{\"count\":2}\n");
    }
    assert_eq!(service.output(&["jobs", "cancel", first]), format!("{first}: cancel requested\n"));
    assert!(service.output(&["jobs", "show", first]).contains("\nStatus:           canceled\n"));
    let deleted = service.output(&["jobs", "delete", first, second]);
    assert_eq!(deleted, format!("{first}: deleted\n{second}: deleted\n"));
    assert_eq!(Scenario(&service.server).stored().0, 0);
    let created = service.output(&["jobs", "create", "orders", "--output", "json"]);
    let listed = service.server.list("/_connector/_sync_job").ids();
    assert_eq!(created, format!("{{\"id\":\"{}\"}}\n", listed[0]));
}

#[test]
fn jobs_are_created_once_and_retried() {
    let service = Service::new();
    Scenario(&service.server).connector("orders");
    let create = |arguments: &[&str]| {
        service.output(&[&["jobs", "create", "orders"], arguments].concat()).trim_end().to_owned()
    };
    let first = create(&["--idempotency-key", "nightly"]);
    assert_eq!(create(&["--idempotency-key", "nightly"]), first);
    assert_eq!(create(&["--if-pending", "return"]), first);
    service
        .run(4, &["jobs", "create", "orders", "--if-pending", "reject"])
        .gave_up_naming(&["(409 Conflict)"]);
    service.run(4, &["jobs", "retry", &first]).gave_up_naming(&[&first]);
    service.run(0, &["jobs", "cancel", &first]);
    for format in ["json", "ndjson"] {
        let retried = service.output(&["jobs", "retry", &first, "--output", format]);
        let newest = service.server.list("/_connector/_sync_job").ids().pop().unwrap();
        assert_eq!(retried, format!("{{\"id\":\"{newest}\"}}\n"));
        let canceled = service.output(&["jobs", "cancel", &newest, "--output", format]);
        assert_eq!(canceled, "{\"result\":\"updated\"}\n");
    }
    let retried = service.output(&["jobs", "retry", &first]);
    let (before, id) = retried.trim_end().split_once(": retried as ").expect(&retried);
    assert_eq!(before, first);
    assert!(service.output(&["jobs", "show", id]).contains(&first), "it says what it retries");
    service
        .run(1, &["jobs", "create", "orders", "--idempotency-key", "a\nb"])
        .gave_up_naming(&["cannot be made"]);
}

#[test]
fn jobs_are_selected_by_filters() {
    let service = Service::new();
    let scenario = Scenario(&service.server);
    for connector in ["orders", "staff"] {
        scenario.connector(connector);
        for job_type in ["full", "incremental", "access_control"] {
            scenario.job(connector, job_type);
        }
    }
    let cancel = ["jobs", "cancel", "--connector-id", "orders", "--job-type", "full,incremental"];
    let with = |more: &[&'static str]| [&cancel[..], more].concat();
    assert_eq!(service.output(&with(&["--dry-run"])), "would cancel 2 of 2 jobs that match\n");
    service.run(2, &cancel).gave_up_naming(&["would cancel 2 of 2", "--yes is needed"]);
    assert_eq!(service.server.list("/_connector/_sync_job?status=canceled").count, 0);
    assert_eq!(service.output(&with(&["--yes"])), "canceled 2 of 2 jobs that matched\n");
    assert_eq!(service.output(&with(&["--yes"])), "canceled 0 of 2 jobs that matched\n");
    assert_eq!(
        service.output(&["jobs", "retry", "--status", "canceled", "-y"]),
        "retried 2 of 2 jobs that matched\n"
    );
    assert_eq!(service.output(&["jobs", "delete", "--all", "--yes"]), "deleted 8 of 8 jobs that matched\n");
    scenario.job("orders", "full");
    let object = |output: &str| {
        assert_eq!(output.lines().count(), 1, "{output}");
        serde_json::from_str::<Value>(output).unwrap()
    };
    for (last, name, answer) in [("--dry-run", "dry_run", Value::Bool(true)), ("--yes", "updated", 1.into())]
    {
        let canceled = object(&service.output(&with(&["-o", "json", last])));
        assert_eq!((&canceled[name], &canceled["updated"]), (&answer, &1.into()), "{canceled}");
    }
    for wrong in [
        &["jobs", "delete"][..],
        &["jobs", "delete", "--yes"],
        &["jobs", "delete", "some-id", "--all"],
        &["jobs", "retry", "--all", "--yes", "--if-pending", "return"],
    ] {
        service.run(2, wrong);
    }
    service
        .run(4, &["jobs", "delete", "--all", "--status", "error", "--yes"])
        .gave_up_naming(&["[all=true]"]);
}

#[test]
fn the_end_of_a_job_is_waited_for() {
    let service = Service::new();
    let scenario = Scenario(&service.server);
    scenario.connector("orders");
    let ended = service.run(8, &["jobs", "create", "orders", "--wait", "--timeout", "0"]);
    let first = ended.output.trim_end().to_owned();
    assert_eq!(ended.log, format!("tributary: sync job [{first}] has not ended within 0 seconds\n"));
    let start = Instant::now();
    service.run(8, &["jobs", "show", &first, "--wait", "--timeout", "1"]);
    assert!(start.elapsed() >= Duration::from_secs(1));
    for (verb, body, code, status) in [
        ("_complete", "", 0, "completed"),
        ("_error", r#"{"error":"no route\u001b[2J"}"#, 6, "error"),
        ("_cancel", "", 7, "canceled"),
    ] {
        let job = scenario.job("orders", "full");
        if code != 7 {
            scenario.claim(&job, "worker-1");
        }
        let shown = std::thread::scope(|scope| {
            let shown =
                scope.spawn(|| service.run(code, &["jobs", "show", &job, "--wait", "--source=status"]));
            std::thread::sleep(Duration::from_millis(300));
            assert!(!shown.is_finished());
            scenario.change(&job, verb, body);
            shown.join().unwrap()
        });
        assert!(shown.output.ends_with(&format!("\nStatus:           {status}\n")), "{shown:?}");
        if code == 6 {
            let line = format!("tributary: sync job [{job}] ended with an error: no route\\u{{1b}}[2J\n");
            assert_eq!(shown.log, line);
        }
    }
    let job = scenario.job("orders", "full");
    let proxy = Proxy::to(&service.url());
    let shown = Launch::bare().arguments(["jobs", "show", &job, "--wait", "--url", &proxy.url()]).run();
    wait_until("the job is waited for", || proxy.seen("wait_for_completion") >= 2);
    proxy.fail("wait_for_completion", 1, Fault::Answer(502));
    let Service { server, folder } = service;
    let address = server.address().to_string();
    server.stop();
    wait_until("the loss is reported", || shown.log().ends_with("; trying again\n"));
    let over = ["--listen", &address, "--store", &embedded(&folder.path().join("store"))].map(str::to_owned);
    let service = Service { server: Launch::bare().arguments(over).start(), folder };
    Scenario(&service.server).change(&job, "_cancel", "");
    let ended = shown.wait();
    assert_eq!(ended.status.code(), Some(7), "{ended:#?}");
    assert!(ended.log.contains(&format!("tributary: connected to {} again\n", proxy.url())), "{}", ended.log);
    service.run(3, &["jobs", "show", "none", "--wait"]);
    service.run(2, &["jobs", "show", "none", "--timeout", "1"]);
}

#[test]
fn several_are_changed_whatever_happens_to_one() {
    let service = Service::holding(&[job("a/b c?d", "{}"), job("#", "{}"), job("-x", "{}")].concat());
    let ended = service.run(3, &["jobs", "delete", "a/b c?d", "missing", "#", "--", "-x"]);
    assert_eq!(ended.output, "a/b c?d: deleted\n#: deleted\n-x: deleted\n");
    assert_eq!(
        ended.log,
        "tributary: sync job [missing] does not exist (404 Not Found)\ntributary: 1 of 4 were not done\n"
    );
    assert_eq!(Scenario(&service.server).stored().0, 0);
    for id in [".", ".."] {
        service.run(2, &["jobs", "delete", id]).gave_up_naming(&["cannot be part of a path"]);
    }
    service.run(2, &["jobs", "delete", ""]).gave_up_naming(&["must not be empty"]);
}
