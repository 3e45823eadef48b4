//! Looks at the action lines of a bulk request while it passes. Documents are not parsed: only their end is looked for.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::memchr;
use serde::Deserialize;
use tributary_api::ApiError;
use tributary_domain::Refusal;

use super::expression::{self, Wildcards};
use super::needs::{self, Need};
use super::own_names::OwnNames;
use super::rights::Rights;

/// The longest action line in bytes: it has names and numbers only.
const LONGEST_ACTION: usize = 64 * 1024;

/// An action line: one action, and nothing else.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Action<'a> {
    #[serde(borrow)]
    Index(About<'a>),
    #[serde(borrow)]
    Create(About<'a>),
    #[serde(borrow)]
    Update(About<'a>),
    #[serde(borrow)]
    Delete(About<'a>),
}

#[derive(Deserialize)]
struct About<'a> {
    #[serde(borrow, rename = "_index")]
    index: Option<Cow<'a, str>>,
}

/// The lines of a bulk request as far as they have arrived.
#[derive(Debug)]
pub(super) struct Actions {
    own: Arc<OwnNames>,
    rights: Rights,
    /// The index of the path, for actions that name none.
    default: Option<String>,
    /// The beginning of an action line whose end has not arrived.
    begun: Vec<u8>,
    is_document: bool,
    number: usize,
}

impl Actions {
    pub(super) fn new(own: Arc<OwnNames>, rights: Rights, default: Option<String>) -> Self {
        Self { own, rights, default, begun: Vec::new(), is_document: false, number: 0 }
    }

    /// Takes the next bytes; an error at the first action that is not passed on.
    pub(super) fn take(&mut self, mut bytes: &[u8]) -> Result<(), ApiError> {
        while !bytes.is_empty() {
            let end = memchr(b'\n', bytes);
            let (line, rest) = end.map_or((bytes, &[][..]), |end| (&bytes[..end], &bytes[end + 1..]));
            bytes = rest;
            if self.is_document {
                self.is_document = end.is_none();
                continue;
            }
            if self.begun.len() + line.len() > LONGEST_ACTION {
                return Err(self.malformed(&format!("it is longer than [{LONGEST_ACTION}] bytes")));
            }
            if end.is_none() {
                self.begun.extend_from_slice(line);
            } else if self.begun.is_empty() {
                self.action(line)?;
            } else {
                self.begun.extend_from_slice(line);
                let line = std::mem::take(&mut self.begun);
                self.action(&line)?;
            }
        }
        Ok(())
    }

    /// Looks at what stands after the last line break.
    pub(super) fn end(&mut self) -> Result<(), ApiError> {
        let line = std::mem::take(&mut self.begun);
        self.action(&line)
    }

    fn action(&mut self, line: &[u8]) -> Result<(), ApiError> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(());
        }
        self.number += 1;
        let (about, need, has_document) = match serde_json::from_slice(line) {
            Ok(Action::Index(about)) => (about, &needs::INDEX, true),
            Ok(Action::Create(about)) => (about, &needs::CREATE, true),
            Ok(Action::Update(about)) => (about, &needs::UPDATE, true),
            Ok(Action::Delete(about)) => (about, &needs::DELETE, false),
            Err(error) => return Err(self.malformed(&error.to_string())),
        };
        self.is_document = has_document;
        self.check_rights(need, about.index.as_deref())?;
        let Some(index) = about.index else { return Ok(()) };
        expression::in_body(&self.own, &index, Wildcards::Refused).map_err(|error| match error {
            ApiError::OwnIndex(_) => ApiError::OwnIndex(format!(
                "action [{}] of the bulk request names the index [{index}], which belongs to this service; nothing of the \
                 request was carried out. Send such actions in a request of their own, to /{{index}}/_bulk, for the \
                 indices [.elastic-connectors] and [.elastic-connectors-sync-jobs]; others cannot be written to",
                self.number
            )),
            other => other,
        })
    }

    /// An action without an index, in a request without one, is refused by engines.
    fn check_rights(&self, need: &Need, index: Option<&str>) -> Result<(), ApiError> {
        match index.or(self.default.as_deref()) {
            Some(index) => self.rights.check(need, index),
            None => Ok(()),
        }
    }

    fn malformed(&self, reason: &str) -> ApiError {
        Refusal::MalformedBody(format!(
            "action [{}] of the bulk request is no line with one of [index, create, update, delete]: {reason}",
            self.number.max(1)
        ))
        .into()
    }
}

#[cfg(test)]
mod tests {
    use super::super::rights::tests::rights;
    use super::*;

