//! Takes the objects of the input one after the other, and passes on what they mean in batches.

use tokio::sync::mpsc::Sender;

use super::super::arrival::{Arrival, ArrivalBatch};
use super::super::write::BATCH_DOCUMENTS;
use super::super::{COLLECTIONS, OfEach, TransferError, place};
use super::item::{Address, InputItem, Misunderstood, document, is_action, recognise};
use super::summary::{Complaint, InputSummary};
use crate::Collection;

/// The most bytes of documents that wait in a batch.
const BATCH_BYTES: usize = 8 << 20;
/// So many of the places that were not understood are named.
const NAMED: usize = 10;

/// Nobody wants any more.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopped;

/// What the next object has to be.
#[derive(Debug)]
enum Next {
    Anything,
    /// The document of an action, which stood on this line.
    DocumentOf(Address, u64),
    /// The document of an action that was not understood.
    PassedOver,
    /// Perhaps that, after a line that was no JSON.
    PerhapsPassedOver,
}

/// What takes the objects.
pub(super) struct Intake {
    collection: Option<Collection>,
    batches: Sender<Result<ArrivalBatch, TransferError>>,
    waiting: OfEach<Vec<Arrival>>,
    bytes: usize,
    next: Next,
    is_bulk: bool,
    understood: InputSummary,
}

impl Intake {
    pub(super) fn new(
        collection: Option<Collection>,
        batches: Sender<Result<ArrivalBatch, TransferError>>,
    ) -> Self {
        Self {
            collection,
            batches,
            waiting: OfEach::default(),
            bytes: 0,
            next: Next::Anything,
            is_bulk: false,
            understood: InputSummary::default(),
        }
    }

    /// Takes a JSON object that stands, or ends, on a line.
    pub(super) fn take(&mut self, line: u64, text: &str) -> Result<(), Stopped> {
        let item = match std::mem::replace(&mut self.next, Next::Anything) {
            Next::DocumentOf(_, action) if is_action(text) => {
                self.complain(action, "the document of the action is missing, another action follows".into());
                recognise(text, self.collection)
            }
            Next::DocumentOf(address, _) => document(address, text).map_err(Misunderstood::from),
            Next::PassedOver | Next::PerhapsPassedOver if !is_action(text) => return Ok(()),
            _ => recognise(text, self.collection),
        };
        match item {
            Ok(InputItem::Action(address)) => {
                self.is_bulk = true;
                self.next = Next::DocumentOf(address, line);
                Ok(())
            }
            Ok(InputItem::Document(collection, arrival)) => self.pass_on(collection, arrival, text.len()),
            Err(Misunderstood { reason, document_follows }) => {
                self.complain(line, reason);
                if document_follows {
                    self.is_bulk = true;
                    self.next = Next::PassedOver;
                }
                Ok(())
            }
        }
    }

    /// Notes a line that is no JSON.
    pub(super) fn take_nonsense(&mut self, line: u64, reason: String) {
        let before = std::mem::replace(&mut self.next, Next::Anything);
        if self.is_bulk && matches!(before, Next::Anything) {
            self.next = Next::PerhapsPassedOver;
        }
        self.complain(line, reason);
    }

    /// Notes how many documents an answer says that there are, and how many it has.
    pub(super) fn take_totals(&mut self, matching: u64, contained: u64) {
        self.understood.matching = self.understood.matching.max(matching);
        self.understood.contained += contained;
    }

    /// Notes what was not understood.
    pub(super) fn complain(&mut self, line: u64, reason: String) {
        self.understood.misunderstood += 1;
        if self.understood.complaints.len() < NAMED {
            self.understood.complaints.push(Complaint { line, reason });
        }
    }

    /// Passes on what waits, after the last object.
    pub(super) fn finish(mut self) -> Result<InputSummary, Stopped> {
        if let Next::DocumentOf(_, line) = self.next {
            self.complain(line, "the document of the action is missing, the input ends".into());
        }
        self.flush()?;
        Ok(self.understood)
    }

    /// Gives up because the input cannot be read.
    pub(super) fn fail(mut self, error: std::io::Error) {
        // What was read in full is written all the same, so that less is left to do.
        if self.flush().is_ok() {
            let _ = self.batches.blocking_send(Err(TransferError::Input(error)));
        }
    }

    fn pass_on(&mut self, collection: Collection, arrival: Arrival, bytes: usize) -> Result<(), Stopped> {
        let waiting = &mut self.waiting[place(collection)];
        waiting.push(arrival);
        self.bytes += bytes;
        if waiting.len() >= BATCH_DOCUMENTS || self.bytes >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Stopped> {
        self.bytes = 0;
        for (collection, arrivals) in COLLECTIONS.into_iter().zip(std::mem::take(&mut self.waiting)) {
            if !arrivals.is_empty() {
                let batch = Ok(ArrivalBatch { collection, arrivals });
                self.batches.blocking_send(batch).map_err(|_| Stopped)?;
            }
        }
        Ok(())
    }
}
