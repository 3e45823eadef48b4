//! From lines of JSON, or from what a search answered, into a store.
//!
//! What is read is recognised by its content: bulk bodies, hits, whole answers of `_search` and of
//! lists, documents with an `id`. A thread reads, so that input and target work at the same time.

mod answer;
mod intake;
mod item;
mod lines;
mod shape;
mod summary;
#[cfg(test)]
mod tests;

use std::io::{BufReader, Read};
use std::thread;

use futures_util::stream;
use tokio::sync::mpsc::{Sender, channel};

use self::intake::{Intake, Stopped};
use self::shape::Shape;
pub use self::summary::Complaint;
use self::summary::InputSummary;
use super::arrival::ArrivalBatch;
use super::target::survey;
use super::write::write;
use super::{COLLECTIONS, Observer, Progress, Report, Stage, TargetMode, TransferError, Verdict, target};
use crate::{Collection, Store};

/// So many batches wait to be written.
const WAITING: usize = 2;
/// How much is read at a time.
const BUFFER: usize = 256 << 10;

/// What an import did.
#[derive(Debug, Clone)]
pub struct Imported {
    /// What became of the documents.
    pub report: Report,
    /// How many documents the input has a second time, the same.
    pub repeated: u64,
    /// How many places of the input were not understood.
    pub misunderstood: u64,
    /// The first of these.
    pub complaints: Vec<Complaint>,
    /// How many documents the answers of a search in the input have, and how many they say that match,
    /// where that is more: then the input has only a part of them.
    pub only_part: Option<(u64, u64)>,
}

impl Imported {
    /// Whether the target holds what the input does.
    pub fn verdict(&self) -> Verdict {
        let verdict = self.report.verdict();
        if self.misunderstood == 0 {
            return verdict;
        }
        let mut reasons = vec![format!("{} places of the input were not understood", self.misunderstood)];
        if let Verdict::Different(others) = verdict {
            reasons.extend(others);
        }
        Verdict::Incomplete(reasons)
    }
}

/// Writes everything that the input has to `target`. Documents that do not say whether they are
/// connectors or sync jobs, or that come from another index, belong to `collection`.
///
/// Where the target is away for a moment, it is waited for. Stops at the first other error that is not
/// about a single document. What was written until then stays,
/// and the same call with [`TargetMode::Resume`] goes on from there.
pub async fn import(
    input: impl Read + Send + 'static,
    collection: Option<Collection>,
    target: &dyn Store,
    mode: TargetMode,
    observer: &Observer<'_>,
) -> Result<Imported, TransferError> {
    let before = survey(target, mode, None, observer).await?;
    let (batches, mut arriving) = channel(WAITING);
    let reader = thread::Builder::new()
        .name("tributary-read".to_owned())
        .spawn(move || read(input, collection, batches))
        .map_err(TransferError::Input)?;
    let arriving = stream::poll_fn(move |context| arriving.poll_recv(context));
    let progressed = |done| observer(Progress { stage: Stage::Importing, done, total: None });
    let mut ledger = write(target, before, arriving, |ledger| progressed(ledger.read())).await?;
    let failed = |_| TransferError::Input(std::io::Error::other("the thread that reads it failed"));
    let understood = reader.join().map_err(failed)?.unwrap_or_default();

    let mut after = before;
    let mut repeated = 0;
    for (place, collection) in COLLECTIONS.into_iter().enumerate() {
        if before[place].count == 0 {
            repeated += ledger.forget_repeated(collection);
        }
        let created = ledger.account(collection).created.count;
        let total = Some(before[place].count + created);
        let stage = Stage::Comparing(collection);
        let tallied = |done| observer(Progress { stage, done, total });
        after[place] = target::tally(target, collection, tallied).await.map_err(TransferError::Target)?;
    }
    let sources = COLLECTIONS.map(|collection| ledger.account(collection).read);
    let matching = understood.matching.max(understood.contained);
    Ok(Imported {
        report: Report::new(mode, before, ledger, sources, after),
        repeated,
        misunderstood: understood.misunderstood,
        complaints: understood.complaints,
        only_part: (understood.contained < matching).then_some((understood.contained, matching)),
    })
}

/// Reads the input to its end; answers nothing where nobody wants it any more.
fn read(
    input: impl Read,
    collection: Option<Collection>,
    batches: Sender<Result<ArrivalBatch, TransferError>>,
) -> Option<InputSummary> {
    let mut intake = Intake::new(collection, batches);
    match read_into(&mut intake, BufReader::with_capacity(BUFFER, input)) {
        Ok(Ok(())) => intake.finish().ok(),
        Ok(Err(Stopped)) => None,
        Err(error) => {
            intake.fail(error);
            None
        }
    }
}

fn read_into(intake: &mut Intake, mut input: impl std::io::BufRead) -> std::io::Result<Result<(), Stopped>> {
    let (start, shape) = shape::find(&mut input)?;
    let input = std::io::Cursor::new(start).chain(input);
    match shape {
        Shape::Lines => lines::read(intake, input),
        Shape::Values => answer::read(intake, input),
        Shape::Unreadable(reason) => {
            intake.complain(1, reason.to_owned());
            Ok(Ok(()))
        }
    }
}
