//! Progress on standard error: a bar on a terminal, a line at intervals otherwise.

use std::fmt;
use std::io::IsTerminal;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use tributary_storage::Collection;
use tributary_storage::transfer::{Progress, Stage};

use super::summary::grouped;
use crate::streams;

/// The interval between lines without a terminal.
const BETWEEN_LINES: Duration = Duration::from_secs(5);
const WITH_TOTAL: &str = "{msg} {bar:30} {human_pos}/{human_len} {rate} {eta}";
const WITHOUT_TOTAL: &str = "{msg} {human_pos} {rate}";

/// Displays progress.
#[derive(Debug, Clone)]
pub(super) struct Display(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    bar: Option<ProgressBar>,
    stage: Option<Stage>,
    shown: Instant,
}

impl Display {
    /// Chooses the display for standard error.
    pub(super) fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::no_length();
            bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            bar
        });
        Self(Arc::new(Mutex::new(State { bar, stage: None, shown: Instant::now() })))
    }

    /// Reports that a store is being opened, which takes a while for a large one.
    pub(super) fn opening(&self, url: &str) {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &state.bar {
            Some(bar) => {
                bar.set_style(style("{msg}"));
                bar.set_message(format!("opening {url}"));
            }
            None => streams::tell(&format!("opening {url}\n")),
        }
    }

    /// Displays the progress.
    pub(super) fn show(&self, progress: Progress) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).show(progress);
    }

    /// Removes the bar, to make room for other output.
    pub(super) fn clear(&self) {
        if let Some(bar) = &self.0.lock().unwrap_or_else(PoisonError::into_inner).bar {
            bar.finish_and_clear();
        }
    }
}

impl State {
    fn show(&mut self, progress: Progress) {
        let Progress { stage, done, total } = progress;
        if total == Some(0) {
            return;
        }
        let is_new = self.stage.replace(stage) != Some(stage);
        if let Some(bar) = &self.bar {
            if is_new {
                let template = if total.is_some() { WITH_TOTAL } else { WITHOUT_TOTAL };
                bar.set_style(style(template));
                bar.reset();
                bar.set_message(words(stage));
            }
            if let Some(total) = total {
                // Documents may have been added since they were counted.
                bar.set_length(total.max(done));
            }
            bar.set_position(done);
        } else if is_new || self.shown.elapsed() >= BETWEEN_LINES {
            self.shown = Instant::now();
            let total = total.map(|total| format!(" of {}", grouped(total.max(done)))).unwrap_or_default();
            streams::tell(&format!("{}: {}{total}\n", words(stage), grouped(done)));
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.with_key("rate", |state: &ProgressState, text: &mut dyn fmt::Write| {
        let _ = write!(text, "{:.0}/s", state.per_sec());
    })
}

fn words(stage: Stage) -> String {
    let (what, collection): (_, Option<Collection>) = match stage {
        Stage::Surveying(collection) => ("looking at what is there", Some(collection)),
        Stage::Copying(collection) => ("copying", Some(collection)),
        Stage::Exporting(collection) => ("exporting", Some(collection)),
        Stage::Comparing(collection) => ("comparing", Some(collection)),
        Stage::Importing => ("importing", None),
    };
    collection.map_or_else(|| what.to_owned(), |collection| format!("{what}: {}", collection.plural()))
}
