//! The value of the setting `log`: a filter by level and target.

use std::str::FromStr;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tributary_domain::similar_name;

use crate::{access_log, audit};

/// The level names.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
/// The prefixes of this program's log targets: its own crates, and the libraries that log.
const CRATES: [&str; 17] = [
    "tributary_api",
    "tributary_domain",
    "tributary_secrets",
    "tributary_server",
    "tributary_service",
    "tributary_storage",
    "actix_http",
    "actix_rt",
    "actix_server",
    "actix_web",
    "h2",
    "hyper",
    "hyper_util",
    "mio",
    "reqwest",
    "rustls",
    "ureq",
];

/// A default level, and levels for individual targets.
#[derive(Debug, Clone)]
pub(crate) struct LogFilter {
    targets: Targets,
    unknown: Vec<UnknownTarget>,
}

/// A target that nothing in this program is known to use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnknownTarget {
    pub(crate) name: String,
    /// The nearest known target.
    pub(crate) meant: Option<String>,
}

impl FromStr for LogFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().is_empty() {
            return Err("it must not be empty; off logs nothing".to_owned());
        }
        let mut filter = Self { targets: Targets::new(), unknown: Vec::new() };
        for part in text.split(',').map(str::trim) {
            filter.add(part).map_err(|reason| {
                format!("a level is needed, or TARGET=LEVEL, and more of them after commas: {reason}")
            })?;
        }
        Ok(filter)
    }
}

impl LogFilter {
    fn add(&mut self, part: &str) -> Result<(), String> {
        let targets = std::mem::take(&mut self.targets);
        self.targets = match part.split_once('=') {
            None if part.is_empty() => return Err("a part is empty".to_owned()),
            None => targets.with_default(level(part)?),
            Some((target, text)) => {
                check_target(target)?;
                if !is_known(target) {
                    let meant = similar_name(target, known()).map(str::to_owned);
                    self.unknown.push(UnknownTarget { name: target.to_owned(), meant });
                }
                targets.with_target(target, level(text)?)
            }
        };
        Ok(())
    }

    /// The targets with their levels.
    pub(crate) fn targets(&self) -> Targets {
        self.targets.clone()
    }

    /// The unknown targets of the filter; a library may use them nonetheless.
    pub(crate) fn unknown(&self) -> &[UnknownTarget] {
        &self.unknown
    }
}

fn level(text: &str) -> Result<LevelFilter, String> {
    if text.is_empty() {
        return Err("a level is missing".to_owned());
    }
    text.parse().map_err(|_| {
        let meant = if known().any(|known| known == text) {
            Some(format!("{text}=info"))
        } else {
            similar_name(&text.to_lowercase(), LEVELS).map(str::to_owned)
        };
        let meant = meant.map_or_else(String::new, |meant| format!("; did you mean {meant}?"));
        format!("[{text}] is none of the levels {}{meant}", LEVELS.join(", "))
    })
}

fn check_target(target: &str) -> Result<(), String> {
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(|letter| letter.is_alphanumeric() || "_-.".contains(letter))
    };
    if target.split("::").all(is_part) {
        return Ok(());
    }
    Err(format!("[{target}] is no target: that is the path of a module, such as tributary_server::serve"))
}

/// Whether a known target equals this one or begins with it.
fn is_known(target: &str) -> bool {
    known().any(|known| {
        known.starts_with(target) || target.strip_prefix(known).is_some_and(|rest| rest.starts_with("::"))
    })
}

/// Every known target; of equally similar names the first is suggested.
fn known() -> impl Iterator<Item = &'static str> {
    [access_log::TARGET, audit::TARGET].into_iter().chain(CRATES)
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn levels_and_targets() {
        let filter: LogFilter = "warn, request=INFO,tributary_storage::search=debug,mio=off".parse().unwrap();
        let targets = filter.targets();
        for (target, level, expected) in [
            ("anything", Level::WARN, true),
            ("anything", Level::INFO, false),
            ("request", Level::INFO, true),
            ("request", Level::DEBUG, false),
            ("tributary_storage::search::client", Level::DEBUG, true),
            ("tributary_storage::memory", Level::DEBUG, false),
            ("mio::poll", Level::ERROR, false),
        ] {
            assert_eq!(targets.would_enable(target, &level), expected, "{target} {level}");
        }
        assert_eq!(filter.unknown(), []);
        assert!("off".parse::<LogFilter>().unwrap().targets().default_level().is_some());
    }

    #[test]
    fn what_is_no_filter_is_refused_with_what_is_meant() {
        for (text, part) in [
            ("infoo", "did you mean info?"),
            ("", "must not be empty"),
            (" ", "must not be empty"),
            ("warn,request=inof", "did you mean info?"),
            ("request", "did you mean request=info?"),
            ("warn,,request=info", "a part is empty"),
            ("info,", "a part is empty"),
            ("request=", "a level is missing"),
            ("=info", "[] is no target"),
            ("a=b=c", "[b=c] is none of the levels"),
            ("re quest=info", "[re quest] is no target"),
            ("request[x]=info", "[request[x]] is no target"),
            ("true", "[true] is none of the levels"),
        ] {
            let reason = text.parse::<LogFilter>().unwrap_err();
            assert!(reason.contains(part), "{text}: {reason}");
        }
    }

    #[test]
    fn targets_that_are_not_known_are_told_with_what_is_meant() {
        let unknown = |text: &str| text.parse::<LogFilter>().unwrap().unknown().to_vec();
        let one = |name: &str, meant: Option<&str>| {
            vec![UnknownTarget { name: name.to_owned(), meant: meant.map(str::to_owned) }]
        };
        assert_eq!(unknown("warn,reqest=info"), one("reqest", Some("request")));
        assert_eq!(unknown("tributary_strage=debug"), one("tributary_strage", Some("tributary_storage")));
        assert_eq!(unknown("zzz=debug"), one("zzz", None));
        for known in ["tributary=debug", "actix=debug", "hyper_util::client=trace"] {
            assert_eq!(unknown(known), [], "{known}");
        }
        for known in ["tributary_server=info", "tributary_service=info"] {
            assert_eq!(unknown(known), [], "{known}");
        }
    }
}
