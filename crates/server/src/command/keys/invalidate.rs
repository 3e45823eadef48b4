//! `tributary keys invalidate`.

use std::fmt::Write as _;

use clap::{ArgGroup, Args};
use serde::{Deserialize, Serialize};
use tributary_api::Endpoint;
use tributary_service::access::{self, KeyFilter};

use super::place::{Place, PlaceOptions, in_store};
use crate::client::{Call, EXIT_CODES, endpoint, plain};
use crate::command::{Failure, Stores};
use crate::setting_values::not_empty;
use crate::streams;

const ENDPOINT: &Endpoint = endpoint("security.invalidate_api_key");

const AFTER_HELP: &str = "\
In a running service the keys do not work any more at once, in other services over the same store within ten seconds.

Examples:
  tributary keys invalidate 019f0d2b-5c1e-7cc0-8f62-0f6cb1d8f0a1
  tributary keys invalidate --name 'worker-*' --store embedded:./data";

/// The options of `tributary keys invalidate`.
#[derive(Debug, Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{EXIT_CODES}"))]
#[command(group = ArgGroup::new("which").required(true).args(["ids", "name"]))]
pub(crate) struct InvalidateOptions {
    /// The ids of the keys
    #[arg(value_name = "ID", value_parser = not_empty)]
    ids: Vec<String>,
    /// The keys of this name; * stands for any text
    #[arg(long, value_name = "PATTERN", value_parser = not_empty)]
    name: Option<String>,
    #[command(flatten)]
    place: PlaceOptions,
}

/// The body of the request.
#[derive(Debug, Serialize)]
struct Wanted<'o> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    ids: &'o [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'o str>,
}

/// The answer of the API.
#[derive(Debug, Deserialize)]
struct Report {
    invalidated_api_keys: Vec<String>,
    previously_invalidated_api_keys: Vec<String>,
}

/// Invalidates keys.
pub(super) async fn run(options: &InvalidateOptions, stores: &Stores<'_>) -> Result<(), Failure> {
    let InvalidateOptions { ids, name, place } = options;
    let report: Report = match place.open(stores).await? {
        Place::Service(service) => {
            service.json(&Call::of(ENDPOINT).body(&Wanted { ids, name: name.as_deref() })).await?
        }
        Place::Store(named) => {
            let filter = KeyFilter { ids: ids.clone(), name: name.clone(), ..KeyFilter::default() };
            let done =
                in_store(named, async |store, context| access::invalidate(store, context, &filter).await);
            let done = done.await?;
            Report {
                invalidated_api_keys: done.invalidated,
                previously_invalidated_api_keys: done.previously,
            }
        }
    };
    let mut text = String::new();
    for id in &report.invalidated_api_keys {
        let _ = writeln!(text, "{}: invalidated", plain(id));
    }
    for id in &report.previously_invalidated_api_keys {
        let _ = writeln!(text, "{}: was invalidated before", plain(id));
    }
    // The change matters more than whether anybody reads of it.
    let _ = streams::say(&text);
    missing(options, &report).map_or(Ok(()), |missing| Err(Failure::NoSuchKeys(missing)))
}

/// The keys that were named and do not exist.
fn missing(options: &InvalidateOptions, report: &Report) -> Option<String> {
    let found: Vec<_> =
        report.invalidated_api_keys.iter().chain(&report.previously_invalidated_api_keys).collect();
    if let Some(name) = options.name.as_deref().filter(|_| found.is_empty()) {
        return Some(format!("API keys of the name [{}]", plain(name)));
    }
    let missing: Vec<_> = options.ids.iter().filter(|id| !found.contains(id)).map(|id| plain(id)).collect();
    (!missing.is_empty()).then(|| format!("API keys [{}]", missing.join("], [")))
}
