//! The page of the enumerations, with the state machines drawn.

use tributary_domain::{ConnectorStatus, Enumeration, SortOrder, SyncJobStatus, SyncJobType, TriggerMethod};

use crate::diagram;
use crate::file::File;
use crate::markdown::{GENERATED, Table, code};

/// The names of the enumerations that have a section.
pub(crate) const NAMES: &[&str] = &["SyncJobStatus", "SyncJobType", "TriggerMethod", "ConnectorStatus"];

/// The page.
pub(crate) fn page() -> String {
    format!(
        "{GENERATED}# Statuses and other words\n\nWritten in lower case, read without regard to case.\n\n\
         ## SyncJobStatus\n\n{}\n![From which status a sync job may go to which](sync-job-status.svg)\n\n{}\n\
         ## SyncJobType\n\n{}\n## TriggerMethod\n\n{}\n## ConnectorStatus\n\n{}\n\
         ![From which status a connector may go to which](connector-status.svg)\n\n{}\n## SortOrder\n\n{}",
        values::<SyncJobStatus>(),
        steps(SyncJobStatus::successors),
        values::<SyncJobType>(),
        values::<TriggerMethod>(),
        values::<ConnectorStatus>(),
        steps(ConnectorStatus::successors),
        values::<SortOrder>(),
    )
}

/// The drawings of the state machines.
pub(crate) fn diagrams() -> Vec<File> {
    vec![
        File::new("docs/reference/sync-job-status.svg", diagram::of(SyncJobStatus::successors)),
        File::new("docs/reference/connector-status.svg", diagram::of(ConnectorStatus::successors)),
    ]
}

fn values<T: Enumeration>() -> String {
    let mut table = Table::new(&["value", "meaning"]);
    for value in T::ALL {
        table.row(&[&code((*value).into()), value.description()]);
    }
    table.text()
}

fn steps<T: Enumeration>(successors: fn(T) -> &'static [T]) -> String {
    let mut table = Table::new(&["from", "to"]);
    for from in T::ALL {
        let to: Vec<String> = successors(*from).iter().map(|to| code((*to).into())).collect();
        let to = if to.is_empty() { "nothing: it is final".to_owned() } else { to.join(", ") };
        table.row(&[&code((*from).into()), &to]);
    }
    table.text()
}
