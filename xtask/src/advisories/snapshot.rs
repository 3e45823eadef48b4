//! A snapshot of the advisory database: what decides whether an advisory concerns a version, one advisory a line.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::workspace::root;

/// Where the database is.
pub(super) const DATABASE: &str = "https://github.com/RustSec/advisory-db";
/// The snapshot.
pub(super) const FILE: &str = "advisories/rustsec.jsonl";

/// The first line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Origin {
    database: String,
    commit: String,
    /// When the database was last changed, in seconds since 1970.
    changed: u64,
}

/// Another line; the texts of the advisories are left out, and found by their ids.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Advisory {
    id: String,
    package: String,
    date: String,
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    informational: Option<String>,
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unaffected: Vec<String>,
}

/// The parts of an advisory's front matter that are kept.
#[derive(Deserialize)]
struct FrontMatter {
    advisory: Head,
    versions: Versions,
}

#[derive(Deserialize)]
struct Head {
    id: String,
    package: String,
    date: String,
    informational: Option<String>,
    /// Set for what turned out to be none.
    withdrawn: Option<String>,
}

#[derive(Deserialize)]
struct Versions {
    #[serde(default)]
    patched: Vec<String>,
    #[serde(default)]
    unaffected: Vec<String>,
}

/// A snapshot.
#[derive(Debug, PartialEq)]
pub(super) struct Snapshot {
    origin: Origin,
    advisories: Vec<Advisory>,
}

impl Snapshot {
    /// That of a database in a folder.
    pub(super) fn of_database(database: &Path, commit: String, changed: u64) -> Result<Self> {
        let mut advisories = Vec::new();
        for package in fs::read_dir(database.join("crates"))? {
            for file in fs::read_dir(package?.path())? {
                let path = file?.path();
                let text = fs::read_to_string(&path)?;
                advisories.extend(Advisory::read(&text).with_context(|| format!("{}", path.display()))?);
            }
        }
        advisories.sort_by(|one, other| (&one.package, &one.id).cmp(&(&other.package, &other.id)));
        let origin = Origin { database: DATABASE.to_owned(), commit, changed };
        Ok(Self { origin, advisories })
    }

    /// That of the repository.
    pub(super) fn load() -> Result<Self> {
        Self::parse(&fs::read_to_string(root().join(FILE))?).with_context(|| FILE.to_owned())
    }

    fn parse(text: &str) -> Result<Self> {
        let (origin, rest) = text.split_once('\n').context("it is empty")?;
        let advisories = rest.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        Ok(Self { origin: serde_json::from_str(origin)?, advisories })
    }

    /// Becomes that of the repository.
    pub(super) fn store(&self) -> Result<()> {
        Ok(fs::write(root().join(FILE), self.text()?)?)
    }

    fn text(&self) -> Result<String> {
        let mut text = serde_json::to_string(&self.origin)? + "\n";
        for advisory in &self.advisories {
            writeln!(text, "{}", serde_json::to_string(advisory)?)?;
        }
        Ok(text)
    }

    /// Writes it as a database into a folder.
    pub(super) fn unpack(&self, folder: &Path) -> Result<()> {
        for advisory in &self.advisories {
            let folder = folder.join("crates").join(&advisory.package);
            fs::create_dir_all(&folder)?;
            fs::write(folder.join(format!("{}.md", advisory.id)), advisory.text()?)?;
        }
        Ok(())
    }

    /// When the database was last changed, in seconds since 1970.
    pub(super) fn changed(&self) -> u64 {
        self.origin.changed
    }

    /// How many advisories it has.
    pub(super) fn advisories(&self) -> usize {
        self.advisories.len()
    }
}

impl Advisory {
    /// Reads a file of the database; none if it was withdrawn.
    fn read(text: &str) -> Result<Option<Self>> {
        let (front, body) = text
            .strip_prefix("```toml")
            .and_then(|text| text.split_once("\n```"))
            .context("it does not begin with a block of TOML")?;
        let FrontMatter { advisory, versions } = toml::from_str(front)?;
        let title = body.lines().find_map(|line| line.strip_prefix("# ")).context("it has no title")?;
        let Head { id, package, date, informational, withdrawn } = advisory;
        let Versions { patched, unaffected } = versions;
        let title = title.trim().to_owned();
        let kept = Self { id, package, date, title, informational, patched, unaffected };
        Ok(withdrawn.is_none().then_some(kept))
    }

    /// The file of the database. A text of JSON is one of TOML.
    fn text(&self) -> Result<String> {
        let json = serde_json::to_string::<[String]>;
        let quoted = serde_json::to_string::<str>;
        let mut front = format!(
            "[advisory]\nid = {}\npackage = {}\ndate = {}\n",
            quoted(&self.id)?,
            quoted(&self.package)?,
            quoted(&self.date)?
        );
        if let Some(informational) = &self.informational {
            writeln!(front, "informational = {}", quoted(informational)?)?;
        }
        write!(
            front,
            "\n[versions]\npatched = {}\nunaffected = {}",
            json(&self.patched)?,
            json(&self.unaffected)?
        )?;
        let link = format!("https://rustsec.org/advisories/{}", self.id);
        Ok(format!("```toml\n{front}\n```\n\n# {}\n\n{link}\n", self.title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2024-0001\"\npackage = \"a\"\ndate = \"2024-01-01\"\nkeywords = [\n\"x\",\n]\n\n[affected.functions]\n\"a::b\" = [\"< 1\"]\n\n[versions]\npatched = [\">= 1.0\"]\n```\n\n# A \"title\"\n\nText.\n";

    #[test]
    fn an_advisory_keeps_what_decides() {
        let read = Advisory::read(FILE).unwrap().unwrap();
        assert_eq!((read.package.as_str(), read.title.as_str()), ("a", "A \"title\""));
        assert_eq!((&read.patched, &read.unaffected), (&vec![">= 1.0".to_owned()], &Vec::new()));
        assert_eq!(Advisory::read(&read.text().unwrap()).unwrap(), Some(read));
        let withdrawn = FILE.replacen("date =", "withdrawn = \"2024-02-02\"\ndate =", 1);
        assert_eq!(Advisory::read(&withdrawn).unwrap(), None);
        assert!(Advisory::read("# Title\n").is_err());
    }

    #[test]
    fn the_snapshot_of_the_repository_can_be_unpacked_and_comes_back() {
        let snapshot = Snapshot::load().unwrap();
        assert!(snapshot.advisories() > 1_000, "{}", snapshot.advisories());
        let folder = tempfile::tempdir().unwrap();
        snapshot.unpack(folder.path()).unwrap();
        let Origin { commit, changed, .. } = snapshot.origin.clone();
        let again = Snapshot::of_database(folder.path(), commit, changed).unwrap();
        assert_eq!(again, snapshot);
        assert_eq!(Snapshot::parse(&again.text().unwrap()).unwrap(), snapshot);
    }
}
