//! Filtering of a connector's documents: active rules, draft rules, and the activation of the draft.

mod rules;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Connector, create, fields};
use crate::document::raw;
use crate::regular_expression::Budget;
use crate::{Document, Field, Kept, Object, Refusal, Timestamp, Warned, Warning};

pub use rules::{
    AdvancedSnippet, FilteringCondition, FilteringEntry, FilteringPolicy, FilteringProblem, FilteringRule,
    FilteringRules, FilteringState, FilteringValidation, SnippetValue,
};

const ACTIVE: Field<Object> = Field::new("active");
const DRAFT: Field<Object> = Field::new("draft");
const VALIDATION: Field<Object> = Field::new("validation");

/// The body that changes the rules: all of them, or parts of the draft.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(transform = crate::schema::at_least_one)]
pub struct ConnectorFiltering {
    /// The active and draft rules of every domain; excludes the other fields.
    pub filtering: Option<Vec<Kept<FilteringEntry>>>,
    /// The new advanced snippet of the draft.
    pub advanced_snippet: Option<Kept<AdvancedSnippet>>,
    /// The new rules of the draft.
    pub rules: Option<Vec<Kept<FilteringRule>>>,
}

/// The body with the validation of a draft.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectorFilteringValidation {
    /// The validation result.
    pub validation: Kept<FilteringValidation>,
}

impl ConnectorFiltering {
    fn check(&self) -> Result<(), Refusal> {
        let changes_draft = self.advanced_snippet.is_some() || self.rules.is_some();
        if self.filtering.is_some() == changes_draft {
            let what = if changes_draft { "cannot be sent with" } else { "is required, or" };
            let reason = format!("[filtering] {what} [advanced_snippet] or [rules]");
            return Err(Refusal::validation(reason));
        }
        Ok(())
    }

    /// Warnings about it, in the order of the body.
    fn warnings(&self) -> Vec<Warning> {
        let mut budget = Budget::default();
        let mut warnings = Vec::new();
        for (index, entry) in self.filtering.iter().flatten().enumerate() {
            let place = format!("filtering[{index}]");
            warnings.extend(entry.unknown_fields(&place));
            for (name, set) in [("active", &entry.active), ("draft", &entry.draft)] {
                let place = format!("{place}.{name}");
                warnings.extend(set.unknown_fields(&place));
                warnings.extend(rules::warnings(&format!("{place}.rules"), &set.rules, &mut budget));
            }
        }
        warnings.extend(self.advanced_snippet.iter().flat_map(|one| one.unknown_fields("advanced_snippet")));
        warnings.extend(rules::warnings("rules", self.rules.as_deref().unwrap_or_default(), &mut budget));
        warnings
    }
}

impl Connector {
    /// Replaces all rules, or parts of the draft, which then counts as edited. Unknown fields of the draft are kept.
    pub fn set_filtering(
        mut self,
        body: &ConnectorFiltering,
        now: Timestamp,
    ) -> Result<Warned<Self>, Refusal> {
        body.check()?;
        if let Some(entries) = &body.filtering {
            let dated = entries.iter().cloned().map(|entry| entry.map(|entry| entry.set_missing_times(now)));
            self.document.set_raw(fields::FILTERING.name, raw(&dated.collect::<Vec<_>>()));
            return Ok(Warned::new(self, body.warnings()));
        }
        let edited = FilteringValidation { errors: Vec::new(), state: FilteringState::Edited };
        let changed = self.change_draft(now, |draft| {
            if let Some(snippet) = &body.advanced_snippet {
                let dated = snippet.clone().map(|snippet| snippet.set_missing_times(now));
                draft.set_raw("advanced_snippet", raw(&dated));
            }
            if let Some(rules) = &body.rules {
                draft.set_raw("rules", raw(&rules::sorted(rules, now)));
            }
            draft.set_raw(VALIDATION.name, raw(&edited));
        });
        Ok(Warned::new(changed, body.warnings()))
    }

    /// Stores the validation of the draft.
    #[must_use]
    pub fn set_filtering_validation(self, validation: &Kept<FilteringValidation>, now: Timestamp) -> Self {
        self.change_draft(now, |draft| draft.set_raw(VALIDATION.name, raw(validation)))
    }

    /// Makes the draft the active rules; an error unless it is validated.
    pub fn activate_filtering(mut self, id: &str) -> Result<Self, Refusal> {
        let mut entries = self.document.get(fields::FILTERING).unwrap_or_default();
        let draft = entries.first().and_then(|entry| entry.get(DRAFT));
        let state =
            draft.as_ref().and_then(|draft| draft.get(VALIDATION)?.get_raw("state").map(RawValue::to_owned));
        let state = state.as_ref().map_or("none", |state| state.get().trim_matches('"'));
        match (entries.first_mut(), draft) {
            (Some(entry), Some(draft)) if state == "valid" => entry.set(ACTIVE, &draft),
            _ => return Err(Refusal::DraftNotValid { id: id.to_owned(), state: state.to_owned() }),
        }
        self.document.set(fields::FILTERING, &entries);
        Ok(self)
    }

    /// Changes the draft of the first entry; a connector without rules gets the default ones first.
    fn change_draft(mut self, now: Timestamp, change: impl FnOnce(&mut Document)) -> Self {
        let entries = self.document.get(fields::FILTERING).filter(|entries| !entries.is_empty());
        let mut entries = entries.unwrap_or_else(|| vec![create::default_filtering(now)]);
        if let Some(entry) = entries.first_mut() {
            let mut draft = entry.get(DRAFT).unwrap_or_default();
            change(&mut draft);
            entry.set(DRAFT, &draft);
        }
        self.document.set(fields::FILTERING, &entries);
        self
    }
}

#[cfg(test)]
mod tests;
