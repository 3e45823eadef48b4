//! Finds a suitable Java for a distribution.

use std::env;
use std::fs;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::distribution::Distribution;
use crate::user::User;

/// The usual folders of Java installations.
const USUAL_FOLDERS: &[&str] = &[
    "/usr/lib/jvm",
    "/usr/lib64/jvm",
    "/usr/java",
    "/opt",
    "/opt/java",
    "/Library/Java/JavaVirtualMachines",
    "/opt/homebrew/opt",
];

/// A Java installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Java {
    /// Its folder.
    pub home: PathBuf,
    /// Its version, as in `21`.
    pub version: u32,
}

/// Finds the Java to start a distribution with: the one that the product's own variable
/// (`OPENSEARCH_JAVA_HOME`, `ES_JAVA_HOME`) names, else the newest of those in `JAVA_HOME`, on the
/// path and in the usual folders.
pub fn find(distribution: &Distribution) -> Result<Java> {
    let variable = format!("{}_JAVA_HOME", distribution.product.variable_prefix());
    let user = User::of_engines();
    let usable = |program: PathBuf| ask(&program).filter(|java| user.can_reach(&java.home));
    let named = env::var_os(variable).and_then(|home| usable(program(Path::new(&home))));
    if let Some(java) = named.filter(|java| distribution.java.contains(&java.version)) {
        return Ok(java);
    }
    let mut programs = candidates();
    programs.sort();
    programs.dedup();
    let found: Vec<Java> = programs.into_iter().filter_map(usable).collect();
    choose(&found, &distribution.java).cloned().with_context(|| missing(distribution, &found))
}

/// The newest version in the range.
fn choose<'java>(found: &'java [Java], range: &RangeInclusive<u32>) -> Option<&'java Java> {
    found.iter().filter(|java| range.contains(&java.version)).max_by_key(|java| java.version)
}

/// The error if there is none, with what to install.
fn missing(distribution: &Distribution, found: &[Java]) -> String {
    let (first, last) = (distribution.java.start(), distribution.java.end());
    let wanted =
        if *last == u32::MAX { format!("{first} or newer") } else { format!("from {first} to {last}") };
    let seen = match found {
        [] => "none was found at all".to_owned(),
        found => {
            let javas: Vec<String> =
                found.iter().map(|java| format!("{} in {}", java.version, java.home.display())).collect();
            format!("found were only {}", javas.join(", "))
        }
    };
    format!(
        "{distribution} needs Java {wanted}; {seen}. Install one, for example Eclipse Temurin {first} or \
         the package openjdk-{first}-jre-headless, or let JAVA_HOME name its folder"
    )
}

/// Programs that may be a Java, each with all links followed so that none is asked twice.
fn candidates() -> Vec<PathBuf> {
    let mut programs: Vec<PathBuf> =
        env::var_os("JAVA_HOME").map(|home| program(Path::new(&home))).into_iter().collect();
    let path = env::var_os("PATH").unwrap_or_default();
    programs.extend(env::split_paths(&path).map(|folder| folder.join("java")));
    for folder in USUAL_FOLDERS {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            programs.push(program(&entry.path()));
            programs.push(program(&entry.path().join("Contents/Home")));
        }
    }
    programs.iter().filter_map(|program| program.canonicalize().ok()).collect()
}

fn program(home: &Path) -> PathBuf {
    home.join("bin").join("java")
}

/// Asks a program for its version and its folder.
fn ask(program: &Path) -> Option<Java> {
    let output = Command::new(program).args(["-XshowSettings:properties", "-version"]).output().ok()?;
    // It says them on standard error, but some distributors print warnings there too: both are read.
    let text = [output.stderr, output.stdout].concat();
    parse(&String::from_utf8_lossy(&text))
}

/// Reads the properties `java.home` and `java.specification.version`.
fn parse(text: &str) -> Option<Java> {
    let property = |name: &str| {
        text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim())
        })
    };
    let version = property("java.specification.version")?;
    // Java 8 and older say 1.8.
    let version = version.strip_prefix("1.").unwrap_or(version).parse().ok()?;
    Some(Java { home: PathBuf::from(property("java.home")?), version })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_read() {
        let text = |version: &str| {
            format!(
                "Picked up JAVA_TOOL_OPTIONS: -Dx=y\nProperty settings:\n    java.home = /jvm/x = y\n    \
                 java.specification.version = {version}\n    java.vm.specification.version = 99\n\n\
                 openjdk version \"{version}.0.1\" 2025-04-15\n"
            )
        };
        let cases = [
            ("17", Some(17)),
            ("21", Some(21)),
            ("25", Some(25)),
            ("1.8", Some(8)),
            ("", None),
            ("soon", None),
            ("-1", None),
        ];
        for (given, expected) in cases {
            let expected = expected.map(|version| Java { home: PathBuf::from("/jvm/x = y"), version });
            assert_eq!(parse(&text(given)), expected, "{given}");
        }
        assert_eq!(parse("java.specification.version = 21\n"), None);
        assert_eq!(parse("/bin/sh: java: not found"), None);
    }

    #[test]
    fn the_newest_in_the_range_is_chosen() {
        let javas = |versions: &[u32]| {
            let java =
                |version: &u32| Java { home: PathBuf::from(format!("/jvm/{version}")), version: *version };
            versions.iter().map(java).collect::<Vec<_>>()
        };
        let cases: &[(&[u32], RangeInclusive<u32>, Option<u32>)] = &[
            (&[], 21..=u32::MAX, None),
            (&[8, 11, 17], 21..=u32::MAX, None),
            (&[17, 21, 25], 21..=u32::MAX, Some(25)),
            (&[25, 21, 17], 21..=u32::MAX, Some(25)),
            (&[17, 25], 17..=23, Some(17)),
            (&[17, 21, 25], 17..=23, Some(21)),
            (&[25], 17..=23, None),
            (&[23, 24], 17..=23, Some(23)),
        ];
        for (found, range, expected) in cases {
            let found = javas(found);
            assert_eq!(choose(&found, range).map(|java| java.version), *expected, "{found:?} {range:?}");
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let message = |product, version, found: &[Java]| {
            missing(Distribution::find(product, Some(version)).unwrap(), found)
        };
        let found = [Java { home: PathBuf::from("/jvm/11"), version: 11 }];
        let text = message("elasticsearch", "9.5.0", &found);
        for part in ["Elasticsearch 9.5.0 needs Java 21 or newer", "11 in /jvm/11", "Temurin", "JAVA_HOME"] {
            assert!(text.contains(part), "[{part}] is missing: {text}");
        }
        let text = message("opensearch", "2.19.4", &[]);
        for part in ["OpenSearch 2.19.4 needs Java from 17 to 23", "none was found at all"] {
            assert!(text.contains(part), "[{part}] is missing: {text}");
        }
    }
}
