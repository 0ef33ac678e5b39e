//! The files of an import, the forms of an export, and what becomes of a file that it finds in its place.

/// What becomes of a file that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum There {
    /// It stays, and the export is refused.
    Stays,
    /// The new one takes its place.
    Replaced,
}

/// The forms of an export that a person chooses from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileForm {
    /// vCards, each in the version that it came in.
    #[default]
    Cards,
    /// vCards, all in version 3.0.
    Cards3,
    /// vCards, all in version 4.0.
    Cards4,
    /// A table of our own.
    Table,
    /// A table for Google Contacts.
    Google,
    /// A table for Outlook.
    Outlook,
    /// The book, as JSON.
    Book,
}

impl FileForm {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Cards,
        Self::Cards3,
        Self::Cards4,
        Self::Table,
        Self::Google,
        Self::Outlook,
        Self::Book,
    ];

    /// What it is called, and what it is good for.
    #[must_use]
    pub const fn words(self) -> [&'static str; 2] {
        match self {
            Self::Cards => ["vCard", "as imported; new ones in 3.0"],
            Self::Cards3 => ["vCard 3", "all in version 3.0"],
            Self::Cards4 => ["vCard 4", "all in version 4.0"],
            Self::Table => ["table", "CSV that callbook reads back whole"],
            Self::Google => ["Google", "CSV for Google Contacts"],
            Self::Outlook => ["Outlook", "CSV for Outlook"],
            Self::Book => ["JSON", "all of each contact"],
        }
    }

    /// The ending of its files.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Cards | Self::Cards3 | Self::Cards4 => "vcf",
            Self::Table | Self::Google | Self::Outlook => "csv",
            Self::Book => "json",
        }
    }

    /// The form that the ending of a file's name sets, in any case.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        Some(match ending.to_lowercase().as_str() {
            "vcf" | "vcard" => Self::Cards,
            "csv" => Self::Table,
            "json" | "jsonl" => Self::Book,
            _ => return None,
        })
    }

    /// The form so many places after it, around the end.
    #[must_use]
    pub fn after(self, by: usize) -> Self {
        let at = Self::ALL.iter().position(|form| *form == self).unwrap_or(0);
        let next = Self::ALL.get((at + by) % Self::ALL.len());
        next.copied().unwrap_or_default()
    }
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
