//! Small numbers for the values of fields, so that a value's text is kept once.

use super::Field;
use std::collections::HashMap;
use std::sync::Arc;

/// Stands for one value of one field while any document has it.
pub(super) type ValueId = u32;

/// The numbered values.
#[derive(Default)]
pub(super) struct Interned {
    /// By field, because fields are few and small numbers.
    ids: Vec<HashMap<Arc<str>, ValueId>>,
    texts: Vec<Option<(Field, Arc<str>)>>,
    free: Vec<ValueId>,
}

impl Interned {
    /// The number of a value, if any document has the value.
    pub(super) fn get(&self, field: Field, text: &str) -> Option<ValueId> {
        self.ids.get(usize::from(field.0))?.get(text).copied()
    }

    /// The number of a value, a new one if need be.
    pub(super) fn intern(&mut self, field: Field, text: &str) -> ValueId {
        if let Some(id) = self.get(field, text) {
            return id;
        }
        let text: Arc<str> = text.into();
        let entry = Some((field, Arc::clone(&text)));
        let id = if let Some(id) = self.free.pop() {
            self.texts[id as usize] = entry;
            id
        } else {
            self.texts.push(entry);
            ValueId::try_from(self.texts.len() - 1).expect("fewer values than fit in memory")
        };
        let field = usize::from(field.0);
        if self.ids.len() <= field {
            self.ids.resize_with(field + 1, HashMap::new);
        }
        self.ids[field].insert(text, id);
        id
    }

    /// Forgets a value, so that its number can be used again.
    pub(super) fn release(&mut self, id: ValueId) {
        let entry = self.texts.get_mut(id as usize).and_then(Option::take);
        if let Some((field, text)) = entry {
            self.ids[usize::from(field.0)].remove(&text);
            self.free.push(id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_used_again_and_fields_are_kept_apart() {
        let mut interned = Interned::default();
        let first = interned.intern(Field(3), "same");
        assert_eq!(interned.intern(Field(3), "same"), first);
        assert_ne!(interned.intern(Field(4), "same"), first);
        interned.release(first);
        assert_eq!(interned.get(Field(3), "same"), None);
        assert_eq!(interned.intern(Field(0), "other"), first);
    }
}
