//! Scripts for shells.

use std::fs;
use std::process::Command;

use tributary_tests::{Launch, folder};

fn script(shell: &str) -> String {
    let ended = Launch::bare().arguments(["completion", shell]).finish();
    assert!(ended.status.success(), "{ended:#?}");
    ended.output
}

#[test]
fn scripts_are_valid_for_every_shell_that_is_here() {
    let folder = folder();
    for shell in ["bash", "zsh", "fish"] {
        let file = folder.path().join(shell);
        let script = script(shell);
        for word in ["jobs", "connectors", "in_progress", "connector-id", "secrets", "completion"] {
            assert!(script.contains(word), "{shell} does not know [{word}]");
        }
        fs::write(&file, script).unwrap();
        match Command::new(shell).arg("-n").arg(&file).output() {
            Ok(output) => assert!(output.status.success() && output.stderr.is_empty(), "{shell}: {output:?}"),
            Err(error) => assert!(shell != "bash", "{error}"),
        }
    }
    let wrong = Launch::bare().arguments(["completion", "cmd"]).finish();
    assert_eq!(wrong.status.code(), Some(2), "{wrong:#?}");
}

#[test]
fn bash_completes_commands_flags_and_words() {
    let folder = folder();
    let file = folder.path().join("tributary.bash");
    fs::write(&file, script("bash")).unwrap();
    let complete = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let (last, before) = (words[words.len() - 1], words[words.len() - 2]);
        let program = format!(
            r#"source "$1"; COMP_WORDS=({line}); [ -n "{last}" ] || COMP_WORDS+=(""); COMP_CWORD={};
               _tributary tributary "{last}" "{before}"; printf '%s\n' "${{COMPREPLY[@]}}""#,
            words.len() - 1
        );
        let output = Command::new("bash").args(["-c", &program, "bash"]).arg(&file).output().unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(complete("tributary jobs list --status p"), ["pending"]);
    assert_eq!(complete("tributary jobs list --job-type a"), ["access_control"]);
    assert_eq!(complete("tributary jobs create x --type inc"), ["incremental"]);
    assert_eq!(complete("tributary jobs watch --status comp"), ["completed"]);
    assert_eq!(complete("tributary jobs wat"), ["watch"]);
    assert_eq!(complete("tributary jobs list --connector"), ["--connector-id"]);
    assert_eq!(complete("tributary con"), ["connectors"]);
    assert_eq!(complete("tributary secrets rot"), ["rotate"]);
    assert_eq!(complete("tributary --log-format j"), ["json"]);
}
