//! `tributary keys list`.

use std::collections::BTreeSet;

use clap::Args;
use console::Style;
use reqwest::StatusCode;
use serde::{Deserialize, Serialize};
use tributary_api::Endpoint;
use tributary_domain::{APPLICATION, ApiKey, Document, Id, RoleDescriptors, Timestamp};
use tributary_service::access::{self, KeyFilter};

use super::place::{Place, PlaceOptions, in_store};
use crate::client::{
    Call, ClientFailure, Column, DisplayOptions, EXIT_CODES, Screen, Table, ago, endpoint, plain,
};
use crate::command::listing::{ListFormat, one_line};
use crate::command::{Failure, Stores};
use crate::setting_values::not_empty;
use crate::streams;

const ENDPOINT: &Endpoint = endpoint("security.get_api_key");

const NO_KEYS: &str = r#"{"api_keys":[]}"#;
const EXAMPLES: &str = "\
Examples:
  tributary keys list --active-only
  tributary keys list --store embedded:./data --name 'worker*' --output json";

const COLUMNS: &[Column] = &[
    Column::left("ID"),
    Column::left("NAME"),
    Column::left("USER"),
    Column::left("STATE"),
    Column::left("PRIVILEGES"),
    Column::left("LIMITS"),
    Column::left("CREATED"),
    Column::left("EXPIRES"),
    Column::left("LAST USE"),
];

/// The options of `tributary keys list`.
#[derive(Debug, Args)]
#[command(after_help = format!("{EXAMPLES}\n\n{EXIT_CODES}"))]
pub(crate) struct ListOptions {
    /// Only keys of this name; * stands for any text
    #[arg(long, value_name = "PATTERN", value_parser = not_empty)]
    name: Option<String>,
    /// Only keys of this user
    #[arg(long, value_name = "NAME", value_parser = not_empty)]
    username: Option<String>,
    /// Only keys that are neither invalidated nor expired
    #[arg(long)]
    active_only: bool,
    /// The format of the output
    #[arg(long, short, value_name = "FORMAT", default_value = "table")]
    output: ListFormat,
    #[command(flatten)]
    display: DisplayOptions,
    #[command(flatten)]
    place: PlaceOptions,
}

/// The answer of the API.
#[derive(Debug, Serialize, Deserialize)]
struct Keys {
    api_keys: Vec<Key>,
}

/// A key, as the API answers it.
#[derive(Debug, Serialize, Deserialize)]
struct Key {
    id: String,
    name: String,
    creation: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expiration: Option<i64>,
    invalidated: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invalidation: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_use: Option<i64>,
    username: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    created_with: Option<String>,
    #[serde(default)]
    metadata: Document,
    #[serde(default)]
    role_descriptors: RoleDescriptors,
    #[serde(default)]
    limited_by: Vec<RoleDescriptors>,
}

impl Key {
    fn of(id: &Id, key: ApiKey) -> Self {
        let time = Timestamp::milliseconds;
        Self {
            id: id.to_string(),
            name: key.name,
            creation: time(key.creation),
            expiration: key.expiration.map(time),
            invalidated: key.invalidation.is_some(),
            invalidation: key.invalidation.map(time),
            last_use: key.last_use.map(time),
            username: key.username,
            created_with: key.created_with,
            metadata: key.metadata,
            role_descriptors: key.role_descriptors,
            limited_by: key.limited_by,
        }
    }

