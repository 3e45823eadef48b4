//! Settings: addresses, credentials and time limits.

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::Url;
use tributary_domain::{Collection, IndexName};

use super::mappings::{RESERVATIONS, TOMBSTONES, index_name};
use crate::{BackendSetting, BackendSettings, OpenError, expand_home};

pub(super) const USER: BackendSetting = setting("user", "The user to sign in as; needs password.", None);
pub(super) const PASSWORD: BackendSetting = setting("password", "The password of that user.", None);
pub(super) const API_KEY: BackendSetting =
    setting("api_key", "An API key, as ID:KEY or in the encoded form; instead of user and password.", None);
pub(super) const CA_FILE: BackendSetting =
    setting("ca_file", "A PEM file with the authorities that the servers' certificates are signed by.", None);
pub(super) const CLIENT_CERTIFICATE_FILE: BackendSetting =
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
    "What stands before the names of the indices, by the rules for their names, for several services over one cluster.",
    Some(""),
);

/// All settings of the search backends.
pub(super) const SETTINGS: &[BackendSetting] =
    &[USER, PASSWORD, API_KEY, CA_FILE, CLIENT_CERTIFICATE_FILE, DEADLINE, READ_DEADLINE, INDEX_PREFIX];

pub(super) const fn setting(
    name: &'static str,
    description: &'static str,
    default: Option<&'static str>,
) -> BackendSetting {
    BackendSetting { name, description, default }
}

/// The parsed settings. They contain secrets, so there is no `Debug`.
pub(super) struct SearchSettings {
    /// What messages call the settings by: the scheme of a store's URLs.
    pub(super) scheme: &'static str,
    /// The addresses of the nodes, at least one.
    pub(super) nodes: Vec<Url>,
    /// The value of the `Authorization` header.
    pub(super) authorization: Option<String>,
    /// Trusted certificate authorities, as PEM.
    pub(super) authorities: Option<Vec<u8>>,
    /// Client certificate and private key, as PEM.
    pub(super) client_certificate: Option<Vec<u8>>,
    pub(super) deadline: Duration,
    pub(super) read_deadline: Duration,
    pub(super) index_prefix: String,
    pub(super) collections: Vec<Collection>,
}

impl SearchSettings {
    /// Parses location and settings, without network access.
    pub(super) fn read(
        scheme: &'static str,
        location: &str,
        settings: &BackendSettings,
    ) -> Result<Self, OpenError> {
        let nodes = nodes(location).map_err(|reason| OpenError::InvalidLocation {
            url: format!("{scheme}:…"),
            reason: reason.of(scheme),
        })?;
        let file = |setting: &BackendSetting| {
            settings.get(setting).map(|path| read_file(scheme, setting, path)).transpose()
        };
        let seconds = |setting: &BackendSetting| {
            let value = settings.get(setting).and_then(|value| value.parse().ok());
            value.filter(|seconds| (1..=3_600).contains(seconds)).map(Duration::from_secs).ok_or_else(|| {
                invalid(scheme, setting, "it has to be a whole number of seconds from 1 to 3600".to_owned())
            })
        };
        Ok(Self {
            scheme,
            nodes,
            authorization: authorization(scheme, settings)?,
            authorities: file(&CA_FILE)?,
            client_certificate: file(&CLIENT_CERTIFICATE_FILE)?,
            deadline: seconds(&DEADLINE)?,
            read_deadline: seconds(&READ_DEADLINE)?,
            index_prefix: index_prefix(scheme, settings)?,
            collections: settings.collections().to_vec(),
        })
    }
}

