//! The version that a write expects, as parameters and as fields of a bulk request's actions.

use tributary_api::{Arguments, Parameter, ParameterKind};
use tributary_domain::Refusal;
use tributary_service::document::{DocumentVersion, Guard};

const SEQUENCE: Parameter = Parameter::new(
    "if_seq_no",
    ParameterKind::Text,
    "The _seq_no that the document must have; with if_primary_term.",
);
const TERM: Parameter = Parameter::new(
    "if_primary_term",
    ParameterKind::Text,
    "The _primary_term that the document must have; with if_seq_no.",
);

/// The parameters of a guard.
pub(super) const GUARD: &[Parameter] = &[SEQUENCE, TERM];

/// The guard of a request.
pub(super) fn guard(arguments: &Arguments) -> Result<Guard, Refusal> {
    let number = |parameter: &Parameter| {
        let read = |text: &str| {
            text.parse().map_err(|_| {
                let reason =
                    format!("parameter [{}] must be a whole number from 0, but was [{text}]", parameter.name);
                Refusal::InvalidArgument(reason)
            })
        };
        arguments.text(parameter).map(read).transpose()
    };
    guard_of(number(&SEQUENCE)?, number(&TERM)?)
}

/// The guard with both parts of a version, or without.
pub(super) fn guard_of(sequence: Option<u64>, term: Option<u64>) -> Result<Guard, Refusal> {
    match (sequence, term) {
        (None, None) => Ok(Guard::default()),
        (Some(sequence), Some(term)) => Ok(Guard { version: Some(DocumentVersion { sequence, term }) }),
        _ => Err(Refusal::validation("[if_seq_no] and [if_primary_term] must be given together")),
    }
}
