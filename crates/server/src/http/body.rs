//! Finds the end of a request body.

/// The maximum number of framing bytes in a chunked body: extensions, trailers, and padding of sizes.
const MAXIMUM_IGNORED: usize = 8 * 1024;

/// The framing of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Body {
    /// The content length, greater than zero.
    Length(u64),
    Chunked(Chunks),
}

/// The state of the parser of a chunked body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Chunks {
    next: Part,
    /// The number of framing bytes so far.
    ignored: usize,
}

/// The next element of a chunked body. The parser accepts only what the HTTP library parses in the same way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    /// The first digit of a chunk size.
    #[default]
    Size,
    /// More digits, or the end of the chunk size.
    SizeRest(u64),
    /// Whitespace after the chunk size.
    SizeBlank(u64),
    /// Chunk extensions, which are ignored.
    Extension(u64),
    /// The line feed after a chunk size.
    SizeEnd(u64),
    /// The remaining bytes of a chunk.
    Data(u64),
    /// The line break after a chunk.
    DataReturn,
    DataEnd,
    /// The start of a trailer, or the empty line at the end.
    Trailer,
    /// The rest of a trailer.
    TrailerRest,
    TrailerEnd,
    /// The final line feed.
    End,
}

/// How much of the received data belongs to the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All of it, and the body continues.
    All,
    /// The body ends after this number of bytes.
    EndsAt(usize),
    /// The body is malformed after this number of bytes.
    BrokenAt(usize),
}

impl Body {
    /// Processes received data.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Extent {
        match self {
            Self::Chunked(chunks) => chunks.advance(bytes),
            Self::Length(left) => match left.checked_sub(bytes.len() as u64) {
                Some(still) if still > 0 => {
                    *left = still;
                    Extent::All
                }
                _ => Extent::EndsAt(usize::try_from(*left).unwrap_or(bytes.len())),
            },
        }
    }
}

impl Chunks {
    fn advance(&mut self, bytes: &[u8]) -> Extent {
        let mut position = 0;
        while let Some(&byte) = bytes.get(position) {
            if let Part::Data(left) = self.next {
                let available = (bytes.len() - position) as u64;
                let taken = left.min(available);
                self.next = if taken == left { Part::DataReturn } else { Part::Data(left - taken) };
                position += usize::try_from(taken).unwrap_or(bytes.len());
                continue;
            }
            if (self.next, byte) == (Part::End, b'\n') {
                return Extent::EndsAt(position + 1);
            }
            match self.next.step(byte) {
                Some(next) if self.may_become(next) => self.next = next,
                _ => return Extent::BrokenAt(position),
            }
            position += 1;
        }
        Extent::All
    }

    /// Counts a framing byte; false if there are too many.
    fn may_become(&mut self, next: Part) -> bool {
        let is_leading_zero = (self.next, next) == (Part::SizeRest(0), Part::SizeRest(0));
        if is_leading_zero || matches!(next, Part::SizeBlank(_) | Part::Extension(_) | Part::TrailerRest) {
            self.ignored += 1;
        }
        self.ignored <= MAXIMUM_IGNORED
    }
}

impl Part {
    /// The state after a framing byte; `None` if the byte is invalid or the body is complete.
    fn step(self, byte: u8) -> Option<Self> {
        match (self, byte) {
            (Self::Size, _) => Some(Self::SizeRest(digit(byte)?)),
            (Self::SizeRest(size) | Self::SizeBlank(size), b' ' | b'\t') => Some(Self::SizeBlank(size)),
            (Self::SizeRest(size) | Self::SizeBlank(size), b';')
            | (Self::Extension(size), b'\t' | 0x20..=0x7e | 0x80..) => Some(Self::Extension(size)),
            (Self::SizeRest(size) | Self::SizeBlank(size) | Self::Extension(size), b'\r') => {
                Some(Self::SizeEnd(size))
            }
            (Self::SizeRest(size), _) => {
                Some(Self::SizeRest(size.checked_mul(16)?.checked_add(digit(byte)?)?))
            }
            (Self::SizeEnd(0) | Self::TrailerEnd, b'\n') => Some(Self::Trailer),
            (Self::SizeEnd(size), b'\n') => Some(Self::Data(size)),
            (Self::DataReturn, b'\r') => Some(Self::DataEnd),
            (Self::DataEnd, b'\n') => Some(Self::Size),
            (Self::Trailer, b'\r') => Some(Self::End),
            (Self::TrailerRest, b'\r') => Some(Self::TrailerEnd),
            (Self::Trailer | Self::TrailerRest, b'\t' | 0x20..=0x7e | 0x80..) => Some(Self::TrailerRest),
            _ => None,
        }
    }
}

