//! Ranges of dates: two parameters, for the first moment and for the first after the last.

use tributary_domain::{Refusal, Timestamp, parse_date_math};

use super::arguments::Arguments;
use super::declaration::Parameter;

impl Arguments {
    /// The bounds of a range in milliseconds since 1970, from the first inclusive to the second exclusive. Together
    /// they must leave room for a moment.
    pub(crate) fn date_range(
        &self,
        after: &Parameter,
        before: &Parameter,
        now: Timestamp,
    ) -> Result<(Option<i64>, Option<i64>), Refusal> {
        let range = (self.date(after, now)?, self.date(before, now)?);
        match range {
            (Some(from), Some(end)) if from >= end => {
                let text = |parameter| self.text(parameter).unwrap_or_default();
                Err(Refusal::InvalidArgument(format!(
                    "parameter [{}] must be before [{}], but [{}] is not before [{}]",
                    after.name,
                    before.name,
                    text(after),
                    text(before)
                )))
            }
            range => Ok(range),
        }
    }

    /// A date or date maths, in milliseconds since 1970.
    fn date(&self, parameter: &Parameter, now: Timestamp) -> Result<Option<i64>, Refusal> {
        let Some(text) = self.text(parameter) else { return Ok(None) };
        parse_date_math(text, now).map(Some).map_err(|error| {
            let is_decoded = text.contains(' ');
            let hint = if is_decoded { "; a [+] in a URL is a blank, write [%2B]" } else { "" };
            Refusal::InvalidArgument(format!(
                "parameter [{}] has the invalid value [{text}]: {error}{hint}",
                parameter.name
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameter::ParameterKind;

    const AFTER: Parameter = date("created_after");
    const BEFORE: Parameter = date("created_before");

    const fn date(name: &'static str) -> Parameter {
        Parameter { name, kind: ParameterKind::Date, default: None, description: "" }
    }

    fn range(after: Option<&str>, before: Option<&str>) -> Result<(Option<i64>, Option<i64>), Refusal> {
        let given = [(AFTER.name, after), (BEFORE.name, before)];
        let pairs = given.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?.to_owned())));
        let arguments = Arguments::collect("/", [&AFTER, &BEFORE].into_iter(), pairs.collect())?;
        arguments.date_range(&AFTER, &BEFORE, Timestamp::parse("1970-01-02T00:00:01.500Z").unwrap())
    }

    #[test]
    fn each_bound_may_be_missing_and_they_must_not_cross() {
        assert_eq!(range(None, None), Ok((None, None)));
        assert_eq!(range(Some("now/d"), None), Ok((Some(86_400_000), None)));
        assert_eq!(range(None, Some("now")), Ok((None, Some(86_401_500))));
        assert_eq!(range(Some("5"), Some("6")), Ok((Some(5), Some(6))));
        for (after, before) in [("5", "5"), ("now", "now-1s"), ("2026", "1970")] {
            let reason = range(Some(after), Some(before)).unwrap_err().to_string();
            let expected = format!(
                "parameter [created_after] must be before [created_before], but [{after}] is not before [{before}]"
            );
            assert_eq!(reason, expected);
        }
    }

    #[test]
    fn refusals_say_what_would_be_right() {
        for (text, part) in [
            ("", "[now-5m]"),
            ("yesterday", "[yesterday]"),
            ("now-5x", "[x] is not a unit"),
            ("now 5m", "write [%2B]"),
            ("2026-01-01|| 1d", "write [%2B]"),
            ("2026-01-01T00:00:00 02:00", "write [%2B]"),
            ("now+9999999y", "out of range"),
        ] {
            let reason = range(None, Some(text)).unwrap_err().to_string();
            let start = format!("parameter [created_before] has the invalid value [{text}]: ");
            assert!(reason.starts_with(&start) && reason.contains(part), "{reason}");
            assert_eq!(reason.contains("%2B"), text.contains(' '), "{reason}");
        }
    }
}
