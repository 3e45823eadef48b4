//! The pages, and the commands in their `console` blocks.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Parser, Tag, TagEnd};

/// The language of the blocks that are executed.
const EXECUTED: &str = "console";

/// A command and its documented output.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Example {
    pub(crate) command: String,
    pub(crate) answer: String,
}

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Every documentation page, by its path relative to the root of the repository.
pub(crate) fn pages() -> Vec<PathBuf> {
    let root = root();
    let mut found = Vec::new();
    let is_page = |path: &Path| path.extension().is_some_and(|extension| extension == "md");
    found
        .extend(fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| is_page(path)));
    let mut folders = vec![root.join("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if is_page(&path) {
                found.push(path);
            }
        }
    }
    found.sort();
    found.into_iter().map(|path| path.strip_prefix(&root).unwrap().to_owned()).collect()
}

/// The commands of a page in order; an error if there is a `curl` outside of the executed blocks.
pub(crate) fn examples(page: &str) -> Result<Vec<Example>, String> {
    let mut found = Vec::new();
    let mut block: Option<(String, String)> = None;
    for event in Parser::new(page) {
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                let language = match kind {
                    CodeBlockKind::Fenced(language) => language.into_string(),
                    CodeBlockKind::Indented => "indented".to_owned(),
                };
                block = Some((language, String::new()));
            }
            Event::Text(text) => {
                if let Some((_, content)) = &mut block {
                    content.push_str(&text);
                }
            }
            Event::End(TagEnd::CodeBlock) => match block.take() {
                Some((language, content)) if language == EXECUTED => found.extend(commands(&content)?),
                Some((language, content)) if content.contains("curl") => {
                    return Err(format!("a curl in a block of [{language}] is not executed:\n{content}"));
                }
                _ => {}
            },
            Event::Code(text) if text.starts_with("curl ") => {
                return Err(format!("a curl in a line of text is not executed: {text}"));
            }
            _ => {}
        }
    }
    Ok(found)
}

/// The commands of a block, each with the lines up to the next one.
fn commands(block: &str) -> Result<Vec<Example>, String> {
    let mut found: Vec<Example> = Vec::new();
    let mut goes_on = false;
    for line in block.lines() {
        if goes_on {
            let example = found.last_mut().expect("a line that goes on belongs to a command");
            example.command.extend(["\n", line]);
        } else if let Some(command) = line.strip_prefix("$ ") {
            found.push(Example { command: command.to_owned(), answer: String::new() });
        } else if let Some(example) = found.last_mut() {
            example.answer.extend([line, "\n"]);
            continue;
        } else {
            return Err(format!("a block of [{EXECUTED}] does not begin with a command:\n{block}"));
        }
        goes_on = line.ends_with('\\');
    }
    Ok(found)
}

#[test]
fn commands_are_found_with_their_answers() {
    let found =
        examples("```console\n$ curl a \\\n  b\none\n$two\n$ curl c\n```\n```sh\n$ ls\n```\n").unwrap();
    let found: Vec<(&str, &str)> =
        found.iter().map(|example| (&*example.command, &*example.answer)).collect();
    assert_eq!(found, [("curl a \\\n  b", "one\n$two\n"), ("curl c", "")]);
}

#[test]
fn no_curl_escapes() {
    let escaping = [
        "```sh\ncurl http://127.0.0.1:9200\n```\n",
        "```\n$ curl http://127.0.0.1:9200\n```\n",
        "text\n\n    curl http://127.0.0.1:9200\n",
        "- item\n\n  ```bash\n  curl http://127.0.0.1:9200\n  ```\n",
        "try `curl http://127.0.0.1:9200`",
        "```console\ncurl http://127.0.0.1:9200\n```\n",
    ];
    for page in escaping {
        assert!(examples(page).is_err(), "{page}");
    }
    assert_eq!(examples("every `curl` in `console`"), Ok(vec![]));
}
