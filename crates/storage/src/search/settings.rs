//! Where the servers are, how to be let in, and how long to wait.

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use opensearch::http::Url;

use super::dialect::Product;
use crate::{BackendSetting, BackendSettings, OpenError};

const USER: BackendSetting = setting("user", "The user to sign in as; needs password.", None);
const PASSWORD: BackendSetting = setting("password", "The password of that user.", None);
const API_KEY: BackendSetting =
    setting("api_key", "An API key, as ID:KEY or in the encoded form; instead of user and password.", None);
const CA_FILE: BackendSetting =
    setting("ca_file", "A PEM file with the authorities that the servers' certificates are signed by.", None);
const CLIENT_CERTIFICATE_FILE: BackendSetting =
    setting("client_certificate_file", "A PEM file with a client certificate and its private key.", None);
const DEADLINE: BackendSetting = setting(
    "deadline",
    "How many seconds a change may take, retries included; then it is answered 503.",
    Some("10"),
);
const READ_DEADLINE: BackendSetting = setting(
    "read_deadline",
    "How many seconds a read may take, retries included; then it is answered 503.",
    Some("5"),
);
const INDEX_PREFIX: BackendSetting = setting(
    "index_prefix",
    "What stands before the names of the indices, for several services over one cluster.",
    Some(""),
);

/// All settings of the search backends.
pub(super) const SETTINGS: &[BackendSetting] =
    &[USER, PASSWORD, API_KEY, CA_FILE, CLIENT_CERTIFICATE_FILE, DEADLINE, READ_DEADLINE, INDEX_PREFIX];

const fn setting(
    name: &'static str,
    description: &'static str,
    default: Option<&'static str>,
) -> BackendSetting {
    BackendSetting { name, description, default }
}

/// The settings as they hold. The secrets in it are not shown by `Debug`, since it has none.
pub(super) struct SearchSettings {
    /// The servers, at least one.
    pub(super) nodes: Vec<Url>,
    /// The value of the header `Authorization`.
    pub(super) authorization: Option<String>,
    /// Authorities to trust, as PEM.
    pub(super) authorities: Option<Vec<u8>>,
    /// Certificate and private key, as PEM.
    pub(super) client_certificate: Option<Vec<u8>>,
    pub(super) deadline: Duration,
    pub(super) read_deadline: Duration,
    pub(super) index_prefix: String,
}

impl SearchSettings {
    /// Reads location and settings; nothing is asked over the network.
    pub(super) fn read(
        product: Product,
        location: &str,
        settings: &BackendSettings,
    ) -> Result<Self, OpenError> {
        let nodes = nodes(product, location)?;
        let file = |setting: &BackendSetting| {
            settings.get(setting).map(|path| read_file(product, setting, path)).transpose()
        };
        let seconds = |setting: &BackendSetting| {
            let value = settings.get(setting).and_then(|value| value.parse().ok());
            value.filter(|seconds| (1..=3_600).contains(seconds)).map(Duration::from_secs).ok_or_else(|| {
                invalid(product, setting, "it has to be a whole number of seconds from 1 to 3600".to_owned())
            })
        };
        Ok(Self {
            nodes,
            authorization: authorization(product, settings)?,
            authorities: file(&CA_FILE)?,
            client_certificate: file(&CLIENT_CERTIFICATE_FILE)?,
            deadline: seconds(&DEADLINE)?,
            read_deadline: seconds(&READ_DEADLINE)?,
            index_prefix: settings.get(&INDEX_PREFIX).unwrap_or_default().to_owned(),
        })
    }
}

/// The servers' addresses: several with commas between them.
fn nodes(product: Product, location: &str) -> Result<Vec<Url>, OpenError> {
    let scheme = product.scheme();
    // The location is not repeated in the error: it may hold a password.
    let wrong = |reason: String| OpenError::InvalidLocation { url: format!("{scheme}:…"), reason };
    let mut nodes = Vec::new();
    for text in location.split(',').map(str::trim) {
        let url = Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.query().is_none()
        });
        let Some(url) = url else {
            let example = format!("{scheme}:http://127.0.0.1:9200");
            return Err(wrong(format!(
                "the address of a server has to follow the colon, as in {example}, or several with commas between them"
            )));
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(format!(
                "user and password do not belong into the address, where they are shown and logged; set [user] and \
                 [password] of [{scheme}:]"
            )));
        }
        nodes.push(url);
    }
    Ok(nodes)
}

