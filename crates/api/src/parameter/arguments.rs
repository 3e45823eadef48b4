//! The query parameters of a request, parsed into valid values.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use tributary_domain::{Enumeration, Refusal, did_you_mean, parse_duration};

use super::declaration::{Parameter, ParameterKind};

/// The maximum of `from` plus `size`, as in Elasticsearch.
pub(crate) const MAXIMUM_WINDOW: u32 = 10_000;

/// The query parameters of one request, checked to be declared and consistent.
#[derive(Debug, Clone, Default)]
pub struct Arguments {
    values: Vec<(&'static str, String)>,
}

/// As in a query string, but decoded.
impl fmt::Display for Arguments {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.values.iter().map(|(name, value)| format!("{name}={value}"));
        formatter.write_str(&pairs.collect::<Vec<_>>().join("&"))
    }
}

impl Arguments {
    /// Takes decoded pairs of name and value in the order of the URL. Rejects names that are not in `declared`, all in
    /// one error with the nearest known name of each, and repeated single-valued parameters. `path` is for the error
    /// message.
    pub(crate) fn collect(
        path: &str,
        declared: impl Iterator<Item = &'static Parameter> + Clone,
        pairs: Vec<(String, String)>,
    ) -> Result<Self, Refusal> {
        let find = |name: &str| declared.clone().find(|known| known.name == name);
        let mut unknown: Vec<String> = Vec::new();
        let mut arguments = Self::default();
        for (name, value) in pairs {
            let Some(parameter) = find(&name) else {
                unknown.push(name);
                continue;
            };
            if !parameter.kind.is_list() && arguments.text(parameter).is_some() {
                let reason = format!("parameter [{name}] takes one value but was given several times");
                return Err(Refusal::InvalidArgument(reason));
            }
            arguments.values.push((parameter.name, value));
        }
        if unknown.is_empty() {
            return Ok(arguments);
        }
        let known: Vec<&str> = declared.map(|parameter| parameter.name).collect();
        Err(unrecognized(path, &unknown, &known))
    }

    /// The text of a parameter, if present; of a list, the first.
    pub fn text(&self, parameter: &Parameter) -> Option<&str> {
        self.repeated(parameter).next()
    }

    /// The texts of a parameter that may be repeated.
    fn repeated(&self, parameter: &Parameter) -> impl Iterator<Item = &str> {
        self.values.iter().filter(|(name, _)| *name == parameter.name).map(|(_, value)| value.as_str())
    }

    /// A text that must not be empty if present.
    pub(crate) fn filled_text(&self, parameter: &Parameter) -> Result<Option<&str>, Refusal> {
        match self.text(parameter) {
            Some("") => Err(empty(parameter)),
            given => Ok(given),
        }
    }

