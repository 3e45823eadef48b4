//! Files with keys, which others must not be able to read.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

/// The text of a file that not every user may use; otherwise why it cannot be taken.
pub(crate) fn read(file: &Path) -> Result<Zeroizing<String>, String> {
    let unreadable = |error: io::Error| format!("it cannot be read: {error}");
    let mut opened = File::open(file).map_err(unreadable)?;
    check_permissions(&opened).map_err(unreadable)?;
    let mut text = Zeroizing::new(String::new());
    opened.read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// The mode bits for all users.
#[cfg(unix)]
const EVERYBODY: u32 = 0o007;

/// Rejects a file that every user may read or write. Group access is allowed: that is how files are passed to services
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
