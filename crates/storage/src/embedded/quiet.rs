//! Panics of the storage engine as errors: it panics on some damaged files.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::sync::Once;

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

static HOOK: Once = Once::new();

/// Runs `work`; a panic in it becomes `on_panic` of its message, and nothing is printed.
///
/// What `work` was changing when it panicked must not be used afterwards.
pub(super) fn quietly<T, E>(
    work: impl FnOnce() -> Result<T, E>,
    on_panic: impl FnOnce(String) -> E,
) -> Result<T, E> {
    // The hook belongs to the whole process: it is wrapped once, and stays silent only for threads
    // that are in here.
    HOOK.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |information: &PanicHookInfo<'_>| {
            if !QUIET.get() {
                usual(information);
            }
        }));
    });
    let before = QUIET.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    result.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no reason given");
        Err(on_panic(text.lines().next().unwrap_or_default().to_owned()))
    })
}
