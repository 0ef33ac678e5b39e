//! Columns for people to read, as wide as their cells.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _};

use clap::Args;
use crossterm::style::{Color, Stylize as _};
use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthStr as _;

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::tui::widgets::text::{elide, wrap};

/// The rows in columns, two spaces between; the last column is not filled up.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut columns = Columns::new();
    let lines: String = rows.iter().map(|row| columns.row(row)).collect();
    lines + &columns.rest()
}

/// How the rows of a list end.
#[derive(Debug, Args)]
pub(super) struct RowFlags {
    /// Print only the rows, with tabs between the cells and a NUL character after each, for xargs -0.
    #[arg(long, conflicts_with = "json")]
    print0: bool,
}

impl RowFlags {
    /// The rows for people, with what is said below them; or for a program, the rows alone.
    pub(super) fn listed<const N: usize>(
        &self,
        rows: &[[String; N]],
        fits: [Fit; N],
        foot: &str,
    ) -> String {
        let mut columns = self.columns().with(fits);
        let lines: String = rows.iter().map(|row| columns.row(row)).collect();
        let foot = if self.print0 { "" } else { foot };
        lines + &columns.rest() + foot
    }

    /// Columns whose rows end so.
    pub(super) fn columns<const N: usize>(&self) -> Columns<N> {
        let columns = Columns::new();
        if self.print0 {
            Columns {
                room: None,
                cells: Cells::Parted('\0'),
                ..columns
            }
        } else {
            columns
        }
    }

    /// Whether only rows are printed.
    pub(super) const fn is_bare(&self) -> bool {
        self.print0
    }

    /// Refuses `--print0` beside an option that prints no rows.
    pub(super) fn refuse_beside(&self, option: &str) -> Result<(), Refusal> {
        if self.print0 {
            let detail = format!("--print0 is for lists; leave out {option}");
            return Err(Refusal::new(Kind::Invalid, detail));
        }
        Ok(())
    }
}

/// What becomes of a column where the terminal is too narrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fit {
    /// It gives way first: programs ask for ids elsewhere.
    Id,
    /// It gives way where it is the widest.
    Text,
    /// It is never cut: half a number is another number.
    Whole,
}

/// How the cells of a row are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cells {
    /// By spaces, one under the other.
    Aligned,
    /// By tabs, with this at the end of the row.
    Parted(char),
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

/// Whether colours are wanted, where there is a terminal for them (no-color.org).
pub(super) fn is_coloured() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// After how many rows the widths of columns are known: of more, not all are held.
const MEASURED: usize = 1_000;

/// How narrow a column gets on a narrow terminal.
const NARROW: usize = 8;

/// Columns whose rows come one by one. They are as wide as the cells of the first rows; on a terminal that is
/// narrower, ids give way, then the widest texts; the last one does not unless it is told to: it may wrap.
pub(super) struct Columns<const N: usize> {
    widths: [usize; N],
    /// The first rows, until the widths are known.
    held: Option<Vec<([String; N], Option<Color>)>>,
    /// How many columns the terminal has, where it is one.
    room: Option<usize>,
    /// Whether the last column may be coloured.
    is_coloured: bool,
    fits: [Fit; N],
    cells: Cells,
}

impl<const N: usize> Columns<N> {
    pub(super) fn new() -> Self {
        Self {
            widths: [0; N],
            held: Some(Vec::new()),
            room: terminal_columns(),
            is_coloured: false,
            fits: std::array::from_fn(|at| if at + 1 == N { Fit::Whole } else { Fit::Text }),
            cells: Cells::Aligned,
        }
    }

    /// With what becomes of each column on a narrow terminal.
    pub(super) fn with(self, fits: [Fit; N]) -> Self {
        Self { fits, ..self }
    }

    /// With tabs between the cells where there is no terminal: a program parts them.
    pub(super) fn parted_in_a_pipe(mut self) -> Self {
        if !io::stdout().is_terminal() && self.cells == Cells::Aligned {
            self.cells = Cells::Parted('\n');
        }
        self
    }

    /// With colours, unless `NO_COLOR` is set.
    pub(super) fn coloured(self) -> Self {
        Self {
            is_coloured: is_coloured(),
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
        if let Cells::Parted(end) = self.cells {
            return format!("{}{end}", row.join("\t"));
        }
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
            narrow(&mut self.widths, &self.fits, room);
        }
        let lines = held.iter().map(|(row, colour)| self.line(row, *colour));
        lines.collect()
    }

    fn line(&self, row: &[String; N], colour: Option<Color>) -> String {
        let mut line = String::new();
        let cells = self.widths.iter().zip(&self.fits).zip(row);
        for (at, ((width, fit), cell)) in cells.enumerate() {
            let is_last = at + 1 == N;
            let shown = match self.room {
                Some(_) if *fit != Fit::Whole => elide(cell, *width, "…"),
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

/// Makes ids narrower until the rows fit, then the widest texts.
fn narrow(widths: &mut [usize], fits: &[Fit], room: usize) {
    let gaps = 2 * widths.len().saturating_sub(1);
    while widths.iter().sum::<usize>() + gaps > room {
        let widest = match widest_of(widths, fits, Fit::Id) {
            Some(at) => Some(at),
            None => widest_of(widths, fits, Fit::Text),
        };
        match widest.and_then(|at| widths.get_mut(at)) {
            Some(width) => *width -= 1,
            None => return,
        }
    }
}

/// The widest column of a kind that can be narrower still.
fn widest_of(widths: &[usize], fits: &[Fit], kind: Fit) -> Option<usize> {
    let columns = widths.iter().zip(fits).enumerate();
    let columns = columns.filter(|(_, (width, fit))| **fit == kind && **width > NARROW);
    columns
        .max_by_key(|(_, (width, _))| **width)
        .map(|(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::{Fit, columns, described_in, narrow};

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
        let narrowed = |fits: [Fit; 3], room| {
            let mut widths = [40, 17, 36];
            narrow(&mut widths, &fits, room);
            widths
        };
        let texts = [Fit::Text, Fit::Text, Fit::Whole];
        assert_eq!(narrowed(texts, 80), [23, 17, 36]);
        assert_eq!(narrowed(texts, 20), [8, 8, 36]);
        let numbers = [Fit::Text, Fit::Whole, Fit::Id];
        assert_eq!(narrowed(numbers, 80), [40, 17, 19]);
        assert_eq!(narrowed(numbers, 60), [31, 17, 8]);
        assert_eq!(narrowed(numbers, 20), [8, 17, 8]);
    }

    #[test]
    fn columns_are_as_wide_as_the_widest_name_on_screen() {
        let rows = [["丸山", "1"], ["Åsa", "2"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "丸山  1\nÅsa   2\n");
    }
}
