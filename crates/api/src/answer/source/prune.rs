//! Takes parts of a JSON document out of its text. What is kept stays as it is written, and nothing is parsed that no
//! path needs.

use std::borrow::Cow;

use super::paths::{Alive, Matcher};

/// Values nested deeper than this are not taken apart.
const MAXIMUM_DEPTH: usize = 200;

/// Which parts of documents are kept.
pub(super) struct Pruning<'s> {
    includes: Matcher<'s>,
    excludes: Matcher<'s>,
}

/// Where a value is, as the paths see it.
#[derive(Clone)]
struct Place {
    included: Alive,
    excluded: Alive,
    /// Whether an included path ends here or above.
    is_whole: bool,
    depth: usize,
}

/// The parts of a text that are kept.
struct Text<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'s> Pruning<'s> {
    pub(super) fn new(includes: Matcher<'s>, excludes: Matcher<'s>) -> Self {
        Self { includes, excludes }
    }

    /// Appends what is kept of a document; `None` if the text is not a JSON object.
    pub(super) fn document(&mut self, text: &[u8], kept: &mut Vec<u8>) -> Option<()> {
        let (included, excluded) = (self.includes.start(), self.excludes.start());
        let place = Place { included, excluded, is_whole: false, depth: 0 };
        let mut text = Text { text, at: 0 };
        text.skip_blanks();
        let done = self.object(&mut text, &place, kept);
        self.includes.drop_after(&(0..0));
        self.excludes.drop_after(&(0..0));
        done.map(drop)
    }

    /// Appends what is kept of an object, with its braces; tells whether it has any field.
    fn object(&mut self, text: &mut Text<'_>, place: &Place, kept: &mut Vec<u8>) -> Option<bool> {
        let start = kept.len();
        text.expect(b'{')?;
        kept.push(b'{');
        text.skip_blanks();
        while text.next()? != b'}' {
            let name = text.string()?;
            text.skip_blanks();
            text.expect(b':')?;
            text.skip_blanks();
            let before = kept.len();
            if before > start + 1 {
                kept.push(b',');
            }
            kept.extend_from_slice(name);
            kept.push(b':');
            if !self.field(text, name, place, kept)? {
                kept.truncate(before);
            }
            self.includes.drop_after(&place.included);
            self.excludes.drop_after(&place.excluded);
            text.skip_separator();
        }
        text.expect(b'}')?;
        kept.push(b'}');
        Some(kept.len() > start + 2)
    }

    /// Appends what is kept of the value of a field; tells whether the field is.
    fn field(&mut self, text: &mut Text<'_>, name: &[u8], place: &Place, kept: &mut Vec<u8>) -> Option<bool> {
        let name = unquoted(name)?;
        if place.depth == 0 && *name == *b"id" {
            kept.extend_from_slice(text.value()?);
            return Some(true);
        }
        let included =
            if place.is_whole { place.included.clone() } else { self.includes.step(&place.included, &name) };
        let excluded = self.excludes.step(&place.excluded, &name);
        let is_whole = place.is_whole || self.includes.matches(&included);
        if (included.is_empty() && !is_whole) || self.excludes.matches(&excluded) {
            text.value()?;
            return Some(false);
        }
        let place = Place { included, excluded, is_whole, depth: place.depth + 1 };
        self.value(text, &place, kept)
    }

    /// Appends what is kept of a value; tells whether it is kept.
    fn value(&mut self, text: &mut Text<'_>, place: &Place, kept: &mut Vec<u8>) -> Option<bool> {
        let is_whole = place.is_whole;
        let first = text.next()?;
        if !matches!(first, b'{' | b'[')
            || place.depth > MAXIMUM_DEPTH
            || (is_whole && place.excluded.is_empty())
        {
            let value = text.value()?;
            if is_whole {
                kept.extend_from_slice(value);
            }
            return Some(is_whole);
        }
        let has_parts = if first == b'{' {
            let below = Place {
                included: if is_whole {
                    place.included.clone()
                } else {
                    self.includes.step(&place.included, b".")
                },
                excluded: self.excludes.step(&place.excluded, b"."),
                ..place.clone()
            };
            self.object(text, &below, kept)?
        } else {
            self.array(text, place, kept)?
        };
        Some(has_parts || is_whole)
    }

    /// Appends what is kept of an array, with its brackets; tells whether it has any item. Objects and arrays that
    /// have lost everything are left out.
    fn array(&mut self, text: &mut Text<'_>, place: &Place, kept: &mut Vec<u8>) -> Option<bool> {
        let start = kept.len();
        text.expect(b'[')?;
        kept.push(b'[');
        text.skip_blanks();
        while text.next()? != b']' {
            let before = kept.len();
            if before > start + 1 {
                kept.push(b',');
            }
            let value = kept.len();
            let item = Place { depth: place.depth + 1, ..place.clone() };
            let is_kept = self.value(text, &item, kept)?;
            if !is_kept || matches!(&kept[value..], b"{}" | b"[]") {
                kept.truncate(before);
            }
            self.includes.drop_after(&place.included);
            self.excludes.drop_after(&place.excluded);
            text.skip_separator();
        }
        text.expect(b']')?;
        kept.push(b']');
        Some(kept.len() > start + 2)
    }
}

/// The name that a string stands for.
fn unquoted(string: &[u8]) -> Option<Cow<'_, [u8]>> {
    if string.contains(&b'\\') {
        return serde_json::from_slice::<String>(string).ok().map(|name| Cow::Owned(name.into_bytes()));
    }
    Some(Cow::Borrowed(string.strip_prefix(b"\"")?.strip_suffix(b"\"")?))
}

impl<'t> Text<'t> {
    fn next(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    fn skip_blanks(&mut self) {
        while self.next().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Skips the comma between two fields or items, and blanks around it.
    fn skip_separator(&mut self) {
        self.skip_blanks();
        if self.next() == Some(b',') {
            self.at += 1;
            self.skip_blanks();
        }
    }

    /// Skips a string, and answers it with its quotes.
    fn string(&mut self) -> Option<&'t [u8]> {
        let start = self.at;
        self.expect(b'"')?;
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            let is_end = self.next()? == b'"';
            self.at += if is_end { 1 } else { 2 };
            if is_end {
                return self.text.get(start..self.at);
            }
        }
    }

    /// Skips a value of any depth, and answers it.
    fn value(&mut self) -> Option<&'t [u8]> {
        let start = self.at;
        match self.next()? {
            b'"' => drop(self.string()?),
            b'{' | b'[' => self.skip_brackets()?,
            _ => {
                let rest = self.text.get(self.at..)?;
                let is_end = |byte: &u8| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace();
                self.at += rest.iter().position(is_end)?.max(1);
            }
        }
        self.text.get(start..self.at)
    }

    fn skip_brackets(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            let rest = self.text.get(self.at..)?;
            self.at += rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))?;
            match self.next()? {
                b'"' => drop(self.string()?),
                bracket => {
                    self.at += 1;
                    depth = if matches!(bracket, b'{' | b'[') { depth + 1 } else { depth.checked_sub(1)? };
                    if depth == 0 {
                        return Some(());
                    }
                }
            }
        }
    }
}
