//! Where things are on the screen: pure functions of the terminal's size, for drawing and for the mouse.

use ratatui::layout::Rect;

use crate::tui::protocol::Size;

/// The least that anything can be drawn on.
const LEAST: Size = Size {
    width: 20,
    height: 5,
};

/// The height under which the toast takes the place of the hints.
const LOW: u16 = 16;

/// The width from which on two panes stand side by side.
pub(crate) const TWO_PANES: u16 = 56;

/// The width from which on a list has room for names and numbers beside another pane.
pub(crate) const WIDE: u16 = 84;

/// The width from which on a list has room for companies too, and popups are wider.
pub(crate) const ROOMY: u16 = 140;

/// The rows of the screen. Without room for anything all of them are empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    /// Where am I, and the totals.
    pub head: Rect,
    /// The filter, and the count.
    pub filter: Rect,
    /// The rule over the content.
    pub rule: Rect,
    /// All between the two rules.
    pub content: Rect,
    /// The rule under it.
    pub foot: Rect,
    /// What was just done.
    pub toast: Rect,
    /// The hints.
    pub hints: Rect,
}

impl Areas {
    /// The areas of a terminal of this size.
    #[must_use]
    pub fn split(size: Size) -> Self {
        let Size { width, height } = size;
        if width < LEAST.width || height < LEAST.height {
            return Self::default();
        }
        let row = |y: u16| Rect::new(0, y, width, 1);
        let low = height < LOW;
        let bottom = height.saturating_sub(if low { 2 } else { 3 });
        let hints = row(height.saturating_sub(1));
        Self {
            head: row(0),
            filter: row(1),
            rule: row(2),
            content: Rect::new(0, 3, width, bottom.saturating_sub(3)),
            foot: row(bottom),
            toast: if low {
                hints
            } else {
                row(height.saturating_sub(2))
            },
            hints,
        }
    }

    /// Whether the terminal is too small for any of it.
    #[must_use]
    pub(crate) const fn is_nothing(&self) -> bool {
        self.head.width == 0
    }
}

/// One of two panes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pane {
    /// The list.
    #[default]
    List,
    /// What is beside it.
    Detail,
}

/// A list and what is beside it. A pane that is not there is empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Panes {
    /// The list.
    pub list: Rect,
    /// The bar between them.
    pub bar: Rect,
    /// What is beside it.
    pub detail: Rect,
}

impl Panes {
    /// The list over the whole content.
    #[must_use]
    pub fn whole(content: Rect) -> Self {
        Self {
            list: content,
            ..Self::default()
        }
    }

    /// Two panes from a width on, else the one that is wanted.
    #[must_use]
    pub fn split(content: Rect, alone: Pane, two_from: u16) -> Self {
        let Rect {
            x, width, height, ..
        } = content;
        if width < two_from {
            return match alone {
                Pane::List => Self::whole(content),
                Pane::Detail => Self {
                    detail: content,
                    ..Self::default()
                },
            };
        }
        let share = if width >= WIDE { 44 } else { 38 };
        let left = u16::try_from(u32::from(width) * share / 100).unwrap_or(width);
        let pane = |from: u16, width: u16| Rect::new(x + from, content.y, width, height);
        Self {
            list: pane(0, left),
            bar: pane(left, 1),
            detail: pane(left + 1, width.saturating_sub(left + 1)),
        }
    }
}
