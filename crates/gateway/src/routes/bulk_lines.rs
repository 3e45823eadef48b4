//! The lines of a bulk request: actions, each with its document on the next line.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use tributary_domain::{Document, Id, Refusal, check_strict};
use tributary_service::document::{Guard, Update};

use super::guard::guard_of;
use super::update::UpdateBody;
use crate::control::ControlIndex;

/// An action of a bulk request.
#[derive(Debug)]
pub(super) struct Action {
    pub(super) index: ControlIndex,
    /// `None` for a new id.
    pub(super) id: Option<Id>,
    pub(super) guard: Guard,
    pub(super) operation: Operation,
}

/// What is to be done with a document.
#[derive(Debug)]
pub(super) enum Operation {
    Index(Document),
    Create(Document),
    Update(Update),
    Delete,
}

/// What an action says of its document. What would have an effect that is not served is refused by name.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Metadata {
    #[serde(rename = "_index")]
    index: Option<String>,
    #[serde(rename = "_id")]
    id: Option<Value>,
    if_seq_no: Option<u64>,
    if_primary_term: Option<u64>,
    #[serde(rename = "routing")]
    _routing: Option<Value>,
    #[serde(rename = "require_alias")]
    _require_alias: Option<Value>,
    #[serde(rename = "retry_on_conflict")]
    _retry_on_conflict: Option<Value>,
}

impl Operation {
    /// Its name.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Index(_) => "index",
            Self::Create(_) => "create",
            Self::Update(_) => "update",
            Self::Delete => "delete",
        }
    }
}

/// Reads all actions, before any of them is carried out.
pub(super) fn actions(body: &[u8], default: ControlIndex) -> Result<Vec<Action>, Refusal> {
    let mut lines = body.split(|byte| *byte == b'\n').enumerate();
    let mut actions = Vec::new();
    while let Some((number, line)) = lines.next() {
        if line.trim_ascii().is_empty() {
            continue;
        }
        let number = number + 1;
        let (name, metadata) = action(line, number)?;
        let document = || {
            let (number, line) = lines
                .next()
                .filter(|(_, line)| !line.trim_ascii().is_empty())
                .ok_or_else(|| malformed(number, "the action has no document on the next line"))?;
            Ok::<_, Refusal>((number + 1, line))
        };
        let operation = operation(&name, number, document)?;
        actions.push(metadata.action(default, operation, number)?);
    }
    if actions.is_empty() { Err(Refusal::validation("no requests added")) } else { Ok(actions) }
}

/// The name of an action, and what it says of its document.
fn action(line: &[u8], number: usize) -> Result<(String, Metadata), Refusal> {
    let fields: Map<String, Value> = parse(line, number)?;
    let mut fields = fields.into_iter();
    match (fields.next(), fields.next()) {
        (Some((name, metadata)), None) => {
            let metadata =
                serde_json::from_value(metadata).map_err(|error| malformed(number, &error.to_string()))?;
            Ok((name, metadata))
        }
        _ => Err(malformed(number, "an action is an object with one name: index, create, update or delete")),
    }
}

fn operation<'l>(
    name: &str,
    number: usize,
    document: impl FnOnce() -> Result<(usize, &'l [u8]), Refusal>,
) -> Result<Operation, Refusal> {
    let whole = |(number, line)| {
        let mut document: Document = parse(line, number)?;
        document.remove("id");
        Ok::<_, Refusal>(document)
    };
    match name {
        "index" => Ok(Operation::Index(whole(document()?)?)),
        "create" => Ok(Operation::Create(whole(document()?)?)),
        "update" => {
            let (number, line) = document()?;
            let update = parse::<UpdateBody>(line, number)?.read();
            Ok(Operation::Update(update.map_err(|refusal| malformed(number, &refusal.to_string()))?))
        }
        "delete" => Ok(Operation::Delete),
        other => {
            let reason = format!("expected one of [index, create, update, delete] but found [{other}]");
            Err(malformed(number, &reason))
        }
    }
}

