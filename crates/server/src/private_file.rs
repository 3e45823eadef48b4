//! Files that others must not read, such as those with keys.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::setting_values::NOT_UTF_8;
use crate::streams;

/// What is done about a file that every user may read or write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// It is not used.
    Refused,
    /// It is used, with a warning: volumes of containers have such files, and those who make keys forget modes.
    Warned,
}

/// Reads a file; the error says why it is not used.
pub(crate) fn read(file: &Path, exposure: Exposure) -> Result<Zeroizing<Vec<u8>>, String> {
    let unreadable = |error: io::Error| format!("it cannot be read: {error}");
    let mut opened = File::open(file).map_err(unreadable)?;
    match (check_permissions(&opened), exposure) {
        (Err(reason), Exposure::Warned) => warn(file, &reason),
        (checked, _) => checked.map_err(unreadable)?,
    }
    let mut bytes = Zeroizing::new(Vec::new());
    opened.read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// The same for a file of text, with why it is none.
pub(crate) fn read_text(file: &Path, exposure: Exposure) -> Result<Zeroizing<String>, String> {
    let bytes = read(file, exposure)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("it cannot be read: {NOT_UTF_8}"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Warns in the log of the service, or on the standard error of a command.
fn warn(file: &Path, reason: &io::Error) {
    if tracing::dispatcher::has_been_set() {
        tracing::warn!(file = %file.display(), "a file with a key is not private: {reason}");
    } else {
        streams::tell(&format!("tributary: warning: {}: {reason}\n", file.display()));
    }
}

/// The mode bits for all users.
#[cfg(unix)]
const EVERYBODY: u32 = 0o007;

/// An error for a file that every user may read or write. Group access is allowed: that is how files are passed to services
/// in containers.
#[cfg(unix)]
fn check_permissions(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    if mode & EVERYBODY == 0 {
        return Ok(());
    }
    let reason =
        format!("everybody may use it, by its mode {mode:o}; take that away by chmod o= or chmod 600");
    Err(io::Error::other(reason))
}

#[cfg(not(unix))]
fn check_permissions(_: &File) -> io::Result<()> {
    Ok(())
}