    /// The items of a list; empty if the parameter is absent or empty.
    pub fn texts(&self, parameter: &Parameter) -> Vec<&str> {
        let items = self.repeated(parameter).flat_map(|list| list.split(','));
        items.map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    /// The items of a list without duplicates, each exactly as given and none empty; empty if the parameter is absent.
    pub(crate) fn exact_texts(&self, parameter: &Parameter) -> Result<Vec<String>, Refusal> {
        if self.repeated(parameter).any(str::is_empty) {
            return Err(empty(parameter));
        }
        let items: Vec<String> = self.repeated(parameter).flat_map(unescaped_items).collect();
        if items.iter().any(String::is_empty) {
            let reason = format!("parameter [{}] must have no empty item between its commas", parameter.name);
            return Err(Refusal::InvalidArgument(reason));
        }
        Ok(items.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
    }

    /// An integer from 0 to 2^31 - 1, or the declared default.
    pub fn integer(&self, parameter: &Parameter) -> Result<u32, Refusal> {
        let given = self.text(parameter).or(parameter.default).unwrap_or_default();
        let value = given.parse::<i32>().ok().and_then(|value| u32::try_from(value).ok());
        value.ok_or_else(|| {
            Refusal::InvalidArgument(format!(
                "parameter [{}] must be a whole number from 0 to {}, but was [{given}]",
                parameter.name,
                i32::MAX
            ))
        })
    }

    /// An integer from 1 to 2^31 - 1, if present.
    pub fn positive_integer(&self, parameter: &Parameter) -> Result<Option<u32>, Refusal> {
        let Some(given) = self.text(parameter) else { return Ok(None) };
        let value = given.parse::<i32>().ok().and_then(|value| u32::try_from(value).ok());
        value.filter(|value| *value > 0).map(Some).ok_or_else(|| {
            Refusal::InvalidArgument(format!(
                "parameter [{}] must be a whole number from 1 to {}, but was [{given}]",
                parameter.name,
                i32::MAX
            ))
        })
    }

    /// `true`, `false`, or true if the name has no value, where that is allowed; false if absent.
    pub fn boolean(&self, parameter: &Parameter) -> Result<bool, Refusal> {
        Ok(self.optional_boolean(parameter)?.unwrap_or(false))
    }

    /// `true`, `false`, or true if the name has no value, where that is allowed; `None` if absent.
    pub fn optional_boolean(&self, parameter: &Parameter) -> Result<Option<bool>, Refusal> {
        match self.text(parameter) {
            None => Ok(None),
            Some("false") => Ok(Some(false)),
            Some("") if parameter.kind == ParameterKind::FilledBoolean => Err(empty(parameter)),
            Some("" | "true") => Ok(Some(true)),
            Some(other) => Err(Refusal::InvalidArgument(format!(
                "parameter [{}] must be [true] or [false], but was [{other}]",
                parameter.name
            ))),
        }
    }

    /// A duration, or the declared default; `None` if there is neither.
    #[cfg_attr(not(test), expect(dead_code, reason = "no endpoint has such a parameter yet"))]
    pub(crate) fn duration(&self, parameter: &Parameter) -> Result<Option<Duration>, Refusal> {
        let given = self.text(parameter).or(parameter.default);
        given.map(|text| parse_duration(text).ok_or_else(|| not_a_duration(parameter, text, ""))).transpose()
    }

    /// How long to wait: a duration or the declared default, and at most `longest`, also for `-1`.
    pub(crate) fn timeout(&self, parameter: &Parameter, longest: Duration) -> Result<Duration, Refusal> {
        match self.text(parameter).or(parameter.default) {
            None | Some("-1") => Ok(longest),
            Some(text) => match parse_duration(text) {
                Some(duration) => Ok(duration.min(longest)),
                None => Err(not_a_duration(parameter, text, ", or [-1]")),
            },
        }
    }

    /// One value of an enumeration, if present.
    pub(crate) fn keyword<T: Enumeration>(&self, parameter: &Parameter) -> Result<Option<T>, Refusal> {
        self.text(parameter).map(|word| enumerated(parameter, word)).transpose()
    }

    /// Values of an enumeration without duplicates; empty if the parameter is absent or empty.
    pub(crate) fn keywords<T: Enumeration + PartialEq>(
        &self,
        parameter: &Parameter,
    ) -> Result<Vec<T>, Refusal> {
        if self.repeated(parameter).eq([""]) { Ok(Vec::new()) } else { self.filled_keywords(parameter) }
    }

    /// The same; without words, the list is refused.
    pub(crate) fn filled_keywords<T: Enumeration + PartialEq>(
        &self,
        parameter: &Parameter,
    ) -> Result<Vec<T>, Refusal> {
        let mut values = Vec::new();
        for word in self.repeated(parameter).flat_map(|list| list.split(',')) {
            let value = enumerated(parameter, word.trim())?;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        Ok(values)
    }

    /// The page of a list: `from` and `size`, together at most [`MAXIMUM_WINDOW`].
    pub(crate) fn window(
        &self,
        from: &Parameter,
        size: &Parameter,
        narrow: &str,
    ) -> Result<(u32, u32), Refusal> {
        let window = (self.integer(from)?, self.integer(size)?);
        let end = u64::from(window.0) + u64::from(window.1);
        if end > u64::from(MAXIMUM_WINDOW) {
            return Err(Refusal::InvalidArgument(format!(
                "[from] + [size] must be at most [{MAXIMUM_WINDOW}], but was [{end}]; to go deeper, walk \
                 with [cursor=], or narrow the list with {narrow}"
            )));
        }
        Ok(window)
    }
}

fn not_a_duration(parameter: &Parameter, text: &str, alternative: &str) -> Refusal {
    Refusal::InvalidArgument(format!(
        "parameter [{}] must be a whole number with one of the units [nanos, micros, ms, s, m, h, d], such as \
         [30s]{alternative}, but was [{text}]",
        parameter.name
    ))
}

/// The items of a list between its commas; a backslash before a comma or a backslash takes it literally.
fn unescaped_items(list: &str) -> Vec<String> {
    let (mut items, mut item) = (Vec::new(), String::new());
    let mut letters = list.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ',' => items.push(std::mem::take(&mut item)),
            '\\' => item.push(letters.next_if(|next| matches!(next, ',' | '\\')).unwrap_or('\\')),
            _ => item.push(letter),
        }
    }
    items.push(item);
    items
}

fn empty(parameter: &Parameter) -> Refusal {
    Refusal::InvalidArgument(format!("parameter [{}] must not be empty", parameter.name))
}

fn enumerated<T: Enumeration>(parameter: &Parameter, word: &str) -> Result<T, Refusal> {
    word.parse().map_err(|_| {
        Refusal::InvalidArgument(format!(
            "parameter [{}] has the unknown value [{word}], expected one of [{}]",
            parameter.name,
            T::words()
        ))
    })
}

fn unrecognized(path: &str, unknown: &[String], known: &[&str]) -> Refusal {
    let plural = if unknown.len() == 1 { "" } else { "s" };
    let named =
        unknown.iter().take(MAXIMUM_NAMED).map(|name| format!("[{name}]{}", did_you_mean(name, known)));
    let more = unknown.len().saturating_sub(MAXIMUM_NAMED);
    let more = (more > 0).then(|| format!("and {more} more"));
    let named: Vec<String> = named.chain(more).collect();
    Refusal::InvalidArgument(format!(
        "request [{path}] contains unrecognized parameter{plural}: {}",
        named.join(", ")
    ))
}

/// The maximum number of unknown parameters listed in an error.
const MAXIMUM_NAMED: usize = 10;

#[cfg(test)]
mod tests {
    use tributary_domain::SyncJobType;

