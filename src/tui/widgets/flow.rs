//! Items of one or more lines each, of which a screenful is seen. Only those that are seen are measured, so
//! that there may be any number of them.

use super::cursor::Motion;

/// How many lines a motion measures. One that goes further, by a count, takes the items before for one line
/// each: to wrap a million lines would take seconds.
const MEASURED: usize = 10_000;

/// The line at the top of what is seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Top {
    /// The item that it is of.
    pub item: usize,
    /// Which of the item's lines it is.
    pub line: usize,
}

/// Items, and the height that they are seen through.
pub(crate) struct Flow<'a> {
    /// How many items there are.
    pub items: usize,
    /// How many lines are seen.
    pub height: usize,
    /// How many lines an item has.
    pub lines: &'a dyn Fn(usize) -> usize,
}

impl Flow<'_> {
    /// How many lines a page goes on: the last line that was seen is seen again.
    fn page(&self) -> usize {
        self.height.saturating_sub(1).max(1)
    }

    /// How many lines so many pages go on.
    fn pages(&self, pages: usize) -> usize {
        self.page().saturating_mul(pages)
    }

    /// So many lines further up.
    fn up(&self, top: Top, by: usize) -> Top {
        let Top { mut item, mut line } = top;
        let mut left = by.min(MEASURED);
        item = item.saturating_sub(by - left);
        while left > line && item > 0 {
            left -= line + 1;
            item -= 1;
            line = (self.lines)(item).saturating_sub(1);
        }
        let line = line.saturating_sub(left);
        Top { item, line }
    }

    /// So many lines further down, as far as there is something to see.
    fn down(&self, top: Top, by: usize) -> Top {
        let lines = by.min(MEASURED);
        let item = top.item.saturating_add(by - lines);
        self.within(self.after(Top { item, ..top }, lines))
    }

    /// The top of the last screenful.
    fn last(&self) -> Top {
        let end = Top {
            item: self.items,
            line: 0,
        };
        self.up(end, self.height)
    }

    /// What is seen once the items have become fewer or shorter.
    #[must_use]
    pub(crate) fn within(&self, top: Top) -> Top {
        top.min(self.last())
    }

    /// Whether something is below what is seen.
    #[must_use]
    pub(crate) fn has_more(&self, top: Top) -> bool {
        top < self.last()
    }

    /// What is seen after a motion.
    #[must_use]
    pub(crate) fn moved(&self, top: Top, motion: Motion) -> Top {
        match motion {
            Motion::Down(lines) => self.down(top, lines),
            Motion::Up(lines) => self.up(top, lines),
            Motion::PageDown(pages) => self.down(top, self.pages(pages)),
            Motion::PageUp(pages) => self.up(top, self.pages(pages)),
            Motion::To(item) => self.within(Top { item, line: 0 }),
            Motion::Bottom => self.last(),
        }
    }

    /// What is seen where an item has to be: its first line, and as many of the others as there is room for.
    #[must_use]
    pub(crate) fn showing(&self, top: Top, item: usize) -> Top {
        let first = Top { item, line: 0 };
        let end = Top {
            item,
            line: (self.lines)(item).saturating_sub(1),
        };
        let needed = self.up(end, self.height.saturating_sub(1)).min(first);
        top.min(first).max(needed).min(self.last().max(needed))
    }

    /// The same, where some of the item is enough.
    #[must_use]
    pub(crate) fn showing_part(&self, top: Top, item: usize) -> Top {
        let end = Top {
            item: item + 1,
            line: 0,
        };
        if top.item <= item && end.item > top.item && (Top { item, line: 0 }) < self.end(top) {
            top
        } else {
            self.showing(top, item)
        }
    }

    /// What is seen where a cursor comes to an item from below: the end of a high item comes first.
    #[must_use]
    pub(crate) fn entered_from_below(&self, top: Top, item: usize) -> Top {
        let lines = (self.lines)(item);
        if lines <= self.height {
            return self.showing(top, item);
        }
        let line = lines.saturating_sub(self.height);
        Top { item, line }.min(top)
    }

    /// Where a motion leads a cursor that goes from item to item, and what is seen then. An item that is
    /// higher than what is seen is moved through line by line; a count goes from item to item.
    #[must_use]
    pub(crate) fn stepped(&self, top: Top, cursor: usize, motion: Motion) -> (Top, usize) {
        let last = self.items.saturating_sub(1);
        match motion {
            Motion::Down(1) => {
                let seen = self.down(top, 1);
                if self.has_shown(top, cursor) || seen == top {
                    let cursor = (cursor + 1).min(last);
                    return (self.showing(top, cursor), cursor);
                }
                (seen, cursor)
            }
            Motion::Up(1) if top.item == cursor && top.line > 0 => (self.up(top, 1), cursor),
            Motion::Up(1) => {
                let cursor = cursor.saturating_sub(1);
                let first = Top {
                    item: cursor,
                    line: 0,
                };
                if top > first {
                    return (self.entered_from_below(top, cursor), cursor);
                }
                (self.showing(top, cursor), cursor)
            }
            Motion::PageDown(pages) => {
                let seen = self.down(top, self.pages(pages));
                let cursor = if seen == top {
                    last
                } else {
                    cursor.max(self.first_head(seen))
                };
                (seen, cursor)
            }
            Motion::PageUp(pages) => {
                let seen = self.up(top, self.pages(pages));
                let cursor = if seen == top {
                    0
                } else {
                    cursor.min(self.first_head(seen))
                };
                (seen, cursor)
            }
            Motion::To(0) => (Top::default(), 0),
            Motion::Down(_) | Motion::Up(_) | Motion::To(_) => {
                let cursor = motion.apply(cursor, self.items, 1);
                (self.showing(top, cursor), cursor)
            }
            Motion::Bottom => (self.showing(self.last(), last), last),
        }
    }

    /// Whether the last line of an item is seen, or was passed.
    #[must_use]
    pub(crate) fn has_shown(&self, top: Top, item: usize) -> bool {
        let next = Top {
            item: item + 1,
            line: 0,
        };
        next <= self.end(top)
    }

    /// The line after the last that is seen.
    fn end(&self, top: Top) -> Top {
        self.after(top, self.height)
    }

    /// The line that comes so many lines later, also behind the last item.
    fn after(&self, top: Top, by: usize) -> Top {
        let Top { mut item, mut line } = top;
        line += by;
        while item < self.items {
            let lines = (self.lines)(item);
            if line < lines {
                break;
            }
            line -= lines;
            item += 1;
        }
        Top { item, line }
    }

    /// The first item whose head is seen, or the one that fills what is seen.
    fn first_head(&self, top: Top) -> usize {
        let next = Top {
            item: top.item + 1,
            line: 0,
        };
        if top.line > 0 && next < self.end(top) && next.item < self.items {
            next.item
        } else {
            top.item.min(self.items.saturating_sub(1))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Flow, Motion, Top};

    const LINES: [usize; 4] = [1, 9, 2, 1];

    fn flow() -> Flow<'static> {
        Flow {
            items: 4,
            height: 4,
            lines: &|item| LINES.get(item).copied().unwrap_or_default(),
        }
    }

    #[test]
    fn every_line_is_seen_on_the_way_down_and_on_the_way_up() {
        let flow = flow();
        let places = |motion, from| {
            let mut places = vec![from];
            while let Some(last) = places.last().copied() {
                let next = flow.moved(last, motion);
                if next == last {
                    break;
                }
                places.push(next);
            }
            places
        };
        let down = places(Motion::Down(1), Top::default());
        assert_eq!(down.len(), 10, "13 lines, 4 of them at a time");
        let mut up = places(Motion::Up(1), *down.last().unwrap());
        up.reverse();
        assert_eq!(down, up);
        assert_eq!(places(Motion::PageDown(1), Top::default()).len(), 4);
        assert!(flow.has_more(Top::default()));
        assert!(!flow.has_more(flow.moved(Top::default(), Motion::Bottom)));
    }

    #[test]
    fn a_cursor_goes_through_a_high_item_line_by_line() {
        let flow = flow();
        let (mut top, mut cursor) = (Top::default(), 0);
        let mut seen = Vec::new();
        for _ in 0..12 {
            (top, cursor) = flow.stepped(top, cursor, Motion::Down(1));
            seen.push((cursor, top.item, top.line));
        }
        assert_eq!(
            seen,
            [
                (1, 1, 0),
                (1, 1, 1),
                (1, 1, 2),
                (1, 1, 3),
                (1, 1, 4),
                (1, 1, 5),
                (2, 1, 7),
                (3, 1, 8),
                (3, 1, 8),
                (3, 1, 8),
                (3, 1, 8),
                (3, 1, 8),
            ]
        );
        for _ in 0..12 {
            (top, cursor) = flow.stepped(top, cursor, Motion::Up(1));
        }
        assert_eq!((top, cursor), (Top::default(), 0));
    }
}
