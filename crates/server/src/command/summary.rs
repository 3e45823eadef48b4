//! The summary at the end of a command: what was transferred, and how both sides compare.

use std::fmt::Write as _;

use tributary_storage::Collection;
use tributary_storage::transfer::{
    COLLECTIONS, CollectionReport, LeftOut, OfEach, Report, Tally, Verdict, is_told,
};

use super::Failure;
use crate::streams;

/// A number with thousands separators.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.char_indices() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The contents of both sides, and what was transferred.
pub(super) fn report(report: &Report, source: &str, target: &str) -> String {
    let mut text = String::new();
    let parts = || {
        report.parts.iter().filter(|part| is_told(part.collection, part.source.count.max(part.target.count)))
    };
    for part in parts() {
        let CollectionReport { collection, created, present, .. } = part;
        let _ = write!(text, "{}: {} written", collection.plural(), grouped(created.count));
        if present.count > 0 {
            let _ = write!(text, ", {} were there already", grouped(present.count));
        }
        text.push('\n');
    }
    text.push_str(&left_out(report.left_out, &report.examples));
    let width = source.chars().count().max(target.chars().count());
    for part in parts() {
        for (side, tally) in [(source, part.source), (target, part.target)] {
            text.push_str(&line(&format!("{side:width$}"), part.collection, tally));
        }
    }
    text
}

/// The contents of one side.
pub(super) fn tallies(side: &str, tallies: OfEach<Tally>) -> String {
    let lines = COLLECTIONS.into_iter().zip(tallies);
    let lines = lines.filter(|(collection, tally)| is_told(*collection, tally.count));
    lines.map(|(collection, tally)| line(side, collection, tally)).collect()
}

fn line(side: &str, collection: Collection, Tally { count, digest }: Tally) -> String {
    format!("{side}  {:10}  {:>11}  digest {digest}\n", collection.plural(), grouped(count))
}

fn left_out(number: u64, examples: &[LeftOut]) -> String {
    let mut text = String::new();
    for example in examples {
        let _ = writeln!(text, "left out: {example}");
    }
    let unnamed = number.saturating_sub(examples.len() as u64);
    if unnamed > 0 {
        let _ = writeln!(text, "left out: {} more", grouped(unnamed));
    }
    text
}

/// Prints the summary with the verdict; an error unless both sides are as expected.
pub(super) fn conclude(mut text: String, verdict: Verdict) -> Result<(), Failure> {
    text.push_str(match &verdict {
        Verdict::Same => "the same\n",
        Verdict::Merged => "merged: the target holds all of the source, and what it held before\n",
        Verdict::Different(_) => "DIFFERENT\n",
        Verdict::Incomplete(_) => "INCOMPLETE\n",
    });
    say(&text)?;
    match verdict {
        Verdict::Same | Verdict::Merged => Ok(()),
        Verdict::Different(reasons) => Err(Failure::Different(reasons.join("; "))),
        Verdict::Incomplete(reasons) => Err(Failure::Incomplete(reasons.join("; "))),
    }
}

/// Writes a summary to standard output completely.
pub(super) fn say(text: &str) -> Result<(), Failure> {
    streams::say(text).map_err(Failure::Summary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        let cases = [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")];
        for (number, text) in cases {
            assert_eq!(grouped(number), text);
        }
    }
}
