//! The limit of open files, which is one of connections too.

/// How many of the files that the process may open are left for anything but connections of clients: the files of a
/// store, connections to a search engine, and connections that are being refused.
const LEFT: usize = 4;

/// How many of so many connections the process can have open, after it was allowed as many files as it can be.
pub(super) fn connections_within(wanted: usize) -> usize {
    let Some(files) = system::raise(wanted.saturating_add(wanted / (LEFT - 1)).saturating_add(LEFT)) else {
        return wanted;
    };
    let possible = files - files / LEFT;
    if possible < wanted {
        tracing::warn!(
            open_files = files,
            max_connections = possible,
            "fewer connections are served than max_connections allows, which is [{wanted}]: the process may open too few \
             files"
        );
    }
    possible.min(wanted)
}

#[cfg(unix)]
mod system {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    /// Raises the limit of open files to so many, or as many as are possible, and returns it; none if there is none.
    pub(super) fn raise(wanted: usize) -> Option<usize> {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        let current = current?;
        let wanted = u64::try_from(wanted).unwrap_or(u64::MAX);
        let raised = maximum.map_or(wanted, |maximum| wanted.min(maximum));
        let is_raised = raised > current
            && setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum }).is_ok();
        usize::try_from(if is_raised { raised } else { current }).ok()
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) fn raise(_: usize) -> Option<usize> {
        None
    }
}
