//! Other values in the text of a document, which is unchanged to the letter otherwise.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem;
use serde_json::value::RawValue;

use super::marks::{MASK, OWN_PREFIX};
use super::walk::{ConfigurationValue, values_in};
use crate::{Collection, Document};

/// Where the configuration is in the documents of a collection; `None` if they have none.
pub(super) fn path_to_configuration(collection: Collection) -> Option<&'static [&'static str]> {
    if collection == Collection::CONNECTORS {
        Some(&["configuration"])
    } else if collection == Collection::SYNC_JOBS {
        Some(&["connector", "configuration"])
    } else {
        None
    }
}

/// The text of a document with [`MASK`] in place of each sensitive value, and of each encrypted one. Null and empty
/// strings are shown. Everything else is unchanged to the letter. In doubt, which only documents of odd shapes are, a value
/// is masked: where a field says twice whether it is sensitive, and for whatever says so deeper inside the configuration.
///
/// Text that cannot be read as an object and may have a sensitive value becomes an empty object.
///
/// ```
/// # use tributary_domain::{Collection, masked};
/// let connector = r#"{"configuration":{"password":{"sensitive":true,"value":"x"},"port":{"value":1.0}}}"#;
/// assert_eq!(
///     masked(Collection::CONNECTORS, connector),
///     r#"{"configuration":{"password":{"sensitive":true,"value":"tributary-masked-value"},"port":{"value":1.0}}}"#
/// );
/// ```
#[must_use]
pub fn masked(collection: Collection, text: &str) -> Cow<'_, str> {
    let Some(path) = path_to_configuration(collection) else { return Cow::Borrowed(text) };
    if !may_be_protected(text.as_bytes()) {
        return Cow::Borrowed(text);
    }
    let mask = |value: &ConfigurationValue<'_>| value.is_protected().then(|| format!("\"{MASK}\""));
    match rewritten(text, path, mask) {
        Ok(None) => Cow::Borrowed(text),
        Ok(Some(masked)) => Cow::Owned(masked),
        Err(_) => Cow::Borrowed("{}"),
    }
}

/// The text of a document with other values in its configuration: `replace` returns the JSON text that takes the place of
/// a value, or `None` to leave it. It need not be called for documents in which no value is sensitive, encrypted or masked.
/// Returns `None` if nothing is replaced, or the text cannot be read as an object.
#[must_use]
pub fn rewrite_values(
    collection: Collection,
    text: &str,
    replace: impl FnMut(&ConfigurationValue<'_>) -> Option<String>,
) -> Option<String> {
    let path = path_to_configuration(collection).filter(|_| may_be_protected(text.as_bytes()))?;
    rewritten(text, path, replace).ok().flatten()
}

impl Document {
    /// Replaces values in the configuration of a document of a collection, as [`rewrite_values`] does. Returns whether
    /// anything was replaced.
    pub fn rewrite_values(
        &mut self,
        collection: Collection,
        replace: impl FnMut(&ConfigurationValue<'_>) -> Option<String>,
    ) -> bool {
        let Some((first, rest)) = path_to_configuration(collection).and_then(<[&str]>::split_first) else {
            return false;
        };
        let part = self.get_raw(first).filter(|part| may_be_protected(part.get().as_bytes()));
        let next = part.and_then(|part| rewritten(part.get(), rest, replace).ok().flatten());
        let next = next.and_then(|text| RawValue::from_string(text).ok());
        let is_changed = next.is_some();
        if let Some(next) = next {
            self.set_raw(first, next);
        }
        is_changed
    }

    /// The values in the configuration of a document of a collection.
    #[must_use]
    pub fn configuration_values(&self, collection: Collection) -> Vec<ConfigurationValue<'_>> {
        let path = path_to_configuration(collection).and_then(<[&str]>::split_first);
        let values = path.and_then(|(first, rest)| values_in(self.get_raw(first)?.get(), rest).ok());
        values.unwrap_or_default()
    }
}

/// The text with other values in the configurations that `path` leads to.
fn rewritten(
    text: &str,
    path: &[&str],
    mut replace: impl FnMut(&ConfigurationValue<'_>) -> Option<String>,
) -> Result<Option<String>, serde_json::Error> {
    let values = values_in(text, path)?;
    let changes = values.iter().filter_map(|value| Some((value.range(text), replace(value)?)));
    Ok(spliced(text, changes))
}

/// The text with other parts, given in the order of the text.
pub(super) fn spliced(text: &str, changes: impl Iterator<Item = (Range<usize>, String)>) -> Option<String> {
    let (mut next, mut copied) = (String::new(), 0);
    for (range, part) in changes {
        next.push_str(&text[copied..range.start]);
        next.push_str(&part);
        copied = range.end;
    }
    if copied == 0 {
        return None;
    }
    next.push_str(&text[copied..]);
    Some(next)
}

/// Whether the text of a document may have a sensitive, an encrypted or a masked value, so that it has to be read.
pub(super) fn may_be_protected(text: &[u8]) -> bool {
    // Letters of names may be written as escapes.
    memmem::find(text, b"\\u00").is_some()
        || memmem::find(text, OWN_PREFIX).is_some()
        || memmem::find_iter(text, b"sensitive").any(|place| !is_off(&text[place + "sensitive".len()..]))
}

/// Whether what follows a name says that its field is not sensitive: `false` or null.
fn is_off(rest: &[u8]) -> bool {
    let value = rest.strip_prefix(b"\"").map(<[u8]>::trim_ascii_start);
    let value = value.and_then(|rest| rest.strip_prefix(b":")).map(<[u8]>::trim_ascii_start);
    value.is_some_and(|value| value.starts_with(b"false") || value.starts_with(b"null"))
}
