//! Rules about which documents a connector takes, as clients send them and as they are stored.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use serde_json::value::RawValue;

use crate::enumeration::enumeration;
use crate::{Timestamp, json_object, regular_expression};

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
#[serde(deny_unknown_fields)]
pub struct FilteringRule {
    /// When it was made; now if left out.
    pub created_at: Option<Timestamp>,
    /// The field of the source's documents.
    pub field: String,
    /// Its name among the rules.
    #[schemars(length(min = 1))]
    pub id: String,
    /// Its place among the rules: lower ones are looked at first.
    pub order: i64,
    /// What happens to a document that it is about.
    pub policy: FilteringPolicy,
    /// When it is about a document.
    pub rule: FilteringCondition,
    /// When it was last changed; now if left out.
    pub updated_at: Option<Timestamp>,
    /// What the field is compared with.
    pub value: String,
}

/// The id of the rule that is about every document.
const DEFAULT_ID: &str = "DEFAULT";

impl FilteringRule {
    /// The rule that takes whatever no other is about.
    pub(super) fn default_rule(order: i64, now: Timestamp) -> Self {
        Self {
            created_at: Some(now),
            field: "_".to_owned(),
            id: DEFAULT_ID.to_owned(),
            order,
            policy: FilteringPolicy::Include,
            rule: FilteringCondition::Regex,
            updated_at: Some(now),
            value: ".*".to_owned(),
        }
    }

    fn is_default(&self) -> bool {
        self.id == DEFAULT_ID
    }

    /// What is wrong with it, if anything is.
    fn problem(&self) -> Option<String> {
        let is_regex = self.rule == FilteringCondition::Regex;
        if self.is_default() {
            let says_so = (&*self.field, &*self.value) == ("_", ".*");
            let is_whole = is_regex && says_so && self.policy == FilteringPolicy::Include;
            let reason = "[id] must not be [DEFAULT], unless [field] is [_], [rule] is [regex], [policy] is [include] \
                          and [value] is [.*]";
            return (!is_whole).then(|| reason.to_owned());
        }
        if self.id.is_empty() {
            return Some("[id] must not be empty".to_owned());
        }
        let problem = is_regex.then(|| regular_expression::check(&self.value).err()).flatten()?;
        Some(format!("[value] is no regular expression: {problem}"))
    }
}

/// The problems of rules, each with the place of its rule.
pub(super) fn problems<'r>(place: &'r str, rules: &'r [FilteringRule]) -> impl Iterator<Item = String> + 'r {
    rules
        .iter()
        .enumerate()
        .filter_map(move |(index, rule)| Some(format!("{place}[{index}]: {}", rule.problem()?)))
}

/// The rules in their order, those of one place as they were sent, each with its times. The default rule is
/// last, with the order that says so; `complete` adds it where it is missing.
pub(super) fn sorted(rules: &[FilteringRule], complete: bool, now: Timestamp) -> Vec<FilteringRule> {
    let (defaults, mut sorted): (Vec<_>, Vec<_>) = rules.iter().cloned().partition(FilteringRule::is_default);
    sorted.sort_by_key(|rule| rule.order);
    let order = sorted.last().map_or(0, |last| last.order.saturating_add(1));
    let default = defaults.into_iter().next().map(|rule| FilteringRule { order, ..rule });
    sorted.extend(default.or_else(|| complete.then(|| FilteringRule::default_rule(order, now))));
    for rule in &mut sorted {
        rule.created_at.get_or_insert(now);
        rule.updated_at.get_or_insert(now);
    }
    sorted
}

/// Conditions in the source's own language, which its worker understands.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AdvancedSnippet {
    /// When it was made; now if left out.
    pub created_at: Option<Timestamp>,
    /// When it was last changed; now if left out.
    pub updated_at: Option<Timestamp>,
    /// An object or an array of objects, whatever is in them.
    pub value: SnippetValue,
}

impl AdvancedSnippet {
    /// The snippet with its times.
    pub(super) fn dated(&self, now: Timestamp) -> Self {
        let dated = |time: Option<Timestamp>| Some(time.unwrap_or(now));
        Self {
            created_at: dated(self.created_at),
            updated_at: dated(self.updated_at),
            value: self.value.clone(),
        }
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
#[serde(deny_unknown_fields)]
pub struct FilteringValidation {
    /// What is wrong with which rules.
    #[serde(deserialize_with = "json_object::list")]
    pub errors: Vec<FilteringProblem>,
    /// Whether the draft can be used.
    pub state: FilteringState,
}

/// What is wrong with some rules.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilteringProblem {
    /// The ids of the rules.
    pub ids: Vec<String>,
    /// What is wrong with them.
    pub messages: Vec<String>,
}

/// A whole set of rules with what is known of it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilteringRules {
    /// Conditions in the source's own language.
    #[serde(deserialize_with = "json_object::one")]
    pub advanced_snippet: AdvancedSnippet,
    /// Rules about single fields.
    #[serde(deserialize_with = "json_object::list")]
    pub rules: Vec<FilteringRule>,
    /// What is known of whether they can be used.
    #[serde(deserialize_with = "json_object::one")]
    pub validation: FilteringValidation,
}

impl FilteringRules {
    pub(super) fn settled(&self, now: Timestamp) -> Self {
        Self {
            advanced_snippet: self.advanced_snippet.dated(now),
            rules: sorted(&self.rules, false, now),
            validation: self.validation.clone(),
        }
    }
}

/// The rules of one domain.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FilteringEntry {
    /// The rules that jobs run with.
    #[serde(deserialize_with = "json_object::one")]
    pub active: FilteringRules,
    /// The part of the source that they are about; `DEFAULT` if left out.
    #[serde(default = "default_domain")]
    pub domain: String,
    /// The rules that are still worked on.
    #[serde(deserialize_with = "json_object::one")]
    pub draft: FilteringRules,
}

fn default_domain() -> String {
    "DEFAULT".to_owned()
}
