//! Which documents of a collection match the conditions of a query.

use std::borrow::Cow;

use roaring::RoaringBitmap;
use tributary_domain::{Condition, IndexedField};

use super::indexed::{Indexed, field_number};
use super::operation::FieldNumber;
use crate::index::Field;

impl Indexed {
    /// The positions of the documents for which all conditions hold.
    pub(super) fn matching(&self, conditions: &[Condition]) -> Cow<'_, RoaringBitmap> {
        let mut words: Vec<(Field, Vec<&str>)> = Vec::new();
        let mut others = Vec::new();
        for condition in conditions {
            match condition {
                Condition::AnyOf { field, words: wanted } => {
                    words.push((self.index_field(field), wanted.iter().map(String::as_str).collect()));
                }
                other => others.push(other),
            }
        }
        let filters: Vec<(Field, &[&str])> = words.iter().map(|(field, words)| (*field, &**words)).collect();
        let matching = self.index.matching(&filters);
        // Each condition is evaluated only on the matches of those before.
        others
            .into_iter()
            .fold(matching, |matching, condition| Cow::Owned(self.restrict(&matching, condition)))
    }

    /// The candidates for which a condition holds.
    fn restrict(&self, among: &RoaringBitmap, condition: &Condition) -> RoaringBitmap {
        match condition {
            Condition::AnyOf { .. } => among & &*self.matching(std::slice::from_ref(condition)),
            Condition::Not(condition) => among - self.restrict(among, condition),
            Condition::Range { field, from, before } => {
                self.having(among, field, |number| Condition::is_in_range(number, *from, *before))
            }
            Condition::Exists { field } => match self.collection.field(field) {
                Some(field) if field.is_numeric() => self.having(among, field.path, |_| true),
                Some(IndexedField { path, .. }) => among & self.with_word(path, |_| true),
                None => RoaringBitmap::new(),
            },
            Condition::Contains { fields, text } => {
                let with_text = fields.iter().map(|field| self.with_word(field, |word| word.contains(text)));
                among & with_text.fold(RoaringBitmap::new(), |all, one| all | one)
            }
        }
    }

    /// The candidates with a matching number.
    fn having(&self, among: &RoaringBitmap, path: &str, fits: impl Fn(i64) -> bool) -> RoaringBitmap {
        let Some(column) = self.number_of(path).and_then(|number| self.columns.get(&number)) else {
            return RoaringBitmap::new();
        };
        let entries = self.index.entries_at(among.iter());
        let found = entries.filter(|(_, slot)| column.any(*slot, &fits)).map(|(position, _)| position);
        // Positions are ascending, as `append` requires.
        RoaringBitmap::from_sorted_iter(found).unwrap_or_default()
    }

    /// All documents with a matching word.
    fn with_word(&self, path: &str, fits: impl Fn(&str) -> bool) -> RoaringBitmap {
        let words = self.index.values_of(self.index_field(path)).filter(|(word, _)| fits(word));
        words.fold(RoaringBitmap::new(), |all, (_, positions)| all | positions)
    }

    pub(super) fn number_of(&self, path: &str) -> Option<FieldNumber> {
        field_number(self.collection, path)
    }

    /// The index of a field; an undeclared one has no words.
    pub(super) fn index_field(&self, path: &str) -> Field {
        Field(self.number_of(path).unwrap_or(FieldNumber::MAX))
    }
}
