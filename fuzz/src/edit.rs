//! Changes of an input, for engines that do not make their own.

use bolero::TypeGenerator;

/// A change of an input. Places are parts of its length, in 65,536ths.
#[allow(missing_docs, reason = "what the fields are is said of each change")]
#[derive(Debug, Clone, TypeGenerator)]
pub enum Edit {
    /// One bit is another.
    Flip { at: u16, bit: u8 },
    /// One byte is another.
    Set { at: u16, byte: u8 },
    /// A few bytes are gone.
    Remove { at: u16, length: u8 },
    /// A few bytes come several times.
    Repeat { at: u16, length: u8, times: u8 },
    /// A word of the dictionary is put in.
    Word { at: u16, word: u16 },
    /// A word of the dictionary takes the place of the characters of a word.
    Replace { at: u16, word: u16 },
    /// A part of another input is put in.
    Splice { at: u16, input: u16, start: u16, length: u8 },
    /// The rest is that of another input.
    Cross { at: u16, input: u16, start: u16 },
}

/// The longest input; what is longer is cut off.
const LONGEST: usize = 16 << 10;

/// What inputs are made from.
#[derive(Debug)]
pub struct Source {
    /// Whole inputs.
    pub inputs: Vec<Vec<u8>>,
    /// Words that inputs are made of.
    pub words: Vec<Vec<u8>>,
}

impl Source {
    /// An input with these changes.
    pub fn input(&self, input: u16, edits: &[Edit]) -> Vec<u8> {
        let mut bytes = self.whole(input).to_vec();
        for edit in edits {
            self.apply(&mut bytes, edit);
            bytes.truncate(LONGEST);
        }
        bytes
    }

    fn whole(&self, input: u16) -> &[u8] {
        &self.inputs[usize::from(input) % self.inputs.len()]
    }

    fn word(&self, word: u16) -> &[u8] {
        &self.words[usize::from(word) % self.words.len()]
    }

    fn apply(&self, bytes: &mut Vec<u8>, edit: &Edit) {
        match *edit {
            Edit::Flip { at, bit } => with_byte(bytes, at, |byte| *byte ^= 1 << (bit % 8)),
            Edit::Set { at, byte: new } => with_byte(bytes, at, |byte| *byte = new),
            Edit::Remove { at, length } => {
                let start = place(at, bytes.len());
                let end = bytes.len().min(start + usize::from(length % 32) + 1);
                bytes.drain(start..end);
            }
            Edit::Repeat { at, length, times } => {
                let start = place(at, bytes.len());
                let end = bytes.len().min(start + usize::from(length % 64) + 1);
                let part = bytes[start..end].repeat(usize::from(times % 16));
                bytes.splice(end..end, part);
            }
            Edit::Word { at, word } => {
                let at = place(at, bytes.len());
                bytes.splice(at..at, self.word(word).iter().copied());
            }
            Edit::Replace { at, word } => {
                let at = place(at, bytes.len());
                let of_word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
                let before = bytes[..at].iter().rev().take_while(|byte| of_word(byte)).count();
                let after = bytes[at..].iter().take_while(|byte| of_word(byte)).count();
                bytes.splice(at - before..at + after, self.word(word).iter().copied());
            }
            Edit::Splice { at, input, start, length } => {
                let (at, other) = (place(at, bytes.len()), self.whole(input));
                let start = place(start, other.len());
                let end = other.len().min(start + usize::from(length) + 1);
                bytes.splice(at..at, other[start..end].iter().copied());
            }
            Edit::Cross { at, input, start } => {
                let other = self.whole(input);
                bytes.truncate(place(at, bytes.len()));
                bytes.extend_from_slice(&other[place(start, other.len())..]);
            }
        }
    }
}

/// A place in something of this length, from its start to behind its end.
fn place(part: u16, length: usize) -> usize {
    usize::from(part) * (length + 1) / 65_536
}

fn with_byte(bytes: &mut [u8], at: u16, change: impl FnOnce(&mut u8)) {
    let at = place(at, bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        change(byte);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_edit_changes_an_input() {
        let source =
            Source { inputs: vec![b"one=two".to_vec(), b"3".to_vec()], words: vec![b"word".to_vec()] };
        let edited = |edit: Edit| String::from_utf8(source.input(0, &[edit])).unwrap();
        assert_eq!(source.input(0, &[]), b"one=two");
        assert_eq!(edited(Edit::Flip { at: 0, bit: 9 }), "mne=two");
        assert_eq!(edited(Edit::Set { at: 0, byte: b'x' }), "xne=two");
        assert_eq!(edited(Edit::Remove { at: 0, length: 3 }), "two");
        assert_eq!(edited(Edit::Repeat { at: 0, length: 0, times: 2 }), "ooone=two");
        assert_eq!(edited(Edit::Word { at: 65_535, word: 7 }), "one=twoword");
        assert_eq!(edited(Edit::Replace { at: 9_000, word: 7 }), "word=two");
        assert_eq!(edited(Edit::Splice { at: 0, input: 1, start: 0, length: 9 }), "3one=two");
        assert_eq!(edited(Edit::Cross { at: 32_768, input: 1, start: 0 }), "one=3");
    }

    #[test]
    fn nothing_can_be_edited_and_inputs_stay_short() {
        let source = Source { inputs: vec![Vec::new(), vec![b'a'; 60]], words: vec![vec![b'b']] };
        assert!(
            source.input(0, &[Edit::Flip { at: 9, bit: 0 }, Edit::Remove { at: 9, length: 9 }]).is_empty()
        );
        let doubling = vec![Edit::Repeat { at: 0, length: 63, times: 15 }; 400];
        assert_eq!(source.input(1, &doubling).len(), LONGEST);
    }
}
