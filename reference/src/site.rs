//! Checks the links of the built site.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Result, bail, ensure};
use html5gum::{Token, Tokenizer};

/// What a page has that matters for links.
#[derive(Debug, Default, PartialEq, Eq)]
struct Page {
    /// What `href` and `src` name.
    links: Vec<String>,
    /// What a link can name after a `#`.
    anchors: BTreeSet<String>,
}

/// Fails if a link, an image, a style sheet or a script of a page in the folder is missing.
pub(crate) fn check(folder: &Path) -> Result<()> {
    let mut files = BTreeSet::new();
    collect(folder, folder, &mut files)?;
    let is_page = |path: &&PathBuf| path.extension().is_some_and(|extension| extension == "html");
    let pages: BTreeMap<&PathBuf, Page> = files
        .iter()
        .filter(is_page)
        .map(|path| Ok((path, page(&fs::read_to_string(folder.join(path))?))))
        .collect::<Result<_>>()?;
    ensure!(pages.len() > 10, "there is no site in {}", folder.display());
    let mut problems = Vec::new();
    for (path, page) in &pages {
        for link in &page.links {
            if let Some(problem) = problem(&files, &pages, path, link) {
                problems.push(format!("{}: {link} {problem}", path.display()));
            }
        }
    }
    if problems.is_empty() { Ok(()) } else { bail!("{}", problems.join("\n")) }
}

/// What is wrong with a link, if anything is.
fn problem(
    files: &BTreeSet<PathBuf>,
    pages: &BTreeMap<&PathBuf, Page>,
    from: &Path,
    link: &str,
) -> Option<&'static str> {
    if let Some((scheme, _)) = link.split_once("://") {
        return (scheme != "https").then_some("is a link to the outside that is not https");
    }
    let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { Some(from.to_owned()) } else { resolved(from, path) };
    let Some(target) = target.filter(|target| files.contains(target)) else {
        return Some("leads nowhere");
    };
    let is_missing = |page: &Page| !anchor.is_empty() && !page.anchors.contains(anchor);
    pages.get(&target).is_some_and(is_missing).then_some("names no place of the page")
}

/// Where a relative path leads from a page, from the root of the site; nowhere where it leads out of it.
fn resolved(from: &Path, path: &str) -> Option<PathBuf> {
    let mut target = from.parent()?.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => target.push(name),
            Component::ParentDir if target.pop() => {}
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(target)
}

fn page(html: &str) -> Page {
    let mut page = Page::default();
    for Ok(token) in Tokenizer::new(html) {
        let Token::StartTag(tag) = token else { continue };
        for (name, value) in &tag.attributes {
            let value = String::from_utf8_lossy(&value.value).into_owned();
            match name.as_slice() {
                b"id" | b"name" => _ = page.anchors.insert(value),
                b"href" | b"src" => page.links.push(value),
                _ => {}
            }
        }
    }
    page
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else {
            files.insert(path.strip_prefix(root)?.to_owned());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let paths = ["index.html", "reference/errors.html", "reference/a.svg"].map(PathBuf::from);
        let files = BTreeSet::from(paths.clone());
        let target = page(r#"<h1 id="here">Here</h1><a href="../index.html#x">x</a><img src="a.svg">"#);
        assert_eq!(target.links, ["../index.html#x", "a.svg"]);
        let pages = BTreeMap::from([(&paths[0], Page::default()), (&paths[1], target)]);
        let from_errors = |link| problem(&files, &pages, Path::new("reference/errors.html"), link);
        for fine in ["#here", "errors.html#here", "../index.html", "a.svg", "https://example.org/x"] {
            assert_eq!(from_errors(fine), None, "{fine}");
        }
        for wrong in ["#there", "../errors.html", "../../outside", "/index.html", "http://example.org"] {
            assert!(from_errors(wrong).is_some(), "{wrong}");
        }
        assert!(from_errors("../index.html#x").is_some());
    }
}
