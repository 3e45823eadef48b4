//! Files that others must not read, such as those with keys.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::setting_values::NOT_UTF_8;

/// Reads a file, unless every user may read or write it; the error says why it is not used.
pub(crate) fn read(file: &Path) -> Result<Zeroizing<Vec<u8>>, String> {
    let unreadable = |error: io::Error| format!("it cannot be read: {error}");
    let mut opened = File::open(file).map_err(unreadable)?;
    check_permissions(&opened).map_err(unreadable)?;
    let mut bytes = Zeroizing::new(Vec::new());
    opened.read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}

/// The same for a file of text, with why it is none.
pub(crate) fn read_text(file: &Path) -> Result<Zeroizing<String>, String> {
    let bytes = read(file)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| format!("it cannot be read: {NOT_UTF_8}"))?;
    Ok(Zeroizing::new(text.to_owned()))
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
