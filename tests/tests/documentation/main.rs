//! Every command in a `console` block of the README and of every other page prints the documented output; and there is
//! no `curl` outside of such blocks.
#![allow(missing_docs, reason = "a test")]

mod pages;
mod shape;
mod stand_in;
mod surroundings;

use std::fs;
use std::path::Path;

use pages::{Example, examples, pages, root};
use shape::Known;
use surroundings::{Surroundings, is_about_connector_service};

/// The problems with the examples of a page.
fn problems(page: &Path, examples: &[Example]) -> Vec<String> {
    let surroundings = Surroundings::of(page);
    let mut known = Known::default();
    let mut problems = Vec::new();
    for Example { command, answer } in examples {
        match surroundings.run(&known.fill_in(command)) {
            Ok(answered) if known.agrees(answer, &answered) => {}
            Ok(answered) => problems.push(format!(
                "{}:\n$ {command}\nis to print\n{answer}\nand printed\n{answered}\n",
                page.display()
            )),
            Err(problem) => problems.push(format!("{}:\n$ {command}\n{problem}\n", page.display())),
        }
    }
    problems
}

#[test]
fn every_example_prints_the_documented_output() {
    let mut wrong = Vec::new();
    let mut executed = Vec::new();
    for page in pages() {
        match examples(&fs::read_to_string(root().join(&page)).unwrap()) {
            Ok(examples) if examples.is_empty() => {}
            // Without an engine there is nowhere for its documents to go.
            Ok(_) if is_about_connector_service(&page) && !stand_in::is_possible() => {}
            Ok(examples) => {
                wrong.extend(problems(&page, &examples));
                executed.push(page.display().to_string());
            }
            Err(problem) => wrong.push(format!("{}: {problem}\n", page.display())),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for page in ["README.md", "docs/swapping-backends.md"] {
        assert!(executed.iter().any(|found| found == page), "{page} has no examples: {executed:?}");
    }
}

#[test]
fn a_wrong_example_is_detected() {
    let example = |command: &str, answer: &str| Example { command: command.into(), answer: answer.into() };
    let count = "curl 'http://127.0.0.1:9200/_connector/_sync_job?filter_path=count'";
    let page = Path::new("a page");
    assert_eq!(problems(page, &[example(count, r#"{"count":0}"#)]), [""; 0]);
    assert_eq!(problems(page, &[example(count, r#"{"count":1}"#)]).len(), 1);
    assert_eq!(problems(page, &[example("curl http://127.0.0.1:9201/", "")]).len(), 1, "nobody is there");
}
