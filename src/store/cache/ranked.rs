//! Rows that a search finds, the best first.

use crate::domain::rank::Rank;

/// How equally good matches are ordered; the smallest comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Precedence {
    ordinary: bool,
    place: usize,
}

impl Precedence {
    /// A favourite, perhaps also used.
    pub(in crate::store) fn favourite(place: Option<usize>) -> Self {
        Self {
            ordinary: false,
            place: place.unwrap_or(usize::MAX),
        }
    }

    /// Used, the one at this place the most.
    pub(in crate::store) const fn used(place: usize) -> Self {
        Self {
            ordinary: true,
            place,
        }
    }
}

/// Rows that are found, by place; in the order in which they came, those with heat before others.
#[derive(Debug, Default)]
pub(in crate::store) struct Ranked {
    ranks: [Vec<u32>; Rank::PLACES],
    hot: Vec<(usize, Precedence, u32)>,
}

impl Ranked {
    pub(in crate::store) fn push(&mut self, rank: usize, row: u32, heat: Option<Precedence>) {
        let rank = rank.min(Rank::PLACES - 1);
        match (heat, self.ranks.get_mut(rank)) {
            (Some(heat), _) => self.hot.push((rank, heat, row)),
            (None, Some(rows)) => rows.push(row),
            (None, None) => {}
        }
    }

    pub(in crate::store) fn is_empty(&self) -> bool {
        self.hot.is_empty() && self.ranks.iter().all(Vec::is_empty)
    }

    /// The rows, the best first; among equals by `places`, where the order is not the one in which
    /// they came.
    pub(in crate::store) fn rows(mut self, places: Option<&[u32]>) -> Vec<u32> {
        let place = |row: u32| places.and_then(|places| places.get(row as usize).copied());
        // Stable: among equals they stay as they came.
        self.hot
            .sort_by_key(|(rank, heat, row)| (*rank, *heat, place(*row)));
        let mut hot = self.hot.into_iter().peekable();
        let mut all = Vec::new();
        for (rank, mut rows) in self.ranks.into_iter().enumerate() {
            while let Some((_, _, row)) = hot.next_if(|(of, _, _)| *of == rank) {
                all.push(row);
            }
            if places.is_some() {
                rows.sort_by_key(|row| place(*row));
            }
            if all.is_empty() {
                all = rows;
            } else {
                all.append(&mut rows);
            }
        }
        all
    }
}
