//! An action of a bulk request.

use serde_json::json;

use super::source::source;
use crate::{Action, Operation, Version};

/// A change of one document.
#[derive(Debug, Clone)]
pub(super) struct BulkAction {
    pub(super) id: String,
    pub(super) change: BulkChange,
}

#[derive(Debug, Clone)]
pub(super) enum BulkChange {
    Create(String),
    Replace(Version, String),
    Delete(Version),
    /// A tombstone, which is written to an index of its own.
    Tombstone {
        alias: String,
        source: String,
    },
}

impl BulkAction {
    /// The action for an operation, with the serialized document.
    pub(super) fn new(Operation { id, action }: &Operation) -> Self {
        let change = match action {
            Action::Create(document) => BulkChange::Create(source(document)),
            Action::Replace(expected, document) => BulkChange::Replace(*expected, source(document)),
            Action::Delete(expected) => BulkChange::Delete(*expected),
        };
        Self { id: id.to_string(), change }
    }

    pub(super) fn delete(id: &str, expected: Version) -> Self {
        Self { id: id.to_owned(), change: BulkChange::Delete(expected) }
    }

    /// The approximate size in bytes in a bulk request.
    pub(super) fn size(&self) -> usize {
        match &self.change {
            BulkChange::Create(source)
            | BulkChange::Replace(_, source)
            | BulkChange::Tombstone { source, .. } => source.len() + self.id.len() + 100,
            BulkChange::Delete(_) => self.id.len() + 100,
        }
    }

    /// Appends its lines to a bulk request.
    pub(super) fn write(&self, body: &mut String) {
        let id = &self.id;
        let (head, source) = match &self.change {
            BulkChange::Create(source) => (json!({ "create": { "_id": id } }), Some(source)),
            BulkChange::Replace(expected, source) => {
                (json!({ "index": guarded(id, *expected) }), Some(source))
            }
            BulkChange::Delete(expected) => (json!({ "delete": guarded(id, *expected) }), None),
            BulkChange::Tombstone { alias, source } => {
                (json!({ "index": { "_index": alias } }), Some(source))
            }
        };
        body.push_str(&head.to_string());
        body.push('\n');
        if let Some(source) = source {
            body.push_str(source);
            body.push('\n');
        }
    }
}

fn guarded(id: &str, expected: Version) -> serde_json::Value {
    json!({ "_id": id, "if_seq_no": expected.sequence, "if_primary_term": expected.term })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_lines() {
        let mut body = String::new();
        let version = Version { sequence: 7, term: 2 };
        let create = BulkChange::Create("y".to_owned());
        BulkAction { id: "x".to_owned(), change: create }.write(&mut body);
        BulkAction { id: "\"".to_owned(), change: BulkChange::Replace(version, "{}".to_owned()) }
            .write(&mut body);
        BulkAction::delete("z", version).write(&mut body);
        let change = BulkChange::Tombstone { alias: "a".to_owned(), source: "{}".to_owned() };
        BulkAction { id: String::new(), change }.write(&mut body);
        let lines: Vec<&str> = body.lines().collect();
        assert_eq!(
            lines,
            [
                r#"{"create":{"_id":"x"}}"#,
                "y",
                r#"{"index":{"_id":"\"","if_seq_no":7,"if_primary_term":2}}"#,
                "{}",
                r#"{"delete":{"_id":"z","if_seq_no":7,"if_primary_term":2}}"#,
                r#"{"index":{"_index":"a"}}"#,
                "{}",
            ]
        );
    }
}
