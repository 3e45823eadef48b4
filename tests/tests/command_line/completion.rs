//! Scripts for shells.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;
use tributary_tests::{Launch, binary, folder};

/// The scripts as files that are named after their shells, and `tributary` on the path.
struct Shells {
    folder: TempDir,
    path: OsString,
}

impl Shells {
    fn prepare() -> Self {
        let folder = folder();
        symlink(binary(), folder.path().join("tributary")).unwrap();
        for shell in ["bash", "zsh", "fish"] {
            let ended = Launch::bare().arguments(["completion", shell]).finish();
            assert!(ended.status.success(), "{ended:#?}");
            fs::write(folder.path().join(shell), ended.output).unwrap();
        }
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path = [folder.path().to_owned()].into_iter().chain(std::env::split_paths(&others));
        Self { path: std::env::join_paths(path).unwrap(), folder }
    }

    fn script(&self, shell: &str) -> PathBuf {
        self.folder.path().join(shell)
    }

    /// The lines that a shell prints; `None` if the shell is not here.
    fn run(&self, shell: &str, arguments: &[&str]) -> Option<Vec<String>> {
        let output = match Command::new(shell).args(arguments).env("PATH", &self.path).output() {
            Ok(output) => output,
            Err(error) => {
                assert!(shell != "bash", "{error}");
                return None;
            }
        };
        assert!(output.status.success() && output.stderr.is_empty(), "{shell}: {output:?}");
        Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
    }

    /// The lines that a program prints whose first argument is the script.
    fn complete(&self, shell: &str, program: &str) -> Option<Vec<String>> {
        let script = self.script(shell);
        // A program is followed by its name, except in fish.
        let name: &[&str] = if shell == "fish" { &[] } else { &[shell] };
        self.run(shell, &[&["-c", program], name, &[script.to_str().unwrap()]].concat())
    }
}

/// What is typed, and what it is completed to.
const COMPLETIONS: &[(&str, &[&str])] = &[
    ("tributary jobs list --status p", &["pending"]),
    ("tributary jobs list --status pending,canceli", &["pending,canceling"]),
    ("tributary jobs list --status pending,canceling,s", &["pending,canceling,suspended"]),
    ("tributary jobs list --job-type a", &["access_control"]),
    ("tributary jobs list --job-type full,", &["full,full", "full,incremental", "full,access_control"]),
    ("tributary jobs create x --type inc", &["incremental"]),
    ("tributary jobs watch --status comp", &["completed"]),
    ("tributary jobs wat", &["watch"]),
    ("tributary jobs list --connector", &["--connector-id"]),
    ("tributary con", &["connectors"]),
    ("tributary secrets rot", &["rotate"]),
    ("tributary --log-format j", &["json"]),
    ("tributary connectors show --include-deleted x --output js", &["json"]),
    // What takes its value after an equals sign alone is not offered one after a blank.
    ("tributary jobs list --has-error --out", &["--output"]),
];

/// The same for `--flag=value`, of which bash takes the equals sign for a word of its own.
const AFTER_EQUALS_SIGNS: &[(&str, &[&str])] = &[
    ("tributary jobs list --status=p", &["--status=pending"]),
    ("tributary jobs list --status=pending,canceli", &["--status=pending,canceling"]),
    ("tributary jobs list --limit=3 --output=n", &["--output=ndjson"]),
    ("tributary jobs list --has-error=", &["--has-error=true", "--has-error=false"]),
];

/// The words of a line, the last of which may be empty.
fn words(line: &str) -> (Vec<&str>, &str) {
    let words: Vec<&str> = line.split(' ').collect();
    let last = words[words.len() - 1];
    (words, last)
}

#[test]
fn scripts_are_valid_for_every_shell_that_is_here() {
    let shells = Shells::prepare();
    for shell in ["bash", "zsh", "fish"] {
        let script = shells.script(shell);
        assert!(fs::read_to_string(&script).unwrap().contains("tributary"), "{shell}");
        shells.run(shell, &["-n", script.to_str().unwrap()]);
    }
    let wrong = Launch::bare().arguments(["completion", "cmd"]).finish();
    assert_eq!(wrong.status.code(), Some(2), "{wrong:#?}");
}

#[test]
fn bash_completes_commands_flags_and_words() {
    let shells = Shells::prepare();
    for &(line, expected) in COMPLETIONS.iter().chain(AFTER_EQUALS_SIGNS) {
        // An equals sign is a word, and what it is followed by another, without the flag.
        let split = line.replace('=', " = ");
        let (words, last) = words(split.trim_end_matches(|end| line.ends_with('=') && end == ' '));
        let current = last.trim_start_matches('=');
        let expected: Vec<&str> = expected.iter().map(|one| one.split('=').next_back().unwrap()).collect();
        let program = format!(
            r#"source "$1"; COMP_WORDS=({split}); [ -n "{last}" ] || COMP_WORDS+=(""); COMP_CWORD={};
               _complete_tributary tributary "{current}" "{}"; printf '%s\n' "${{COMPREPLY[@]}}""#,
            words.len() - 1,
            words[words.len() - 2],
        );
        let found = shells.complete("bash", &program);
        assert_eq!(found.unwrap(), expected, "{line}");
    }
    let registered = shells.complete("bash", r#"source "$1"; complete -p tributary"#).unwrap().concat();
    assert!(registered.contains("-o default"), "files are completed as well: {registered}");
}

/// Without a terminal, zsh offers no completions: what the script hands to it is printed.
#[test]
fn zsh_completes_commands_flags_and_words() {
    let shells = Shells::prepare();
    for &(line, expected) in COMPLETIONS.iter().chain(AFTER_EQUALS_SIGNS) {
        let (words, _) = words(line);
        let program = format!(
            r#"compdef() {{ }}; _describe() {{ print -rl -- "${{(P@)3}}" }}; source "$1";
               words=({line}); CURRENT={}; _clap_dynamic_completer_tributary"#,
            words.len(),
        );
        let Some(found) = shells.complete("zsh", &program) else { return };
        let values = found.iter().map(|one| one.split(':').next().unwrap());
        assert_eq!(values.collect::<Vec<_>>(), expected, "{line}");
    }
}

#[test]
fn fish_completes_commands_flags_and_words() {
    let shells = Shells::prepare();
    for &(line, expected) in COMPLETIONS.iter().chain(AFTER_EQUALS_SIGNS) {
        let program = format!(r#"source "$argv[1]"; complete --do-complete "{line}""#);
        let Some(found) = shells.complete("fish", &program) else { return };
        let values = found.iter().map(|one| one.split('\t').next().unwrap());
        assert_eq!(values.collect::<Vec<_>>(), expected, "{line}");
    }
}
