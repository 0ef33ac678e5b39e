//! Columns for people to read, as wide as their cells.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _};

use crossterm::style::{Color, Stylize as _};
use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::safe::safe;
use crate::tui::widgets::text::{elide, wrap};

/// The rows in columns, two spaces between; the last column is not filled up.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut columns = Columns::new();
    let lines: String = rows.iter().map(|row| columns.row(row)).collect();
    lines + &columns.rest()
}

/// How narrow the text beside the columns gets before it goes below them.
const LEAST_TEXT: usize = 24;

/// The rows in columns of which none is cut; the last one is text, which is wrapped to what the terminal has
/// left, or stands below the others where that is little.
pub(super) fn described<const N: usize>(rows: &[[String; N]]) -> String {
    let room = terminal_columns().unwrap_or(usize::MAX);
    described_in(rows, room)
}

fn described_in<const N: usize>(rows: &[[String; N]], room: usize) -> String {
    let rows: Vec<[String; N]> = rows
        .iter()
        .map(|row| row.each_ref().map(|cell| safe(cell).into_owned()))
        .collect();
    let mut widths = [0; N];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.width().max(*width);
        }
    }
    let [columns @ .., _] = &widths[..] else {
        return String::new();
    };
    let before = columns.iter().map(|width| width + 2).sum::<usize>();
    let beside = room.saturating_sub(before);
    let (indent, is_below) = if beside < LEAST_TEXT {
        (4, true)
    } else {
        (before, false)
    };
    let mut all = String::new();
    for row in &rows {
        let [cells @ .., text] = &row[..] else {
            continue;
        };
        let mut line = String::new();
        for (width, cell) in columns.iter().zip(cells) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(
                ' ',
                width.saturating_sub(cell.width()) + 2,
            ));
        }
        let mut texts = wrap(text, room.saturating_sub(indent).max(1)).into_iter();
        if !is_below {
            line.push_str(&texts.next().unwrap_or_default());
        }
        all.push_str(line.trim_end());
        all.push('\n');
        for text in texts {
            all.extend(std::iter::repeat_n(' ', indent));
            all.push_str(text.trim_end());
            all.push('\n');
        }
    }
    all
}

/// How many columns the terminal has, where there is one.
fn terminal_columns() -> Option<usize> {
    let out = io::stdout();
    let size = out.is_terminal().then(|| tcgetwinsize(&out).ok()).flatten();
    size.map(|size| usize::from(size.ws_col))
        .filter(|room| *room > 0)
}

/// After how many rows the widths of columns are known: of more, not all are held.
const MEASURED: usize = 1_000;

/// How narrow a column gets on a narrow terminal.
const NARROW: usize = 8;

/// Columns whose rows come one by one. They are as wide as the cells of the first rows; on a terminal that is
/// narrower, the widest give way, but the last one: it holds an id, or text that may wrap.
pub(super) struct Columns<const N: usize> {
    widths: [usize; N],
    /// The first rows, until the widths are known.
    held: Option<Vec<([String; N], Option<Color>)>>,
    /// How many columns the terminal has, where it is one.
    room: Option<usize>,
    /// Whether the last column may be coloured.
    is_coloured: bool,
}

impl<const N: usize> Columns<N> {
    pub(super) fn new() -> Self {
        Self {
            widths: [0; N],
            held: Some(Vec::new()),
            room: terminal_columns(),
            is_coloured: false,
        }
    }

    /// With colours, unless `NO_COLOR` is set (no-color.org).
    pub(super) fn coloured(self) -> Self {
        let is_coloured = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Self {
            is_coloured,
            ..self
        }
    }

    /// Adds a row; gives the lines that can be printed.
    pub(super) fn row(&mut self, row: &[String; N]) -> String {
        self.row_in(row, None)
    }

    /// As [`Columns::row`], with the last column in a colour.
    pub(super) fn row_in(&mut self, row: &[String; N], colour: Option<Color>) -> String {
        let row = row.each_ref().map(|cell| safe(cell).into_owned());
        let Some(held) = &mut self.held else {
            return self.line(&row, colour);
        };
        for (width, cell) in self.widths.iter_mut().zip(&row) {
            *width = cell.width().max(*width);
        }
        held.push((row, colour));
        if held.len() < MEASURED {
            String::new()
        } else {
            self.rest()
        }
    }

    /// The lines that were held until now.
    pub(super) fn rest(&mut self) -> String {
        let held = self.held.take().unwrap_or_default();
        if let Some(room) = self.room {
            narrow(&mut self.widths, room);
        }
        let lines = held.iter().map(|(row, colour)| self.line(row, *colour));
        lines.collect()
    }

    fn line(&self, row: &[String; N], colour: Option<Color>) -> String {
        let mut line = String::new();
        for (at, (width, cell)) in self.widths.iter().zip(row).enumerate() {
            let is_last = at + 1 == N;
            let shown = match self.room {
                Some(_) if !is_last => elide(cell, *width, "…"),
                _ => Cow::Borrowed(cell.as_str()),
            };
            match colour.filter(|_| is_last && self.is_coloured) {
                Some(colour) => line.push_str(&shown.as_ref().with(colour).to_string()),
                None => line.push_str(&shown),
            }
            let gap = width.saturating_sub(shown.width()) + 2;
            line.extend(std::iter::repeat_n(' ', gap));
        }
        format!("{}\n", line.trim_end())
    }
}

/// Makes the widest columns narrower until the rows fit, but the last.
fn narrow(widths: &mut [usize], room: usize) {
    let gaps = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > room {
        let Some((_, others)) = widths.split_last_mut() else {
            return;
        };
        match others.iter_mut().max() {
            Some(widest) if *widest > NARROW => *widest -= 1,
            _ => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{columns, described_in, narrow};

    #[test]
    fn text_is_wrapped_beside_the_columns_or_below_them_and_nothing_is_cut() {
        let rows = [[
            "scope",
            "export-clipboard",
            "copy the contact or the marked contacts",
        ]];
        let rows = rows.map(|row| row.map(str::to_owned));
        let told = |room| described_in(&rows, room);
        let one = "scope  export-clipboard  copy the contact or the marked contacts\n";
        assert_eq!(told(usize::MAX), one);
        let gap = " ".repeat(25);
        let two =
            format!("scope  export-clipboard  copy the contact or the\n{gap}marked contacts\n");
        assert_eq!(told(50), two);
        let below = "scope  export-clipboard\n    copy the contact or the marked\n    contacts\n";
        assert_eq!(told(40), below);
    }

    #[test]
    fn on_a_narrow_terminal_the_widest_columns_give_way() {
        let mut widths = [40, 17, 36];
        narrow(&mut widths, 80);
        assert_eq!(widths, [23, 17, 36]);
        let mut widths = [40, 17, 36];
        narrow(&mut widths, 20);
        assert_eq!(widths, [8, 8, 36]);
    }

    #[test]
    fn columns_are_as_wide_as_the_widest_name_on_screen() {
        let rows = [["丸山", "1"], ["Åsa", "2"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "丸山  1\nÅsa   2\n");
    }
}
