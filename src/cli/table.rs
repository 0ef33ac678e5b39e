//! Columns for people to read, as wide as what stands in them.

use unicode_width::UnicodeWidthStr as _;

use crate::domain::safe::safe;

/// The rows in columns, two spaces between; the last column is not filled up.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut columns = Columns::new();
    let lines: String = rows.iter().map(|row| columns.row(row)).collect();
    lines + &columns.rest()
}

/// After how many rows the widths of columns are known: of more, not all are held.
const MEASURED: usize = 1_000;

/// Columns whose rows come one by one. They are as wide as what stands in the first rows.
pub(super) struct Columns<const N: usize> {
    widths: [usize; N],
    /// The first rows, until the widths are known.
    held: Option<Vec<[String; N]>>,
}

impl<const N: usize> Columns<N> {
    pub(super) const fn new() -> Self {
        Self {
            widths: [0; N],
            held: Some(Vec::new()),
        }
    }

    /// Adds a row; gives the lines that can be printed.
    pub(super) fn row(&mut self, row: &[String; N]) -> String {
        let row = row.each_ref().map(|cell| safe(cell).into_owned());
        let Some(held) = &mut self.held else {
            return self.line(&row);
        };
        for (width, cell) in self.widths.iter_mut().zip(&row) {
            *width = cell.width().max(*width);
        }
        held.push(row);
        if held.len() < MEASURED {
            String::new()
        } else {
            self.rest()
        }
    }

    /// The lines that were held until now.
    pub(super) fn rest(&mut self) -> String {
        let held = self.held.take().unwrap_or_default();
        held.iter().map(|row| self.line(row)).collect()
    }

    fn line(&self, row: &[String; N]) -> String {
        let mut line = String::new();
        for (width, cell) in self.widths.iter().zip(row) {
            line.push_str(cell);
            let gap = width.saturating_sub(cell.width()) + 2;
            line.extend(std::iter::repeat_n(' ', gap));
        }
        format!("{}\n", line.trim_end())
    }
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn columns_are_as_wide_as_the_widest_name_on_screen() {
        let rows = [["丸山", "1"], ["Åsa", "2"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "丸山  1\nÅsa   2\n");
    }
}
