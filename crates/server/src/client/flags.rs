//! The query parameters and headers of an endpoint as flags.

use std::fmt;
use std::marker::PhantomData;

use clap::builder::PossibleValuesParser;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use tributary_api::{Endpoint, Parameter, ParameterKind, RequestHeader};

use crate::setting_values::whole;

/// Whose parameters and headers are flags.
pub(crate) trait Flags {
    /// The endpoint.
    const ENDPOINT: &'static Endpoint;
    /// Parameters that the command sets by itself.
    const SET_BY_COMMAND: &'static [&'static str] = &[];

    /// The parameters that are flags.
    fn parameters() -> impl Iterator<Item = &'static Parameter> {
        Self::ENDPOINT.own_parameters().filter(|one| !Self::SET_BY_COMMAND.contains(&one.name))
    }
}

/// The given parameters and headers of an endpoint. Its flags are derived from the declaration: name, words, default
/// and description.
pub(crate) struct EndpointFlags<F> {
    pub(super) query: Vec<(&'static str, String)>,
    pub(super) headers: Vec<(&'static str, String)>,
    endpoint: PhantomData<F>,
}

impl<F> EndpointFlags<F> {
    /// Whether none is given.
    pub(crate) fn is_empty(&self) -> bool {
        self.query.is_empty() && self.headers.is_empty()
    }
}

impl<F> fmt::Debug for EndpointFlags<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("EndpointFlags").field(&self.query).field(&self.headers).finish()
    }
}

impl<F: Flags> Args for EndpointFlags<F> {
    fn augment_args(command: Command) -> Command {
        command.args(F::parameters().map(flag)).args(F::ENDPOINT.headers.iter().map(header_flag))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<F: Flags> FromArgMatches for EndpointFlags<F> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |name: &'static str| {
            // The service has the same defaults.
            matches.value_source(name).filter(|source| *source != ValueSource::DefaultValue)?;
            let values: Vec<_> = matches.get_raw(name)?.map(|value| value.to_string_lossy()).collect();
            Some((name, values.join(",")))
        };
        Ok(Self {
            query: F::parameters().filter_map(|parameter| given(parameter.name)).collect(),
            headers: F::ENDPOINT.headers.iter().filter_map(|header| given(header.name)).collect(),
            endpoint: PhantomData,
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// A description as help. Whether Elasticsearch has the parameter too is of no interest there.
fn help(description: &'static str) -> &'static str {
    let help = description.trim_end_matches('.');
    ["; an extension", ". An extension"].into_iter().find_map(|end| help.strip_suffix(end)).unwrap_or(help)
}

/// The flag of a header.
fn header_flag(header: &'static RequestHeader) -> Arg {
    Arg::new(header.name)
        .long(header.name.to_lowercase())
        .help(help(header.description))
        .help_heading("Parameters")
        .value_name("TEXT")
}

/// The flag of a parameter.
fn flag(parameter: &'static Parameter) -> Arg {
    let flag = Arg::new(parameter.name)
        .long(parameter.name.trim_start_matches('_').replace('_', "-"))
        .help(help(parameter.description))
        .help_heading("Parameters");
    let flag = match parameter.default {
        Some(default) => flag.default_value(default),
        None => flag,
    };
    let flag = if parameter.kind.is_list() { flag.action(ArgAction::Append) } else { flag };
    let flag = flag.allow_negative_numbers(true);
    match parameter.kind {
        ParameterKind::Integer => {
            flag.value_name("NUMBER").value_parser(whole(0, i32::MAX.unsigned_abs().into()))
        }
        ParameterKind::PositiveInteger => {
            flag.value_name("NUMBER").value_parser(whole(1, i32::MAX.unsigned_abs().into()))
        }
        ParameterKind::Date => flag
            .value_name("DATE")
            .help(format!("{}, such as 2026-01-02T03:04:05Z or now-1h", help(parameter.description))),
        ParameterKind::Boolean | ParameterKind::FilledBoolean => flag
            .value_name("BOOLEAN")
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .value_parser(["true", "false"]),
        ParameterKind::Keyword(words) => {
            flag.value_name("WORD").ignore_case(true).value_parser(PossibleValuesParser::new(words))
        }
        ParameterKind::KeywordList(words) => flag
            .value_name("WORD,...")
            .value_delimiter(',')
            .ignore_case(true)
            .value_parser(PossibleValuesParser::new(words)),
        // The service validates all others, and says what would be right.
        kind if kind.is_list() => flag.value_name("TEXT,..."),
        _ => flag.value_name("TEXT"),
    }
}
