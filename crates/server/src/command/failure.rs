//! The errors of commands.

use std::io;

use tributary_secrets::{Held, SecretError};
use tributary_service::ServiceError;
use tributary_storage::StoreError;
use tributary_storage::transfer::TransferError;

use crate::client::ClientFailure;
use crate::error::StartError;
use crate::secret_keys::{SecretKeysError, VARIABLE};

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("{option}: {source}")]
    Opening { option: &'static str, source: Box<StartError> },
    #[error("--from and --to name the same store, {url}; nothing was done")]
    SameStore { url: String },
    #[error("{option}: there is no store in {folder}, nothing was read and nothing made; is the path right?")]
    NoSuchStore { option: &'static str, folder: String },
    #[error("{option}: a store in memory is gone with its process; name another")]
    InMemory { option: &'static str },
    #[error(
        "{0}; nothing was written. --resume goes on with a copy into it that was cut off, --merge adds to what is \
         there and changes none of it; or choose an empty store"
    )]
    NotEmpty(TransferError),
    #[error("{0}; nothing was written. To add to what is there, whatever it is, take --merge")]
    NotAPart(TransferError),
    #[error("{0}; what was written until then is kept, the same command with --resume goes on from there")]
    CutOff(TransferError),
    #[error("{0}")]
    Reading(TransferError),
    #[error("{0} exists already; remove it first, or choose another name")]
    OutputExists(String),
    #[error("{name}: {source}")]
    File { name: String, source: io::Error },
    #[error("nobody reads the output any more: the export is not complete")]
    ReaderGone,
    #[error("the output cannot be written: {0}; the export is not complete")]
    Output(io::Error),
    #[error("{name} was not written: {reason}")]
    NotWritten { name: String, reason: String },
    #[error(
        "{name} holds the whole export, but its folder could not be synced: {source}; a loss of power may undo it"
    )]
    NotSynced { name: String, source: io::Error },
    #[error("signals cannot be listened to: {0}")]
    Signals(io::Error),
    #[error("standard input cannot be read: {0}; nothing was written")]
    NoInput(io::Error),
    #[error("the summary cannot be written to standard output: {0}; everything else is done")]
    Summary(io::Error),
    #[error("the answer cannot be written to standard output: {0}")]
    Answer(io::Error),
    #[error("the new key cannot be written to standard output: {0}")]
    Key(io::Error),
    #[error(
        "the new key cannot be written to standard output: {0}; invalidate it by its id, and create another"
    )]
    ApiKey(io::Error),
    #[error("both sides are DIFFERENT: {0}")]
    Different(String),
    #[error("{url} is not well: {reason}")]
    Unhealthy { url: String, reason: String },

    #[error("API keys of the store: {}", causes(.0))]
    Keys(#[source] ServiceError),
    #[error("--role-descriptors: {0}")]
    RoleDescriptors(String),
    #[error("--metadata: {0}")]
    Metadata(String),
    #[error("{0} not found")]
    NoSuchKeys(String),
    #[error(transparent)]
    SecretKeys(#[from] SecretKeysError),
    #[error("{0}")]
    Secrets(SecretError),
    #[error("there are no keys for secrets; give them in a file by --secret-keys-file, or in {VARIABLE}")]
    NoSecretKeys,
    #[error("{0}; the same command goes on from there")]
    Rotating(StoreError),
    #[error("{0} could not be decrypted and are left as they are; their key has to stay")]
    NotRotated(Held),
    #[error("the import is INCOMPLETE: {0}")]
    Incomplete(String),
    #[error("the store was not closed well: {0}")]
    Closing(#[from] StoreError),
    #[error("the script cannot be written to standard output: {0}")]
    Script(io::Error),
    #[error(transparent)]
    Client(#[from] ClientFailure),
}

impl Failure {
    /// The exit code of the process.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Client(failure) => failure.exit_code(),
            Self::RoleDescriptors(_) | Self::Metadata(_) => 2,
            Self::NoSuchKeys(_) => 3,
            Self::Keys(ServiceError::Refused(_)) => 4,
            _ => 1,
        }
    }

    /// Whether there is nobody to tell, nor anything.
    pub(crate) fn is_silent(&self) -> bool {
        matches!(self, Self::Client(ClientFailure::ReaderGone))
    }

    /// A store that could not be opened, with the option that names it.
    pub(super) fn opening(option: &'static str, source: StartError) -> Self {
        Self::Opening { option, source: Box::new(source) }
    }
}

/// What went wrong, with what it was caused by.
fn causes(error: &ServiceError) -> String {
    let cause = std::error::Error::source(error).map(|cause| format!(": {cause}"));
    format!("{error}{}", cause.unwrap_or_default())
}

impl From<TransferError> for Failure {
    fn from(error: TransferError) -> Self {
        match error {
            error @ TransferError::NotEmpty { .. } => Self::NotEmpty(error),
            error @ TransferError::NotAPart { .. } => Self::NotAPart(error),
            TransferError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => Self::ReaderGone,
            TransferError::Output(error) => Self::Output(error),
            error => Self::CutOff(error),
        }
    }
}
