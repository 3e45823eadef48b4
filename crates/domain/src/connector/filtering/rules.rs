//! Filtering rules, as sent by clients and as stored.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use crate::enumeration::enumeration;
use crate::regular_expression::Budget;
use crate::{Kept, Lenient, Timestamp, Warning};

enumeration! {
    /// The policy for documents that match a rule.
    FilteringPolicy {
        /// The document is excluded.
        Exclude,
        /// The document is included.
        Include,
    }
}

enumeration! {
    /// How a rule compares the field of a document with its value.
    FilteringCondition {
        /// The field contains the value.
        Contains,
        /// The field ends with the value.
        EndsWith,
        /// The field equals the value.
        Equals,
        /// The field matches the value, a regular expression.
        Regex,
        /// The field starts with the value.
        StartsWith,
        /// The field is greater than the value.
        #[strum(serialize = ">")]
        GreaterThan,
        /// The field is less than the value.
        #[strum(serialize = "<")]
        LessThan,
    }
}

enumeration! {
    /// The validation state of rules.
    FilteringState {
        /// Not validated since the last edit.
        Edited,
        /// Invalid.
        Invalid,
        /// Valid.
        Valid,
    }
}

/// A rule for one field of a document; the first rule that matches decides.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringRule {
    /// The time of creation; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub created_at: Option<Timestamp>,
    /// The field of the source document.
    pub field: String,
    /// Its id, unique among the rules.
    pub id: String,
    /// Its position: rules with lower values are evaluated first.
    pub order: Lenient<i64>,
    /// The policy for matching documents.
    pub policy: FilteringPolicy,
    /// How the field is compared with the value.
    pub rule: FilteringCondition,
    /// The time of the last change; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub updated_at: Option<Timestamp>,
    /// The value to compare with.
    pub value: String,
}

/// The id of the rule that matches every document.
const DEFAULT_ID: &str = "DEFAULT";

impl FilteringRule {
    /// The default rule, which includes all documents that no other rule matches.
    fn default_rule(order: i64, now: Timestamp) -> Self {
        Self {
            created_at: Some(now),
            field: "_".to_owned(),
            id: DEFAULT_ID.to_owned(),
            order: Lenient(order),
            policy: FilteringPolicy::Include,
            rule: FilteringCondition::Regex,
            updated_at: Some(now),
            value: ".*".to_owned(),
        }
    }

    fn is_default(&self) -> bool {
        self.id == DEFAULT_ID
    }

    fn set_missing_times(&mut self, now: Timestamp) {
        self.created_at.get_or_insert(now);
        self.updated_at.get_or_insert(now);
    }

    /// A warning about the rule, if there is one. `place` is its path in the body.
    fn warning(&self, place: &str, budget: &mut Budget) -> Option<Warning> {
        let is_regex = self.rule == FilteringCondition::Regex;
        if self.is_default() {
            let is_all = is_regex && (&*self.field, &*self.value) == ("_", ".*");
            let advice = "is the rule for every document that no other is about: its [field] should be [_], its [rule] \
                          [regex] and its [value] [.*]";
            return (!is_all).then(|| Warning::new(place, advice));
        }
        if self.id.is_empty() {
            return Some(Warning::new(format!("{place}.id"), "should not be empty"));
        }
        let problem = is_regex.then(|| budget.problem(&self.value)).flatten()?;
        let advice = format!("must be a regular expression: {problem}");
        Some(
            Warning::new(format!("{place}.value"), advice)
                .found(&serde_json::Value::from(&*self.value).to_string()),
        )
    }
}

/// The warnings about rules, each with the path of its rule.
pub(super) fn warnings<'r>(
    place: &'r str,
    rules: &'r [Kept<FilteringRule>],
    budget: &'r mut Budget,
) -> impl Iterator<Item = Warning> + 'r {
    rules.iter().enumerate().flat_map(move |(index, rule)| {
        let place = format!("{place}[{index}]");
        let mut warnings = rule.unknown_fields(&place);
        warnings.extend(rule.warning(&place, budget));
        warnings
    })
}

