//! `tributary jobs count`.

use std::borrow::Cow;

use clap::Args;
use console::Alignment;
use indicatif::HumanCount;
use serde::Deserialize;
use serde_json::{Map, Value};
use tributary_api::Endpoint;

use crate::client::{
    Call, ClientFailure, Column, DisplayOptions, EXIT_CODES, EndpointFlags, Flags, Screen, Service,
    ServiceOptions, Table, duration, endpoint, plain,
};
use crate::command::showing::ShowFormat;

const EXAMPLES: &str = "\
Without --by, the number of jobs is printed.

Examples:
  tributary jobs count --status pending
  tributary jobs count --by status,job_type
  tributary jobs count --by completed_at --interval 1d --status completed,error";

#[derive(Debug)]
struct CountFlags;

impl Flags for CountFlags {
    const ENDPOINT: &'static Endpoint = endpoint("connector.sync_job_count");
}

/// The options of `tributary jobs count`.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct CountOptions {
    #[command(flatten)]
    parameters: EndpointFlags<CountFlags>,
    /// The format of the output: a number or a table, or the answer of the API
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    output: ShowFormat,
    #[command(flatten)]
    display: DisplayOptions,
    #[command(flatten)]
    service: ServiceOptions,
}

/// What the API answers.
#[derive(Debug, Deserialize)]
struct Counted {
    count: u64,
    groups: Option<Vec<Group>>,
    #[serde(default)]
    other_groups: u64,
    #[serde(default)]
    other_count: u64,
    buckets: Option<Vec<Bucket>>,
    #[serde(default)]
    missing: u64,
}

#[derive(Debug, Deserialize)]
struct Group {
    key: Map<String, Value>,
    count: u64,
}

#[derive(Debug, Deserialize)]
struct Bucket {
    key_as_string: String,
    count: u64,
    failures: u64,
    documents: i64,
    duration: Option<Percentiles>,
}

#[derive(Debug, Deserialize)]
struct Percentiles {
    p50: i64,
    p95: i64,
}

/// Counts jobs.
pub(super) async fn run(options: &CountOptions) -> Result<(), ClientFailure> {
    let service = Service::new(&options.service)?;
    let screen = Screen::new(options.display);
    let answer = service.text(&Call::of(CountFlags::ENDPOINT).given(&options.parameters)).await?;
    if options.output.print_json(&answer, screen)? {
        return Ok(());
    }
    let counted: Counted = service.parse(&answer)?;
    let text = match (&counted.groups, &counted.buckets) {
        (Some(groups), _) => by_words(groups, &counted, screen),
        (None, Some(buckets)) => by_interval(buckets, &counted, screen),
        (None, None) => format!("{}\n", counted.count),
    };
    screen.print(&text)
}

fn column(title: String, alignment: Alignment) -> Column {
    Column::new(Cow::Owned(title), alignment)
}

fn by_words(groups: &[Group], counted: &Counted, screen: Screen) -> String {
    let names = groups.first().into_iter().flat_map(|group| group.key.keys());
    let columns: Vec<_> = names.map(|name| column(plain(&name.to_uppercase()), Alignment::Left)).collect();
    let words = columns.len();
    let columns: Vec<_> = columns.into_iter().chain([column("JOBS".to_owned(), Alignment::Right)]).collect();
    let word = |value: &Value| value.as_str().map_or_else(|| "-".to_owned(), plain);
    let row = |group: &Group| group.key.values().map(word).chain([group.count.to_string()]).collect();
    let mut rows: Vec<Vec<String>> = groups.iter().map(row).collect();
    if counted.other_groups > 0 {
        let other = format!("({} others)", HumanCount(counted.other_groups));
        let blank = std::iter::repeat_n(String::new(), words.saturating_sub(1));
        rows.push([other].into_iter().chain(blank).chain([counted.other_count.to_string()]).collect());
    }
    Table::new(&columns, screen).rows(&rows)
}

fn by_interval(buckets: &[Bucket], counted: &Counted, screen: Screen) -> String {
    let titles = ["FROM", "JOBS", "FAILURES", "DOCUMENTS", "MEDIAN", "95 %"];
    let alignments = [Alignment::Left].into_iter().chain(std::iter::repeat(Alignment::Right));
    let columns: Vec<_> = titles
        .into_iter()
        .zip(alignments)
        .map(|(title, alignment)| column(title.to_owned(), alignment))
        .collect();
    let rows: Vec<Vec<String>> = buckets
        .iter()
        .map(|bucket| {
            let lasted = |of: fn(&Percentiles) -> i64| {
                bucket.duration.as_ref().map_or_else(|| "-".to_owned(), |found| duration(of(found)))
            };
            vec![
                plain(&bucket.key_as_string),
                bucket.count.to_string(),
                bucket.failures.to_string(),
                bucket.documents.to_string(),
                lasted(|found| found.p50),
                lasted(|found| found.p95),
            ]
        })
        .collect();
    let missing = (counted.missing > 0).then(|| vec!["(none)".to_owned(), counted.missing.to_string()]);
    let rows: Vec<_> = rows.into_iter().chain(missing).collect();
    Table::new(&columns, screen).rows(&rows)
}
