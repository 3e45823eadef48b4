//! What the README shows is what happens: its requests are sent by the real `curl`, in their order,
//! and its answers are compared.
#![allow(missing_docs, reason = "a test")]

use std::collections::BTreeMap;
use std::process::Command;

use tributary_tests::Server;

const README: &str = include_str!("../../README.md");
/// The address that the README speaks of.
const ADDRESS: &str = "http://127.0.0.1:9200";

/// A command with what it prints.
#[derive(Debug)]
struct Example {
    command: String,
    output: String,
}

/// The commands of all blocks that show a terminal.
fn examples() -> Vec<Example> {
    let mut examples = Vec::new();
    for block in README.split("```console\n").skip(1) {
        let block = block.split("```").next().unwrap();
        for example in block.split("$ ").skip(1) {
            let mut lines = example.lines();
            let mut command = lines.next().unwrap().to_owned();
            while command.ends_with('\\') {
                command.push('\n');
                command.push_str(lines.next().expect("a line after one that goes on"));
            }
            examples.push(Example { command, output: lines.collect::<Vec<_>>().join("\n") });
        }
    }
    examples
}

/// Whether a word is a UUID, which is how ids look.
fn is_id(word: &str) -> bool {
    word.len() == 36
        && word.char_indices().all(|(place, character)| match place {
            8 | 13 | 18 | 23 => character == '-',
            _ => character.is_ascii_hexdigit(),
        })
}

/// The ids in a text, in order.
fn ids(text: &str) -> Vec<&str> {
    text.split(|character: char| !character.is_ascii_hexdigit() && character != '-')
        .filter(|word| is_id(word))
        .collect()
}

#[test]
fn every_example_is_true() {
    let examples = examples();
    assert!(examples.len() >= 6, "a walk of six requests: {examples:#?}");
    let server = Server::start("memory:");
    let address = format!("http://{}", server.address());
    // The ids of the README with those that the service made for them.
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for Example { command, output } in examples {
        let mut sent = command.replace(ADDRESS, &address);
        for (shown, made) in &known {
            sent = sent.replace(shown, made);
        }
        assert!(sent.starts_with("curl "), "{command}");
        let ran = Command::new("sh")
            .args(["-c", &sent.replacen("curl ", "curl --silent --show-error ", 1)])
            .output();
        let ran = ran.expect("a shell can be started");
        let error = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "curl is needed, and has to succeed: {error}\n{command}");
        let printed = String::from_utf8(ran.stdout).expect("text");
        let mut expected = output.clone();
        for (shown, made) in ids(&output).into_iter().zip(ids(&printed)) {
            known.insert(shown.to_owned(), made.to_owned());
        }
        for (shown, made) in &known {
            expected = expected.replace(shown, made);
        }
        assert_eq!(printed.trim_end(), expected.trim_end(), "{command}");
    }
}
