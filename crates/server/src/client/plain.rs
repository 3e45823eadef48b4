//! Texts of others, made safe to show.

use std::fmt::Write as _;

/// The text on one line and without what could control a terminal or reorder what it shows: control characters and
/// marks of writing direction are escaped, such as `\n` and `\u{1b}`.
pub(crate) fn plain(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// JSON with the same value in which such characters are escaped. Those that JSON allows unescaped occur only inside
/// its strings, except for white space.
pub(super) fn plain_json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_unsafe(character) && !character.is_ascii_whitespace() {
            let _ = write!(shown, "\\u{:04x}", u32::from(character));
        } else {
            shown.push(character);
        }
    }
    shown
}

fn is_unsafe(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_reaches_the_terminal_but_text() {
        for (text, shown) in [
            ("Größe 漢字", "Größe 漢字"),
            ("\u{1b}[31mred\u{7}", r"\u{1b}[31mred\u{7}"),
            ("a\nb\tc\r", r"a\nb\tc\r"),
            ("\u{9b}2J\u{7f}", r"\u{9b}2J\u{7f}"),
            ("\u{202e}txt.exe", r"\u{202e}txt.exe"),
        ] {
            assert_eq!(plain(text), shown);
        }
    }

    #[test]
    fn json_keeps_its_value() {
        let value = serde_json::json!({"a": "\u{9b}2J \u{7f}\u{202e} \u{1b}ü", "b": [1, "\n"]});
        let text = format!("{value:#}\r\n");
        let shown = plain_json(&text);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        assert!(
            shown.chars().all(|character| !is_unsafe(character) || character.is_ascii_whitespace()),
            "{shown}"
        );
    }
}
