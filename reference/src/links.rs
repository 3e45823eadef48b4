//! Checks the links of the documentation.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// The anchor of a heading, as GitHub and mdBook make it.
pub(crate) fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    let kept = kept.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// Fails if a link leads to a missing file or heading, or out of the site, or if a page is not in the table of contents.
pub(crate) fn check(root: &Path) -> Result<()> {
    let docs = root.join("docs").canonicalize()?;
    let pages = pages(root)?;
    let mut problems = Vec::new();
    let mut reached = BTreeSet::new();
    for page in &pages {
        for link in links(&fs::read_to_string(page)?) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (path, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = if path.is_empty() { page.clone() } else { page.with_file_name("").join(path) };
            let Ok(target) = target.canonicalize() else {
                problems.push(format!("{}: {link} leads nowhere", shown(root, page)));
                continue;
            };
            if page.starts_with(root.join("docs")) && !target.starts_with(&docs) {
                problems.push(format!("{}: {link} leads out of the site; name the file", shown(root, page)));
            }
            if is_page(&target)
                && !heading.is_empty()
                && !headings(&fs::read_to_string(&target)?).contains(heading)
            {
                problems.push(format!("{}: {link} names no heading", shown(root, page)));
            }
            if page.ends_with("SUMMARY.md") {
                reached.insert(target);
            }
        }
    }
    for page in pages.iter().filter(|page| page.starts_with(root.join("docs"))) {
        if !page.ends_with("SUMMARY.md") && !reached.contains(&page.canonicalize()?) {
            problems.push(format!("{} stands in no table of contents", shown(root, page)));
        }
    }
    if problems.is_empty() { Ok(()) } else { bail!("{}", problems.join("\n")) }
}

/// Every page for readers.
pub(crate) fn pages(root: &Path) -> Result<Vec<PathBuf>> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(root)? {
        let path = entry?.path();
        if is_page(&path) {
            pages.push(path);
        }
    }
    collect(&root.join("docs"), &mut pages)?;
    Ok(pages)
}

/// A page as the problem names it.
pub(crate) fn shown(root: &Path, page: &Path) -> String {
    page.strip_prefix(root).unwrap_or(page).display().to_string()
}

fn is_page(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

fn collect(folder: &Path, pages: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, pages)?;
        } else if is_page(&path) {
            pages.push(path);
        }
    }
    pages.sort();
    Ok(())
}

fn links(text: &str) -> Vec<String> {
    let target = |event| match event {
        Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
            Some(dest_url.into_string())
        }
        _ => None,
    };
    Parser::new(text).filter_map(target).collect()
}

fn headings(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut heading: Option<String> = None;
    for event in Parser::new(text) {
        match event {
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => found.extend(heading.take().map(|text| anchor(&text))),
            Event::Text(text) | Event::Code(text) => {
                if let Some(heading) = &mut heading {
                    heading.push_str(&text);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_and_links_are_found() {
        let text = "# A `b` c\n\n[x](y.md#z) and ![p](q.svg)\n\n```\n[no](link)\n```\n";
        assert_eq!(links(text), ["y.md#z", "q.svg"]);
        assert_eq!(headings(text), BTreeSet::from(["a-b-c".to_owned()]));
        assert_eq!(anchor("GET /_connector/{id}"), "get-_connectorid");
    }
}
