//! What is meant by a name that is not known.

/// The most characters of a name that is compared with others: the work grows with its length.
const MAXIMUM_COMPARED: usize = 64;
/// Below this, from 0 to 1, two names have little in common.
const MINIMUM_SIMILARITY: f64 = 0.6;

/// The known name with the fewest typing mistakes between it and this one; none where no name is known or this
/// one is longer than any that could be meant. Of names that are equally near it is the first.
fn nearest_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let comparable = name.len() <= MAXIMUM_COMPARED;
    let known = known.into_iter().filter(|_| comparable);
    known.min_by_key(|candidate| strsim::damerau_levenshtein(name, candidate))
}

/// The nearest known name, if it is similar enough to be the one that is meant.
pub fn similar_name<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let is_similar =
        |nearest: &&str| strsim::normalized_damerau_levenshtein(name, nearest) >= MINIMUM_SIMILARITY;
    nearest_name(name, known).filter(is_similar)
}

/// The end of a sentence about an unknown name, as Elasticsearch writes it: ` -> did you mean [x]?` with the
/// nearest known name, or nothing where there is none.
pub fn did_you_mean(name: &str, known: &[&str]) -> String {
    let nearest = nearest_name(name, known.iter().copied());
    nearest.map_or_else(String::new, |nearest| format!(" -> did you mean [{nearest}]?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_mistakes_are_similar_and_other_words_are_not() {
        let known = ["deadline", "info", "memory", "password"];
        for (name, meant) in [
            ("deadlin", Some("deadline")),
            ("inof", Some("info")),
            ("pasword", Some("password")),
            ("memory", Some("memory")),
            ("port", None),
            ("", None),
        ] {
            assert_eq!(similar_name(name, known), meant, "{name}");
        }
    }

    #[test]
    fn a_refusal_always_names_the_nearest() {
        assert_eq!(did_you_mean("zzz", &["from", "size"]), " -> did you mean [size]?");
        assert_eq!(did_you_mean("form", &[]), "");
        assert_eq!(did_you_mean(&"x".repeat(MAXIMUM_COMPARED + 1), &["x"]), "");
    }
}
