//! Turns panics of the storage engine into errors: redb panics on some corrupt files.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    static IS_CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Whether a panic of this thread would be caught and returned as an error.
///
/// For the program's panic hook, which should not print such a panic.
#[must_use]
pub fn is_catching_panics() -> bool {
    IS_CATCHING.get()
}

/// Runs `work`; a panic in it becomes `on_panic` of its message.
///
/// State that `work` was changing when it panicked must not be used afterwards.
pub(super) fn catch_panic<T, E>(
    work: impl FnOnce() -> Result<T, E>,
    on_panic: impl FnOnce(String) -> E,
) -> Result<T, E> {
    let before = IS_CATCHING.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    IS_CATCHING.set(before);
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
        Err(on_panic(text.lines().next().unwrap_or_default().to_owned()))
    })
}
