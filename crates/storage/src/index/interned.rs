//! Interned values of fields: small ids, so that the text of a value is stored once.

use super::key::Field;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::sync::Arc;

/// Stands for one value of one field, or for what documents have together, while any document has it.
pub(super) type ValueId = u32;

/// What documents have together in two fields.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Together {
    /// These two values.
    Values([ValueId; 2]),
    /// So many values in the fields of a pair, by its number, that they are not paired.
    Crowded(usize),
}

/// What a number stands for.
enum Name {
    Value(Field, Arc<str>),
    Together(Together),
}

/// The numbered values.
#[derive(Default)]
pub(super) struct Interned {
    /// By field, because fields are few and small numbers.
    ids: Vec<HashMap<Arc<str>, ValueId, RandomState>>,
    together: HashMap<Together, ValueId, RandomState>,
    names: Vec<Option<Name>>,
    free: Vec<ValueId>,
}

impl Interned {
    /// The number of a value, if any document has the value.
    pub(super) fn get(&self, field: Field, text: &str) -> Option<ValueId> {
        self.ids.get(usize::from(field.0))?.get(text).copied()
    }

    /// The values of a field, with their numbers.
    pub(super) fn of_field(&self, field: Field) -> impl Iterator<Item = (&str, ValueId)> {
        let ids = self.ids.get(usize::from(field.0));
        ids.into_iter().flatten().map(|(text, id)| (text.as_ref(), *id))
    }

    /// How many values of a field there are.
    pub(super) fn count(&self, field: Field) -> usize {
        self.ids.get(usize::from(field.0)).map_or(0, HashMap::len)
    }

    /// The field and the text that a number stands for, if it stands for a value.
    pub(super) fn value(&self, id: ValueId) -> Option<(Field, &str)> {
        match self.names.get(id as usize)? {
            Some(Name::Value(field, text)) => Some((*field, text)),
            Some(Name::Together(_)) | None => None,
        }
    }

    /// The number of a value, a new one if need be.
    pub(super) fn intern(&mut self, field: Field, text: &str) -> ValueId {
        if let Some(id) = self.get(field, text) {
            return id;
        }
        let text: Arc<str> = text.into();
        let id = self.number(Name::Value(field, Arc::clone(&text)));
        let field = usize::from(field.0);
        if self.ids.len() <= field {
            self.ids.resize_with(field + 1, HashMap::default);
        }
        self.ids[field].insert(text, id);
        id
    }

    /// The number of what documents have together, if any document has it.
    pub(super) fn get_together(&self, together: Together) -> Option<ValueId> {
        self.together.get(&together).copied()
    }

    /// The number of what documents have together, a new one if need be.
    pub(super) fn intern_together(&mut self, together: Together) -> ValueId {
        if let Some(id) = self.get_together(together) {
            return id;
        }
        let id = self.number(Name::Together(together));
        self.together.insert(together, id);
        id
    }

    /// Removes a value, so that its id can be reused.
    pub(super) fn release(&mut self, id: ValueId) {
        match self.names.get_mut(id as usize).and_then(Option::take) {
            Some(Name::Value(field, text)) => drop(self.ids[usize::from(field.0)].remove(&text)),
            Some(Name::Together(together)) => drop(self.together.remove(&together)),
            None => return,
        }
        self.free.push(id);
    }

    fn number(&mut self, name: Name) -> ValueId {
        if let Some(id) = self.free.pop() {
            self.names[id as usize] = Some(name);
            return id;
        }
        self.names.push(Some(name));
        ValueId::try_from(self.names.len() - 1).expect("fewer values than fit in memory")
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