/// Validates a prefix against the rules for index names.
fn index_prefix(scheme: &str, settings: &BackendSettings) -> Result<String, OpenError> {
    let prefix = settings.get(&INDEX_PREFIX).unwrap_or_default();
    let collections = settings.collections().iter().chain([&RESERVATIONS, &TOMBSTONES]);
    let names = collections.map(|collection| index_name(*collection, prefix));
    let name = names.max_by_key(String::len).unwrap_or_default();
    let rule = IndexName::broken_rule(&name).or_else(|| {
        // Index names cannot contain a colon, and request paths cannot contain the other characters.
        let is_forbidden = |letter: char| matches!(letter, ':' | '%') || letter.is_control();
        prefix.contains(is_forbidden).then_some("must not contain ':', '%' or control characters")
    });
    match rule {
        None => Ok(prefix.to_owned()),
        Some(rule) => Err(invalid(
            scheme,
            &INDEX_PREFIX,
            format!("[{prefix}] would make the index name [{name}]: {rule}"),
        )),
    }
}

/// What is wrong with addresses. It does not repeat them: they may contain a password.
pub(super) enum WrongAddress {
    Malformed(String),
    HasPassword,
}

impl WrongAddress {
    /// The message for the location of a store.
    fn of(self, scheme: &str) -> String {
        match self {
            Self::Malformed(reason) => format!(
                "{reason}; what follows the colon is the address of a server, as in {scheme}:http://127.0.0.1:9200, \
                 or several with commas between them"
            ),
            Self::HasPassword => format!(
                "user and password do not belong into the address, where they are shown and logged; set [user] and \
                 [password] of [{scheme}:]"
            ),
        }
    }
}

/// The addresses of the nodes, separated by commas.
pub(super) fn nodes(location: &str) -> Result<Vec<Url>, WrongAddress> {
    let mut nodes = Vec::new();
    for text in location.split(',').map(str::trim) {
        let url = match Url::parse(text) {
            _ if location.trim().is_empty() => Err("the address of a server is missing".to_owned()),
            _ if text.is_empty() => Err("an address is empty, there is a comma too many".to_owned()),
            _ if !is_http(text) => Err("an address begins with http:// or https://".to_owned()),
            Err(error) => Err(format!("an address cannot be read: {error}")),
            Ok(url) if url.query().is_some() || url.fragment().is_some() => {
                Err("an address ends before ? and #".to_owned())
            }
            Ok(url) => Ok(url),
        };
        let url = url.map_err(WrongAddress::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(WrongAddress::HasPassword);
        }
        nodes.push(url);
    }
    Ok(nodes)
}

/// Whether an address has an HTTP or HTTPS scheme.
fn is_http(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https"))
}

