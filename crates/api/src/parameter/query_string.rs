//! Decoding of URL query strings; malformed input is rejected.

use percent_encoding::percent_decode_str;
use tributary_domain::Refusal;

/// The pairs of a query string, decoded.
pub(crate) fn pairs(query: &str) -> Result<Vec<(String, String)>, Refusal> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(&name.replace('+', " "))?, decode(&value.replace('+', " "))?))
        })
        .collect()
}

/// Decodes one component; rejects malformed escapes and invalid UTF-8.
pub(crate) fn decode(piece: &str) -> Result<String, Refusal> {
    let malformed =
        |what: &str| Refusal::InvalidArgument(format!("[{piece}] in the URL is not valid: {what}"));
    let escapes = piece.split('%').skip(1);
    let is_escape = |rest: &str| rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if !escapes.into_iter().all(is_escape) {
        return Err(malformed("a [%] must be followed by two hexadecimal digits"));
    }
    let decoded = percent_decode_str(piece).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| malformed("its escapes are not UTF-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_names_and_values() {
        let expected =
            [("a", "b c"), ("é", "&"), ("flag", "")].map(|(name, value)| (name.into(), value.into()));
        assert_eq!(pairs("a=b+c&%C3%A9=%26&&flag").unwrap(), expected);
        assert_eq!(pairs("a=1=2").unwrap(), [("a".to_owned(), "1=2".to_owned())]);
    }

    #[test]
    fn refuses_what_is_no_escape_or_no_unicode() {
        for bad in ["a=%", "a=%4", "a=%zz", "%FF=1", "a=%C3", "a=%é"] {
            assert!(pairs(bad).is_err(), "{bad}");
        }
    }
}
