//! The measured requests, with their expected results.

use crate::jobs::{CONNECTORS, Job, STATUSES, TYPES, connector_id};

/// The most jobs in a page unless the request says otherwise.
const PAGE: u64 = 100;
/// Where the deep page starts; a page may reach 10,000 at most.
const DEEP: u64 = 9_900;

/// A kind of request, in several variants that are sent in turn.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    /// Its name in the table.
    pub(crate) name: &'static str,
    /// The required throughput relative to the constant body.
    pub(crate) goal: f64,
    /// Whether the answers are as large with any number of jobs.
    pub(crate) same_size: bool,
    /// The variants: other statuses, other connectors.
    pub(crate) targets: Vec<Target>,
}

/// A request with its expected result.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    /// Path and query.
    pub(crate) url: String,
    /// How many jobs match.
    pub(crate) count: u64,
    /// How many of them are on the page.
    pub(crate) results: u64,
    /// How many pages of a walk after a cursor come before it.
    pub(crate) pages_before: u32,
}

/// All shapes for a store of so many jobs, with filters for so many different connectors.
pub(crate) fn shapes(jobs: u32, connectors: u32) -> Vec<Shape> {
    let all = || (0..jobs).map(Job);
    let total = u64::from(jobs);
    // Connectors far apart; status and types are those of the first job, so that no page is empty.
    let first_jobs: Vec<Job> =
        (0..connectors.min(CONNECTORS)).map(|place| Job(place * 37 % CONNECTORS)).collect();
    let per_connector = |query: fn(Job) -> String, matches: fn(Job, Job) -> bool| -> Vec<Target> {
        let target = |first: &Job| {
            let of_connector = (first.0..jobs).step_by(CONNECTORS as usize).map(Job);
            let count = of_connector.filter(|job| matches(*first, *job)).count() as u64;
            let connector = connector_id(first.connector());
            Target::new(&format!("connector_id={connector}{}", query(*first)), count, 0, PAGE)
        };
        first_jobs.iter().map(target).collect()
    };
    let by_status = |(place, status): (usize, &&str)| {
        let count = all().filter(|job| job.status() == place).count() as u64;
        Target::new(&format!("status={status}"), count, 0, PAGE)
    };
    let mut shapes = vec![
        Shape::new("no filter", vec![Target::new("", total, 0, PAGE)]).of_one_size(),
        Shape::new("status", STATUSES.iter().enumerate().map(by_status).collect()).of_one_size(),
        Shape::new("connector", per_connector(|_| String::new(), |_, _| true)),
        Shape::new("connector + two types", per_connector(types, has_types)),
        Shape::new(
            "status + connector + two types",
            per_connector(
                |first| format!("&status={}{}", STATUSES[first.status()], types(first)),
                |first, job| first.status() == job.status() && has_types(first, job),
            ),
        ),
    ];
    if total >= DEEP + PAGE {
        let target = Target::new(&format!("from={DEEP}"), total, DEEP, PAGE);
        shapes.push(Shape { goal: 0.80, ..Shape::new("from=9,900", vec![target]) });
    }
    shapes.push(Shape::new("size=10", vec![Target::new("size=10", total, 0, 10)]).of_one_size());
    shapes.extend(finding(jobs));
    shapes.extend(walks(total));
    shapes.push(counted(jobs));
    shapes
}

/// Filters by several words, times and errors, and other orders.
fn finding(jobs: u32) -> Vec<Shape> {
    let count = |matches: &dyn Fn(Job) -> bool| (0..jobs).map(Job).filter(|job| matches(*job)).count() as u64;
    let one =
        |name, query: &str, count| Shape::new(name, vec![Target::new(query, count, 0, PAGE)]).of_one_size();
    let place = |status| STATUSES.iter().position(|known| *known == status);
    let has_status = |job: Job, status| Some(job.status()) == place(status);
    let (first, last) = (Job(jobs / 3), Job(jobs / 3 * 2));
    let (after, before) = (first.time(0), last.time(0));
    let is_between = |second| (first.created_second()..last.created_second()).contains(&second);
    let completed = |job: Job| job.completed_after().map(|seconds| job.created_second() + seconds);
    let total = u64::from(jobs);
    vec![
        one(
            "two statuses",
            "status=completed,error",
            count(&|job| has_status(job, "completed") || has_status(job, "error")),
        ),
        one(
            "range of created_at",
            &format!("created_after={after}&created_before={before}"),
            count(&|job| is_between(job.created_second())),
        ),
        one(
            "range of completed_at + status",
            &format!("completed_after={after}&completed_before={before}&status=completed"),
            count(&|job| has_status(job, "completed") && completed(job).is_some_and(is_between)),
        ),
        one("has_error", "has_error=true", count(&|job| job.has_error())),
        // No connector is stored.
        one("orphaned", "orphaned=true", total),
        one("sort=completed_at, desc", "sort=completed_at&order=desc", total),
        one(
            "sort=duration, desc + status",
            "sort=duration&order=desc&status=completed",
            count(&|job| has_status(job, "completed")),
        ),
    ]
}

/// All jobs, by two of their words: how long that takes counts, not the ratio to a constant body.
fn counted(jobs: u32) -> Shape {
    let mut counted = Target::new("", jobs.into(), 0, 0);
    counted.url.push_str("/_count?by=status,job_type");
    Shape { goal: 0.0, ..Shape::new("_count by status, job_type", vec![counted]) }
}

/// What costs a search engine more than the matches of an index: the text of messages.
pub(crate) fn texts(jobs: u32) -> Shape {
    // A message is `4xx from the source`: this selects 11 of 100 numbers.
    let has_text = |job: &Job| job.has_error() && job.error_number().to_string().contains("40");
    let found = (0..jobs).map(Job).filter(has_text).count() as u64;
    Shape::new("error contains", vec![Target::new("error=40", found, 0, PAGE)])
}

/// The first page of a walk after a cursor, and a late one, in two orders.
fn walks(jobs: u64) -> Vec<Shape> {
    // Every page before the late one has jobs with a `completed_at`.
    let late = u32::try_from(jobs / 50).unwrap_or_default().min(4_999);
    let page = |name, query: &str, pages_before| {
        Shape::new(name, vec![Target { pages_before, ..Target::new(query, jobs, 0, 10) }]).of_one_size()
    };
    let by_completion = "size=10&sort=completed_at&order=desc&cursor=";
    vec![
        page("walk, size=10, first page", "size=10&cursor=", 0),
        page("walk, size=10, page 5,000", "size=10&cursor=", late),
        page("walk by completed_at, size=10, first page", by_completion, 0),
        page("walk by completed_at, size=10, page 5,000", by_completion, late),
    ]
}

impl Shape {
    fn new(name: &'static str, targets: Vec<Target>) -> Self {
        Self { name, goal: 0.90, same_size: false, targets }
    }

    fn of_one_size(self) -> Self {
        Self { same_size: true, ..self }
    }
}

impl Target {
    fn new(query: &str, count: u64, from: u64, size: u64) -> Self {
        let question_mark = if query.is_empty() { "" } else { "?" };
        let results = count.saturating_sub(from).min(size);
        let url = format!("/_connector/_sync_job{question_mark}{query}");
        Self { url, count, results, pages_before: 0 }
    }
}

/// The type of a job and the next one.
fn types(first: Job) -> String {
    let place = first.job_type();
    format!("&job_type={},{}", TYPES[place], TYPES[(place + 1) % TYPES.len()])
}

fn has_types(first: Job, job: Job) -> bool {
    let place = first.job_type();
    job.job_type() == place || job.job_type() == (place + 1) % TYPES.len()
}
