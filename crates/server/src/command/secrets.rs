//! `tributary secrets`: generates and rotates the keys for connector secrets and sensitive values.

use std::fmt::Write as _;

use clap::{Args, Subcommand};
use tributary_secrets::{Held, Rotation, SecretKeys, ValueEncryption, ValueRotation, rotate, rotate_values};
use tributary_storage::{Store, StoreError};
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

To encrypt the sensitive values that are stored already: start all services with --encrypt-sensitive, then rotate with \
--encrypt-sensitive. To decrypt them for good: start all services without it, then rotate with --decrypt-sensitive.

Examples:
  tributary secrets generate-key > secret.keys
  tributary secrets rotate --store embedded:./data --secret-keys-file secret.keys
  tributary secrets rotate --store embedded:./data --secret-keys-file secret.keys --encrypt-sensitive";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum SecretsCommand {
    /// Writes a new key to standard output
    GenerateKey,
    /// Encrypts all secrets of a store, and all sensitive values that are encrypted, with the first key
    Rotate(RotateOptions),
}

/// The options of `tributary secrets rotate`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_ROTATE_HELP)]
pub(crate) struct RotateOptions {
    /// The store with the secrets; a folder must not be in use by another process
    #[arg(long, value_name = "STORE", value_parser = not_empty)]
    store: String,
    /// Encrypt the sensitive values of connectors and sync jobs that are not encrypted yet
    #[arg(long, conflicts_with = "decrypt_sensitive")]
    encrypt_sensitive: bool,
    /// Decrypt the sensitive values of connectors and sync jobs
    #[arg(long)]
    decrypt_sensitive: bool,
    #[command(flatten)]
    keys: SecretKeysFile,
}

impl RotateOptions {
    fn encryption(&self) -> ValueEncryption {
        match (self.encrypt_sensitive, self.decrypt_sensitive) {
            (true, _) => ValueEncryption::Encrypt,
            (_, true) => ValueEncryption::Decrypt,
            _ => ValueEncryption::Keep,
        }
    }
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
    let rotated = rotate_both(&*opened.store, &keys, options.encryption()).await;
    opened.store.close().await?;
    let (secrets, values) = rotated.map_err(Failure::Rotating)?;
    say(&summary(&secrets, &values, options.encryption()))?;
    match (Held { secrets: secrets.failed.len() as u64, documents: values.failed }) {
        Held { secrets: 0, documents: 0 } => Ok(()),
        held => Err(Failure::NotRotated(held)),
    }
}

async fn rotate_both(
    store: &dyn Store,
    keys: &SecretKeys,
    encryption: ValueEncryption,
) -> Result<(Rotation, ValueRotation), StoreError> {
    Ok((rotate(store, keys).await?, rotate_values(store, keys, encryption).await?))
}

fn summary(secrets: &Rotation, values: &ValueRotation, encryption: ValueEncryption) -> String {
    let (changed, current) = (grouped(secrets.changed), grouped(secrets.current));
    let mut text = format!("secrets: {changed} encrypted with the first key, {current} were so already\n");
    let has_values = values.changed + values.current + values.failed > 0;
    if has_values || encryption != ValueEncryption::Keep {
        let (changed, current) = (grouped(values.changed), grouped(values.current));
        let _ = match encryption {
            ValueEncryption::Decrypt => {
                writeln!(text, "connectors and sync jobs: sensitive values of {changed} decrypted")
            }
            _ => writeln!(
                text,
                "connectors and sync jobs: sensitive values of {changed} encrypted with the first key, those of {current} were \
                 so already"
            ),
        };
    }
    for error in &secrets.failed {
        let _ = writeln!(text, "left as it is: {error}");
    }
    for error in &values.examples {
        let _ = writeln!(text, "left as it is: {error}");
    }
    text
}
