//! The page of the configuration and of the command line.

use std::fmt::Write as _;

use clap::Command;
use tributary_storage::{BackendSetting, Registry, SearchEngine};

use crate::markdown::{GENERATED, Table, code};

/// The page.
pub(crate) fn page() -> String {
    let mut text = format!(
        "{GENERATED}# Configuration and command line\n\nA flag takes precedence over the environment, the environment \
         over the file given with `--config`. An unknown setting is an error, except in the environment, where it is a \
         warning in the log. An empty value is an error; an empty variable of a store's setting or of the secret keys \
         counts as not set.\n\n## Settings\n\n{}\n## Settings of the stores\n\nSet in the environment, or in the \
         file in a table with the name of the URL scheme; never in the URL.\n\n{}\n## Settings of the engine of the \
         content indices\n\nSet in the environment, or in the file in the table `[content]`, which has the address as \
         `url`. Where the engine is that of the store, the settings of the store hold, except the deadline.\n\n{}",
        settings(),
        backend_settings(),
        content_settings()
    );
    let _ = write!(text, "\n## Commands\n\nWithout a command, `tributary` serves.\n");
    for command in tributary_server::command_line().get_subcommands() {
        sections(&mut text, "", command);
    }
    text
}

/// The settings of the service.
fn settings() -> String {
    let mut table = Table::new(&["flag", "environment", "file", "default", "what it is"]);
    for one in tributary_server::command_line().get_arguments() {
        let variable = one.get_env().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = one.get_id().as_str();
        let file = if name == "config" { String::new() } else { code(name) };
        table.row(&[&flag(one), &code(&variable), &file, &default(one), &help_with_words(one)]);
    }
    table.text()
}

/// The settings of the backends; those of one kind have the same ones.
fn backend_settings() -> String {
    let mut places: Vec<(BackendSetting, Vec<String>)> = Vec::new();
    let registry = Registry::with_built_in();
    for backend in registry.backends() {
        let scheme = backend.scheme();
        for setting in backend.settings() {
            let variable = tributary_server::backend_variable(scheme, setting);
            let place = format!("`{variable}`, `[{scheme}] {}`", setting.name);
            match places.iter_mut().find(|(known, _)| known == setting) {
                Some((_, known)) => known.push(place),
                None => places.push((*setting, vec![place])),
            }
        }
    }
    let mut table = Table::new(&["environment, file", "default", "what it is"]);
    for (setting, places) in places {
        let default = setting.default.filter(|default| !default.is_empty()).map_or("none".to_owned(), code);
        table.row(&[&places.join("<br>"), &default, setting.description.trim_end_matches('.')]);
    }
    table.text()
}

/// The settings of the engine of the content indices.
fn content_settings() -> String {
    let mut table = Table::new(&["environment, file", "default", "what it is"]);
    for setting in SearchEngine::SETTINGS {
        let variable = tributary_server::backend_variable("content", setting);
        let default = setting.default.map_or("none".to_owned(), code);
        table.row(&[
            &format!("`{variable}`, `[content] {}`", setting.name),
            &default,
            setting.description.trim_end_matches('.'),
        ]);
    }
    table.text()
}

/// The section of a command, or those of the commands inside it.
fn sections(text: &mut String, outer: &str, command: &Command) {
    let name = format!("{outer}{}", command.get_name());
    if !command.has_subcommands() {
        text.push_str(&section(&name, command));
    }
    for inner in command.get_subcommands() {
        sections(text, &format!("{name} "), inner);
    }
}

fn section(name: &str, command: &Command) -> String {
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut table = Table::new(&["argument", "default", "what it is"]);
    for one in command.get_arguments() {
        let name = if one.is_positional() { code(one.get_id().as_str()) } else { flag(one) };
        let variable = one.get_env().map(|name| format!("; in the environment `{}`", name.to_string_lossy()));
        let what = format!("{}{}", help_with_words(one), variable.unwrap_or_default());
        table.row(&[&name, &default(one), &what]);
    }
    format!("\n### `tributary {name}`\n\n{about}.\n\n{}", table.text())
}

fn flag(one: &clap::Arg) -> String {
    one.get_long().map(|long| format!("`--{long}`")).unwrap_or_default()
}

fn default(one: &clap::Arg) -> String {
    let takes_value = one.get_action().takes_values();
    match one.get_default_values().first() {
        Some(value) if takes_value => code(&value.to_string_lossy()),
        _ if one.is_required_set() => "needed".to_owned(),
        _ => "none".to_owned(),
    }
}

/// What an argument is, with the words that it takes, if these are all.
fn help_with_words(one: &clap::Arg) -> String {
    let values: Vec<String> = one.get_possible_values().iter().map(|value| code(value.get_name())).collect();
    let values = if values.is_empty() || !one.get_action().takes_values() {
        String::new()
    } else {
        format!(": {}", values.join(" or "))
    };
    format!("{}{values}", help(one))
}

fn help(one: &clap::Arg) -> String {
    let help = one.get_help().map(ToString::to_string).unwrap_or_default();
    let mut letters = help.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}