fn authorization(scheme: &str, settings: &BackendSettings) -> Result<Option<String>, OpenError> {
    match (settings.get(&USER), settings.get(&PASSWORD), settings.get(&API_KEY)) {
        (None, None, None) => Ok(None),
        (Some(user), Some(_), None) if user.contains(':') => {
            Err(invalid(scheme, &USER, "it cannot have a colon, which ends the user there".to_owned()))
        }
        (Some(user), Some(password), None) => {
            Ok(Some(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}")))))
        }
        (None, None, Some(key))
            if key.contains(|letter: char| letter.is_whitespace() || letter.is_control()) =>
        {
            Err(invalid(scheme, &API_KEY, "it cannot have blanks or line breaks".to_owned()))
        }
        (None, None, Some(key)) if key.contains(':') => {
            Ok(Some(format!("ApiKey {}", BASE64_STANDARD.encode(key))))
        }
        (None, None, Some(key)) => Ok(Some(format!("ApiKey {key}"))),
        (_, _, Some(_)) => {
            Err(invalid(scheme, &API_KEY, "it cannot be given together with user and password".to_owned()))
        }
        (Some(_), None, None) => Err(invalid(scheme, &USER, "it needs [password] as well".to_owned())),
        (None, Some(_), None) => Err(invalid(scheme, &PASSWORD, "it needs [user] as well".to_owned())),
    }
}

fn read_file(scheme: &str, setting: &BackendSetting, path: &str) -> Result<Vec<u8>, OpenError> {
    let file = expand_home(path).map_err(|reason| invalid(scheme, setting, reason))?;
    let file = std::fs::read(file);
    file.map_err(|error| invalid(scheme, setting, format!("the file {path} cannot be read: {error}")))
}

/// The error for the contents of the file of a setting.
pub(super) fn invalid_file(scheme: &str, setting: &BackendSetting, reason: &str) -> OpenError {
    invalid(scheme, setting, format!("the file has to hold what it is for in the form PEM: {reason}"))
}

fn invalid(scheme: &str, setting: &BackendSetting, reason: String) -> OpenError {
    OpenError::InvalidSetting { scheme: scheme.to_owned(), name: setting.name.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(location: &str, given: &[(&str, &str)]) -> Result<SearchSettings, String> {
        let settings = given
            .iter()
            .fold(BackendSettings::default(), |settings, (name, value)| settings.with(*name, *value));
        SearchSettings::read("opensearch", location, &settings).map_err(|error| error.to_string())
    }

    #[test]
    fn one_or_several_servers() {
        let nodes = |location: &str| {
            read(location, &[]).map(|settings| settings.nodes.iter().map(Url::to_string).collect::<Vec<_>>())
        };
        assert_eq!(nodes("http://a:9200").unwrap(), ["http://a:9200/"]);
        assert_eq!(nodes("http://a:9200, https://b/search").unwrap(), ["http://a:9200/", "https://b/search"]);
        for (wrong, reason) in [
            ("", "is missing"),
            ("a:9200", "http:// or https://"),
            ("http://", "empty host"),
            ("ftp://a", "http:// or https://"),
            ("http://a,", "a comma too many"),
            (",", "a comma too many"),
            ("http://a?b=c", "before ? and #"),
            ("http://a#b", "before ? and #"),
            ("http://a:99999", "invalid port"),
        ] {
            let refused = nodes(wrong).unwrap_err();
            assert!(refused.contains(reason), "{wrong}: {refused}");
            assert!(refused.contains("opensearch:http://127.0.0.1:9200"), "{wrong}: {refused}");
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
        assert!(header(&[("user", "u:v"), ("password", "p")]).unwrap_err().contains("[user]"));
        assert!(header(&[("api_key", "hidden\n")]).is_err_and(|reason| !reason.contains("hidden")));
    }

    #[test]
    fn times_and_files_are_checked() {
        assert_eq!(read("http://a", &[("deadline", "3")]).unwrap().deadline, Duration::from_secs(3));
        for wrong in ["0", "-1", "ten", "3601", "1.5", ""] {
            let refused = read("http://a", &[("deadline", wrong)]).err().unwrap();
            assert!(
                refused.contains("[deadline]") && refused.contains("from 1 to 3600"),
                "{wrong}: {refused}"
            );
        }
        let missing = read("http://a", &[("ca_file", "/nowhere.pem")]);
        assert!(missing.is_err_and(|reason| reason.contains("/nowhere.pem") && reason.contains("[ca_file]")));
    }

    #[test]
    fn a_prefix_has_to_make_names_of_indices() {
        let prefix =
            |text: &str| read("http://a", &[("index_prefix", text)]).map(|settings| settings.index_prefix);
        for good in ["", "team-a-", ".team", "é", "a.b_c+d", &"x".repeat(223)] {
            assert_eq!(prefix(good).unwrap(), good);
        }
        for (wrong, rule) in [
            ("Team", "must be lowercase"),
            ("-a", "must not start with"),
            ("_a", "must not start with"),
            ("+", "must not start with"),
            ("a b", "must not contain"),
            ("a/b", "must not contain"),
            ("a\\", "must not contain"),
            ("a*", "must not contain"),
            ("a?", "must not contain"),
            ("a\"", "must not contain"),
            ("a<", "must not contain"),
            ("a>", "must not contain"),
            ("a|", "must not contain"),
            ("a,", "must not contain"),
            ("a#", "must not contain"),
            ("a:b", "must not contain ':'"),
            ("a%", "'%'"),
            (&"x".repeat(224), "more than 255 bytes"),
        ] {
            let refused = prefix(wrong).unwrap_err();
            assert!(refused.contains("[index_prefix]") && refused.contains("[opensearch:]"), "{refused}");
            assert!(refused.contains(&format!("[{wrong}]")) && refused.contains(rule), "{refused}");
        }
    }
}