    fn state(&self, now: i64) -> &'static str {
        match self.expiration {
            _ if self.invalidated => "invalidated",
            Some(end) if end <= now => "expired",
            _ => "active",
        }
    }

    /// Its own roles, or those of its creator, which it has if it has none.
    fn roles(&self) -> impl Iterator<Item = &tributary_domain::RoleDescriptor> {
        let own = Some(&self.role_descriptors).filter(|roles| !roles.is_empty());
        own.or(self.limited_by.first()).into_iter().flat_map(RoleDescriptors::values)
    }

    fn privileges(&self) -> String {
        if self.role_descriptors.is_empty() && self.limited_by.is_empty() {
            return "all".to_owned();
        }
        let names: BTreeSet<&str> = self.roles().flat_map(|role| &role.cluster).map(String::as_str).collect();
        plain(&names.into_iter().collect::<Vec<_>>().join(","))
    }

    fn limits(&self) -> String {
        let entries = self.roles().flat_map(|role| &role.applications);
        let own = entries.filter(|entry| entry.application == APPLICATION);
        let names: BTreeSet<&str> = own.flat_map(|entry| &entry.resources).map(String::as_str).collect();
        plain(&names.into_iter().collect::<Vec<_>>().join(","))
    }

    fn cells(&self, screen: Screen, now: i64) -> Vec<String> {
        let time = |time: Option<i64>| match time {
            Some(time) if screen.is_terminal() => ago(time, now),
            Some(time) => {
                jiff::Timestamp::from_millisecond(time).map(|time| time.to_string()).unwrap_or_default()
            }
            None => String::new(),
        };
        let state = self.state(now);
        let style = if state == "active" { Style::new().green() } else { Style::new().dim() };
        let cells = vec![
            plain(&self.id),
            plain(&self.name),
            plain(&self.username),
            screen.styled(&style, state),
            self.privileges(),
            self.limits(),
            time(Some(self.creation)),
            time(self.expiration),
            time(self.last_use),
        ];
        cells.into_iter().map(|cell| if cell.is_empty() { "-".to_owned() } else { cell }).collect()
    }
}

/// Lists keys.
pub(super) async fn run(options: &ListOptions, stores: &Stores<'_>) -> Result<(), Failure> {
    let ListOptions { name, username, active_only, .. } = options;
    let screen = Screen::new(options.display);
    let keys: Keys = match options.place.open(stores).await? {
        Place::Service(service) => {
            let given = [("name", name), ("username", username)];
            let given = given.into_iter().filter_map(|(flag, value)| Some((flag, value.clone()?)));
            let always = [("active_only", active_only.to_string()), ("with_limited_by", "true".to_owned())];
            let call = Call::of(ENDPOINT).query(given.chain(always));
            let answer = match service.text(&call).await {
                // As Elasticsearch answers if no key has the name.
                Err(ClientFailure::Answered { status: StatusCode::NOT_FOUND, .. }) => NO_KEYS.to_owned(),
                answer => answer?,
            };
            if options.output == ListFormat::Json {
                return Ok(screen.print_json(&answer)?);
            }
            service.parse(&answer)?
        }
        Place::Store(named) => {
            let filter = KeyFilter {
                name: name.clone(),
                username: username.clone(),
                active_only: *active_only,
                ..KeyFilter::default()
            };
            let found =
                in_store(named, async |store, context| access::get(store, context, &filter).await).await?;
            Keys { api_keys: found.into_iter().map(|(id, key)| Key::of(&id, key)).collect() }
        }
    };
    show(&keys, options.output, screen)
}

fn show(keys: &Keys, format: ListFormat, screen: Screen) -> Result<(), Failure> {
    let text = |shown: Result<String, serde_json::Error>| shown.unwrap_or_default();
    match format {
        ListFormat::Json => screen.print_json(&text(serde_json::to_string(keys)))?,
        ListFormat::Ndjson => {
            for key in &keys.api_keys {
                screen.print_json(&one_line(&text(serde_json::to_string(key))))?;
            }
        }
        ListFormat::Table => {
            let now = jiff::Timestamp::now().as_millisecond();
            let rows: Vec<_> = keys.api_keys.iter().map(|key| key.cells(screen, now)).collect();
            if !rows.is_empty() {
                screen.print(&Table::new(COLUMNS, screen).rows(&rows))?;
            }
            streams::tell(&format!("{} API keys\n", rows.len()));
        }
    }
    Ok(())
}
