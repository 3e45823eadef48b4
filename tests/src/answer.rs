//! Responses and common checks of them.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

/// A page of a list, with each document as text.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The number of matches.
    pub count: usize,
    /// The documents of the page.
    pub results: Vec<Box<RawValue>>,
}

impl Listing {
    /// The ids of the page in order.
    ///
    /// # Panics
    /// If a document has none.
    pub fn ids(&self) -> Vec<String> {
        #[derive(Deserialize)]
        struct Identified {
            id: String,
        }
        let id =
            |document: &RawValue| serde_json::from_str::<Identified>(document.get()).map(|found| found.id);
        self.results.iter().map(|document| id(document).expect("every document has an id")).collect()
    }

    /// The texts of the page in order.
    pub fn texts(&self) -> Vec<&str> {
        self.results.iter().map(|document| document.get()).collect()
    }
}

impl Answer {
    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Checks the status.
    ///
    /// # Panics
    /// If it is another.
    #[must_use]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.body);
        self
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// If it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The body as a list.
    ///
    /// # Panics
    /// If it is none.
    pub fn listing(&self) -> Listing {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The id in the body.
    ///
    /// # Panics
    /// If there is none.
    pub fn id(&self) -> String {
        self.json()["id"].as_str().unwrap_or_else(|| panic!("no id: {}", self.body)).to_owned()
    }

    /// Checks that this is an error exactly in the format of Elasticsearch, with the common headers, and returns its
    /// reason.
    ///
    /// # Panics
    /// If the status is another or the shape is not exactly that.
    pub fn refusal(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.body);
        let body = self.json();
        let (reason, error_type) = (&body["error"]["reason"], &body["error"]["type"]);
        let expected = serde_json::json!({
            "error": {
                "root_cause": [{ "type": error_type, "reason": reason }],
                "type": error_type,
                "reason": reason,
            },
            "status": status,
        });
        assert_eq!(body, expected, "not the shape of an error");
        assert!(error_type.as_str().is_some_and(|name| name.ends_with("_exception")), "{}", self.body);
        assert_eq!(self.header("x-elastic-product"), Some("Elasticsearch"), "{self:?}");
        assert!(self.header("content-type").is_some_and(|media| media.contains("json")), "{self:?}");
        reason.as_str().filter(|reason| !reason.is_empty()).expect("a reason in words").to_owned()
    }

    /// Like [`refusal`](Self::refusal), for a reason that contains all of these parts.
    ///
    /// # Panics
    /// If one is missing.
    pub fn refused_naming(&self, status: u16, parts: &[&str]) {
        let reason = self.refusal(status);
        for part in parts {
            assert!(reason.contains(part), "[{part}] is missing: {reason}");
        }
    }
}
