//! A generated file: written, or held against what is there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Where everything is generated; what else is found there is left over from something that is gone.
const FOLDER: &str = "docs/reference";

/// What others write there: the tests with Elasticsearch's clients.
const WRITTEN_BY_TESTS: &[&str] = &["docs/reference/clients.md"];

/// A file with what has to be in it.
#[derive(Debug)]
pub(crate) struct File {
    path: String,
    text: String,
}

impl File {
    /// A file at a path from the root of the workspace.
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// Writes it.
    pub(crate) fn write(&self, root: &Path) -> Result<()> {
        let path = root.join(&self.path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &self.text).with_context(|| format!("cannot write {}", self.path))
    }

    /// The first line in which what is there differs, if it does.
    pub(crate) fn difference(&self, root: &Path) -> Option<String> {
        let present = fs::read_to_string(root.join(&self.path)).unwrap_or_default();
        if present == self.text {
            return None;
        }
        let mut present = present.lines();
        let mut wanted = self.text.lines();
        for line in 1.. {
            match (present.next(), wanted.next()) {
                (None, None) => break,
                (found, wanted) if found == wanted => {}
                (found, wanted) => {
                    let show = |text: Option<&str>| text.unwrap_or("(nothing)").to_owned();
                    let (found, wanted) = (show(found), show(wanted));
                    return Some(format!(
                        "{} is stale in line {line}:\n  there is  {found}\n  should be {wanted}",
                        self.path
                    ));
                }
            }
        }
        Some(format!("{} is stale in how its last line ends", self.path))
    }
}

/// Fails where a file lies among the generated ones that is none.
pub(crate) fn refuse_strangers(root: &Path, files: &[File]) -> Result<()> {
    let generated = files.iter().map(|file| file.path.as_str());
    let known: BTreeSet<&str> = generated.chain(WRITTEN_BY_TESTS.iter().copied()).collect();
    for entry in fs::read_dir(root.join(FOLDER))? {
        let path = format!("{FOLDER}/{}", entry?.file_name().to_string_lossy());
        if !known.contains(path.as_str()) {
            bail!("{path} is not generated any more: remove it");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named() {
        let folder = std::env::temp_dir().join(format!("tributary-reference-{}", std::process::id()));
        let file = File::new("a.md", "one\ntwo\n");
        file.write(&folder).unwrap();
        assert_eq!(file.difference(&folder), None);
        let difference = File::new("a.md", "one\nthree\n").difference(&folder).unwrap();
        assert!(
            ["a.md", "line 2", "two", "three"].iter().all(|part| difference.contains(part)),
            "{difference}"
        );
        assert!(File::new("a.md", "one\ntwo").difference(&folder).unwrap().contains("last line"));
        assert!(File::new("b.md", "x").difference(&folder).unwrap().contains("(nothing)"));
        fs::remove_dir_all(folder).unwrap();
    }
}
