//! The settings that say who may call the service.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::setting_values::path;

/// Who may call the service.
#[derive(Debug, Clone, Args)]
pub(crate) struct SecuritySettings {
    /// Whether each request needs an API key: auto is off on a loopback address, and refuses to start on any other
    #[arg(long, value_name = "MODE", env = "TRIBUTARY_SECURITY", default_value = "auto")]
    pub(crate) security: SecurityMode,
    /// A file with an API key in its encoded form, which may do everything and is in no store
    #[arg(long, value_name = "FILE", env = "TRIBUTARY_ADMIN_KEY_FILE", value_parser = path())]
    pub(crate) admin_key_file: Option<PathBuf>,
}

/// Whether requests need keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum SecurityMode {
    /// Each request needs one
    On,
    /// Everybody may do everything
    Off,
    /// Off on a loopback address; the service does not start on others
    Auto,
}
