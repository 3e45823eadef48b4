//! The query parameters that every endpoint accepts.

use super::declaration::{Parameter, ParameterKind};

pub(crate) const PRETTY: Parameter = Parameter {
    name: "pretty",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Whether the answer is indented for people.",
};
pub(crate) const FILTER_PATH: Parameter = Parameter {
    name: "filter_path",
    kind: ParameterKind::TextList,
    default: None,
    description: "The parts of the answer that are wanted: dotted paths with * for a part of a name and ** for any \
                  number of levels; a leading - leaves a part out.",
};
pub(crate) const HUMAN: Parameter = Parameter {
    name: "human",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Taken for the sake of clients; these answers have no values with a form for people.",
};
pub(crate) const ERROR_TRACE: Parameter = Parameter {
    name: "error_trace",
    kind: ParameterKind::Boolean,
    default: Some("false"),
    description: "Taken for the sake of clients; what went wrong inside stands in the log, not in the answer.",
};

pub(crate) const FORMAT: Parameter = Parameter {
    name: "format",
    kind: ParameterKind::Keyword(&[JSON]),
    default: Some(JSON),
    description: "The form of the answer; there is no other.",
};
/// The value of `format`: all answers are JSON.
pub(crate) const JSON: &str = "json";

/// The query parameters that every endpoint accepts.
pub const COMMON_PARAMETERS: &[Parameter] = &[PRETTY, HUMAN, ERROR_TRACE, FILTER_PATH, FORMAT];
