//! `tributary completion`: scripts that complete the command line in a shell. They ask this program for completions.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::process::ExitCode;

use clap::Args;
use clap_complete::env::Shells;
use clap_complete::{CompleteEnv, Shell};

use super::Failure;
use crate::streams;

/// The environment variable with which a script asks for completions; not one of the settings.
const ASKED: &str = "_TRIBUTARY_COMPLETE";

const AFTER_HELP: &str = "\
Examples:
  source <(tributary completion bash)      in ~/.bashrc
  source <(tributary completion zsh)       in ~/.zshrc, after compinit
  tributary completion fish | source       in ~/.config/fish/config.fish";

/// The options of `tributary completion`.
#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct CompletionOptions {
    /// The shell
    shell: Shell,
}

/// Writes the script for a shell to standard output.
pub(super) fn run(options: &CompletionOptions, command_line: &clap::Command) -> Result<(), Failure> {
    match script(options.shell, command_line.get_name()).and_then(|script| streams::say(&script)) {
        // A reader that has enough, such as `head`, is no failure.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Failure::Script),
    }
}

fn script(shell: Shell, program: &str) -> io::Result<String> {
    let shells = Shells::builtins();
    let shell = shells.completer(&shell.to_string()).ok_or(ErrorKind::Unsupported)?;
    let mut script = Vec::new();
    shell.write_registration(ASKED, program, program, program, &mut script)?;
    // Bash then completes files where nothing else is known, such as the folder of `embedded:FOLDER`.
    Ok(String::from_utf8_lossy(&script).replace("-o bashdefault", "-o bashdefault -o default"))
}

/// Answers a script that asks for completions; `None` if these are the arguments of any other call.
pub(crate) fn answer(arguments: &[OsString], command_line: fn() -> clap::Command) -> Option<ExitCode> {
    let folder = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(command_line).var(ASKED);
    match asked.try_complete(arguments, folder.as_deref()) {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::SUCCESS),
        // What it says would be written into the middle of a line that somebody types.
        Err(_) => Some(ExitCode::FAILURE),
    }
}
