//! The request headers that single endpoints read.

use actix_web::http::header::HeaderMap;
use tributary_domain::Refusal;

/// A request header of an endpoint, declared once for reading it and for the documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestHeader {
    /// Its name.
    pub name: &'static str,
    /// The most characters of its value.
    pub maximum_length: usize,
    /// One line for the documentation.
    pub description: &'static str,
}

/// The values of the declared headers of a request, by name.
#[derive(Debug, Clone, Default)]
pub(crate) struct RequestHeaders {
    values: Vec<(&'static str, String)>,
}

impl RequestHeaders {
    /// Reads the declared headers. Rejects repeated ones and those that are too long; bytes that are not UTF-8 are replaced.
    pub(crate) fn collect(declared: &'static [RequestHeader], sent: &HeaderMap) -> Result<Self, Refusal> {
        let mut values = Vec::new();
        for header in declared {
            let mut all = sent.get_all(header.name);
            if let Some(value) = all.next() {
                let (length, maximum) = (value.len(), header.maximum_length);
                if length > maximum {
                    let reason =
                        format!("[{}] must have at most {maximum} characters, but has {length}", header.name);
                    return Err(Refusal::InvalidArgument(reason));
                }
                values.push((header.name, String::from_utf8_lossy(value.as_bytes()).into_owned()));
            }
            if all.next().is_some() {
                let reason = format!("header [{}] takes one value but was given several times", header.name);
                return Err(Refusal::InvalidArgument(reason));
            }
        }
        Ok(Self { values })
    }

    /// The value of a header, if it was sent.
    pub(crate) fn get(&self, header: &RequestHeader) -> Option<&str> {
        self.values.iter().find(|(name, _)| *name == header.name).map(|(_, value)| value.as_str())
    }
}
