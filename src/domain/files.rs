//! The files of an import, and what becomes of one that an export finds in its place.

/// What becomes of a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// It stays, and the export is refused.
    Stays,
    /// The new one takes its place.
    Replaced,
}

/// The files of an import, in their order, each with the number of its first card: cards are counted
/// through all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files(Vec<(usize, String)>);

impl Files {
    /// Adds a file whose cards are counted from `first` on.
    pub fn begin(&mut self, first: usize, name: &str) {
        self.0.push((first, name.to_owned()));
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The file of a card, and which card of that file it is, from 1.
    #[must_use]
    pub fn of(&self, card: usize) -> (&str, usize) {
        let after = self.0.partition_point(|(first, _)| *first <= card);
        let file = after.checked_sub(1).and_then(|at| self.0.get(at));
        file.map_or(("", card), |(first, name)| (name, card + 1 - first))
    }
}
