//! Web pages: which of them a browser may let call the service. Without security that is all that keeps a page which
//! somebody on this machine looks at from reading and changing everything.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use actix_cors::Cors;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ACCESS_CONTROL_REQUEST_METHOD, HOST, ORIGIN};
use actix_web::http::uri::Authority;
use actix_web::http::{Method, Version};
use actix_web::middleware::{Condition, Next};
use actix_web::{Error, HttpRequest, web};
use tributary_api::{Api, ApiError};

use crate::security::Security;
use crate::security_settings::{ANY_ORIGIN, SecuritySettings};

const METHODS: [&str; 5] = ["GET", "HEAD", "POST", "PUT", "DELETE"];
/// What pages may send; as in Elasticsearch, with what is beyond it.
const REQUEST_HEADERS: [&str; 9] = [
    "Accept",
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "Last-Event-ID",
    "User-Agent",
    "X-Elastic-Client-Meta",
    "X-Opaque-Id",
    "X-Requested-With",
];
/// What pages may read.
const RESPONSE_HEADERS: [&str; 4] = ["Retry-After", "Warning", "X-Elastic-Product", "X-Opaque-Id"];
/// For how many seconds browsers remember what is allowed.
const PREFLIGHT_AGE: usize = 3_600;

/// Which pages may call the service, and by which host names.
#[derive(Debug, Clone)]
pub(crate) struct Sites {
    /// Whether pages of other sites are all that has to be kept out.
    is_guarded: bool,
    hosts: Arc<[String]>,
    origins: Arc<[String]>,
}

impl Sites {
    /// Those of the settings.
    pub(crate) fn new(settings: &SecuritySettings, security: &Security) -> Self {
        Self {
            is_guarded: security.is_off_on_this_machine(),
            hosts: settings.allowed_hosts.clone().into(),
            origins: settings.cors_origins.clone().into(),
        }
    }

    /// What allows browsers to let pages of the configured origins in; does nothing if there are none.
    pub(crate) fn cors(&self) -> Condition<Cors> {
        let rules = Cors::default()
            .allowed_methods(METHODS)
            .allowed_headers(REQUEST_HEADERS)
            .expose_headers(RESPONSE_HEADERS)
            .max_age(PREFLIGHT_AGE);
        let rules = if self.allows_any() {
            rules.allow_any_origin().send_wildcard()
        } else {
            self.origins.iter().fold(rules, |rules, origin| rules.allowed_origin(origin))
        };
        Condition::new(!self.origins.is_empty(), rules)
    }

    fn allows_any(&self) -> bool {
        self.origins.iter().any(|origin| origin == ANY_ORIGIN)
    }

    /// Why a request is refused, if it is.
    fn check(&self, request: &HttpRequest) -> Result<(), ApiError> {
        if self.is_guarded {
            self.check_host(request)?;
        }
        let origin = request.headers().get(ORIGIN).map(|origin| String::from_utf8_lossy(origin.as_bytes()));
        let Some(origin) = origin else { return Ok(()) };
        let asks_before = request.method() == Method::OPTIONS
            && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD)
            && !self.origins.is_empty();
        // Browsers send some requests without asking before, such as a POST without a body; what those that only read
        // answer is hidden from the page.
        let changes = self.is_guarded && !request.method().is_safe();
        if (asks_before || changes) && !self.allows(&origin, request) {
            return Err(ApiError::ForeignOrigin(origin.into_owned()));
        }
        Ok(())
    }

    /// Refuses a request for a host that a page could have named: its owner can let the name resolve to this machine.
    fn check_host(&self, request: &HttpRequest) -> Result<(), ApiError> {
        let target = request.uri().authority().map(Authority::as_str);
        let host = request.headers().get(HOST).map(|host| host.to_str().unwrap_or("?"));
        if host.is_none() && request.version() >= Version::HTTP_11 {
            return Err(ApiError::Misdirected(String::new()));
        }
        match target.into_iter().chain(host).find(|host| !self.is_known(host)) {
            Some(unknown) => Err(ApiError::Misdirected(unknown.to_owned())),
            None => Ok(()),
        }
    }

    /// Whether a host, perhaps with a port, is an address of this machine or a name that is allowed.
    fn is_known(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().to_ascii_lowercase();
        if let Some(address) = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')) {
            return address.parse::<Ipv6Addr>().is_ok();
        }
        let name = name.strip_suffix('.').unwrap_or(&name);
        name.parse::<Ipv4Addr>().is_ok()
            || name == "localhost"
            || name.ends_with(".localhost")
            || self.hosts.iter().any(|allowed| allowed == name)
    }

    /// Whether a page is one of this service itself, or its origin is configured.
    fn allows(&self, origin: &str, request: &HttpRequest) -> bool {
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let is_own = || origin.split_once("://").is_some_and(|(_, origin)| Some(origin) == host);
        self.allows_any() || self.origins.iter().any(|allowed| allowed == origin) || is_own()
    }
}

/// Refuses requests for host names of others, and those that pages of others send.
pub(crate) async fn refuse_others(
    (sites, api): (web::Data<Sites>, web::Data<Api>),
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match sites.check(request.request()) {
        Ok(()) => next.call(request).await.map(ServiceResponse::map_into_left_body),
        Err(error) => {
            let (request, payload) = request.into_parts();
            let response = api.refuse(&request, payload, &error);
            Ok(ServiceResponse::new(request, response).map_into_right_body())
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn sites(hosts: &[&str], origins: &[&str]) -> Sites {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Sites { is_guarded: true, hosts: texts(hosts), origins: texts(origins) }
    }

    #[test]
    fn addresses_localhost_and_allowed_names_are_known() {
        let sites = sites(&["tributary.example.org"], &[]);
        for known in [
            "127.0.0.1",
            "127.0.0.1:9200",
            "10.0.0.1",
            "[::1]",
            "[::1]:9200",
            "localhost",
            "LocalHost:1",
            "localhost.",
            "a.localhost:9200",
            "Tributary.example.org:9200",
        ] {
            assert!(sites.is_known(known), "{known}");
        }
        for unknown in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "notlocalhost",
            "x.tributary.example.org",
            "0x7f.1",
            "[::1",
            "a b",
            "?",
        ] {
            assert!(!sites.is_known(unknown), "{unknown}");
        }
    }

    #[test]
    fn pages_of_others_change_nothing() {
        let sites = sites(&[], &["https://console.example.org"]);
        let refused = |method: Method, origin: &str| {
            let request = TestRequest::default().method(method).insert_header((HOST, "127.0.0.1:9200"));
            sites.check(&request.insert_header((ORIGIN, origin)).to_http_request()).is_err()
        };
        for own in ["http://127.0.0.1:9200", "https://127.0.0.1:9200", "https://console.example.org"] {
            assert!(!refused(Method::POST, own), "{own}");
        }
        for other in ["null", "", "http://127.0.0.1", "http://localhost:9200", "https://evil.example"] {
            assert!(refused(Method::POST, other) && refused(Method::DELETE, other), "{other}");
            assert!(!refused(Method::GET, other) && !refused(Method::HEAD, other), "{other}");
        }
    }
}
