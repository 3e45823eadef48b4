//! The standard streams: whether they are usable, and writing text to them.

use std::io::{self, Write as _};
use std::time::Duration;

use tokio::time::sleep;

/// How often a command that has nothing to write looks whether anybody reads.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

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

/// Waits until nobody can read standard output any more: the other end of a pipe is closed.
pub(crate) async fn reader_gone() {
    while system::has_reader() {
        sleep(BETWEEN_LOOKS).await;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stream {
    Input,
    Output,
}

fn check(stream: Stream) -> io::Result<()> {
    if system::was_usable(stream) {
        return Ok(());
    }
    Err(io::Error::other(match stream {
        Stream::Input => "it is closed, or cannot be read",
        Stream::Output => "it is closed, or cannot be written",
    }))
}

#[cfg(unix)]
mod system {
    use std::sync::atomic::{AtomicBool, Ordering};

    use rustix::event::{PollFd, PollFlags, Timespec, poll};
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

    pub(super) fn has_reader() -> bool {
        let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
        // Errors are looked for whatever is asked.
        let mut output = [PollFd::from_borrowed_fd(stdout(), PollFlags::empty())];
        poll(&mut output, Some(&at_once)).is_err() || !output[0].revents().contains(PollFlags::ERR)
    }
}

#[cfg(not(unix))]
mod system {
    use super::Stream;

    pub(super) fn was_usable(_: Stream) -> bool {
        true
    }

    pub(super) fn has_reader() -> bool {
        true
    }
}
