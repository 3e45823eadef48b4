//! Every `curl` example of the README, typed into a shell as it stands there, answers what is printed there.
#![allow(missing_docs, reason = "a test")]

use std::collections::HashMap;
use std::process::Command;

use tributary_tests::Server;

/// The address that the README's commands talk to.
const ADDRESS: &str = "http://127.0.0.1:9200";
/// How long the ids are that the service makes: those of the README differ from those of a test.
const ID_LENGTH: usize = 36;

/// A command and what the README says it prints.
#[derive(Debug)]
struct Example {
    command: String,
    answer: String,
}

/// The commands of the README's blocks of `console`, each with the lines up to the next one.
fn examples(readme: &str) -> Vec<Example> {
    let blocks = readme.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let commands = blocks.flat_map(|block| block.split("$ ").skip(1));
    commands
        .map(|text| {
            let continued = text.lines().take_while(|line| line.ends_with('\\')).count();
            let lines: Vec<&str> = text.lines().collect();
            let (command, answer) = lines.split_at(continued + 1);
            Example { command: command.join("\n"), answer: answer.join("\n") }
        })
        .collect()
}

/// The ids in a text, in order.
fn ids(text: &str) -> Vec<&str> {
    let is_id = |word: &&str| {
        let dashes = word.match_indices('-').map(|(place, _)| place);
        word.len() == ID_LENGTH && dashes.eq([8, 13, 18, 23])
    };
    text.split(|letter: char| !letter.is_ascii_hexdigit() && letter != '-').filter(is_id).collect()
}

fn with_real_ids(text: &str, real: &HashMap<String, String>) -> String {
    real.iter().fold(text.to_owned(), |text, (printed, real)| text.replace(printed, real))
}

#[test]
fn every_curl_example_answers_what_is_printed() {
    let examples = examples(include_str!("../../README.md"));
    assert!(examples.len() >= 6, "the walk is missing: {examples:#?}");
    let server = Server::start("memory:");
    let mut real = HashMap::new();
    for Example { command, answer } in &examples {
        assert!(command.starts_with("curl ") && command.contains(ADDRESS), "{command}");
        let typed = with_real_ids(command, &real)
            .replace(ADDRESS, &format!("http://{}", server.address()))
            .replacen("curl ", "curl --silent --show-error ", 1);
        let output = Command::new("sh").args(["-c", &typed]).output().expect("a shell can be started");
        assert!(output.status.success(), "{typed}: {}", String::from_utf8_lossy(&output.stderr));
        let answered = String::from_utf8(output.stdout).expect("answers are UTF-8");
        for (printed, made) in ids(answer).into_iter().zip(ids(&answered)) {
            real.entry(printed.to_owned()).or_insert_with(|| made.to_owned());
        }
        assert_eq!(answered.trim_end(), with_real_ids(answer, &real), "{command}");
    }
    // One of the answers was the id of a job, and the commands after it used that.
    assert_eq!(real.len(), 1, "{real:?}");
}

#[test]
fn the_readers_of_this_test_find_commands_and_ids() {
    let found = examples("```console\n$ curl a \\\n  b\none\ntwo\n$ curl c\n```\n```sh\n$ curl d\n```\n");
    let found: Vec<(&str, &str)> =
        found.iter().map(|example| (&*example.command, &*example.answer)).collect();
    assert_eq!(found, [("curl a \\\n  b", "one\ntwo"), ("curl c", "")]);
    let id = "01a20bed-cb8b-7682-8d94-3d1b17bbb103";
    assert_eq!(ids(&format!(r#"{{"id":"{id}","worker-1":"a-b"}} /{id}/_claim"#)), [id, id]);
}
