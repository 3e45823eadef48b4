//! Checks that the files of a crate have no circular dependencies.
//!
//! A file depends on another if one of its paths (in a `use`, a type, an expression or the arguments of a macro)
//! resolves, by `crate`, `super`, `self`, a child module or an imported one, to an item of the other file. Re-exports are
//! followed to the file with the declaration; `mod` and `pub use` in a `lib.rs` or `mod.rs` are the index of a folder and
//! not dependencies. So a `mod.rs` may use its children, or children may use the items of their `mod.rs`, but not both.
//! Code for tests only (`#[cfg(test)]`) does not count.
//! The folders at the top of a crate must not depend on each other in a circle either.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::module_tree::ModuleTree;
use crate::workspace::root;

/// Checks every crate of the workspace.
pub(crate) fn check() -> Result<()> {
    let mut crates = Vec::new();
    for folder in ["crates", "examples"] {
        for entry in fs::read_dir(root().join(folder))? {
            crates.push(entry?.path());
        }
    }
    crates.extend(["engines", "reference", "xtask", "tests", "benchmarks"].map(|folder| root().join(folder)));
    let mut found = Vec::new();
    for sources in crates.iter().map(|path| path.join("src")).filter(|path| path.is_dir()) {
        for start in ["lib.rs", "main.rs"].map(|name| sources.join(name)).iter().filter(|path| path.exists())
        {
            let tree = ModuleTree::read(start)?;
            let (rooms, needs_of_rooms) = rooms(&tree, &sources);
            let files: Vec<String> = tree.files().iter().map(|file| relative(file)).collect();
            let in_words = |names: &[String], needs: &[BTreeSet<usize>]| -> Vec<Vec<String>> {
                let named =
                    |circle: Vec<usize>| circle.into_iter().map(|place| names[place].clone()).collect();
                circles(needs).into_iter().map(named).collect()
            };
            let circles = [in_words(&files, &tree.needs()), in_words(&rooms, &needs_of_rooms)].concat();
            found.extend(circles);
        }
    }
    let listed: Vec<String> = found.iter().map(|circle| circle.join(", ")).collect();
    ensure!(listed.is_empty(), "files or folders that need each other:\n{}", listed.join("\n"));
    Ok(())
}

fn relative(file: &Path) -> String {
    file.strip_prefix(root()).unwrap_or(file).display().to_string()
}

/// The folders and files at the top of a crate, and the dependencies between them.
fn rooms(tree: &ModuleTree, sources: &Path) -> (Vec<String>, Vec<BTreeSet<usize>>) {
    let top = |file: &PathBuf| {
        let below = file.strip_prefix(sources).unwrap_or(file);
        relative(&sources.join(below.components().take(1).collect::<PathBuf>()))
    };
    let of_files: Vec<String> = tree.files().iter().map(top).collect();
    let names: Vec<String> = of_files.iter().cloned().collect::<BTreeSet<_>>().into_iter().collect();
    let place = |file: usize| names.partition_point(|name| *name < of_files[file]);
    let mut needs = vec![BTreeSet::new(); names.len()];
    for (file, needed) in tree.needs().into_iter().enumerate() {
        needs[place(file)].extend(needed.into_iter().map(place).filter(|other| *other != place(file)));
    }
    (names, needs)
}

/// The groups of files with circular dependencies, each in the order in which the files were read.
fn circles(needs: &[BTreeSet<usize>]) -> Vec<Vec<usize>> {
    let reachable: Vec<BTreeSet<usize>> = (0..needs.len()).map(|from| reachable(needs, from)).collect();
    let mut circles = BTreeSet::new();
    for from in 0..needs.len() {
        let circle: Vec<usize> =
            reachable[from].iter().copied().filter(|other| reachable[*other].contains(&from)).collect();
        if circle.len() > 1 {
            circles.insert(circle);
        }
    }
    circles.into_iter().collect()
}

