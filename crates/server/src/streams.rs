//! The standard streams: whether they are usable, and writing text to them.

use std::io::{self, Write as _};

/// Standard output, unless the process was started without one.
///
/// Rust opens `/dev/null` for a closed stream and ignores errors of an unwritable one: output that must arrive has to
/// be written through this function.
pub(crate) fn output() -> io::Result<io::Stdout> {
    check(Stream::Output)?;
    Ok(io::stdout())
}

/// Standard input, unless the process was started without one.
pub(crate) fn input() -> io::Result<io::Stdin> {
    check(Stream::Input)?;
    Ok(io::stdin())
}

/// Writes a text to standard output completely.
pub(crate) fn say(text: &str) -> io::Result<()> {
    let mut output = output()?;
    output.write_all(text.as_bytes()).and_then(|()| output.flush())
}

/// Writes a text to standard error, ignoring errors.
pub(crate) fn tell(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Input,
    Output,
}

fn check(stream: Stream) -> io::Result<()> {
    if start::was_usable(stream) {
        return Ok(());
    }
    Err(io::Error::other(match stream {
        Stream::Input => "it is closed, or cannot be read",
        Stream::Output => "it is closed, or cannot be written",
    }))
}

#[cfg(unix)]
mod start {
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::fs::{OFlags, fcntl_getfl};
    use rustix::stdio::{stdin, stdout};

    use super::Stream;

    static INPUT: AtomicBool = AtomicBool::new(true);
    static OUTPUT: AtomicBool = AtomicBool::new(true);

    // Runs before `main`, and uses nothing of the standard library that is not initialized yet.
    #[ctor::ctor(unsafe)]
    fn look() {
        let mode = |flags: OFlags| flags & OFlags::ACCMODE;
        INPUT.store(fcntl_getfl(stdin()).is_ok_and(|flags| mode(flags) != OFlags::WRONLY), Ordering::Relaxed);
        OUTPUT
            .store(fcntl_getfl(stdout()).is_ok_and(|flags| mode(flags) != OFlags::RDONLY), Ordering::Relaxed);
    }

    pub(super) fn was_usable(stream: Stream) -> bool {
        match stream {
            Stream::Input => INPUT.load(Ordering::Relaxed),
            Stream::Output => OUTPUT.load(Ordering::Relaxed),
        }
    }
}

#[cfg(not(unix))]
mod start {
    use super::Stream;

    pub(super) fn was_usable(_: Stream) -> bool {
        true
    }
}