/// The rules of a draft sorted by their order, stable for equal ones, with timestamps. The default rule comes last,
/// with the highest order, and is added if it is missing.
pub(super) fn sorted(rules: &[Kept<FilteringRule>], now: Timestamp) -> Vec<Kept<FilteringRule>> {
    let (defaults, mut sorted): (Vec<_>, Vec<_>) =
        rules.iter().cloned().partition(|rule: &Kept<FilteringRule>| rule.is_default());
    sorted.sort_by_key(|rule| rule.order);
    let order = sorted.last().map_or(0, |last| last.order.0.saturating_add(1));
    if defaults.is_empty() {
        sorted.push(Kept::new(FilteringRule::default_rule(order, now)));
    }
    sorted.extend(defaults.into_iter().map(|rule| rule.map(|rule| rule.order = Lenient(order))));
    dated(sorted, now)
}

/// Adds missing timestamps to the rules.
fn dated(rules: Vec<Kept<FilteringRule>>, now: Timestamp) -> Vec<Kept<FilteringRule>> {
    rules.into_iter().map(|rule| rule.map(|rule| rule.set_missing_times(now))).collect()
}

/// Conditions in the data source's own format, which its worker understands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AdvancedSnippet {
    /// The time of creation; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub created_at: Option<Timestamp>,
    /// The time of the last change; defaults to now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub updated_at: Option<Timestamp>,
    /// An object or an array of objects, with any contents.
    pub value: SnippetValue,
}

impl AdvancedSnippet {
    pub(super) fn set_missing_times(&mut self, now: Timestamp) {
        self.created_at.get_or_insert(now);
        self.updated_at.get_or_insert(now);
    }
}

/// The JSON of an object, or of an array of objects.
#[derive(Debug, Clone, Serialize)]
#[serde(transparent)]
pub struct SnippetValue(Box<RawValue>);

impl JsonSchema for SnippetValue {
    fn schema_name() -> Cow<'static, str> {
        "SnippetValue".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let object = json!({ "type": "object" });
        schemars::json_schema!({ "anyOf": [object, { "type": "array", "items": object }] })
    }
}

impl<'de> Deserialize<'de> for SnippetValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = <Box<RawValue>>::deserialize(deserializer)?;
        let items: Option<Vec<&RawValue>> = serde_json::from_str(value.get()).ok();
        let is_object = |text: &RawValue| text.get().starts_with('{');
        if is_object(&value) || items.is_some_and(|items| items.into_iter().all(is_object)) {
            return Ok(Self(value));
        }
        Err(serde::de::Error::custom("an advanced snippet must be an object or an array of objects"))
    }
}

/// The validation of a draft.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringValidation {
    /// The errors, each with the ids of its rules.
    pub errors: Vec<Kept<FilteringProblem>>,
    /// The validation state.
    pub state: FilteringState,
}

/// A validation error.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringProblem {
    /// The ids of the rules.
    pub ids: Vec<String>,
    /// The messages.
    pub messages: Vec<String>,
}

/// A complete set of rules with its validation.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringRules {
    /// Conditions in the data source's own format.
    pub advanced_snippet: Kept<AdvancedSnippet>,
    /// Rules for single fields, in the order of evaluation.
    pub rules: Vec<Kept<FilteringRule>>,
    /// The validation of the rules.
    pub validation: Kept<FilteringValidation>,
}

impl FilteringRules {
    /// Adds missing timestamps to the rules, in the order of the request.
    pub(super) fn set_missing_times(&mut self, now: Timestamp) {
        self.advanced_snippet = self.advanced_snippet.clone().map(|snippet| snippet.set_missing_times(now));
        self.rules = dated(std::mem::take(&mut self.rules), now);
    }
}

/// The rules of one domain.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringEntry {
    /// The rules that sync jobs use.
    pub active: Kept<FilteringRules>,
    /// The domain of the rules; `DEFAULT` if absent.
    #[serde(default = "default_domain")]
    pub domain: String,
    /// The rules that are being edited.
    pub draft: Kept<FilteringRules>,
}

impl FilteringEntry {
    pub(super) fn set_missing_times(&mut self, now: Timestamp) {
        self.active = self.active.clone().map(|rules| rules.set_missing_times(now));
        self.draft = self.draft.clone().map(|rules| rules.set_missing_times(now));
    }
}

fn default_domain() -> String {
    "DEFAULT".to_owned()
}