    use super::*;

    const fn declare(name: &'static str, kind: ParameterKind, default: Option<&'static str>) -> Parameter {
        Parameter { name, kind, default, description: "" }
    }
    const FROM: Parameter = declare("from", ParameterKind::Integer, Some("0"));
    const SIZE: Parameter = declare("size", ParameterKind::Integer, Some("100"));
    const TYPES: Parameter = declare("job_type", ParameterKind::KeywordList(&[]), None);
    const INTERVAL: Parameter = declare("interval", ParameterKind::Duration, None);
    const TIMEOUT: Parameter = declare("timeout", ParameterKind::Timeout, Some("30s"));
    const IDS: Parameter = declare("id", ParameterKind::ExactTextList, None);
    const DECLARED: &[Parameter] = &[FROM, SIZE, TYPES, INTERVAL, TIMEOUT, IDS];

    fn collect(pairs: &[(&str, &str)]) -> Result<Arguments, Refusal> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Arguments::collect("/list", DECLARED.iter(), pairs)
    }

    #[test]
    fn names_unknown_parameters_and_the_nearest_known() {
        assert_eq!(
            collect(&[("form", "1")]).unwrap_err().to_string(),
            "request [/list] contains unrecognized parameter: [form] -> did you mean [from]?"
        );
        assert_eq!(
            collect(&[("jobtype", "1"), ("from", "1"), ("sizes", "1")]).unwrap_err().to_string(),
            "request [/list] contains unrecognized parameters: [jobtype] -> did you mean [job_type]?, \
             [sizes] -> did you mean [size]?"
        );
    }

    #[test]
    fn many_and_long_unknown_parameters_make_a_short_refusal() {
        let long = "x".repeat(100_000);
        assert!(!collect(&[(&long, "1")]).unwrap_err().to_string().contains("did you mean"));
        let many: Vec<(&str, &str)> = vec![("form", "1"); 5_000];
        let reason = collect(&many).unwrap_err().to_string();
        assert!(reason.len() < 1_000 && reason.ends_with(", and 4990 more"), "{reason}");
    }

    #[test]
    fn one_value_means_one_value() {
        assert!(collect(&[("from", "1"), ("from", "1")]).unwrap_err().to_string().contains("[from]"));
        let lists = collect(&[("job_type", "full"), ("job_type", "FULL,Incremental")]).unwrap();
        let types = [SyncJobType::Full, SyncJobType::Incremental];
        assert_eq!(lists.keywords::<SyncJobType>(&TYPES).unwrap(), types);
    }

