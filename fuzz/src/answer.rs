//! What is promised of every answer.

use std::collections::BTreeMap;
use std::fmt::{self, Debug, Formatter};

use actix_web::http::StatusCode;
use serde_json::value::RawValue;
use serde_json::{Value, json};

/// An answer as it was received.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    /// Empty if there is no body.
    pub(crate) media_type: String,
    pub(crate) body: Vec<u8>,
}

impl Debug for Answer {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}: {}", self.status, self.media_type, String::from_utf8_lossy(&self.body))
    }
}

impl Answer {
    /// Whether the request was carried out.
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_success()
    }

    /// The body as text.
    ///
    /// # Panics
    /// If it is none.
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("answers are UTF-8")
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub(crate) fn json(&self) -> Value {
        let text = self.text();
        let value = serde_json::from_str(text).and_then(value);
        value.unwrap_or_else(|error| panic!("{error}: {text}"))
    }

    /// Checks that it is a success with a body that can be read, or a refusal in the shape of Elasticsearch's errors.
    ///
    /// # Panics
    /// If it is neither.
    pub(crate) fn check(&self) {
        let (status, media_type) = (self.status, &*self.media_type);
        let text = self.text();
        assert!(!status.is_server_error(), "{status}: {text}");
        if status.is_success() {
            assert_ne!(status, StatusCode::SWITCHING_PROTOCOLS);
            if media_type.contains("ndjson") {
                text.lines().for_each(|line| {
                    serde_json::from_str::<&RawValue>(line).unwrap_or_else(|error| panic!("{error}: {line}"));
                });
            } else if media_type.contains("json") && !self.body.is_empty() {
                self.json();
            }
            return;
        }
        assert!(status.is_client_error(), "{status}: {text}");
        assert!(media_type.contains("json"), "{media_type}: {text}");
        self.check_refusal();
    }

    fn check_refusal(&self) {
        let error = self.json();
        // A document that is not there is no error in Elasticsearch, and neither are keys.
        let is_nothing =
            error["found"] == false || error["result"] == "not_found" || error["api_keys"] == json!([]);
        if self.status == StatusCode::NOT_FOUND && is_nothing {
            return;
        }
        let (kind, reason) = (&error["error"]["type"], &error["error"]["reason"]);
        let expected = json!({
            "error": { "root_cause": [{ "type": kind, "reason": reason }], "type": kind, "reason": reason },
            "status": self.status.as_u16(),
        });
        assert_eq!(error, expected, "not the shape of an error");
        assert!(kind.as_str().is_some_and(|name| name.ends_with("_exception")), "{}", self.text());
        assert!(reason.as_str().is_some_and(|reason| !reason.is_empty()), "{}", self.text());
    }
}

/// JSON as a value. Numbers that no float can be, which are kept as they came, become texts.
fn value(json: &RawValue) -> serde_json::Result<Value> {
    let text = json.get();
    match text.as_bytes() {
        [b'{', ..] => {
            let fields: BTreeMap<String, &RawValue> = serde_json::from_str(text)?;
            fields.into_iter().map(|(name, field)| Ok((name, value(field)?))).collect()
        }
        [b'[', ..] => serde_json::from_str::<Vec<&RawValue>>(text)?.into_iter().map(value).collect(),
        _ => Ok(serde_json::from_str(text).unwrap_or_else(|_| text.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(status: u16, media_type: &str, body: &str) -> bool {
        let status = StatusCode::from_u16(status).unwrap();
        let answer = Answer { status, media_type: media_type.to_owned(), body: body.into() };
        std::panic::catch_unwind(|| answer.check()).is_ok()
    }

    #[test]
    fn only_sound_answers_pass() {
        let error = r#"{"error":{"root_cause":[{"type":"a_exception","reason":"b"}],"type":"a_exception","reason":"b"},"status":400}"#;
        assert!(check(400, "application/json", error));
        assert!(check(200, "application/json", "{}"));
        assert!(check(200, "text/html", "<p>"));
        assert!(check(404, "application/json", r#"{"found":false}"#));
        assert!(!check(404, "application/json", error));
        assert!(!check(400, "text/plain", error));
        assert!(!check(400, "application/json", r#"{"error":"b","status":400}"#));
        assert!(!check(200, "application/json", "{"));
        assert!(!check(200, "application/x-ndjson", "{}\n{"));
        assert!(!check(500, "application/json", &error.replace("400", "500")));
        assert!(!check(302, "", ""));
    }

    #[test]
    fn every_number_can_be_read() {
        let body = r#"{"a":[1e400,1.5,"b"],"c":{"d":null}}"#;
        let answer = Answer { status: StatusCode::OK, media_type: String::new(), body: body.into() };
        assert_eq!(answer.json(), json!({ "a": ["1e400", 1.5, "b"], "c": { "d": null } }));
    }
}
