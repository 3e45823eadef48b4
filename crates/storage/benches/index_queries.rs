//! How long pages and counts of the index in memory take, through the public store, over a million jobs whose times
//! follow their creation.

use std::hint::black_box;
use std::sync::LazyLock;

use criterion::{Criterion, criterion_group, criterion_main};
use tributary_domain::{
    Collection, Condition, Document, Id, MissingValues, Order, Query, SortOrder, sync_job_fields as fields,
};
use tributary_storage::{Action, Deadline, MemoryStore, Operation, Store};

// As the service.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A million; few where it only has to run, among the tests.
static JOBS: LazyLock<i64> = LazyLock::new(|| {
    let measures = std::env::args().any(|argument| argument == "--bench");
    let jobs = std::env::var("JOBS").ok().and_then(|jobs| jobs.parse().ok());
    if measures { jobs.unwrap_or(1_000_000) } else { 5_000 }
});
/// When the first job was created, and the time to the next one.
const FIRST: i64 = 1_767_225_600_000;
const STEP: i64 = 20_000;
const CONNECTORS: i64 = 1_000;

fn noise(number: i64) -> i64 {
    let mut bits = number.cast_unsigned().wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (bits >> 20).cast_signed()
}

/// A short job: what it is found by, and little else.
fn job(number: i64) -> (Id, Document) {
    let noise = noise(number);
    let created = FIRST + number * STEP;
    let started = created + noise % 60_000;
    let completed = started + (noise >> 8) % 3_600_000;
    let status = ["canceling", "canceled", "completed", "error", "in_progress", "pending", "suspended"]
        [usize::try_from((noise >> 16) % 7).unwrap_or_default()];
    let life = match status {
        "pending" => String::new(),
        "in_progress" | "canceling" | "suspended" => {
            format!(
                r#""started_at":{started},"last_seen":{},"worker_hostname":"worker-{}","#,
                started + 9,
                noise % 8
            )
        }
        "error" => format!(
            r#""started_at":{started},"completed_at":{completed},"last_seen":{completed},"error":"429 from source {}","#,
            (noise >> 20) % 50
        ),
        _ => format!(r#""started_at":{started},"completed_at":{completed},"last_seen":{completed},"#),
    };
    let job_type =
        ["full", "incremental", "access_control"][usize::try_from((noise >> 24) % 3).unwrap_or_default()];
    let text = format!(
        r#"{{"connector":{{"id":"connector-{:04}","index_name":"search-{:04}","service_type":"s3"}},"created_at":{created},{life}"status":"{status}","job_type":"{job_type}","trigger_method":"scheduled","indexed_document_count":{}}}"#,
        number % CONNECTORS,
        number % CONNECTORS,
        (noise >> 12) % 10_000,
    );
    let id =
        format!("{:08x}-{:04x}-7000-8000-{:012x}", created >> 16, created & 0xffff, noise & 0xffff_ffff_ffff);
    (Id::parse("id", id).expect("an id"), Document::parse(&text).expect("a document"))
}

fn any_of(field: &'static str, words: impl IntoIterator<Item = String>) -> Condition {
    Condition::AnyOf { field, words: words.into_iter().collect() }
}

fn statuses(words: &[&str]) -> Condition {
    any_of(fields::STATUS, words.iter().map(|word| (*word).to_owned()))
}

fn range(field: &'static str, from: f64, before: f64) -> Condition {
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "about where")]
    let time = |part: f64| Some(FIRST + (part * (*JOBS * STEP) as f64) as i64);
    Condition::Range { field, from: time(from), before: time(before) }
}

fn by(field: &'static str) -> Order {
    Order { field: Some(field), direction: SortOrder::Descending, missing: MissingValues::Last }
}

