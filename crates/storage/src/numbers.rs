//! The numbers of many documents.

/// A portion of the numbers of documents: a row for each document, with a number for each field that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Numbers {
    width: usize,
    values: Vec<Option<i64>>,
}

impl Numbers {
    /// No rows yet, each of which has so many numbers. Without numbers there are no rows.
    #[must_use]
    pub const fn new(width: usize) -> Self {
        Self { width, values: Vec::new() }
    }

    /// Adds the row of a document, which has as many numbers as the others.
    pub fn push(&mut self, row: impl IntoIterator<Item = Option<i64>>) {
        self.values.extend(row);
    }

    /// The rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &[Option<i64>]> {
        self.values.chunks(self.width.max(1))
    }

    /// Whether there are no rows.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_document_has_a_row() {
        let mut numbers = Numbers::new(2);
        assert!(numbers.is_empty() && numbers.rows().len() == 0);
        numbers.push([Some(1), None]);
        numbers.push([None, Some(i64::MIN)]);
        let rows: Vec<_> = numbers.rows().collect();
        assert_eq!(rows, [[Some(1), None], [None, Some(i64::MIN)]]);
        assert_eq!(Numbers::new(0).rows().len(), 0);
    }
}
