//! The modules of a crate: their files, declarations, re-exports and uses.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, Expr, Item, ItemMod, ItemUse, Lit, Macro, Meta, Token, UseTree, Visibility};

/// The path of a module from the root of its crate.
type ModulePath = Vec<String>;

/// A module and its declarations.
#[derive(Default)]
struct Module {
    file: usize,
    items: BTreeSet<String>,
    /// Its re-exports, each with its name, or `None` for a glob.
    passed_on: Vec<(Option<String>, Vec<String>)>,
    /// Its imports by name.
    imported: BTreeMap<String, Vec<String>>,
    /// The paths in its code.
    paths: BTreeSet<Vec<String>>,
}

/// The files of a crate, and its modules.
#[derive(Default)]
pub(crate) struct ModuleTree {
    files: Vec<PathBuf>,
    modules: BTreeMap<ModulePath, Module>,
}

impl ModuleTree {
    /// Reads a crate, from its root file.
    pub(crate) fn read(start: &Path) -> Result<Self> {
        let mut found = Self::default();
        found.read_file(start, &Vec::new())?;
        Ok(found)
    }

    fn read_file(&mut self, path: &Path, module: &ModulePath) -> Result<()> {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let parsed = syn::parse_file(&text)?;
        self.files.push(path.to_owned());
        let mut reader = Reader {
            file: self.files.len() - 1,
            is_index: ["lib.rs", "mod.rs"].iter().any(|name| path.ends_with(name)),
            module: module.clone(),
            found: self,
            files_of_modules: Vec::new(),
        };
        reader.read(&parsed.items);
        for (child, named) in reader.files_of_modules {
            self.read_file(&file_of_module(path, module, &child, named.as_deref())?, &child)?;
        }
        Ok(())
    }

    /// The files of the crate.
    pub(crate) fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The file with the declaration that a path in a module resolves to, if it is in this crate.
    fn file_of(&self, module: &[String], path: &[String], steps: u8) -> Option<usize> {
        let (mut at, mut rest) = (module.to_vec(), path);
        match rest.first()?.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => drop(at.pop()),
            name => {
                let is_child = self.modules.contains_key(&child(&at, name));
                if !is_child {
                    let imported = self.modules.get(&at)?.imported.get(name).filter(|_| steps > 0)?;
                    let whole: Vec<_> = imported.iter().chain(&rest[1..]).cloned().collect();
                    return self.file_of(&at, &whole, steps - 1);
                }
                at.push(name.to_owned());
            }
        }
        rest = &rest[1..];
        while let Some(name) = rest.first() {
            match name.as_str() {
                "super" => drop(at.pop()),
                name if self.modules.contains_key(&child(&at, name)) => at.push(name.to_owned()),
                _ => break,
            }
            rest = &rest[1..];
        }
        let found = self.modules.get(&at)?;
        let Some(item) = rest.first().filter(|item| !found.items.contains(*item)) else {
            return Some(found.file);
        };
        let passed_on = found.passed_on.iter().filter(|_| steps > 0).find_map(|(name, path)| {
            let whole: Vec<_> = match name {
                Some(name) if name == item => path.iter().chain(&rest[1..]).cloned().collect(),
                Some(_) => return None,
                None => path.iter().chain(rest).cloned().collect(),
            };
            self.file_of(&at, &whole, steps - 1)
        });
        Some(passed_on.unwrap_or(found.file))
    }

    /// The dependencies of each file, by their indices in the list of files.
    pub(crate) fn needs(&self) -> Vec<BTreeSet<usize>> {
        let mut needs = vec![BTreeSet::new(); self.files.len()];
        for (path, module) in &self.modules {
            let needed = module.paths.iter().filter_map(|used| self.file_of(path, used, 8));
            needs[module.file].extend(needed.filter(|other| *other != module.file));
        }
        needs
    }
}

fn child(module: &[String], name: &str) -> ModulePath {
    module.iter().cloned().chain([name.to_owned()]).collect()
}

/// The file of a module that is declared in another file.
fn file_of_module(
    declared_in: &Path,
    parent: &[String],
    module: &[String],
    named: Option<&str>,
) -> Result<PathBuf> {
    let folder = declared_in.parent().unwrap_or(declared_in);
    if let Some(named) = named {
        return Ok(folder.join(named));
    }
    let is_index = ["lib.rs", "main.rs", "mod.rs"].iter().any(|name| declared_in.ends_with(name));
    let folder = if is_index { folder.to_owned() } else { declared_in.with_extension("") };
    let below: PathBuf = module[parent.len()..].iter().collect();
    let candidates = [folder.join(&below).with_extension("rs"), folder.join(&below).join("mod.rs")];
    let found = candidates.into_iter().find(|candidate| candidate.exists());
    found.with_context(|| format!("the module {} of {} has no file", below.display(), declared_in.display()))
}

