//! `tributary completion`: scripts that complete the command line in a shell. They ask this program for completions.

use std::collections::BTreeSet;
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

/// Bash takes the equals sign of `--flag=value` for a word of its own; for the program these are one word.
const JOINING: &str = r#"
_complete_PROGRAM() {
    local words=() index=0 last=-1 is_value="" place part current="$2" flag=""
    for place in "${!COMP_WORDS[@]}"; do
        part="${COMP_WORDS[place]}"
        if [[ -n $is_value ]]; then
            words[last]+="$part"
            is_value=""
        elif [[ $part == "=" && $last -ge 0 && ${words[last]} == --* ]]; then
            words[last]+="$part"
            is_value=1
        else
            words+=("$part")
            last=$((last + 1))
        fi
        [[ $place -eq $COMP_CWORD ]] && index=$last
    done
    if [[ ${words[index]} == --*=* && $2 != --* ]]; then
        flag="${words[index]%%=*}="
        current="$flag$2"
    fi
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$index
    _clap_complete_PROGRAM "$1" "$current" "$3"
    COMPREPLY=("${COMPREPLY[@]#"$flag"}")
}
"#;

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
    let script = String::from_utf8_lossy(&script).replace("-o bashdefault", "-o bashdefault -o default");
    let registered = script.replace("-F _clap_complete_", "-F _complete_");
    Ok(if shell.is("bash") { format!("{}{registered}", JOINING.replace("PROGRAM", program)) } else { script })
}

/// The words with the flags completed that take a value after an equals sign alone: what follows them is another word.
fn with_values(words: &[OsString], command_line: &clap::Command) -> Vec<OsString> {
    let flags = flags_with_equals_sign(command_line);
    let (before, last) = words.split_at(words.len().saturating_sub(1));
    let whole = before.iter().map(|word| match word.to_str().and_then(|word| word.strip_prefix("--")) {
        Some(flag) if flags.contains(flag) => OsString::from(format!("--{flag}=true")),
        _ => word.clone(),
    });
    whole.chain(last.iter().cloned()).collect()
}

fn flags_with_equals_sign(command: &clap::Command) -> BTreeSet<String> {
    let own =
        command.get_arguments().filter(|flag| flag.is_require_equals_set()).filter_map(clap::Arg::get_long);
    let own = own.map(str::to_owned);
    own.chain(command.get_subcommands().flat_map(flags_with_equals_sign)).collect()
}

/// Answers a script that asks for completions; `None` if these are the arguments of any other call.
pub(crate) fn answer(arguments: &[OsString], command_line: fn() -> clap::Command) -> Option<ExitCode> {
    let folder = std::env::current_dir().ok();
    let asked = CompleteEnv::with_factory(command_line).var(ASKED);
    let words = || with_values(arguments, &command_line());
    let arguments = if std::env::var_os(ASKED).is_some() { words() } else { arguments.to_vec() };
    match asked.try_complete(&arguments, folder.as_deref()) {
        Ok(false) => None,
        Ok(true) => Some(ExitCode::SUCCESS),
        // What it says would be written into the middle of a line that somebody types.
        Err(_) => Some(ExitCode::FAILURE),
    }
}