    #[test]
    fn integers_are_checked_and_named() {
        for bad in ["-1", "a", "", "1.0", "2147483648", "99999999999999999999", " 1", "0x1"] {
            let reason = collect(&[("from", bad)]).unwrap().integer(&FROM).unwrap_err().to_string();
            assert!(reason.contains("[from]") && reason.contains(&format!("[{bad}]")), "{reason}");
        }
        assert_eq!(collect(&[]).unwrap().integer(&SIZE), Ok(100));
        assert_eq!(collect(&[("size", "2147483647")]).unwrap().integer(&SIZE), Ok(2_147_483_647));
    }

    #[test]
    fn durations_are_checked_and_named() {
        let hour = Duration::from_hours(1);
        let interval = |text| collect(&[("interval", text)]).unwrap().duration(&INTERVAL);
        let timeout = |text| collect(&[("timeout", text)]).unwrap().timeout(&TIMEOUT, hour);
        assert_eq!(collect(&[]).unwrap().duration(&INTERVAL), Ok(None));
        assert_eq!(interval("90m"), Ok(Some(Duration::from_mins(90))));
        assert_eq!(collect(&[]).unwrap().timeout(&TIMEOUT, hour), Ok(Duration::from_secs(30)));
        assert_eq!(timeout("5ms"), Ok(Duration::from_millis(5)));
        for unlimited in ["-1", "1d", "1h"] {
            assert_eq!(timeout(unlimited), Ok(hour), "{unlimited}");
        }
        for bad in ["", "30", "1.5s", "-2", "-1s", "1w"] {
            for (reason, name) in
                [(interval(bad).unwrap_err(), "[interval]"), (timeout(bad).unwrap_err(), "[timeout]")]
            {
                let reason = reason.to_string();
                let parts = [name, &format!("[{bad}]"), "[30s]", "micros"];
                assert!(parts.iter().all(|part| reason.contains(part)), "{reason}");
            }
        }
        assert!(interval("-1").is_err());
    }

    #[test]
    fn zero_is_not_positive() {
        let count = |text| collect(&[("size", text)]).unwrap().positive_integer(&SIZE);
        assert_eq!(collect(&[]).unwrap().positive_integer(&SIZE), Ok(None));
        assert_eq!([count("1"), count("2147483647")], [Ok(Some(1)), Ok(Some(2_147_483_647))]);
        for bad in ["0", "-1", "", "2147483648", "1.0"] {
            let reason = count(bad).unwrap_err().to_string();
            assert!(reason.contains("[size]") && reason.contains(&format!("[{bad}]")), "{reason}");
        }
    }

    #[test]
    fn the_window_ends_at_ten_thousand() {
        let window =
            |from, size| collect(&[("from", from), ("size", size)]).unwrap().window(&FROM, &SIZE, "[x]");
        assert_eq!(window("9900", "100"), Ok((9_900, 100)));
        assert_eq!(window("10000", "0"), Ok((10_000, 0)));
        for (from, size) in [("9901", "100"), ("2147483647", "2147483647")] {
            assert!(window(from, size).unwrap_err().to_string().contains("[10000]"));
        }
    }

    #[test]
    fn lists_may_be_empty_but_not_wrong() {
        let types = |list| collect(&[("job_type", list)]).unwrap().keywords::<SyncJobType>(&TYPES);
        assert_eq!(types(""), Ok(vec![]));
        assert_eq!(types("full, full"), Ok(vec![SyncJobType::Full]));
        for bad in ["fool", "full,", ","] {
            assert!(types(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_backslash_takes_a_comma_literally() {
        let cases: [(&[&str], &[&str]); 8] = [
            (&["a"], &["a"]),
            (&["b,a,b"], &["a", "b"]),
            (&[r"a\,b,c"], &["a,b", "c"]),
            (&[r"a\\,b"], &[r"a\", "b"]),
            (&[r"a\b\"], &[r"a\b\"]),
            (&[r"a\", "b"], &[r"a\", "b"]),
            (&[" a , b"], &[" a ", " b"]),
            (&[], &[]),
        ];
        for (given, expected) in cases {
            let pairs: Vec<_> = given.iter().map(|list| ("id", *list)).collect();
            assert_eq!(collect(&pairs).unwrap().exact_texts(&IDS).unwrap(), expected, "{given:?}");
        }
        for (bad, part) in [("", "not be empty"), (",", "no empty item"), ("a,", "item"), ("a,,b", "item")] {
            let reason = collect(&[("id", "x"), ("id", bad)]).unwrap().exact_texts(&IDS).unwrap_err();
            assert!(
                reason.to_string().starts_with("parameter [id] must") && reason.to_string().contains(part)
            );
        }
    }
}
