//! Columns for people to read, as wide as what stands in them.

use unicode_width::UnicodeWidthStr as _;

use crate::domain::safe::safe;

/// The rows in columns, two spaces between; the last column is not filled up.
pub(super) fn columns<const N: usize>(rows: &[[String; N]]) -> String {
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
    let mut text = String::new();
    for row in &rows {
        let mut line = String::new();
        for (width, cell) in widths.iter().zip(row) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width - cell.width() + 2));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
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
