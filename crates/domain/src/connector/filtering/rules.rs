//! Rules about which documents a connector takes, as clients send them and as they are stored.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use crate::enumeration::enumeration;
use crate::regular_expression::Budget;
use crate::{Kept, Lenient, Timestamp, Warning};

enumeration! {
    /// What happens to a document that a rule is about.
    FilteringPolicy {
        /// It is left out.
        Exclude,
        /// It is taken.
        Include,
    }
}

enumeration! {
    /// When a rule is about a document: how its field compares with the value.
    FilteringCondition {
        /// The value is in it.
        Contains,
        /// It ends with the value.
        EndsWith,
        /// It is the value.
        Equals,
        /// The value, a regular expression, is found in it.
        Regex,
        /// It starts with the value.
        StartsWith,
        /// It is greater.
        #[strum(serialize = ">")]
        GreaterThan,
        /// It is less.
        #[strum(serialize = "<")]
        LessThan,
    }
}

enumeration! {
    /// What is known of whether rules can be used.
    FilteringState {
        /// Nothing: they were changed since they were looked at.
        Edited,
        /// They cannot.
        Invalid,
        /// They can.
        Valid,
    }
}

/// A rule about one field of a document; the first that is about a document decides.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringRule {
    /// When it was made; now if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub created_at: Option<Timestamp>,
    /// The field of the source's documents.
    pub field: String,
    /// Its name among the rules.
    pub id: String,
    /// Its place among the rules: lower ones are looked at first.
    pub order: Lenient<i64>,
    /// What happens to a document that it is about.
    pub policy: FilteringPolicy,
    /// When it is about a document.
    pub rule: FilteringCondition,
    /// When it was last changed; now if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub updated_at: Option<Timestamp>,
    /// What the field is compared with.
    pub value: String,
}

/// The id of the rule that is about every document.
const DEFAULT_ID: &str = "DEFAULT";

impl FilteringRule {
    /// The rule that takes whatever no other is about.
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

    /// The warning about it, if there is one to give. `place` is where it stands in the body.
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

/// The warnings about rules, each with the place of its rule.
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

/// The rules of a draft in their order, those of one place as they were sent, each with its times. The default
/// rule is last, with the order that says so, and is added where it is missing.
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

/// The rules with the times that they lack.
fn dated(rules: Vec<Kept<FilteringRule>>, now: Timestamp) -> Vec<Kept<FilteringRule>> {
    rules.into_iter().map(|rule| rule.map(|rule| rule.set_missing_times(now))).collect()
}

/// Conditions in the source's own language, which its worker understands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct AdvancedSnippet {
    /// When it was made; now if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub created_at: Option<Timestamp>,
    /// When it was last changed; now if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(schema_with = "crate::schema::optional_time")]
    pub updated_at: Option<Timestamp>,
    /// An object or an array of objects, whatever is in them.
    pub value: SnippetValue,
}

impl AdvancedSnippet {
    pub(super) fn set_missing_times(&mut self, now: Timestamp) {
        self.created_at.get_or_insert(now);
        self.updated_at.get_or_insert(now);
    }
}

/// The text of an object, or of an array of objects.
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

/// What a worker found out about a draft.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringValidation {
    /// What is wrong with which rules.
    pub errors: Vec<Kept<FilteringProblem>>,
    /// Whether the draft can be used.
    pub state: FilteringState,
}

/// What is wrong with some rules.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringProblem {
    /// The ids of the rules.
    pub ids: Vec<String>,
    /// What is wrong with them.
    pub messages: Vec<String>,
}

/// A whole set of rules with what is known of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringRules {
    /// Conditions in the source's own language.
    pub advanced_snippet: Kept<AdvancedSnippet>,
    /// Rules about single fields, in the order in which they are looked at.
    pub rules: Vec<Kept<FilteringRule>>,
    /// What is known of whether they can be used.
    pub validation: Kept<FilteringValidation>,
}

impl FilteringRules {
    /// The rules with the times that they lack, in the order that they were sent in.
    pub(super) fn set_missing_times(&mut self, now: Timestamp) {
        self.advanced_snippet = self.advanced_snippet.clone().map(|snippet| snippet.set_missing_times(now));
        self.rules = dated(std::mem::take(&mut self.rules), now);
    }
}

/// The rules of one domain.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct FilteringEntry {
    /// The rules that jobs run with.
    pub active: Kept<FilteringRules>,
    /// The part of the source that they are about; `DEFAULT` if left out.
    #[serde(default = "default_domain")]
    pub domain: String,
    /// The rules that are still worked on.
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
