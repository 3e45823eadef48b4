//! Imports lines of JSON or search responses into a store.
//!
//! The form is recognised by the content: bulk bodies, hits, responses of `_search` and of lists, documents with an
//! `id`. The input is read in a thread of its own, concurrently with writing to the target.

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

/// How many batches may be queued for writing.
const WAITING: usize = 2;
/// The size of the read buffer.
const BUFFER: usize = 256 << 10;

/// The result of an import.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The result of the transfer.
    pub report: Report,
    /// How many documents are duplicates within the input.
    pub repeated: u64,
    /// How many places of the input were not understood.
    pub misunderstood: u64,
    /// The first complaints.
    pub complaints: Vec<Complaint>,
    /// If the search responses in the input do not have all matches: the number of documents in them, and the number of
    /// matches.
    pub only_part: Option<(u64, u64)>,
}

impl Imported {
    /// Whether the target has the content of the input.
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

/// Writes all documents of the input to `target`. Documents without an index, or from an unknown one, belong to
/// `collection`.
///
/// Retries while the target is unavailable. Stops at the first other error that does not concern a single document;
/// documents that were written before stay, and a call with [`TargetMode::Resume`] continues.
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

/// Reads the whole input; `None` if the receiver is gone.
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
