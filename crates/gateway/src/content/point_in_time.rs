//! Points in time have other paths and bodies in OpenSearch than in Elasticsearch; those of Elasticsearch are translated.

use bytes::Bytes;
use serde_json::{Value, json};

use super::target::Target;

/// A call of Elasticsearch that OpenSearch has under another path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PointInTime {
    Open,
    Close,
}

/// The path of OpenSearch.
const PATH: [&str; 2] = ["_search", "point_in_time"];

impl PointInTime {
    /// Which call it is; its path becomes that of OpenSearch.
    pub(super) fn translate(target: &mut Target) -> Option<Self> {
        let call = match &target.segments[..] {
            [name] if name == "_pit" => Self::Close,
            [_, name] if name == "_pit" => Self::Open,
            _ => return None,
        };
        target.segments.pop();
        target.segments.extend(PATH.map(str::to_owned));
        Some(call)
    }

    /// The body for OpenSearch.
    pub(super) fn body(self, body: Bytes) -> Bytes {
        let id = serde_json::from_slice::<Value>(&body).ok().and_then(|body| body.get("id").cloned());
        match (self, id) {
            (Self::Close, Some(id)) => json!({ "pit_id": [id] }).to_string().into(),
            // A filter would be ignored; OpenSearch refuses a body.
            _ => body,
        }
    }

    /// The body for the client.
    pub(super) fn answer(self, body: Bytes) -> Bytes {
        let Ok(answer) = serde_json::from_slice::<Value>(&body) else { return body };
        let answer = match self {
            Self::Open => json!({ "id": answer["pit_id"], "_shards": answer["_shards"] }),
            Self::Close => {
                let closed = answer["pits"].as_array().map_or(&[][..], Vec::as_slice);
                let number = closed.iter().filter(|pit| pit["successful"] == true).count();
                json!({ "succeeded": number == closed.len(), "num_freed": number })
            }
        };
        answer.to_string().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_translated_in_both_directions() {
        for (path, expected, call) in [
            ("/a/_pit", "/a/_search/point_in_time?keep_alive=1m", Some(PointInTime::Open)),
            ("/_pit", "/_search/point_in_time?keep_alive=1m", Some(PointInTime::Close)),
            ("/a/_search", "/a/_search?keep_alive=1m", None),
        ] {
            let mut target = Target::parse(path, "keep_alive=1m").unwrap();
            assert_eq!(PointInTime::translate(&mut target), call);
            assert_eq!(target.encoded(), expected);
        }
        let body = PointInTime::Close.body(Bytes::from_static(br#"{"id":"x"}"#));
        assert_eq!(body, r#"{"pit_id":["x"]}"#);
        let opened =
            PointInTime::Open.answer(Bytes::from_static(br#"{"pit_id":"x","_shards":{},"creation_time":1}"#));
        assert_eq!(opened, r#"{"id":"x","_shards":{}}"#);
        let closed =
            PointInTime::Close.answer(Bytes::from_static(br#"{"pits":[{"successful":true,"pit_id":"x"}]}"#));
        assert_eq!(closed, r#"{"succeeded":true,"num_freed":1}"#);
    }
}
