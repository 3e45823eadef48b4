//! `tributary secrets`: generates and rotates the keys for connector secrets.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use tributary_secrets::{SecretKeys, rotate};
use zeroize::Zeroizing;

use super::progress::Display;
use super::summary::{grouped, say};
use super::{Failure, Stores};
use crate::secret_keys::SecretKeysFile;
use crate::setting_values::not_empty;
use crate::streams;

const AFTER_ROTATE_HELP: &str = "\
To change a key while services run: give the new one to all of them as the second, then as the first with the old \
one after it, rotate, and take the old one away. With a store in a folder, which one process at a time has open: \
stop the service, put the new key first in its file, rotate, and start it again.

Examples:
  tributary secrets generate-key > secret.keys
  tributary secrets rotate --store embedded:./data --secret-keys-file secret.keys";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Writes a new key to standard output
    GenerateKey,
    /// Encrypts all secrets of a store with the first key
    Rotate(RotateOptions),
}

/// The options of `tributary secrets rotate`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_ROTATE_HELP)]
pub(crate) struct RotateOptions {
    /// The store with the secrets; a folder must not be in use by another process
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    store: String,
    #[command(flatten)]
    keys: SecretKeysFile,
}

/// Runs the subcommand; if no key file is given, the keys are those of the service.
pub(super) async fn run(
    command: SecretsCommand,
    stores: &Stores<'_>,
    keys: &SecretKeysFile,
) -> Result<(), Failure> {
    match command {
        SecretsCommand::GenerateKey => {
            let key = SecretKeys::generate_key().map_err(Failure::Secrets)?;
            streams::say(&Zeroizing::new(format!("{}\n", *key))).map_err(Failure::Key)
        }
        SecretsCommand::Rotate(options) => rotate_all(&options, stores, keys).await,
    }
}

async fn rotate_all(
    options: &RotateOptions,
    stores: &Stores<'_>,
    keys: &SecretKeysFile,
) -> Result<(), Failure> {
    let keys = if options.keys.secret_keys_file.is_some() { &options.keys } else { keys };
    let keys = keys.read()?.ok_or(Failure::NoSecretKeys)?;
    let display = Display::new();
    let opened = stores.only(&options.store, &display).await?;
    display.clear();
    let rotated = rotate(&*opened.store, &keys).await;
    opened.store.close().await?;
    let rotation = rotated.map_err(Failure::Rotating)?;
    let (changed, current) = (grouped(rotation.changed), grouped(rotation.current));
    let mut text = format!("secrets: {changed} encrypted with the first key, {current} were so already\n");
    for error in &rotation.failed {
        let _ = writeln!(text, "left as it is: {error}");
    }
    say(&text)?;
    match rotation.failed.len() {
        0 => Ok(()),
        number => Err(Failure::NotRotated(number)),
    }
}
