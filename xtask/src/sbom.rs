//! `cargo xtask sbom`: the software bill of materials of the service.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use xshell::{Shell, cmd};

use crate::tools::Tool;

const CARGO_CYCLONEDX: Tool = Tool { name: "cargo-cyclonedx", version: "0.5.9", options: &[] };
/// What it is written as.
const FILE: &str = "target/tributary.cdx.json";
/// The package of the service.
const PACKAGE: &str = "tributary-server";

/// Writes it in the JSON of `CycloneDX`, and checks that it names everything that the binary is made of.
pub(crate) fn write(shell: &Shell) -> Result<()> {
    let program = CARGO_CYCLONEDX.installed(shell)?;
    let manifest = "crates/server/Cargo.toml";
    // Of this machine's target, without what only tests and build scripts need.
    let options = ["--format", "json", "--spec-version", "1.5", "--no-build-deps"];
    let name = "tributary-sbom";
    cmd!(
        shell,
        "{program} cyclonedx --quiet --manifest-path {manifest} {options...} --override-filename {name}"
    )
    .run()?;
    // It writes one for each package of the workspace, beside its manifest.
    let written = shell.read_file(format!("crates/server/{name}.json"))?;
    for manifest in manifests(shell)? {
        let folder = manifest.strip_suffix("Cargo.toml").context("manifests are named so")?.to_owned();
        shell.remove_path(format!("{folder}{name}.json"))?;
    }
    let missing: Vec<String> = missing(&serde_json::from_str(&written)?, &linked(shell)?);
    ensure!(missing.is_empty(), "not in the bill of materials: {missing:?}");
    shell.write_file(FILE, written)?;
    eprintln!("the bill of materials is in {FILE}");
    Ok(())
}

/// The manifests of the workspace.
fn manifests(shell: &Shell) -> Result<Vec<String>> {
    let metadata: Value = serde_json::from_str(
        &cmd!(shell, "cargo metadata --quiet --no-deps --format-version 1").quiet().read()?,
    )?;
    let packages = metadata["packages"].as_array().context("there are packages")?;
    Ok(packages.iter().filter_map(|package| Some(package["manifest_path"].as_str()?.to_owned())).collect())
}

/// The crates that the binary is made of, by name and version.
fn linked(shell: &Shell) -> Result<BTreeSet<(String, String)>> {
    let format = "{p}";
    let tree = cmd!(
        shell,
        "cargo tree --quiet --package {PACKAGE} --edges normal,no-proc-macro --prefix none --format {format}"
    )
    .quiet()
    .read()?;
    let crates = tree.lines().filter_map(|line| {
        let mut words = line.split(' ');
        Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
    });
    Ok(crates.filter(|(name, _)| name != PACKAGE).collect())
}

/// The crates that are not among the components.
fn missing(bill: &Value, crates: &BTreeSet<(String, String)>) -> Vec<String> {
    let components = bill["components"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let named: BTreeSet<(String, String)> =
        components.iter().map(|one| (text(&one["name"]), text(&one["version"]))).collect();
    crates.difference(&named).map(|(name, version)| format!("{name} {version}")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::workspace::root;

    #[test]
    fn what_is_missing_is_told() {
        let bill = json!({ "components": [{ "name": "a", "version": "1.0.0" }] });
        let crates = ["1.0.0", "2.0.0"].map(|version| ("a".to_owned(), version.to_owned()));
        assert_eq!(missing(&bill, &crates.into()), ["a 2.0.0"]);
    }

    #[test]
    fn the_crates_of_the_binary_are_known() {
        let shell = Shell::new().unwrap();
        shell.change_dir(root());
        let crates = linked(&shell).unwrap();
        let names: BTreeSet<&str> = crates.iter().map(|(name, _)| name.as_str()).collect();
        assert!(["actix-web", "redb", "tributary-api"].iter().all(|name| names.contains(name)), "{names:?}");
        assert!(!names.contains("insta"), "{names:?}");
    }
}
