//! The settings of the audit.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::setting_values::not_empty;

/// What is audited, and where to.
#[derive(Debug, Clone, Args)]
pub(crate) struct AuditSettings {
    /// Where changes and refusals are audited: a file, - for standard error, log, off, or auto: log with security on
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_AUDIT", default_value = "auto")]
    #[arg(allow_hyphen_values = true, value_parser = output)]
    pub(crate) audit: AuditOutput,
    /// Audits reads as well
    #[arg(long, env = "TRIBUTARY_AUDIT_READS")]
    pub(crate) audit_reads: bool,
}

/// Where the audit is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AuditOutput {
    /// To the log if security is on, otherwise nowhere.
    Auto,
    /// To the log, with the target `audit`.
    Log,
    Off,
    StandardError,
    File(PathBuf),
}

impl FromStr for AuditOutput {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "auto" => Self::Auto,
            "log" => Self::Log,
            "off" => Self::Off,
            "-" => Self::StandardError,
            path => Self::File(path.into()),
        })
    }
}

fn output(text: &str) -> Result<AuditOutput, String> {
    let text = not_empty(text)?;
    text.parse().map_err(|never: Infallible| match never {})
}
