//! The page of the requests that are passed on to the engine of the content indices: the one table that there is.

use std::fmt::Write as _;

use tributary_gateway::{Looked, PASSED};

use crate::markdown::{GENERATED, Table, code};

/// The page.
pub(crate) fn page() -> String {
    let mut text = format!(
        "{GENERATED}# Requests for content indices\n\nThese are passed on to the engine of the content indices, and no \
         others, unless the setting `content_allow` names them ([The gateway](../gateway.md)). `{{index}}` is a name or an \
         index expression.\n"
    );
    let mut groups: Vec<&str> = PASSED.iter().map(|passed| passed.group).collect();
    groups.dedup();
    for group in groups {
        let mut table = Table::new(&["methods", "path", "what is looked at in the body"]);
        for passed in PASSED.iter().filter(|passed| passed.group == group) {
            let methods: Vec<String> = passed.methods.iter().map(|method| code(method)).collect();
            table.row(&[&methods.join(", "), &code(passed.path), looked(passed.looked)]);
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
    }
}
