//! The page of the requests that are passed on to the engine of the content indices: the one table that there is.

use std::fmt::Write as _;

use tributary_gateway::{Looked, Named, PASSED, Passed};

use crate::markdown::{GENERATED, Table, code};

/// The page.
pub(crate) fn page() -> String {
    let mut text = format!(
        "{GENERATED}# Requests for content indices\n\nThese are passed on to the engine of the content indices, and no \
         others, unless the setting `content_allow` names them ([The gateway](../gateway.md)). `{{index}}` is a name or an \
         index expression.\n\nWith security on, the key of the caller needs one of the index privileges in the last column, \
         or `all`, on every index that the request names; where it names none, on `*`.\n"
    );
    let mut groups: Vec<&str> = PASSED.iter().map(|passed| passed.group).collect();
    groups.dedup();
    for group in groups {
        let mut table = Table::new(&["methods", "path", "what is looked at in the body", "needs"]);
        for passed in PASSED.iter().filter(|passed| passed.group == group) {
            let methods: Vec<String> = passed.methods.iter().map(|method| code(method)).collect();
            table.row(&[&methods.join(", "), &code(passed.path), looked(passed.looked), &needs(passed)]);
        }
        let _ = write!(text, "\n## {group}\n\n{}", table.text());
    }
    text
}

fn looked(looked: Looked) -> &'static str {
    match looked {
        Looked::Nothing => "nothing",
        Looked::Actions => "the action lines, while it passes",
        Looked::Strings => "all texts, for names of own indices",
        Looked::Expressions => "the same, and wildcards where indices are named",
        Looked::Lines => "the same in each line",
        Looked::Processors => "the same, and what processors do with the index of documents",
        Looked::Cursors => "the ids of scrolls and points in time, for a key that is limited to indices",
    }
}

fn needs(passed: &Passed) -> String {
    if passed.looked == Looked::Actions {
        return "for each action `create_doc`, `create`, `index`, `delete` or `write`, as it does".to_owned();
    }
    let needs = passed.needs.iter().map(|need| {
        let privileges = need.privileges.iter().filter(|name| **name != "all").map(|name| code(name));
        let privileges = privileges.collect::<Vec<_>>().join(" or ");
        match need.cluster {
            Some(cluster) => format!("{privileges}, or the cluster privilege {}", code(cluster.name())),
            None => privileges,
        }
    });
    let needs = needs.collect::<Vec<_>>().join("; and ");
    let place = match passed.named {
        Named::InPath if passed.path.contains("{index}") => "",
        Named::InPath => " on `*`",
        Named::InBody => " on what the body names",
        Named::InLines => " on what each header line names",
        Named::ByCursor => ", on `*` unless the key opened it",
    };
    format!("{needs}{place}")
}
