//! Comparison of two loads in alternating rounds, so that other activity of the machine affects both.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::client::{Client, Round, connect};
use crate::connection::{Connection, Request};
use crate::failure::Failure;
use crate::shapes::{Shape, Target};

/// The number and duration of rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rounds {
    /// The number of rounds of each load.
    pub(crate) number: usize,
    /// The duration of a round.
    pub(crate) duration: Duration,
}

/// A load.
pub(crate) struct Load<'a> {
    /// The connections.
    pub(crate) client: &'a mut Client,
    /// The requests, which are sent in turn.
    pub(crate) requests: &'a [Request],
}

/// The result of a load over all its rounds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reached {
    /// The median of the rounds' requests per second.
    pub(crate) throughput: f64,
    /// The median time of a request, in microseconds.
    pub(crate) latency: f64,
}

/// The comparison of two loads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Comparison {
    /// The measured load.
    pub(crate) left: Reached,
    /// The baseline.
    pub(crate) right: Reached,
    /// The median, over the pairs of neighbouring rounds, of left divided by right.
    pub(crate) ratio: f64,
}

/// Runs two loads in turn. `right` is `None` for a load over the connections of the left one.
pub(crate) fn alternate(
    left: &mut Load<'_>,
    right: &[Request],
    mut right_client: Option<&mut Client>,
    rounds: Rounds,
) -> io::Result<Comparison> {
    let (mut lefts, mut rights) = (Vec::new(), Vec::new());
    // One more for warm-up: the first pair is discarded.
    for round in 0..=rounds.number {
        let ours = left.client.run(left.requests, rounds.duration)?;
        let client = right_client.as_deref_mut().unwrap_or(&mut *left.client);
        let theirs = client.run(right, rounds.duration)?;
        if round > 0 {
            lefts.push(ours);
            rights.push(theirs);
        }
    }
    let ratios = lefts.iter().zip(&rights).map(|(left, right)| left.throughput / right.throughput);
    Ok(Comparison { left: reached(&lefts), right: reached(&rights), ratio: median(ratios.collect()) })
}

/// The requests of a shape, and requests for constant bodies of the same sizes in the same order.
/// Every answer is looked at once.
pub(crate) fn prepare(address: SocketAddr, shape: &Shape) -> Result<(Vec<Request>, Vec<Request>), Failure> {
    let lists = prepare_lists(address, shape)?;
    let mut connection = Connection::new(connect(address)?);
    let mut constants = Vec::new();
    for body in lists.iter().map(|list| list.body) {
        let mut constant = Request::new(&format!("/constant/{}", body.unwrap_or_default()));
        constant.body = body;
        connection.exchange(&constant)?;
        constants.push(constant);
    }
    Ok((lists, constants))
}

/// The requests of a shape. Every answer is looked at once.
pub(crate) fn prepare_lists(address: SocketAddr, shape: &Shape) -> Result<Vec<Request>, Failure> {
    let mut connection = Connection::new(connect(address)?);
    let mut lists = Vec::new();
    for target in &shape.targets {
        let mut list = Request::new(&target.url);
        let mut body = connection.fetch(&list)?;
        for _ in 0..target.pages_before {
            let next = serde_json::from_slice::<WalkedPage>(&body)?.next.ok_or("the walk ends too early")?;
            list = Request::new(&format!("{}{next}", target.url));
            body = connection.fetch(&list)?;
        }
        check(target, &body)?;
        list.body = Some(body.len());
        lists.push(list);
    }
    Ok(lists)
}

#[derive(Deserialize)]
struct Answer<'a> {
    count: u64,
    #[serde(borrow, default)]
    results: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct WalkedPage {
    next: Option<String>,
}

fn check(target: &Target, body: &[u8]) -> Result<(), Failure> {
    let answer: Answer<'_> = serde_json::from_slice(body)?;
    let found = (answer.count, answer.results.len() as u64);
    if found == (target.count, target.results) {
        return Ok(());
    }
    let Target { url, count, results, .. } = target;
    Err(format!("{url} should count {count} jobs and have {results}, but: {found:?}").into())
}

fn reached(rounds: &[Round]) -> Reached {
    let throughput = median(rounds.iter().map(|round| round.throughput).collect());
    let latencies = rounds.iter().flat_map(|round| round.latencies.iter().map(|time| f64::from(*time)));
    Reached { throughput, latency: median(latencies.collect()) / 1_000.0 }
}

/// The median; zero of none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    if values.is_empty() {
        return 0.0;
    }
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}
