//! Interprets the objects of the input one by one, and sends the documents in batches.

use tokio::sync::mpsc::Sender;

use super::super::arrival::{Arrival, ArrivalBatch};
use super::super::write::BATCH_DOCUMENTS;
use super::super::{COLLECTIONS, OfEach, TransferError, place};
use super::item::{Address, InputItem, Misunderstood, document, is_action, recognise};
use super::summary::{Complaint, InputSummary};
use crate::Collection;

/// The most bytes of documents in a batch.
const BATCH_BYTES: usize = 8 << 20;
/// How many complaints are listed.
const NAMED: usize = 10;

/// The receiver of the batches is gone.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stopped;

/// What the next object is expected to be.
#[derive(Debug)]
enum Next {
    Anything,
    /// The document of an action, which was on this line.
    DocumentOf(Address, u64),
    /// The document of an action that was not understood, which is skipped.
    PassedOver,
    /// Perhaps such a document, after a line that was not JSON.
    PerhapsPassedOver,
}

/// The interpreter of the input.
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

    /// Processes a JSON object that is, or ends, on a line.
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

    /// Records a line that is not JSON.
    pub(super) fn take_nonsense(&mut self, line: u64, reason: String) {
        let before = std::mem::replace(&mut self.next, Next::Anything);
        if self.is_bulk && matches!(before, Next::Anything) {
            self.next = Next::PerhapsPassedOver;
        }
        self.complain(line, reason);
    }

    /// Records the number of matches in a response, and the number of documents in it.
    pub(super) fn take_totals(&mut self, matching: u64, contained: u64) {
        self.understood.matching = self.understood.matching.max(matching);
        self.understood.contained += contained;
    }

    /// Records a complaint.
    pub(super) fn complain(&mut self, line: u64, reason: String) {
        self.understood.misunderstood += 1;
        if self.understood.complaints.len() < NAMED {
            self.understood.complaints.push(Complaint { line, reason });
        }
    }

    /// Sends the last batch, at the end of the input.
    pub(super) fn finish(mut self) -> Result<InputSummary, Stopped> {
        if let Next::DocumentOf(_, line) = self.next {
            self.complain(line, "the document of the action is missing, the input ends".into());
        }
        self.flush()?;
        Ok(self.understood)
    }

    /// Stops because the input cannot be read.
    pub(super) fn fail(mut self, error: std::io::Error) {
        // Complete documents are still written, so that a resumed import has less to do.
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
