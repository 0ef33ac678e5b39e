//! What cannot be imported, and its place.

/// The place of a card in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CardPlace {
    /// Which card of the file, from 1; in an import of several files, of all of them ([`Files`](super::files::Files)).
    pub card: usize,
    /// The line that it begins on, from 1.
    pub line: usize,
}

/// What of a file a [`Reject`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectScope {
    /// One card, or text between cards.
    Card,
    /// The file: it is not of the format that it was taken for.
    File,
}

/// A card, or part of one, that could not be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Its place.
    pub place: CardPlace,
    /// What of the file is rejected with it.
    pub scope: RejectScope,
    /// The name on it, if it could be read.
    pub name: Option<String>,
    /// What is wrong with it.
    pub reason: String,
    /// The card, byte for byte; empty in a report, where it has been written out.
    pub card: Vec<u8>,
}

/// How many bytes of names and reasons are held, and of how many cards it is told: a file of nothing
/// but what cannot be imported does not fill the memory.
const HELD: usize = 4 * 1024 * 1024;
const TOLD: usize = 10_000;

/// The report of the cards that could not be imported: the first of them, without their bytes.
#[derive(Debug, Default)]
pub struct Aside {
    /// The first of them.
    pub rejects: Vec<Reject>,
    /// How many more there were.
    pub untold: usize,
    held: usize,
}

impl Aside {
    /// Takes note of one; of those that come late only counts it.
    pub fn put(&mut self, reject: Reject) {
        let words = reject.name.as_ref().map_or(0, String::len) + reject.reason.len();
        if self.rejects.len() >= TOLD || self.held + words > HELD {
            self.untold += 1;
            return;
        }
        self.held += words;
        self.rejects.push(Reject {
            card: Vec::new(),
            ..reject
        });
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rejects.len() + self.untold
    }

    /// Whether it is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
