//! What engines do not know: a written status is a step of the state machine.

use serde_json::{Value, json};

use crate::sides::{INDEX, JOBS, Said, Sides};

fn write(sides: &Sides, id: &str, partial: &Value) -> Said {
    sides.gateway.send("POST", &format!("/{INDEX}/_update/{id}"), JOBS, &json!({ "doc": partial }))
}

fn job(sides: &Sides, id: &str) -> Value {
    sides.server.get(&format!("/_connector/_sync_job/{id}")).expect(200).json()
}

pub(crate) fn statuses_are_steps(sides: &Sides) {
    let _ = sides.server.put("/_connector/c", r#"{"index_name":"search-c","service_type":"s3"}"#).expect(201);
    let create = |status: &str| {
        let id = sides.fresh_id();
        sides.fill(
            JOBS,
            &[(id.clone(), json!({ "status": status, "job_type": "full", "connector": { "id": "c" } }))],
        );
        id
    };
    // A request to cancel what nobody has taken.
    for status in ["pending", "suspended"] {
        let id = create(status);
        assert_eq!(write(sides, &id, &json!({ "status": "canceling" })).body["result"], "updated");
        let found = job(sides, &id);
        assert_eq!(found["status"], "canceled", "{found:#}");
        assert!(
            found["canceled_at"].is_string() && found["cancelation_requested_at"].is_string(),
            "{found:#}"
        );
    }
    // The way of a job, as a worker without the connector APIs writes it.
    let id = create("pending");
    let way = [
        json!({ "status": "in_progress", "worker_hostname": "w", "started_at": "2026-01-01T00:00:00.123456+00:00",
                "connector.sync_cursor": { "a": 1 } }),
        json!({ "status": "suspended" }),
        json!({ "status": "in_progress", "worker_hostname": "v" }),
        json!({ "status": "canceling", "cancelation_requested_at": "2026-01-01T01:00:00+00:00" }),
        json!({ "status": "canceled", "canceled_at": "2026-01-01T02:00:00+00:00", "error": null }),
    ];
    for step in &way {
        let said = write(sides, &id, step);
        assert_eq!((said.status, &said.body["result"]), (200, &json!("updated")), "{step} {said:?}");
        let found = job(sides, &id);
        for (name, value) in step.as_object().expect("an object") {
            assert_eq!(&found[name], value, "{name} in {found:#}");
        }
    }

    // Said twice it is the same; said otherwise it is refused.
    let ends = ["completed", "error", "canceled"];
    for end in ends {
        let id = create(end);
        let before = job(sides, &id);
        for other in ends {
            let said = write(sides, &id, &json!({ "status": other, "error": "again" }));
            if other == end {
                assert_eq!((said.status, &said.body["result"]), (200, &json!("noop")), "{said:?}");
            } else {
                assert_eq!(said.status, 400, "{said:?}");
                assert_eq!(said.body["error"]["type"], "status_exception", "{said:?}");
            }
        }
        assert_eq!(job(sides, &id), before);
    }
    // Of two workers that write without a version, the first one has the job.
    let id = create("pending");
    let claim =
        |worker: &str| write(sides, &id, &json!({ "status": "in_progress", "worker_hostname": worker }));
    assert_eq!(claim("w").body["result"], "updated");
    assert_eq!(claim("v").status, 409);
    assert_eq!(job(sides, &id)["worker_hostname"], "w");
}