fn queries() -> Vec<(&'static str, Query)> {
    let all = || Query::of(Collection::SYNC_JOBS).page(0, 100);
    let connectors = (0..CONNECTORS).map(|number| format!("connector-{number:04}"));
    let connectors = || any_of(fields::CONNECTOR_ID, connectors.clone());
    let most =
        any_of(fields::CONNECTOR_ID, (0..CONNECTORS - 9).map(|number| format!("connector-{number:04}")));
    let error = Condition::Contains { fields: vec![fields::ERROR], text: "source 7".to_owned() };
    vec![
        ("no filter", all()),
        ("status", all().with(statuses(&["completed"]))),
        ("two statuses", all().with(statuses(&["completed", "error"]))),
        ("created_at", all().with(range(fields::CREATED_AT, 0.3, 0.6))),
        ("created_at + status", all().with(range(fields::CREATED_AT, 0.3, 0.6)).with(statuses(&["error"]))),
        (
            "completed_at + status",
            all().with(range(fields::COMPLETED_AT, 0.3, 0.6)).with(statuses(&["error"])),
        ),
        ("completed_at", all().with(range(fields::COMPLETED_AT, 0.3, 0.6))),
        ("completed_at, an hour", all().with(range(fields::COMPLETED_AT, 0.6, 0.6 + 180.0 / 1e6))),
        ("has error", all().with(Condition::Exists { field: fields::ERROR })),
        ("has no error", all().with(Condition::Exists { field: fields::ERROR }.negated())),
        ("error contains", all().with(error)),
        ("orphaned", all().with(connectors().negated())),
        ("not orphaned", all().with(connectors())),
        ("orphaned, some", all().with(most.clone().negated())),
        ("not orphaned, most", all().with(most)),
        ("created_at desc, missing last", all().ordered(by(fields::CREATED_AT))),
        ("by completed_at", all().ordered(by(fields::COMPLETED_AT))),
        ("by last_seen", all().ordered(by(fields::LAST_SEEN))),
        (
            "by count + status",
            all().ordered(by(fields::INDEXED_DOCUMENT_COUNT)).with(statuses(&["completed"])),
        ),
        ("by count + connector", {
            let connector = any_of(fields::CONNECTOR_ID, ["connector-0077".to_owned()]);
            all().ordered(by(fields::INDEXED_DOCUMENT_COUNT)).with(connector)
        }),
        ("by completed_at + created_at before", {
            all().ordered(by(fields::COMPLETED_AT)).with(range(fields::CREATED_AT, 0.0, 0.5))
        }),
        ("by completed_at + completed_at before", {
            all().ordered(by(fields::COMPLETED_AT)).with(range(fields::COMPLETED_AT, 0.0, 0.5))
        }),
        ("by completed_at + pending", all().ordered(by(fields::COMPLETED_AT)).with(statuses(&["pending"]))),
    ]
}

async fn filled() -> MemoryStore {
    let store = MemoryStore::default();
    for first in (0..*JOBS).step_by(1_000) {
        let operations = (first..(first + 1_000).min(*JOBS)).map(|number| {
            let (id, document) = job(number);
            Operation { id, action: Action::Create(document) }
        });
        let written = store.write(Collection::SYNC_JOBS, operations.collect(), Deadline::NONE).await;
        assert!(written.iter().all(Result::is_ok), "jobs can be created");
    }
    store
}

fn measure(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let store = runtime.block_on(filled());
    let mut group = criterion.benchmark_group("pages");
    for (name, query) in queries() {
        let list = |query: &Query| runtime.block_on(store.list(query, Deadline::NONE)).expect("a page");
        println!("{name}: {} jobs", list(&query).count);
        group.bench_function(name, |bencher| bencher.iter(|| black_box(list(&query))));
    }
    let orders = [fields::CREATED_AT, fields::COMPLETED_AT, fields::INDEXED_DOCUMENT_COUNT];
    for (name, field) in ["after a key by created_at", "after a key by completed_at", "after a key by count"]
        .iter()
        .zip(orders)
    {
        let query = Query::of(Collection::SYNC_JOBS).ordered(by(field));
        let mut page =
            runtime.block_on(store.list(&query.clone().after(None, 100), Deadline::NONE)).expect("a page");
        for _ in 1..5_000.min(*JOBS / 200) {
            let next = query.clone().after(page.next, 100);
            page = runtime.block_on(store.list(&next, Deadline::NONE)).expect("a page");
        }
        let query = query.after(page.next, 100);
        group.bench_function(*name, |bencher| {
            bencher.iter(|| black_box(runtime.block_on(store.list(&query, Deadline::NONE)).expect("a page")));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("counts");
    let all = Query::of(Collection::SYNC_JOBS);
    for by in [&[fields::STATUS, fields::JOB_TYPE][..], &[fields::CONNECTOR_ID, fields::STATUS]] {
        group.bench_function(by.join(" and "), |bencher| {
            bencher
                .iter(|| black_box(runtime.block_on(store.count(&all, by, Deadline::NONE)).expect("counts")));
        });
    }
    group.finish();
    let mut group = criterion.benchmark_group("changes");
    let mut tick = 0;
    let (id, document) = job(*JOBS / 2 + 1);
    group.bench_function("heartbeat", |bencher| {
        bencher.iter_batched(
            || {
                tick += 1;
                let read = runtime.block_on(store.read(
                    Collection::SYNC_JOBS,
                    std::slice::from_ref(&id),
                    Deadline::NONE,
                ));
                let version = read.expect("a job")[0].as_ref().expect("a job").version;
                let now = FIRST + *JOBS * STEP + tick;
                let text = document.to_json().replacen('{', &format!(r#"{{"last_seen":{now},"#), 1);
                (version, Document::parse(&text).expect("a document"))
            },
            |(version, document)| {
                let operation = Operation { id: id.clone(), action: Action::Replace(version, document) };
                black_box(runtime.block_on(store.write(
                    Collection::SYNC_JOBS,
                    vec![operation],
                    Deadline::NONE,
                )))
            },
            criterion::BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(20).warm_up_time(std::time::Duration::from_millis(200)).measurement_time(std::time::Duration::from_millis(800));
    targets = measure
}
criterion_main!(benches);
