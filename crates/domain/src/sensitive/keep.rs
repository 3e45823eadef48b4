//! Writing the mask keeps the value.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::marks::{MASK, SEALED_PREFIX};
use super::rewrite::{may_be_protected, path_to_configuration, spliced};
use super::walk::{ConfigurationValue, values_in};
use crate::{Collection, Document, Object, Refusal};

/// The document to store where a client writes `written` in place of `present`: a value that is the [`MASK`] is that of the
/// same field of the present document.
///
/// Refused where there is no value to keep, where a field that keeps a sensitive value would not be sensitive any more, and
/// for values that look like encrypted ones.
pub fn keep_masked(
    collection: Collection,
    mut written: Document,
    present: Option<&Document>,
) -> Result<Document, Refusal> {
    let Some((first, rest)) = path_to_configuration(collection).and_then(<[&str]>::split_first) else {
        return Ok(written);
    };
    let Some(part) = written.get_raw(first) else { return Ok(written) };
    let present = present.and_then(|document| document.get_raw(first));
    if let Some(kept) = kept(part.get(), present.map(RawValue::get), rest)? {
        written.set_raw(first, kept);
    }
    Ok(written)
}

/// The same for a configuration alone.
pub(crate) fn keep_masked_in(written: Object, present: &Object) -> Result<Object, Refusal> {
    let kept = kept(&written.to_json(), Some(&present.to_json()), &[])?;
    let kept = kept.map(|kept| Object::parse(kept.get()));
    Ok(kept.and_then(Result::ok).unwrap_or(written))
}

/// Refuses a document with a [`MASK`] in it where nothing can be kept.
pub fn refuse_masks(collection: Collection, document: &Document) -> Result<(), Refusal> {
    let masks = document.configuration_values(collection).into_iter().filter(ConfigurationValue::is_mask);
    Refusal::if_any(masks.map(|mask| nothing_to_keep(&mask)).collect())
}

/// Refuses a partial update that would make fields show what was sensitive: a field that is not sensitive any more needs
/// its value in the update.
pub fn refuse_exposure(
    collection: Collection,
    present: &Document,
    updated: &Document,
    partial: &Document,
) -> Result<(), Refusal> {
    let present = present.configuration_values(collection);
    if !present.iter().any(ConfigurationValue::is_protected) {
        return Ok(());
    }
    let (present, partial) = (by_path(present), by_path(partial.configuration_values(collection)));
    let updated = updated.configuration_values(collection);
    let exposed = updated.iter().filter(|value| {
        let is_kept = present.get(&value.path).is_some_and(|before| exposes(value, before));
        is_kept && !partial.contains_key(&value.path)
    });
    Refusal::if_any(exposed.map(must_stay_sensitive).collect())
}

type ByPath<'t> = HashMap<Vec<std::borrow::Cow<'t, str>>, ConfigurationValue<'t>>;

fn by_path(values: Vec<ConfigurationValue<'_>>) -> ByPath<'_> {
    values.into_iter().map(|value| (value.path.clone(), value)).collect()
}

/// The written text with the values that it keeps; `None` if it keeps none.
fn kept(written: &str, present: Option<&str>, path: &[&str]) -> Result<Option<Box<RawValue>>, Refusal> {
    if !may_be_protected(written.as_bytes()) {
        return Ok(None);
    }
    let Ok(values) = values_in(written, path) else { return Ok(None) };
    if !values.iter().any(|value| value.is_mask() || value.looks_sealed()) {
        return Ok(None);
    }
    let present = present.and_then(|present| values_in(present, path).ok());
    let present = by_path(present.unwrap_or_default());
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    for value in &values {
        match present.get(&value.path) {
            Some(before) if value.is_mask() && exposes(value, before) => {
                problems.push(must_stay_sensitive(value));
            }
            Some(before) if value.is_mask() => changes.push((value.range(written), before.text.to_owned())),
            None if value.is_mask() => problems.push(nothing_to_keep(value)),
            before if value.looks_sealed() && before.is_none_or(|before| before.text != value.text) => {
                problems.push(format!(
                    "[{}] must not start with [{SEALED_PREFIX}], as encrypted values do",
                    value.place()
                ));
            }
            _ => {}
        }
    }
    Refusal::if_any(problems)?;
    let next = spliced(written, changes.into_iter());
    Ok(next.and_then(|text| RawValue::from_string(text).ok()))
}

/// Whether a field would show a value that it had as a sensitive one.
fn exposes(value: &ConfigurationValue<'_>, before: &ConfigurationValue<'_>) -> bool {
    let is_same = value.is_mask() || value.text == before.text;
    before.is_protected() && !value.is_sensitive && is_same
}

fn must_stay_sensitive(value: &ConfigurationValue<'_>) -> String {
    let place = value.place();
    format!("[{place}] is needed: a field that is not sensitive any more cannot keep the value that it had")
}

fn nothing_to_keep(value: &ConfigurationValue<'_>) -> String {
    format!(
        "[{}] is [{MASK}], which stands for a value that is not shown, and the field has none to keep",
        value.place()
    )
}
