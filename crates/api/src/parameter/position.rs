//! Positions in the feed of changes, as clients see them: opaque texts of letters, digits, `-` and `_`.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use tributary_storage::Position;

/// The text of a position.
pub(crate) fn position_text(position: &Position) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(position.as_str())
}

/// The position of a text; any other text is a position that no store knows.
pub(crate) fn position(text: &str) -> Position {
    let decoded = BASE64_URL_SAFE_NO_PAD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    Position::new(decoded.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_comes_back() {
        for text in ["0197-5", r#"{"at":1,"indices":{"ü\n":{}}}"#, ""] {
            let shown = position_text(&Position::new(text));
            assert!(
                shown.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)),
                "{shown}"
            );
            assert_eq!(position(&shown), Position::new(text));
        }
        // Bytes that are not UTF-8, and what is not base64.
        for foreign in ["_w", "ü", "="] {
            assert_eq!(position(foreign), Position::new(""), "{foreign}");
        }
    }
}
