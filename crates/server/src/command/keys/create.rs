//! `tributary keys create`.

use std::io::IsTerminal as _;
use std::path::Path;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde::{Deserialize, Serialize};
use tributary_api::Endpoint;
use tributary_domain::{Document, Privilege, Resource, RoleDescriptor, RoleDescriptors, Timestamp};
use tributary_service::access;
use zeroize::Zeroizing;

use super::place::{Place, PlaceOptions, body, in_store};
use crate::client::{Call, EXIT_CODES, endpoint, plain};
use crate::command::showing::ShowFormat;
use crate::command::{Failure, Stores};
use crate::setting_values::not_empty;
use crate::streams;

const ENDPOINT: &Endpoint = endpoint("security.create_api_key");

const AFTER_HELP: &str = "\
The key is written to standard output in its encoded form, as it is sent: `Authorization: ApiKey ...`. It is stored \
nowhere and cannot be shown again; keep it in a file that only you can read. Its id is written to standard error.

The first key of a store, which may do everything, is created without a key, by --store. A store in a folder is opened \
by one process at a time: stop the service, or create the key before it is started.

Examples:
  (umask 077; tributary keys create --store embedded:./data --name admin > admin.key)
  tributary keys create --name worker --privileges monitor,work_connector --resources connector:wiki-* \
--expiration 90d --api-key-file admin.key";

/// The options of `tributary keys create`.
#[derive(Debug, Args)]
#[command(after_help = format!("{AFTER_HELP}\n\n{EXIT_CODES}"))]
pub(crate) struct CreateOptions {
    /// The name of the key, for people
    #[arg(long, value_name = "NAME", value_parser = not_empty)]
    name: String,
    /// How long it works, such as 90d; for ever by default
    #[arg(long, value_name = "DURATION", value_parser = not_empty)]
    expiration: Option<String>,
    /// What it may do; by default all that its creator may, which is everything for a key that is created in a store
    #[arg(long, value_name = "PRIVILEGE,...", value_delimiter = ',', value_parser = privilege())]
    privileges: Vec<Privilege>,
    /// The connectors that it is limited to, by their ids or service types, such as `connector:wiki-*`
    #[arg(long, value_name = "RESOURCE,...", value_delimiter = ',', value_parser = resource)]
    #[arg(requires = "privileges")]
    resources: Vec<String>,
    /// Role descriptors as in the API, for everything else: a file with JSON, or JSON itself
    #[arg(long, value_name = "FILE|JSON", value_parser = not_empty, conflicts_with_all = ["privileges", "resources"])]
    role_descriptors: Option<String>,
    /// What is noted of the key, as a JSON object
    #[arg(long, value_name = "JSON", value_parser = not_empty)]
    metadata: Option<String>,
    /// The format of the output: the key, or the answer of the API
    #[arg(long, short, value_name = "FORMAT", default_value = "text")]
    output: ShowFormat,
    #[command(flatten)]
    place: PlaceOptions,
}

/// The parser of a privilege.
fn privilege() -> impl clap::builder::TypedValueParser<Value = Privilege> {
    let names = Privilege::EACH.iter().map(|privilege| privilege.name());
    PossibleValuesParser::new(names).try_map(|name| Privilege::of_name(&name).ok_or("it is no privilege"))
}

/// Checks the notation of a resource.
fn resource(text: &str) -> Result<String, String> {
    let known = Resource::parse(text).map(|_| text.to_owned());
    known.ok_or_else(|| "connector:PATTERN, service_type:PATTERN or * is needed".to_owned())
}

/// The body of the request.
#[derive(Debug, Serialize)]
struct NewKeyBody<'o> {
    name: &'o str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<&'o str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    role_descriptors: Option<RoleDescriptors>,
    #[serde(skip_serializing_if = "Option::is_none")]
    metadata: Option<Document>,
}

/// The answer of the API, or the same made of what was created in a store.
// Not to be debugged: it has the key.
#[derive(Serialize, Deserialize)]
struct Created {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<i64>,
    api_key: String,
    encoded: String,
}

impl CreateOptions {
    fn body(&self) -> Result<NewKeyBody<'_>, Failure> {
        let metadata = self.metadata.as_deref().map(Document::parse).transpose();
        Ok(NewKeyBody {
            name: &self.name,
            expiration: self.expiration.as_deref(),
            role_descriptors: self.roles()?,
            metadata: metadata.map_err(|error| Failure::Metadata(error.to_string()))?,
        })
    }

    fn roles(&self) -> Result<Option<RoleDescriptors>, Failure> {
        let Some(given) = &self.role_descriptors else {
            let role = RoleDescriptor::of(&self.privileges, &self.resources);
            return Ok(
                (!self.privileges.is_empty()).then(|| [(self.name.clone(), role)].into_iter().collect())
            );
        };
        let text = if given.trim_start().starts_with('{') {
            given.clone()
        } else {
            let read = std::fs::read_to_string(Path::new(given));
            read.map_err(|error| Failure::RoleDescriptors(format!("{given} cannot be read: {error}")))?
        };
        body(&text).map(Some)
    }
}

/// Creates a key.
pub(super) async fn run(options: &CreateOptions, stores: &Stores<'_>) -> Result<(), Failure> {
    let new = options.body()?;
    let roles = new.role_descriptors.iter().flatten();
    let warnings: Vec<_> = roles.flat_map(|(name, role)| role.warnings(name)).collect();
    let created = match options.place.open_or_make(stores).await? {
        Place::Service(service) => service.json(&Call::of(ENDPOINT).body(&new)).await?,
        Place::Store(named) => {
            let new = body(
                &serde_json::to_string(&new).map_err(|error| Failure::RoleDescriptors(error.to_string()))?,
            )?;
            let created =
                in_store(named, async |store, context| access::create(store, context, new).await).await?;
            Created {
                encoded: created.encoded(),
                id: created.id.to_string(),
                name: created.name,
                expiration: created.expiration.map(Timestamp::milliseconds),
                api_key: String::clone(&created.secret),
            }
        }
    };
    for warning in warnings {
        streams::tell(&format!("warning: {warning}\n"));
    }
    // Before the key, so that it can be invalidated if the key is lost.
    streams::tell(&notes(&created));
    let text = match options.output {
        ShowFormat::Text => format!("{}\n", plain(&created.encoded)),
        ShowFormat::Json | ShowFormat::Ndjson => {
            serde_json::to_string(&created).map(|text| format!("{text}\n")).unwrap_or_default()
        }
    };
    streams::say(&Zeroizing::new(text)).map_err(Failure::ApiKey)
}

/// The notes on a new key, for standard error.
fn notes(Created { id, name, expiration, .. }: &Created) -> String {
    let until = expiration.and_then(|end| jiff::Timestamp::from_millisecond(end).ok());
    let until = until.map_or_else(|| "it does not expire".to_owned(), |end| format!("it works until {end}"));
    let care = if std::io::stdout().is_terminal() {
        "the key is shown only now"
    } else {
        "whoever can read the file with the key has it: give it mode 600"
    };
    format!("created API key {} ({}); {until}; {care}\n", plain(id), plain(name))
}
