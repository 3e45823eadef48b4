//! Parsers for setting values; each error says what is allowed.

use std::ffi::OsString;
use std::num::NonZeroU32;
use std::path::PathBuf;

use clap::builder::{OsStringValueParser, TypedValueParser};
use tributary_storage::expand_home;

/// The prefix of setting names in the environment.
pub(crate) const PREFIX: &str = "TRIBUTARY_";
/// Why an environment variable cannot be read.
pub(crate) const NOT_UTF_8: &str = "it is not valid UTF-8";
const EMPTY: &str = "it must not be empty";

/// A parser for integers in a range; the error names the range.
pub(crate) fn whole(
    minimum: u64,
    maximum: u64,
) -> impl Fn(&str) -> Result<u64, String> + Clone + Send + Sync + 'static {
    move |text| {
        let number = text.parse().ok().filter(|number| (minimum..=maximum).contains(number));
        number.ok_or_else(|| format!("a whole number from {minimum} to {maximum} is needed"))
    }
}

/// The same for a size in memory.
pub(crate) fn size(
    minimum: u64,
    maximum: u64,
) -> impl Fn(&str) -> Result<usize, String> + Clone + Send + Sync + 'static {
    let whole = whole(minimum, maximum);
    move |text| usize::try_from(whole(text)?).map_err(|error| error.to_string())
}

/// The same for a number that is not zero.
pub(crate) fn positive(
    maximum: u64,
) -> impl Fn(&str) -> Result<NonZeroU32, String> + Clone + Send + Sync + 'static {
    let whole = whole(1, maximum);
    move |text| {
        NonZeroU32::try_from(u32::try_from(whole(text)?).unwrap_or(u32::MAX))
            .map_err(|error| error.to_string())
    }
}

/// A non-empty text.
pub(crate) fn not_empty(text: &str) -> Result<String, String> {
    if text.trim().is_empty() { Err(EMPTY.to_owned()) } else { Ok(text.to_owned()) }
}

/// A version of Elasticsearch whose clients are served.
pub(crate) fn api_version(text: &str) -> Result<String, String> {
    let is_number =
        |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u16>().is_ok();
    let numbers: Vec<&str> = text.split('.').collect();
    match numbers[..] {
        ["8" | "9", ..] if numbers.len() == 3 && numbers.iter().all(is_number) => Ok(text.to_owned()),
        _ => Err("a version of Elasticsearch 8 or 9 is needed, such as 9.5.0".to_owned()),
    }
}

/// The path of a file; `~/` is expanded to the home directory.
pub(crate) fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().try_map(|text: OsString| match text.to_str() {
        Some("") => Err(EMPTY.to_owned()),
        Some(text) => expand_home(text),
        None => Ok(PathBuf::from(text)),
    })
}

/// An address to listen on; host names are resolved later.
pub(crate) fn listen_address(text: &str) -> Result<String, String> {
    let wrong = |reason: String| Err(format!("{reason}; ADDRESS:PORT is needed, such as 127.0.0.1:9200"));
    if text.trim().is_empty() {
        return wrong(EMPTY.to_owned());
    }
    if text.contains('/') {
        return wrong("it is no URL".to_owned());
    }
    let is_number = |text: &str| text.chars().all(|letter| letter.is_ascii_digit());
    let Some((address, port)) = text.rsplit_once(':').filter(|_| !text.ends_with(']')) else {
        return wrong(format!("the {} is missing", if is_number(text) { "address" } else { "port" }));
    };
    if port.parse::<u16>().is_err() {
        return wrong(format!("the port [{port}] has to be a whole number from 0 to 65535"));
    }
    if address.is_empty() {
        return wrong("the address is missing, 0.0.0.0 listens on all of them".to_owned());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_has_three_numbers() {
        for good in ["9.5.0", "8.19.12"] {
            assert_eq!(api_version(good).unwrap(), good);
        }
        for wrong in ["", "9", "9.5", "9.5.0.1", "9.5.x", "7.17.0", "10.0.0", "9.5.+1", "9.5.99999", "v9.5.0"]
        {
            assert!(api_version(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_checked_before_they_are_looked_up() {
        for good in ["127.0.0.1:0", "[::1]:9200", "localhost:65535"] {
            assert_eq!(listen_address(good).unwrap(), good);
        }
        for (wrong, reason) in [
            ("127.0.0.1:99999", "the port [99999] has to be"),
            ("127.0.0.1:http", "the port [http] has to be"),
            ("127.0.0.1:", "the port [] has to be"),
            ("127.0.0.1:-1", "the port [-1] has to be"),
            (":9200", "the address is missing"),
            ("9200", "the address is missing"),
            ("localhost", "the port is missing"),
            ("[::1]", "the port is missing"),
            ("http://127.0.0.1:9200", "no URL"),
            ("", "must not be empty"),
            (" ", "must not be empty"),
        ] {
            let refused = listen_address(wrong).unwrap_err();
            assert!(refused.contains(reason) && refused.contains("ADDRESS:PORT"), "{wrong}: {refused}");
        }
    }
}
