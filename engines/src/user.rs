//! The user that a server runs as: all of them refuse to run as root.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

/// A number that no account uses: nothing else on the machine is that user's.
const UNPRIVILEGED: User = User::Other { user: 64_918, group: 64_918 };
/// The accounts of which one is taken where a server wants an account: that of its package, or the one that every
/// machine has.
const ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// The user of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum User {
    /// The caller.
    Caller,
    /// An unprivileged one, since the caller is root.
    Other {
        /// Its number.
        user: u32,
        /// The number of its group.
        group: u32,
    },
}

impl User {
    /// The user for engines of this process.
    pub(crate) fn of_engines() -> Self {
        if rustix::process::geteuid().is_root() { UNPRIVILEGED } else { Self::Caller }
    }

    /// The user for servers that want one with an account.
    pub(crate) fn with_account() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self::Caller);
        }
        let accounts = fs::read_to_string("/etc/passwd")?;
        let found = ACCOUNTS.iter().find_map(|name| account(&accounts, name));
        found.with_context(|| format!("none of the accounts [{}] is in /etc/passwd", ACCOUNTS.join(", ")))
    }

    /// Runs a command as this user, without supplementary groups.
    pub(crate) fn apply(self, command: &mut Command) {
        if let Self::Other { user, group } = self {
            command.uid(user).gid(group);
        }
    }

    /// Changes the owner of a folder and its content to this user.
    pub(crate) fn give(self, path: &Path) -> Result<()> {
        let Self::Other { user, group } = self else { return Ok(()) };
        chown(path, Some(user), Some(group))
            .with_context(|| format!("{} cannot be given to user {user}", path.display()))?;
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
        let Self::Other { user, .. } = self else { return true };
        let open = |path: &Path| {
            fs::metadata(path).is_ok_and(|found| {
                found.permissions().mode() & 0o001 != 0
                    || (found.uid() == user && found.permissions().mode() & 0o100 != 0)
            })
        };
        folder.ancestors().all(open)
    }
}

/// The account of a name in the lines of `/etc/passwd`, unless it is root's.
fn account(accounts: &str, name: &str) -> Option<User> {
    let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(|field| field.parse().ok());
    let (user, group) = (numbers.next()??, numbers.next()??);
    (user != 0).then_some(User::Other { user, group })
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
        assert!(UNPRIVILEGED.can_reach(&inner));
        fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o700)).unwrap();
        assert!(!UNPRIVILEGED.can_reach(&inner));
        assert!(User::Caller.can_reach(&inner));
        assert!(!User::Caller.can_reach(&temporary.path().join("missing")));
    }

    #[test]
    fn an_account_is_found_by_its_name() {
        let accounts = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533:n:/:/bin/false\nlast:x\n";
        assert_eq!(account(accounts, "nobody"), Some(User::Other { user: 65_534, group: 65_533 }));
        for none in ["root", "last", "nobod"] {
            assert_eq!(account(accounts, none), None);
        }
    }
}
