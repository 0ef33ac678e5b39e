//! Columns that line up in every terminal.
//!
//! Unicode calls some signs ambiguous (`★ ● ┄ ▌ ·`, the lines of boxes): one column wide in most
//! terminals, two in those that are set for Chinese, Japanese or Korean. Whatever follows such a
//! sign in the same run of text is then a column too far right, and so is all after it. So
//! after each of them the cursor is set again, and the next sign is in its place in both.

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use unicode_width::UnicodeWidthStr as _;

/// A backend that sets the cursor again after each sign of uncertain width.
#[derive(Debug)]
pub struct Aligned<B>(pub B);

/// Whether it is not sure how wide a sign is.
fn is_unsure(sign: &str) -> bool {
    sign.width_cjk() != sign.width()
}

/// Whether two neighbours are of one word. Its letters stay together: where Cyrillic is two columns
/// wide, half of each letter would be hidden.
fn is_one_word(before: &str, after: &str) -> bool {
    [before, after]
        .iter()
        .all(|sign| sign.chars().next().is_some_and(char::is_alphabetic))
}

impl<B: Backend> Backend for Aligned<B> {
    type Error = B::Error;

    fn draw<'a, I>(&mut self, content: I) -> Result<(), B::Error>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let mut cells: Vec<(u16, u16, Cell)> = Vec::new();
        // Whether something unsure was drawn since the cursor was set.
        let mut unsure = false;
        for (x, y, cell) in content {
            match cells.last() {
                Some((at, row, before)) if *row == y && at + 1 == x => {
                    if unsure && !is_one_word(before.symbol(), cell.symbol()) {
                        // A cell without a sign takes the next place: the one that follows it there
                        // is no neighbour any more, and a backend sets the cursor for it.
                        let mut empty = before.clone();
                        empty.set_symbol("");
                        cells.push((x, y, empty));
                        unsure = false;
                    }
                }
                _ => unsure = false,
            }
            unsure |= is_unsure(cell.symbol());
            cells.push((x, y, cell.clone()));
        }
        self.0.draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell)))
    }

    fn append_lines(&mut self, lines: u16) -> Result<(), B::Error> {
        self.0.append_lines(lines)
    }

    fn hide_cursor(&mut self) -> Result<(), B::Error> {
        self.0.hide_cursor()
    }

    fn show_cursor(&mut self) -> Result<(), B::Error> {
        self.0.show_cursor()
    }

    fn get_cursor_position(&mut self) -> Result<Position, B::Error> {
        self.0.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> Result<(), B::Error> {
        self.0.set_cursor_position(position)
    }

    fn clear(&mut self) -> Result<(), B::Error> {
        self.0.clear()
    }

    fn clear_region(&mut self, region: ClearType) -> Result<(), B::Error> {
        self.0.clear_region(region)
    }

    fn size(&self) -> Result<Size, B::Error> {
        self.0.size()
    }

    fn window_size(&mut self) -> Result<WindowSize, B::Error> {
        self.0.window_size()
    }

    fn flush(&mut self) -> Result<(), B::Error> {
        self.0.flush()
    }
}
