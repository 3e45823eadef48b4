//! What is done to jobs.

use tributary_tests::Scenario;

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
    assert_eq!(service.output(&["jobs", "show", first, "--output", "json"]), format!("{answer}\n"));
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
