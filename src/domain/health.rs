//! How well the book is: counts of its numbers, and what they are made of.

/// The page of the book's health.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// How many contacts there are.
    pub contacts: usize,
    /// How many of them have no number.
    pub without_number: usize,
    /// How many numbers there are.
    pub numbers: usize,
    /// The parts that are looked at, each in its own order.
    pub parts: Vec<HealthPart>,
}

/// Numbers by one thing about them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthPart {
    /// What they are grouped by: `by country`.
    pub title: &'static str,
    /// How many numbers are of each kind.
    pub bars: Vec<Bar>,
}

/// How many numbers are of a kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The kind, as people read it.
    pub word: String,
    /// How many.
    pub numbers: usize,
    /// The filter that shows whose they are.
    pub filter: String,
}

impl Health {
    /// All bars, in order, each with its part.
    pub fn bars(&self) -> impl Iterator<Item = (&HealthPart, &Bar)> {
        let parts = self.parts.iter();
        parts.flat_map(|part| part.bars.iter().map(move |bar| (part, bar)))
    }
}

impl Bar {
    /// How many of a hundred they are, rounded; but neither all where one is missing, nor none where one is there.
    #[must_use]
    pub fn share(&self, of: usize) -> usize {
        if self.numbers == 0 || self.numbers >= of {
            return if self.numbers == 0 { 0 } else { 100 };
        }
        ((self.numbers * 200 + of) / (2 * of)).clamp(1, 99)
    }

    /// How long it is drawn, where all there is would be `columns` long; what is there is seen.
    #[must_use]
    pub const fn length(&self, of: usize, columns: usize) -> usize {
        if of == 0 || self.numbers == 0 {
            return 0;
        }
        let length = self.numbers * columns / of;
        if length == 0 { 1 } else { length }
    }
}

#[cfg(test)]
mod tests {
    use super::Bar;

    #[test]
    fn a_share_is_rounded_but_never_to_all_or_none() {
        for (numbers, of, share) in [
            (0, 0, 0),
            (0, 7, 0),
            (7, 7, 100),
            (1, 3, 33),
            (2, 3, 67),
            (1, 200, 1),
            (1, 1_000_000, 1),
            (999_999, 1_000_000, 99),
            (15, 1_000, 2),
        ] {
            let bar = Bar {
                word: String::new(),
                numbers,
                filter: String::new(),
            };
            assert_eq!(bar.share(of), share, "{numbers} of {of}");
        }
    }
}
