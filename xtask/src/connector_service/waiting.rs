//! Waiting until something is so, or until somebody wants an end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Whether a signal has come that asks for the end.
static INTERRUPTED: OnceLock<Arc<AtomicBool>> = OnceLock::new();

/// The interval of looks.
const PAUSE: Duration = Duration::from_millis(200);

/// From now on Ctrl-C ends the waiting, so that all processes are ended as well; a second one ends this process.
pub(crate) fn watch_for_interruption() -> Result<()> {
    let interrupted = INTERRUPTED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 1, Arc::clone(interrupted))?;
        flag::register(signal, Arc::clone(interrupted))?;
    }
    Ok(())
}

/// An error if somebody wants an end.
pub(crate) fn go_on() -> Result<()> {
    ensure!(!INTERRUPTED.get().is_some_and(|flag| flag.load(Ordering::Relaxed)), "interrupted");
    Ok(())
}

/// Looks until there is a value, and says what was waited for if there is none in time.
pub(crate) fn wait<T>(what: &str, limit: Duration, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let start = Instant::now();
    loop {
        go_on()?;
        if let Some(value) = look()? {
            return Ok(value);
        }
        if start.elapsed() > limit {
            bail!("waited for {} s in vain for this: {what}", limit.as_secs());
        }
        thread::sleep(PAUSE);
    }
}
