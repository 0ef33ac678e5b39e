//! What is known of a list from the page that was read of it last.

use rusqlite::types::Value;

use crate::domain::contact::ContactId;
use crate::domain::listing::ListQuery;

/// What is known of a list from what was read of it last. It is valid until the next write: a
/// write of this store forgets it, another's changes `version`.
pub(in crate::store) struct Window {
    pub(in crate::store) query: ListQuery,
    pub(in crate::store) version: i64,
    pub(in crate::store) marks: Vec<RowMark>,
    pub(in crate::store) total: Option<usize>,
}

/// A row whose place is known.
#[derive(Clone)]
pub(in crate::store) struct RowMark {
    pub(in crate::store) place: usize,
    pub(in crate::store) key: Value,
    pub(in crate::store) id: ContactId,
}

/// Where a page is read from.
pub(in crate::store) enum Seek<'w> {
    /// From a mark, or from the top, so many rows on.
    Down(Option<&'w RowMark>, usize),
    /// Backwards from a mark, or from the end, so many rows from the page's last one; and how many
    /// rows the page has.
    Up(Option<&'w RowMark>, usize, usize),
}

impl Window {
    /// The shortest way to the rows from `first` on.
    pub(in crate::store) fn seek(&self, first: usize, count: usize) -> Seek<'_> {
        let last = first + count.saturating_sub(1);
        let down = self.marks.iter().filter(|mark| mark.place <= first);
        let down = down.map(|mark| (first - mark.place, Some(mark)));
        let up = self.marks.iter().filter(|mark| mark.place >= last);
        let up = up.map(|mark| (mark.place - last, Some(mark), count));
        let end = self.total.filter(|total| first < *total).map(|total| {
            let rows = count.min(total - first);
            (total - first - rows, None, rows)
        });
        let down = down.chain([(first, None)]).min_by_key(|way| way.0);
        let up = up.chain(end).min_by_key(|way| way.0);
        match (down, up) {
            (Some((way, _)), Some((back, mark, rows))) if back < way => Seek::Up(mark, back, rows),
            (Some((way, mark)), _) => Seek::Down(mark, way),
            (None, _) => Seek::Down(None, first),
        }
    }
}
