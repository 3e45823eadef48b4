//! The user that an engine runs as: both products refuse to run as root.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// A number that no account uses: nothing else on the machine is that user's.
const UNPRIVILEGED: u32 = 64_918;

/// The user of an engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    /// The caller.
    Caller,
    /// An unprivileged one, since the caller is root.
    Unprivileged,
}

impl User {
    /// The user for engines of this process.
    pub(crate) fn of_engines() -> Self {
        if rustix::process::geteuid().is_root() { Self::Unprivileged } else { Self::Caller }
    }

    /// Runs a command as this user, without supplementary groups.
    pub(crate) fn apply(self, command: &mut Command) {
        if self == Self::Unprivileged {
            command.uid(UNPRIVILEGED).gid(UNPRIVILEGED);
        }
    }

    /// Changes the owner of a folder and its content to this user.
    pub(crate) fn give(self, path: &Path) -> Result<()> {
        if self == Self::Caller {
            return Ok(());
        }
        chown(path, Some(UNPRIVILEGED), Some(UNPRIVILEGED))
            .with_context(|| format!("{} cannot be given to user {UNPRIVILEGED}", path.display()))?;
        if fs::symlink_metadata(path)?.is_dir() {
            for entry in fs::read_dir(path)? {
                self.give(&entry?.path())?;
            }
        }
        Ok(())
    }

    /// Whether this user may read a folder: it and its parents are readable for all users.
    pub(crate) fn can_reach(self, folder: &Path) -> bool {
        let Ok(folder) = folder.canonicalize() else { return false };
        let open = |path: &Path| {
            fs::metadata(path).is_ok_and(|found| {
                found.permissions().mode() & 0o001 != 0
                    || (found.uid() == UNPRIVILEGED && found.permissions().mode() & 0o100 != 0)
            })
        };
        self == Self::Caller || folder.ancestors().all(open)
    }
}

/// Makes a folder and its content readable for all users.
pub(crate) fn open_to_all(path: &Path) -> Result<()> {
    let found = fs::symlink_metadata(path)?;
    if found.is_symlink() {
        return Ok(());
    }
    let added = if found.is_dir() { 0o555 } else { 0o444 };
    fs::set_permissions(path, fs::Permissions::from_mode(found.permissions().mode() | added))?;
    if found.is_dir() {
        for entry in fs::read_dir(path)? {
            open_to_all(&entry?.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_folder_above_is_noticed() {
        let temporary = tempfile::tempdir().unwrap();
        let inner = temporary.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        open_to_all(temporary.path()).unwrap();
        assert!(User::Unprivileged.can_reach(&inner));
        fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!User::Unprivileged.can_reach(&inner));
        assert!(User::Caller.can_reach(&inner));
        assert!(!User::Caller.can_reach(&temporary.path().join("missing")));
    }
}