impl Metadata {
    fn action(self, default: ControlIndex, operation: Operation, number: usize) -> Result<Action, Refusal> {
        let index = match self.index.as_deref() {
            None => default,
            Some(name) => ControlIndex::named(name).ok_or_else(|| {
                malformed(
                    number,
                    &format!("[{name}] is no control index; other indices have bulk requests of their own"),
                )
            })?,
        };
        let is_new = matches!(operation, Operation::Index(_) | Operation::Create(_));
        let id = match self.id {
            None | Some(Value::Null) if is_new => None,
            Some(Value::String(id)) => Some(Id::parse("_id", id)?),
            Some(Value::Number(id)) => Some(Id::parse("_id", id.to_string())?),
            _ => return Err(malformed(number, "an _id is required, a text")),
        };
        Ok(Action { index, id, guard: guard_of(self.if_seq_no, self.if_primary_term)?, operation })
    }
}

fn parse<T: DeserializeOwned>(line: &[u8], number: usize) -> Result<T, Refusal> {
    let text = check_strict(line).map_err(|problem| malformed(number, &problem.to_string()))?;
    serde_json::from_str(text).map_err(|error| malformed(number, &error.to_string()))
}

fn malformed(number: usize, reason: &str) -> Refusal {
    Refusal::InvalidArgument(format!("Malformed action/metadata line [{number}]: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &str) -> Result<Vec<String>, String> {
        let index = ControlIndex::named(".elastic-connectors").unwrap();
        let actions = actions(body.as_bytes(), index).map_err(|error| error.to_string())?;
        let text = |action: &Action| {
            let id = action.id.as_ref().map_or("new", Id::as_str);
            format!("{} {} {id}", action.operation.name(), action.index.name())
        };
        Ok(actions.iter().map(text).collect())
    }

    #[test]
    fn actions_are_read() {
        let body = r#"{"index":{"_id":"a"}}
{"x":1}

{"create":{}}
{"x":1}
{"update":{"_id":"b","_index":".elastic-connectors-sync-jobs-v1","if_seq_no":1,"if_primary_term":1}}
{"doc":{}}
{"delete":{"_id":"c"}}"#;
        assert_eq!(
            read(body).unwrap(),
            [
                "index .elastic-connectors-v1 a",
                "create .elastic-connectors-v1 new",
                "update .elastic-connectors-sync-jobs-v1 b",
                "delete .elastic-connectors-v1 c",
            ]
        );
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        for (body, parts) in [
            ("", ["no requests", "added"]),
            ("{\"index\":{}}\n", ["[1]", "no document"]),
            ("{\"delete\":{\"_id\":\"a\"}}\n{\"drop\":{}}\n", ["[2]", "[drop]"]),
            ("{\"delete\":{}}", ["[1]", "_id"]),
            ("{\"delete\":{\"_id\":\"a\",\"_index\":\"x\"}}", ["[1]", "[x]"]),
            ("{\"index\":{}}\n[1]", ["[2]", "invalid type"]),
            ("{\"index\":{}}\n{\"a\":1,\"a\":2}", ["[2]", "[a]"]),
            ("nothing", ["[1]", "expected"]),
            ("{\"update\":{\"_id\":\"a\"}}\n{\"script\":{}}", ["[script]", "not served"]),
            ("{\"delete\":{\"_id\":\"a\",\"if_seq_no\":1}}", ["[if_seq_no]", "together"]),
            ("{\"delete\":{\"_id\":\"a\",\"version\":1}}", ["[1]", "version"]),
            ("{\"index\":null}\n{}", ["[1]", "null"]),
            ("{\"index\":{\"_id\":\"\"}}\n{}", ["[_id]", "empty"]),
        ] {
            let reason = read(body).unwrap_err();
            assert!(parts.iter().all(|part| reason.contains(part)), "{body}: {reason}");
        }
    }
}
