//! What is meant by a name that nobody knows.

/// Below this, two names have little in common.
const LIKENESS: f64 = 0.8;

/// The name that is most like one that is not known.
pub(crate) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    let likely = known.map(|known| (strsim::jaro_winkler(name, known), known));
    let likely = likely.filter(|(likeness, _)| *likeness > LIKENESS);
    likely.max_by(|one, other| one.0.total_cmp(&other.0)).map(|(_, known)| known.to_owned())
}