/// Reads the items of one file.
struct Reader<'a> {
    file: usize,
    /// Whether `pub use` in it is only a re-export.
    is_index: bool,
    module: ModulePath,
    found: &'a mut ModuleTree,
    /// Modules with a separate file, and its `#[path]` if there is one.
    files_of_modules: Vec<(ModulePath, Option<String>)>,
}

impl Reader<'_> {
    fn read(&mut self, items: &[Item]) {
        self.here();
        for item in items {
            self.visit_item(item);
        }
    }

    fn here(&mut self) -> &mut Module {
        let module = self.found.modules.entry(self.module.clone()).or_default();
        module.file = self.file;
        module
    }

    fn import(&mut self, tree: &UseTree, mut path: Vec<String>, is_public: bool) {
        let name = match tree {
            UseTree::Path(part) => {
                path.push(part.ident.to_string());
                return self.import(&part.tree, path, is_public);
            }
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.import(tree, path.clone(), is_public));
            }
            UseTree::Name(name) if name.ident == "self" => path.last().cloned(),
            UseTree::Name(name) => {
                path.push(name.ident.to_string());
                Some(name.ident.to_string())
            }
            UseTree::Rename(renamed) => {
                path.push(renamed.ident.to_string());
                Some(renamed.rename.to_string())
            }
            UseTree::Glob(_) => None,
        };
        let is_index = self.is_index;
        let here = self.here();
        if is_public {
            here.passed_on.push((name.clone(), path.clone()));
        }
        if !is_public || !is_index {
            here.paths.insert(path.clone());
        }
        if let Some(name) = name.filter(|name| path.first() != Some(name)) {
            here.imported.insert(name, path);
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = declaration(item);
        if attributes.iter().any(is_for_tests) {
            return;
        }
        if let Some(name) = name {
            self.here().items.insert(name);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.module.push(module.ident.to_string());
        if let Some((_, items)) = &module.content {
            self.read(items);
        } else {
            let named = module.attrs.iter().find_map(path_of_module);
            self.files_of_modules.push((self.module.clone(), named));
        }
        self.module.pop();
    }

    fn visit_item_use(&mut self, used: &'ast ItemUse) {
        self.import(&used.tree, Vec::new(), !matches!(used.vis, Visibility::Inherited));
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // One name alone is a value or a type of this file, or was imported.
        if path.segments.len() > 1 {
            self.here().paths.insert(names);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast Macro) {
        visit::visit_macro(self, called);
        let arguments = called.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated);
        // Macros with other arguments than expressions are ignored.
        let mut paths = MacroPaths::default();
        arguments.iter().flatten().for_each(|argument| paths.visit_expr(argument));
        self.here().paths.extend(paths.0);
    }
}

/// The paths in the arguments of a macro.
#[derive(Default)]
struct MacroPaths(Vec<Vec<String>>);

impl<'ast> Visit<'ast> for MacroPaths {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.segments.len() > 1 {
            self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        }
        visit::visit_path(self, path);
    }
}

/// The attributes of an item, and its name if other files can refer to it.
fn declaration(item: &Item) -> (&[Attribute], Option<String>) {
    match item {
        Item::Const(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Enum(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Fn(item) => (&item.attrs, Some(item.sig.ident.to_string())),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref().map(ToString::to_string)),
        Item::Mod(item) => (&item.attrs, None),
        Item::Static(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Struct(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Trait(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Type(item) => (&item.attrs, Some(item.ident.to_string())),
        Item::Use(item) => (&item.attrs, None),
        Item::Impl(item) => (&item.attrs, None),
        _ => (&[], None),
    }
}

fn is_for_tests(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    list.path.is_ident("cfg") && list.parse_args::<Meta>().is_ok_and(|condition| needs_test(&condition))
}

/// Whether a condition holds only in tests: `test`, or `all` with it.
fn needs_test(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => list
            .parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .is_ok_and(|parts| parts.iter().any(needs_test)),
        _ => false,
    }
}

/// The file in `#[path = "…"]`.
fn path_of_module(attribute: &Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else { return None };
    match &pair.value {
        Expr::Lit(literal) if pair.path.is_ident("path") => match &literal.lit {
            Lit::Str(text) => Some(text.value()),
            _ => None,
        },
        _ => None,
    }
}
