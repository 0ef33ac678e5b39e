//! Where things are on the screen: one pure function, for drawing and for the mouse.

use ratatui::layout::Rect;

use super::model::{Focus, Model, Screen, Size};

/// The least that anything can be drawn on.
const LEAST: Size = Size {
    width: 20,
    height: 5,
};

/// The width from which on list and contact stand beside each other.
const TWO_PANES: u16 = 56;

/// The height under which the toast takes the place of the hints.
const LOW: u16 = 16;

/// The areas of the main screen. An area that is not there is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// Where am I, and the totals.
    pub head: Rect,
    /// The filter, and the count.
    pub filter: Rect,
    /// The rule over the panes.
    pub rule: Rect,
    /// The list.
    pub list: Rect,
    /// Under the list, while numbers are fixed: why contacts are there.
    pub why: Rect,
    /// The bar between the panes.
    pub bar: Rect,
    /// The contact.
    pub detail: Rect,
    /// The rule under the panes.
    pub foot: Rect,
    /// What was just done.
    pub toast: Rect,
    /// The hints.
    pub hints: Rect,
}

impl Areas {
    /// Everything between the two rules.
    #[must_use]
    pub fn content(&self) -> Rect {
        self.list.union(self.why).union(self.bar).union(self.detail)
    }

    /// Whether the terminal is too small for any of it.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.head.width == 0
    }
}

/// The areas for a size: two panes, or the one that has the keys.
#[must_use]
pub fn layout(model: &Model) -> Areas {
    let Size { width, height } = model.size;
    if width < LEAST.width || height < LEAST.height {
        return Areas::default();
    }
    let row = |y: u16| Rect::new(0, y, width, 1);
    let low = height < LOW;
    let below = if low { 2 } else { 3 };
    let (top, bottom) = (3, height.saturating_sub(below));
    let rows = bottom.saturating_sub(top);
    let whole = Rect::new(0, top, width, rows);
    let none = Rect::new(0, top, 0, 0);
    let form = matches!(model.over.first(), Some(Screen::ContactForm(_)));
    let own = matches!(
        model.over.first(),
        Some(Screen::Import(_) | Screen::Duplicates(_))
    );
    let import = matches!(model.over.first(), Some(Screen::Import(_)));
    let (list, bar, detail) = if form || is_empty(model) && !own {
        (whole, none, none)
    } else if width >= TWO_PANES {
        let left = if width >= 84 {
            u32::from(width) * 44 / 100
        } else {
            u32::from(width) * 38 / 100
        };
        let left = u16::try_from(left).unwrap_or(width);
        (
            Rect::new(0, top, left, rows),
            Rect::new(left, top, 1, rows),
            Rect::new(left + 1, top, width.saturating_sub(left + 1), rows),
        )
    } else if !import
        && (model.focus == Focus::Detail || model.triage.is_some() && model.focus == Focus::List)
    {
        (none, none, whole)
    } else {
        (whole, none, none)
    };
    let reasons = model
        .triage
        .as_ref()
        .filter(|_| !own)
        .map_or(0, |triage| triage.worklist.reasons.len());
    let wanted = u16::try_from(reasons + 2).unwrap_or(0);
    // The list is what matters: without room to spare, the reasons stay away.
    let (list, why) = if reasons > 0 && bar.width > 0 && list.height >= wanted + 8 {
        let rows = list.height - wanted;
        (
            Rect {
                height: rows,
                ..list
            },
            Rect {
                y: list.y + rows,
                height: wanted,
                ..list
            },
        )
    } else {
        (list, none)
    };
    let hints = row(height.saturating_sub(1));
    Areas {
        head: row(0),
        filter: row(1),
        rule: row(2),
        list,
        why,
        bar,
        detail,
        foot: row(bottom),
        toast: if low {
            hints
        } else {
            row(height.saturating_sub(2))
        },
        hints,
    }
}

/// Whether there is nobody in the book.
#[must_use]
pub fn is_empty(model: &Model) -> bool {
    model.totals.is_some_and(|totals| totals.contacts == 0) && model.list.filter.text().is_empty()
}

/// How many rows the list has on the screen.
#[must_use]
pub fn list_height(model: &Model) -> usize {
    usize::from(layout(model).list.height)
}