fn digit(byte: u8) -> Option<u64> {
    char::from(byte).to_digit(16).map(u64::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The extent of a body that arrives in pieces of this length.
    fn extent(body: &str, piece: usize) -> Extent {
        let mut chunks = Chunks::default();
        for (number, bytes) in body.as_bytes().chunks(piece).enumerate() {
            match chunks.advance(bytes) {
                Extent::All => {}
                Extent::EndsAt(position) => return Extent::EndsAt(number * piece + position),
                Extent::BrokenAt(position) => return Extent::BrokenAt(number * piece + position),
            }
        }
        Extent::All
    }

    #[test]
    fn bodies_end_where_they_should() {
        for (body, expected) in [
            ("0\r\n\r\n", Extent::EndsAt(5)),
            ("0\r\n\r\nGET /", Extent::EndsAt(5)),
            ("2\r\n{}\r\n0\r\n\r\nGET", Extent::EndsAt(12)),
            ("A \t;name=value\r\n0123456789\r\n000\r\nDigest: x\r\nA: b\r\n\r\n", Extent::EndsAt(52)),
            ("", Extent::All),
            ("ffffffffffffffff\r\nand so on", Extent::All),
            ("2\r\n{}\r\n0\r\n", Extent::All),
            ("\r\n", Extent::BrokenAt(0)),
            ("+2\r\n{}", Extent::BrokenAt(0)),
            ("2\n{}", Extent::BrokenAt(1)),
            ("2 2\r\n", Extent::BrokenAt(2)),
            ("2;a\nb\r\n", Extent::BrokenAt(3)),
            ("0x2\r\n{}", Extent::BrokenAt(1)),
            ("10000000000000000\r\n", Extent::BrokenAt(16)),
            ("2\r\n{}}", Extent::BrokenAt(5)),
            ("2\r\n{}\r\r", Extent::BrokenAt(6)),
            ("0\r\n\n", Extent::BrokenAt(3)),
            ("0\r\nA: b\n\r\n", Extent::BrokenAt(7)),
            ("0\r\n\rA", Extent::BrokenAt(4)),
        ] {
            for piece in [1, 2, 3, 7, 100] {
                assert_eq!(extent(body, piece), expected, "{body:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn what_means_nothing_is_bounded() {
        let half = MAXIMUM_IGNORED / 2;
        let with = |filler: &str, count: usize| filler.repeat(count);
        for (before, filler, length, after) in [
            ("1;", "a", 1, "\r\n{\r\n0\r\n\r\n"),
            ("1", " ", 1, "\r\n{\r\n0\r\n\r\n"),
            ("00", "0", 1, "1\r\n{\r\n0\r\n\r\n"),
            ("0\r\n", "A", 1, "\r\n\r\n"),
            ("0\r\n", "A:\r\n", 2, "\r\n"),
            ("", "1;a\r\n{\r\n", 2, "0\r\n\r\n"),
        ] {
            // One byte less than half of the limit, and then the same again.
            let fits = format!(
                "1;{}\r\n{{\r\n{before}{}{after}",
                with("a", half - 1),
                with(filler, (half - 1) / length)
            );
            assert_eq!(extent(&fits, 1_000), Extent::EndsAt(fits.len()), "{filler:?} after {before:?}");
            let exceeds =
                format!("1;{}\r\n{{\r\n{before}{}{after}", with("a", half), with(filler, half / length + 1));
            assert!(matches!(extent(&exceeds, 1_000), Extent::BrokenAt(_)), "{filler:?} after {before:?}");
        }
        // The framing that many small chunks require does not count.
        let many = format!("{}0\r\n\r\n", with("1\r\n{\r\n", 100_000));
        assert_eq!(extent(&many, 1_000), Extent::EndsAt(many.len()));
    }
}
