//! `tributary completion`: scripts that complete the command line in a shell.

use std::io::ErrorKind;

use clap::Args;
use clap_complete::{Shell, generate};

use super::Failure;
use crate::streams;

const AFTER_HELP: &str = "\
Examples:
  tributary completion bash > ~/.local/share/bash-completion/completions/tributary
  tributary completion zsh > ~/.zfunc/_tributary     # with ~/.zfunc in fpath
  tributary completion fish > ~/.config/fish/completions/tributary.fish";

/// The options of `tributary completion`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct CompletionOptions {
    /// The shell
    shell: Shell,
}

/// Writes the script for a command line to standard output.
pub(super) fn run(options: &CompletionOptions, mut command_line: clap::Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    let name = command_line.get_name().to_owned();
    generate(options.shell, &mut command_line, name, &mut script);
    match streams::say(&String::from_utf8_lossy(&script)) {
        // A reader that has enough, such as `head`, is no failure.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Failure::Script),
    }
}