fn authorization(product: Product, settings: &BackendSettings) -> Result<Option<String>, OpenError> {
    match (settings.get(&USER), settings.get(&PASSWORD), settings.get(&API_KEY)) {
        (None, None, None) => Ok(None),
        (Some(user), Some(password), None) => {
            Ok(Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))))
        }
        (None, None, Some(key)) if key.contains(':') => {
            Ok(Some(format!("ApiKey {}", BASE64_STANDARD.encode(key))))
        }
        (None, None, Some(key)) => Ok(Some(format!("ApiKey {key}"))),
        (_, _, Some(_)) => {
            Err(invalid(product, &API_KEY, "it cannot be given together with user and password".to_owned()))
        }
        (Some(_), None, None) => Err(invalid(product, &USER, "it needs [password] as well".to_owned())),
        (None, Some(_), None) => Err(invalid(product, &PASSWORD, "it needs [user] as well".to_owned())),
    }
}

fn read_file(product: Product, setting: &BackendSetting, path: &str) -> Result<Vec<u8>, OpenError> {
    std::fs::read(Path::new(path))
        .map_err(|error| invalid(product, setting, format!("the file {path} cannot be read: {error}")))
}

fn invalid(product: Product, setting: &BackendSetting, reason: String) -> OpenError {
    OpenError::InvalidSetting { scheme: product.scheme().to_owned(), name: setting.name.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(location: &str, given: &[(&str, &str)]) -> Result<SearchSettings, String> {
        let settings = given
            .iter()
            .fold(BackendSettings::default(), |settings, (name, value)| settings.with(*name, *value));
        SearchSettings::read(Product::OpenSearch, location, &settings).map_err(|error| error.to_string())
    }

    #[test]
    fn one_or_several_servers() {
        let nodes = |location: &str| {
            read(location, &[]).map(|settings| settings.nodes.iter().map(Url::to_string).collect::<Vec<_>>())
        };
        assert_eq!(nodes("http://a:9200").unwrap(), ["http://a:9200/"]);
        assert_eq!(nodes("http://a:9200, https://b/search").unwrap(), ["http://a:9200/", "https://b/search"]);
        for wrong in ["", "a:9200", "http://", "ftp://a", "http://a,", "http://a?b=c"] {
            assert!(nodes(wrong).unwrap_err().contains("opensearch:http://127.0.0.1:9200"), "{wrong}");
        }
        let refused = nodes("http://me:secret@a:9200").unwrap_err();
        assert!(refused.contains("[password]") && !refused.contains("secret"), "{refused}");
    }

    #[test]
    fn ways_to_sign_in() {
        let header = |given: &[(&str, &str)]| read("http://a", given).map(|settings| settings.authorization);
        assert_eq!(header(&[]).unwrap(), None);
        assert_eq!(header(&[("user", "u"), ("password", "p:w")]).unwrap().as_deref(), Some("Basic dTpwOnc="));
        assert_eq!(header(&[("api_key", "id:key")]).unwrap().as_deref(), Some("ApiKey aWQ6a2V5"));
        assert_eq!(header(&[("api_key", "aWQ6a2V5")]).unwrap().as_deref(), Some("ApiKey aWQ6a2V5"));
        assert!(header(&[("user", "u")]).unwrap_err().contains("[password]"));
        assert!(header(&[("password", "hidden")]).is_err_and(|reason| !reason.contains("hidden")));
        assert!(header(&[("user", "u"), ("password", "p"), ("api_key", "k")]).is_err());
    }

    #[test]
    fn times_and_files_are_checked() {
        assert_eq!(read("http://a", &[("deadline", "3")]).unwrap().deadline, Duration::from_secs(3));
        for wrong in ["0", "-1", "ten", "3601", ""] {
            assert!(
                read("http://a", &[("deadline", wrong)]).is_err_and(|reason| reason.contains("[deadline]"))
            );
        }
        let missing = read("http://a", &[("ca_file", "/nowhere.pem")]);
        assert!(missing.is_err_and(|reason| reason.contains("/nowhere.pem") && reason.contains("[ca_file]")));
    }
}
