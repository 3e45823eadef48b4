//! Regular expressions that clients send, for workers of theirs to use.
//!
//! Most workers are written in Python: what its expressions have beyond those of the `regex` crate, such as
//! looking ahead and back references, is no mistake.

use fancy_regex::{CompileError, Error, Regex, RegexBuilder};

/// The most memory of an expression that is checked, in bytes: larger ones may well be right.
const MAXIMUM_SIZE: usize = 128 * 1024;
/// The most steps back in a search.
const MAXIMUM_BACKTRACKING: usize = 10_000;

/// Reads an expression; the problem says where it is, characters counted from one. `None` is an expression
/// that is too large to be tried here.
pub(crate) fn parse(pattern: &str) -> Result<Option<Regex>, String> {
    let built = RegexBuilder::new(pattern)
        .delegate_size_limit(MAXIMUM_SIZE)
        .delegate_dfa_size_limit(MAXIMUM_SIZE)
        .backtrack_limit(MAXIMUM_BACKTRACKING)
        .build();
    match built {
        Ok(regex) => Ok(Some(regex)),
        Err(Error::ParseError(place, problem)) => {
            let before = pattern.get(..place).unwrap_or(pattern);
            Err(format!(
                "{} at character [{}]",
                problem.to_string().to_lowercase(),
                before.chars().count() + 1
            ))
        }
        Err(Error::CompileError(error)) => match *error {
            CompileError::InnerError(error) if error.size_limit().is_some() => Ok(None),
            CompileError::PatternTooComplex => Ok(None),
            CompileError::InnerError(error) => {
                Err(in_a_line(&error.syntax_error().map_or_else(|| error.to_string(), ToString::to_string)))
            }
            other => Err(in_a_line(&other.to_string())),
        },
        Err(other) => Err(in_a_line(&other.to_string())),
    }
}

/// The last line of a problem that is shown with the expression and marks below it.
fn in_a_line(problem: &str) -> String {
    let last = problem.lines().next_back().unwrap_or(problem).trim();
    last.trim_start_matches("error: ").to_lowercase()
}

/// Whether an expression is found in a text; one that takes too long to say is taken to be.
pub(crate) fn is_found(regex: &Regex, text: &str) -> bool {
    regex.is_match(text).unwrap_or(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_workers_understand_is_no_mistake() {
        for good in
            ["", ".*", "(?i)x", r"a(?=b)(?<!c)", r"(?P<n>a)(?P=n)\1", "a++", r"\d{1,3}", "a{99999}{999}"]
        {
            assert!(parse(good).is_ok(), "{good}");
        }
        assert!(parse("a{99999}{999}").unwrap().is_none(), "too large to be tried");
    }

    #[test]
    fn a_mistake_is_told_in_a_line_with_its_place_where_that_is_known() {
        for (bad, problem) in [
            ("ü(", "opening parenthesis without closing parenthesis at character [3]"),
            ("*a", "target of repeat operator is invalid at character [1]"),
            ("a\\", "backslash without following character at character [2]"),
            ("[z-a]", "invalid character class range, the start must be <= the end"),
        ] {
            assert_eq!(parse(bad).unwrap_err(), problem, "{bad}");
        }
        let deep = "(".repeat(100_000) + &")".repeat(100_000);
        assert!(parse(&deep).unwrap_err().len() < 100);
    }

    #[test]
    fn a_search_has_an_end() {
        let regex = parse(r"^(a|b|ab)*\1c$").unwrap().unwrap();
        let text = "ab".repeat(30);
        assert!(regex.is_match(&text).is_err() && is_found(&regex, &text), "given up");
        assert!(!is_found(&parse("^a$").unwrap().unwrap(), "b"));
    }
}
