//! Sets of dotted paths with `*`, matched name by name on the way down into a document.

use std::ops::Range;

/// What a path expects at a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    Byte(u8),
    /// Any bytes within a name.
    InName,
    /// Any bytes, dots included.
    Anything,
    /// The end of the path: it matches, and so does everything below.
    End,
    /// Everything from here on matches.
    Below,
}

/// What `*` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcard {
    /// A part of one name; `**` crosses dots.
    InName,
    /// Any part of a path.
    Anything,
}

/// A set of paths. All of them are matched at once, in time proportional to the text and to the positions that are
/// alive in it.
#[derive(Debug, Clone, Default)]
pub(super) struct PathSet {
    tokens: Vec<Token>,
    starts: Vec<u32>,
}

impl PathSet {
    pub(super) fn new(paths: &[&str], wildcard: Wildcard) -> Self {
        let mut set = Self::default();
        for path in paths {
            set.starts.push(position(set.tokens.len()));
            for byte in path.bytes() {
                let last = set.tokens.len().checked_sub(1).and_then(|last| set.tokens.get_mut(last));
                match (byte, wildcard, last) {
                    (b'*', _, Some(last @ (Token::InName | Token::Anything))) => *last = Token::Anything,
                    (b'*', Wildcard::InName, _) => set.tokens.push(Token::InName),
                    (b'*', Wildcard::Anything, _) => set.tokens.push(Token::Anything),
                    _ => set.tokens.push(Token::Byte(byte)),
                }
            }
            set.tokens.extend([Token::End, Token::Below]);
        }
        set
    }
}

fn position(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// The positions that are alive after some part of a path: a range of a [`Matcher`].
pub(super) type Alive = Range<usize>;

/// Matches paths against a set. The positions are a stack: what was pushed last is dropped first.
pub(super) struct Matcher<'s> {
    set: &'s PathSet,
    alive: Vec<u32>,
    /// For each position the step that last reached it.
    reached: Vec<u64>,
    steps: u64,
}

impl<'s> Matcher<'s> {
    pub(super) fn new(set: &'s PathSet) -> Self {
        Self { set, alive: Vec::new(), reached: vec![0; set.tokens.len()], steps: 0 }
    }

    /// All paths, before anything has been matched.
    pub(super) fn start(&mut self) -> Alive {
        self.begin_step();
        let start = self.alive.len();
        for path in &self.set.starts {
            self.reach(*path);
        }
        start..self.alive.len()
    }

    /// What is alive after a further part of the path.
    pub(super) fn step(&mut self, from: &Alive, text: &[u8]) -> Alive {
        let start = self.alive.len();
        self.alive.extend_from_within(from.clone());
        for byte in text {
            let end = self.alive.len();
            self.begin_step();
            for index in start..end {
                self.advance(self.alive[index], *byte);
            }
            self.alive.drain(start..end);
            if self.alive.len() == start {
                break;
            }
        }
        start..self.alive.len()
    }

    /// Forgets what was made after `from`.
    pub(super) fn drop_after(&mut self, from: &Alive) {
        self.alive.truncate(from.end);
    }

    /// Whether one of the paths has matched.
    pub(super) fn matches(&self, alive: &Alive) -> bool {
        let tokens = &self.set.tokens;
        self.alive[alive.clone()].iter().any(|at| matches!(tokens[*at as usize], Token::End | Token::Below))
    }

    fn advance(&mut self, at: u32, byte: u8) {
        match self.set.tokens[at as usize] {
            Token::Byte(wanted) if wanted == byte => self.reach(at + 1),
            Token::End if byte == b'.' => self.reach(at + 1),
            Token::InName if byte != b'.' => self.reach(at),
            Token::Anything | Token::Below => self.reach(at),
            _ => {}
        }
    }

    /// Adds a position, and the one after a wildcard, which may stand for nothing.
    fn reach(&mut self, at: u32) {
        let reached = &mut self.reached[at as usize];
        if *reached == self.steps {
            return;
        }
        *reached = self.steps;
        self.alive.push(at);
        if matches!(self.set.tokens[at as usize], Token::InName | Token::Anything) {
            self.reach(at + 1);
        }
    }

    fn begin_step(&mut self) {
        self.steps += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(set: &PathSet, path: &str) -> bool {
        let mut matcher = Matcher::new(set);
        let start = matcher.start();
        let end = matcher.step(&start, path.as_bytes());
        matcher.matches(&end)
    }

    #[test]
    fn wildcards_stay_in_a_name_or_cross_dots() {
        let cases = [
            ("a", "a", true, true),
            ("a", "a.b", true, true),
            ("a", "ab", false, false),
            ("a.b", "a", false, false),
            ("a*", "abc", true, true),
            ("a*", "a", true, true),
            ("*d", "id", true, true),
            ("*d", "connector.id", false, true),
            ("*.id", "id", false, false),
            ("*.id", "a.id", true, true),
            ("*.id", "a.b.id", false, true),
            ("**.id", "a.b.id", true, true),
            ("**.id", "id", false, false),
            ("a*c*e", "abcde", true, true),
            ("a*c*e", "abcd", false, false),
            ("*aab", "aaab", true, true),
            ("*", "a.b", true, true),
            ("é*", "éa", true, true),
            ("", "", true, true),
            ("", "a", false, false),
        ];
        for (pattern, path, in_name, anything) in cases {
            for (wildcard, expected) in [(Wildcard::InName, in_name), (Wildcard::Anything, anything)] {
                let set = PathSet::new(&["x.y", pattern], wildcard);
                assert_eq!(matches(&set, path), expected, "{pattern} {path} {wildcard:?}");
            }
        }
    }
}
