//! Regular expressions that clients send, for workers of theirs to use.
//!
//! Most workers are written in Python: what its expressions have beyond those of the `regex` crate, such as
//! looking ahead and back references, is no mistake.

use fancy_regex::{CompileError, Error, Regex, RegexBuilder};

/// The most memory of an expression that is only read, in bytes: its mistakes are found before that is reached.
const MAXIMUM_SIZE_TO_READ: usize = 4 * 1024;
/// The most memory of an expression that is tried on a text, in bytes: larger ones may well be right.
const MAXIMUM_SIZE_TO_TRY: usize = 64 * 1024;
/// The most steps back in a search.
const MAXIMUM_BACKTRACKING: usize = 1_000;

/// How much work the expressions of one request may make, in bytes of expressions and of texts they are tried
/// on: some tens of milliseconds.
const MAXIMUM_WORK: usize = 256 * 1024;
/// How many characters an expression looks at in the time that a byte of work stands for.
const CHARACTERS_LOOKED_AT: usize = 64;
/// What an expression costs beside its length.
const LEAST_WORK: usize = 1024;

/// What is left of the work that one request may make; beyond it nothing is checked.
#[derive(Debug)]
pub(crate) struct Budget {
    left: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { left: MAXIMUM_WORK }
    }
}

impl Budget {
    /// What is wrong with an expression; `None` also where nothing is left to find that out.
    pub(crate) fn problem(&mut self, pattern: &str) -> Option<String> {
        self.spend(pattern.len()).then(|| check(pattern).err()).flatten()
    }

    /// Whether an expression is certainly not found in a text. One that is too large to be tried, or takes too
    /// long to say, may be.
    pub(crate) fn is_missing(&mut self, pattern: &str, text: &str) -> bool {
        // What looks ahead or behind may look through the text at each of its characters.
        let squared = text.len().saturating_mul(text.len()) / CHARACTERS_LOOKED_AT;
        let work = pattern.len().saturating_add(text.len()).saturating_add(squared);
        self.spend(work) && !is_found(pattern, text)
    }

    fn spend(&mut self, bytes: usize) -> bool {
        let left = self.left.checked_sub(LEAST_WORK.saturating_add(bytes));
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// Refuses what is no expression; the problem says where it is, characters counted from one, if that is known.
fn check(pattern: &str) -> Result<(), String> {
    match build(pattern, MAXIMUM_SIZE_TO_READ) {
        Ok(_) => Ok(()),
        Err(Error::ParseError(place, problem)) => {
            let before = pattern.get(..place).unwrap_or(pattern);
            Err(format!(
                "{} at character [{}]",
                problem.to_string().to_lowercase(),
                before.chars().count() + 1
            ))
        }
        Err(Error::CompileError(error)) => match *error {
            CompileError::InnerError(error) if error.size_limit().is_some() => Ok(()),
            CompileError::PatternTooComplex => Ok(()),
            CompileError::InnerError(error) => {
                let syntax = error.syntax_error().map(ToString::to_string);
                Err(in_a_line(&syntax.unwrap_or_else(|| error.to_string())))
            }
            other => Err(in_a_line(&other.to_string())),
        },
        Err(other) => Err(in_a_line(&other.to_string())),
    }
}

/// Whether an expression is found in a text. One that is too large to be tried, or takes too long to say, is
/// taken to be.
fn is_found(pattern: &str, text: &str) -> bool {
    let Ok(regex) = build(pattern, MAXIMUM_SIZE_TO_TRY) else { return true };
    regex.is_match(text).unwrap_or(true)
}

fn build(pattern: &str, size: usize) -> Result<Regex, Error> {
    RegexBuilder::new(pattern)
        .delegate_size_limit(size)
        .delegate_dfa_size_limit(size)
        .backtrack_limit(MAXIMUM_BACKTRACKING)
        .build()
}

/// The last line of a problem that is shown with the expression and marks below it.
fn in_a_line(problem: &str) -> String {
    let last = problem.lines().next_back().unwrap_or(problem).trim();
    last.trim_start_matches("error: ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_workers_understand_is_no_mistake() {
        for good in
            ["", ".*", "(?i)x", r"a(?=b)(?<!c)", r"(?P<n>a)(?P=n)\1", "a++", r"\d{1,3}", "a{99999}{999}"]
        {
            assert_eq!(check(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn a_mistake_is_told_in_a_line_with_its_place_where_that_is_known() {
        for (bad, problem) in [
            ("ü(", "opening parenthesis without closing parenthesis at character [3]"),
            ("*a", "target of repeat operator is invalid at character [1]"),
            ("a\\", "backslash without following character at character [2]"),
            ("[z-a]", "invalid character class range, the start must be <= the end"),
            (r"\w{99}[z-a]", "invalid character class range, the start must be <= the end"),
        ] {
            assert_eq!(check(bad).unwrap_err(), problem, "{bad}");
        }
        let deep = "(".repeat(100_000) + &")".repeat(100_000);
        assert!(check(&deep).unwrap_err().len() < 100);
    }

    #[test]
    fn expressions_are_found_anywhere_in_a_text() {
        for (pattern, text, found) in
            [("b", "abc", true), ("^b", "abc", false), (r"b(?!c)", "abc", false), (r"^\w+$", "größe", true)]
        {
            assert_eq!(is_found(pattern, text), found, "{pattern}");
        }
    }

    #[test]
    fn the_work_of_one_request_ends() {
        let mut budget = Budget::default();
        assert!(budget.problem(&"(".repeat(MAXIMUM_WORK)).is_none(), "too long to be looked at");
        assert!(budget.is_missing("b", "a") && budget.problem("(").is_some());
        let checked = std::iter::repeat_with(|| budget.problem("(")).take_while(Option::is_some).count();
        assert!((200..256).contains(&checked), "{checked}");
        assert!(!budget.is_missing("b", "a"));
    }

    #[test]
    fn long_texts_are_not_looked_through_again_and_again() {
        let mut budget = Budget::default();
        let rule = "(?=.*[0-9])(?=.*[a-z]).{8,}";
        assert!(budget.is_missing(rule, "password"));
        assert!(!budget.is_missing(rule, &"a".repeat(250_000)), "too long to be tried");
        assert!(budget.is_missing("b", &"a".repeat(1_000)));
        let tried = (0..1_000).take_while(|_| budget.is_missing("b", &"a".repeat(1_000))).count();
        assert!(tried < 20, "{tried}");
    }

    #[test]
    fn what_takes_too_much_is_taken_to_be_found() {
        let (slow, text) = (r"^(a|b|ab)*\1c$", "ab".repeat(30));
        assert!(build(slow, MAXIMUM_SIZE_TO_TRY).unwrap().is_match(&text).is_err() && is_found(slow, &text));
        assert!(build("a{99999}{999}", MAXIMUM_SIZE_TO_TRY).is_err() && is_found("a{99999}{999}", "b"));
    }
}