fn reachable(needs: &[BTreeSet<usize>], from: usize) -> BTreeSet<usize> {
    let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
    while let Some(file) = next.pop() {
        next.extend(needs[file].iter().copied().filter(|other| reached.insert(*other)));
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The circles of a crate of these files, by name.
    fn circles(files: &[(&str, &str)]) -> Vec<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = ModuleTree::read(&folder.path().join("lib.rs")).unwrap();
        let name =
            |file: usize| tree.files()[file].strip_prefix(folder.path()).unwrap().display().to_string();
        super::circles(&tree.needs())
            .into_iter()
            .map(|circle| circle.into_iter().map(name).collect())
            .collect()
    }

    #[test]
    fn files_that_use_each_other_are_found() {
        let cases: [&[(&str, &str)]; 7] = [
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a.rs", "use crate::b::B; struct A;"),
                ("b.rs", "use crate::a::A; struct B;"),
            ],
            // By a path in an expression, by an argument of a macro, by an imported module.
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a.rs", "fn a() { crate::b::b() }"),
                ("b.rs", "fn b() { super::a::a() }"),
            ],
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a.rs", "fn a() { drop(format!(\"{}\", crate::b::b())) }"),
                ("b.rs", "use crate::a; fn b() { a::a() }"),
            ],
            // Through a third file.
            &[
                ("lib.rs", "mod a; mod b; mod c;"),
                ("a.rs", "use crate::b::B;"),
                ("b.rs", "use crate::c::C;"),
                ("c.rs", "use crate::a::A;"),
            ],
            // Through a re-export.
            &[
                ("lib.rs", "mod a; mod b; pub use a::A;"),
                ("a.rs", "use crate::b::B; pub struct A;"),
                ("b.rs", "use crate::A; struct B;"),
            ],
            &[
                ("lib.rs", "mod a; mod b; pub use a::*;"),
                ("a.rs", "use crate::b::B; pub struct A;"),
                ("b.rs", "use crate::A; struct B;"),
            ],
            // A parent that uses a child which uses the parent.
            &[("lib.rs", "mod a; fn f() { a::a() } const C: u8 = 1;"), ("a.rs", "use super::C; fn a() {}")],
        ];
        for files in cases {
            assert_eq!(circles(files).len(), 1, "{files:?}");
        }
    }

    #[test]
    fn an_index_and_tests_are_no_circle() {
        let cases: [&[(&str, &str)]; 6] = [
            &[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B; struct A;"), ("b.rs", "struct B;")],
            &[
                ("lib.rs", "mod a; pub use a::A; pub const C: u8 = 1;"),
                ("a.rs", "use crate::C; pub struct A;"),
            ],
            &[
                ("lib.rs", "mod a;"),
                ("a/mod.rs", "mod b; mod c; pub use b::B;"),
                ("a/b.rs", "use super::c::C; pub struct B;"),
                ("a/c.rs", "struct C;"),
            ],
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a.rs", "use crate::b::B; struct A;"),
                ("b.rs", "struct B; #[cfg(test)] mod tests { use crate::a::A; }"),
            ],
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a.rs", "use crate::b::B; struct A;"),
                ("b.rs", "struct B; #[cfg(all(test, feature = \"x\"))] mod tests { use crate::a::A; }"),
            ],
            &[
                ("lib.rs", "mod a; mod b;"),
                ("a.rs", "pub(in crate::b) struct A;"),
                ("b.rs", "use crate::a::A;"),
            ],
        ];
        for files in cases {
            assert_eq!(circles(files), Vec::<Vec<String>>::new(), "{files:?}");
        }
    }

    #[test]
    fn folders_that_use_each_other_are_found() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("lib.rs", "mod a; mod b;"),
            ("a/mod.rs", "mod one; mod two;"),
            ("a/one.rs", "use crate::b::B;"),
            ("a/two.rs", "struct A;"),
            ("b.rs", "use crate::a::two::A; struct B;"),
        ] {
            fs::create_dir_all(folder.path().join("a")).unwrap();
            fs::write(folder.path().join(name), text).unwrap();
        }
        let tree = ModuleTree::read(&folder.path().join("lib.rs")).unwrap();
        assert!(super::circles(&tree.needs()).is_empty());
        let (names, needs) = rooms(&tree, folder.path());
        let circle: Vec<&str> =
            super::circles(&needs)[0].iter().map(|place| names[*place].rsplit('/').next().unwrap()).collect();
        assert_eq!(circle, ["a", "b.rs"]);
    }

    #[test]
    fn modules_are_found_in_their_files() {
        let files: &[(&str, &str)] = &[
            ("lib.rs", "mod a; mod inside { pub(crate) fn f() { crate::a::deep::g() } }"),
            ("a.rs", "pub(crate) mod deep; #[path = \"other.rs\"] mod named;"),
            ("a/deep.rs", "pub(crate) fn g() { crate::inside::f() }"),
            ("other.rs", "struct N;"),
        ];
        assert_eq!(circles(files), [["lib.rs", "a/deep.rs"]]);
    }
}