    /// Takes a body in pieces of a size.
    fn take(body: &str, size: usize) -> Result<usize, ApiError> {
        let mut actions = Actions::new(Arc::new(OwnNames::new("")), Rights::everything(), None);
        body.as_bytes().chunks(size).try_for_each(|piece| actions.take(piece))?;
        actions.end()?;
        Ok(actions.number)
    }

    #[test]
    fn only_action_lines_are_looked_at() {
        let body = concat!(
            "{\"index\":{\"_index\":\"search-a\",\"_id\":\"1\"}}\n",
            "{\"_index\":\".elastic-connectors\"}\r\n",
            "\n  \n",
            "{\"delete\":{\"_id\":\"2\"}}\n",
            "{ \"create\" : {} }\n",
            "{\"index\":{\"_index\":\".elastic-connectors\"}}\n",
            "{\"update\":{\"_id\":\"3\",\"retry_on_conflict\":3}}\n",
            "not JSON at all",
        );
        for size in [1, 2, 3, 7, 64, body.len()] {
            assert_eq!(take(body, size).unwrap(), 4, "{size}");
        }
    }

    #[test]
    fn own_names_do_not_get_through() {
        for action in [
            r#"{"index":{"_index":".elastic-connectors"}}"#,
            r#"{"index":{"_index":"\u002eelastic-connectors-v1"}}"#,
            r#"{"\u0069ndex":{"\u005findex":".elastic-connectors-sync-jobs"}}"#,
            r#"{"create":{"_index":".Tributary-secrets"}}"#,
            r#"{"delete":{"_id":"1","_index":".elastic-connectors"}}"#,
            r#"{"update":{"_index":"<.elastic-connectors>","_id":"1"}}"#,
            r#"{"index":{"_index":"remote:a"}}"#,
            r#"{"index":{"_index":"*"}}"#,
        ] {
            for size in [1, 5, 1_000] {
                for body in [action.to_owned(), format!("{{\"index\":{{}}}}\n{{}}\n{action}\n{{}}\n")] {
                    let refused = take(&body, size).unwrap_err();
                    assert!(matches!(refused, ApiError::OwnIndex(_)), "{body}: {refused}");
                }
            }
        }
    }

    #[test]
    fn what_engines_could_read_otherwise_is_refused() {
        for action in [
            r#"{"index":{"_index":"a"},"delete":{"_index":".elastic-connectors"}}"#,
            r#"{"index":{"_index":"a","_index":".elastic-connectors"}}"#,
            r#"{"index":{}} {"delete":{"_index":".elastic-connectors"}}"#,
            r#"{"index":{"_index":["a"]}}"#,
            r#"{"index":null}"#,
            r#""index""#,
            r#"{"INDEX":{}}"#,
            r#"{"index":{"_index":""}}"#,
            r#"{"index":{"_index":","}}"#,
            r#"/* */ {"index":{}}"#,
            r#"{"index":{}"#,
            r#"[{"index":{}}]"#,
            "{}",
        ] {
            let refused = take(action, 1_000).unwrap_err();
            assert!(matches!(refused, ApiError::Refused(_)), "{action}: {refused}");
        }
        let long = format!(r#"{{"index":{{"_id":"{}"}}}}"#, "x".repeat(LONGEST_ACTION));
        assert!(take(&long, 1_000).is_err());
    }

    #[test]
    fn each_action_has_to_be_covered() {
        let rights = rights(&[], &[("search-*", &["create", "delete"]), ("more", &["create_doc"])]);
        let check = |default: Option<&str>, body: &str| {
            let own = Arc::new(OwnNames::new(""));
            let mut actions = Actions::new(own, rights.clone(), default.map(str::to_owned));
            actions.take(body.as_bytes())?;
            actions.end()
        };
        let good = "{\"index\":{\"_index\":\"search-a\"}}\n{}\n{\"delete\":{\"_index\":\"search-b\",\"_id\":\"1\"}}\n";
        assert!(check(None, good).is_ok());
        assert!(check(Some("foreign"), good).is_ok());
        for (default, action) in [
            (None, r#"{"index":{"_index":"foreign"}}"#),
            (None, r#"{"update":{"_index":"search-a","_id":"1"}}"#),
            (None, r#"{"index":{"_index":"more"}}"#),
            (None, r#"{"index":{"_\u0069ndex":"foreign"}}"#),
            (Some("foreign"), r#"{"create":{}}"#),
            (Some("search-*"), r#"{"update":{}}"#),
        ] {
            let refused = check(default, &format!("{good}{action}\n{{}}\n")).unwrap_err();
            assert_eq!(refused.status(), 403, "{action}: {refused}");
        }
        assert!(check(Some("more"), "{\"create\":{}}\n{}\n").is_ok());
    }
}
