//! What cells look like if their header does not say it; and notices about the columns that
//! were not understood.

use crate::domain::day::{DayOrder, calendar_day, order_of};
use crate::domain::fold::fold;
use crate::domain::notice::{LooksLike, Notice, NoticeKind};
use crate::domain::number::{digits, is_scientific, without_decimals};

use super::column::{Column, ColumnPart, DetailColumn, Heading, Sure, Text};
use super::words::order_of_header;

/// How many digits a number to call has.
const DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// How many digits a number has at least beside another one in its cell.
const SHORTEST: usize = 6;

/// The longest example of a cell in a notice, in characters.
pub(super) const EXAMPLE: usize = 40;

/// What a cell looks like by itself.
pub(crate) fn looks_like(cell: &str) -> LooksLike {
    let parts: Vec<&str> = parts(cell).collect();
    if parts.is_empty() {
        LooksLike::Text
    } else if parts.iter().all(|part| is_email(part)) {
        LooksLike::Emails
    } else if parts.iter().all(|part| is_number(part)) {
        LooksLike::Numbers
    } else {
        LooksLike::Text
    }
}

/// The values of a cell that may hold several.
fn parts(cell: &str) -> impl Iterator<Item = &str> {
    let parts = cell.split([';', ',', '|', '\n', '\r']);
    let parts = parts.flat_map(|part| part.split(":::"));
    let parts = parts.flat_map(|part| part.split(" / "));
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// Whether a text is an email, bare or as `Ann <ann@example.org>`.
pub(super) fn is_email(text: &str) -> bool {
    let text = text.trim();
    let address = match text.split_once('<') {
        Some((_, rest)) => rest.trim_end_matches('>'),
        None => text,
    };
    let address = address.strip_prefix("mailto:").unwrap_or(address);
    let Some((local, domain)) = address.rsplit_once('@') else {
        return false;
    };
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !address.contains(char::is_whitespace)
        && !address.contains('/')
}

/// Whether a text is a number to call, and neither a day nor an address of the internet.
fn is_number(text: &str) -> bool {
    if is_scientific(text) {
        return true;
    }
    let number = without_decimals(text);
    let written = |sign: char| sign.is_numeric() || " +()-./\u{a0}\u{2011}\u{2013}".contains(sign);
    DIGITS.contains(&digits(number).len()) && number.chars().all(written) && !is_day(number)
}

/// Whether a text is a day, or four numbers between dots.
fn is_day(text: &str) -> bool {
    if calendar_day(text, Some(DayOrder::DayFirst)).is_some() {
        return text.contains(|sign: char| !sign.is_ascii_digit());
    }
    let groups: Vec<&str> = text.split(['-', '.', '/']).collect();
    let bare = groups
        .iter()
        .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    bare && matches!(
        lengths.as_slice(),
        [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 2 | 4] | [1..=3, 1..=3, 1..=3, 1..=3]
    )
}

/// Whether a number is written as people write one to call: with its country, a trunk prefix, or in
/// groups. Digits alone may be anything.
fn is_written_to_call(text: &str) -> bool {
    let text = text.trim();
    let grouped = |sign: char| " ()-./".contains(sign);
    text.starts_with(['+', '(', '0']) || text.contains(grouped)
}

/// What people and programs write where there is no number, besides signs and zeros.
const NONE: [&str; 37] = [
    "n a",
    "na",
    "not available",
    "not applicable",
    "none",
    "no",
    "no phone",
    "no number",
    "nil",
    "null",
    "nan",
    "undefined",
    "unknown",
    "tbd",
    "x",
    "xx",
    "xxx",
    "keine",
    "keines",
    "kein",
    "k a",
    "unbekannt",
    "aucun",
    "aucune",
    "neant",
    "inconnu",
    "ninguno",
    "ninguna",
    "nessuno",
    "nessuna",
    "nenhum",
    "nenhuma",
    "geen",
    "brak",
    "нет",
    "无",
    "なし",
];

/// Whether a cell of a phone column says "no number": `-`, `n/a`, `keine`, `0`.
pub(crate) fn is_no_number(cell: &str) -> bool {
    // To fold a long cell takes its time.
    if cell.len() > EXAMPLE || digits(cell).bytes().any(|digit| digit != b'0') {
        return false;
    }
    let folded = fold(cell);
    let words = folded.split(|sign: char| !sign.is_alphabetic());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.is_empty() && !cell.contains(['*', '#']) || NONE.contains(&words.join(" ").as_str())
}

/// Whether a cell seems to hold several numbers.
pub(super) fn seems_several(cell: &str) -> bool {
    let long = |part: &&str| digits(part).len() >= SHORTEST;
    parts(cell).filter(long).nth(1).is_some()
}

/// Whether a cell of a column that is a phone by a word of its header is one: it has digits, and not
/// much else.
pub(super) fn may_be_number(cell: &str) -> bool {
    let digits = digits(cell).len();
    let letters = cell.chars().filter(|sign| sign.is_alphabetic()).count();
    digits >= 3 && letters <= digits && !is_email(cell) && !cell.contains("://")
}

/// What is known of a column's cells.
#[derive(Clone, Debug, Default)]
struct Seen {
    cells: usize,
    /// Those of them that say that there is nothing.
    blank: usize,
    numbers: usize,
    written_to_call: usize,
    emails: usize,
    example: String,
}

impl Seen {
    fn see(&mut self, cell: &str) {
        self.cells += 1;
        let is_blank = is_no_number(cell);
        let is_first = !is_blank && self.cells == self.blank + 1;
        if self.example.is_empty() || is_first {
            self.example = cell.chars().take(EXAMPLE).collect();
        }
        if is_blank {
            self.blank += 1;
            return;
        }
        match looks_like(cell) {
            LooksLike::Numbers => {
                self.numbers += 1;
                self.written_to_call += usize::from(is_written_to_call(cell));
            }
            LooksLike::Emails => self.emails += 1,
            LooksLike::Text => {}
        }
    }

    /// What most of the cells look like.
    const fn mostly(&self) -> LooksLike {
        let cells = self.cells - self.blank;
        if self.emails * 2 > cells {
            LooksLike::Emails
        } else if self.numbers * 2 > cells {
            LooksLike::Numbers
        } else {
            LooksLike::Text
        }
    }

    /// What nearly all of the cells look like, sure enough to read them as that.
    const fn surely(&self) -> LooksLike {
        let cells = self.cells - self.blank;
        if cells > 0 && self.emails * 5 >= cells * 4 {
            LooksLike::Emails
        } else if cells > 0
            && self.numbers * 5 >= cells * 4
            && self.written_to_call * 2 > self.numbers
        {
            LooksLike::Numbers
        } else {
            LooksLike::Text
        }
    }
}

/// Recognises columns by their cells in the first rows.
pub(super) fn recognise(headings: &mut [Heading], rows: &[Vec<String>]) {
    for (at, heading) in headings.iter_mut().enumerate() {
        if heading.column != Column::Other {
            continue;
        }
        let mut seen = Seen::default();
        for cell in rows.iter().filter_map(|row| row.get(at)) {
            if !cell.trim().is_empty() {
                seen.see(cell);
            }
        }
        let key = format!("column {at}");
        heading.column = match seen.surely() {
            LooksLike::Emails if heading.may_be_phone => {
                Column::Detail(key, DetailColumn::Email, ColumnPart::Value(None))
            }
            LooksLike::Numbers if heading.may_be_phone => {
                let label = Some(heading.name.clone()).filter(|name| !name.is_empty());
                Column::Phone(key, ColumnPart::Value(label))
            }
            _ => continue,
        };
        heading.by_cells = true;
        heading.sure = Sure::ByCell;
    }
}

/// Says of the columns of days which number is the day: what a day over 12 in any of them says, and else
/// the language of the header.
pub(super) fn settle_days(headings: &mut [Heading], rows: &[Vec<String>]) {
    let days = |(at, heading): (usize, &Heading)| heading.is_of_days().then_some(at);
    let columns: Vec<usize> = headings.iter().enumerate().filter_map(days).collect();
    let cells = rows
        .iter()
        .flat_map(|row| columns.iter().filter_map(|at| row.get(*at)));
    let slashed = cells.filter(|cell| !cell.contains('.'));
    let mut orders = slashed.filter_map(|cell| order_of(cell));
    let first = orders.next();
    let agreed = first.filter(|first| orders.all(|order| order == *first));
    for heading in headings.iter_mut().filter(|heading| heading.is_of_days()) {
        heading.days = match first {
            Some(_) => agreed,
            None => order_of_header(&heading.name),
        };
    }
}

/// Takes the first column of words for the names, in a table without a header.
pub(super) fn name_by_cells(headings: &mut [Heading], rows: &[Vec<String>]) {
    let is_words = |at: usize| {
        let cells = rows.iter().filter_map(|row| row.get(at));
        let mut cells = cells.filter(|cell| !cell.is_empty()).peekable();
        cells.peek().is_some() && cells.all(|cell| cell.contains(char::is_alphabetic))
    };
    let mut unread = headings.iter_mut().enumerate();
    let names = unread.find(|(at, heading)| heading.column == Column::Other && is_words(*at));
    if let Some((_, heading)) = names {
        heading.column = Column::Text(Text::Name);
        heading.by_cells = true;
    }
}

/// What was seen of the cells that were not read, or that were read by what they look like.
#[derive(Debug, Default)]
pub(super) struct ColumnNotes {
    unread: Vec<Seen>,
    by_cells: Vec<Seen>,
}

impl ColumnNotes {
    /// Counts a cell that was not read.
    pub(super) fn unread(&mut self, column: usize, cell: &str) {
        see(&mut self.unread, column, cell);
    }

    /// Counts a cell of a column that was recognised by its cells.
    pub(super) fn by_cells(&mut self, column: usize, cell: &str) {
        see(&mut self.by_cells, column, cell);
    }

    /// The notices, those about probably missed data first.
    pub(super) fn notices(&self, headings: &[Heading]) -> Vec<Notice> {
        let notice = |kind: fn(LooksLike) -> NoticeKind| {
            move |(column, seen): (usize, &Seen)| {
                let name = headings.get(column).map(|heading| heading.name.as_str());
                let subject = match name {
                    Some(name) if !name.is_empty() => name.to_owned(),
                    _ => format!("{}", column + 1),
                };
                (seen.cells > 0).then(|| Notice {
                    subject,
                    number: seen.cells,
                    example: seen.example.clone(),
                    kind: kind(seen.mostly()),
                })
            }
        };
        let unread = self.unread.iter().enumerate();
        let by_cells = self.by_cells.iter().enumerate();
        let mut notices: Vec<Notice> = unread
            .filter_map(notice(NoticeKind::UnreadColumn))
            .chain(by_cells.filter_map(notice(NoticeKind::ColumnByCells)))
            .collect();
        notices.sort_by_key(|notice| !notice.is_loud());
        notices
    }
}

fn see(columns: &mut Vec<Seen>, column: usize, cell: &str) {
    // A row may have any number of cells beyond the header; they are reported as one column.
    let column = column.min(1_000);
    if columns.len() <= column {
        columns.resize_with(column + 1, Seen::default);
    }
    if let Some(seen) = columns.get_mut(column) {
        seen.see(cell);
    }
}

#[cfg(test)]
mod tests {
    use super::{LooksLike, is_no_number, looks_like};

    #[test]
    fn a_cell_that_says_that_there_is_no_number_is_none() {
        for cell in [
            "-",
            "--",
            "n/a",
            "N/A",
            "#N/A",
            "None",
            "keine",
            "Keine.",
            "0",
            "000",
            "(000) 000-0000",
            "?",
            "нет",
            "k.A.",
        ] {
            assert!(is_no_number(cell), "{cell}");
        }
        for cell in [
            "112",
            "ask Tim",
            "+39 02 5550",
            "#",
            "*0#",
            "030 901820 none",
            "800-FLOWERS",
        ] {
            assert!(!is_no_number(cell), "{cell}");
        }
    }

    #[test]
    fn numbers_and_emails_are_told_from_other_cells() {
        for cell in [
            "+39 02 5550 1182",
            "(213) 456-7890",
            "030/901820",
            "2134567890.0",
            "4.47911E+11",
            "213-456-7301; 213-456-7302",
            "٠٢٥٥٥٠١١٨٢",
        ] {
            assert_eq!(looks_like(cell), LooksLike::Numbers, "{cell}");
        }
        for cell in [
            "ann@example.org",
            "Ann <ann@example.org>",
            "a@b.org, c@d.org",
        ] {
            assert_eq!(looks_like(cell), LooksLike::Emails, "{cell}");
        }
        for cell in [
            "2024-05-06",
            "6.5.2024",
            "2024. 05. 06.",
            "6. 5. 2024",
            "2024-05-06 12:00:00",
            "192.168.10.25",
            "12",
            "Main St 1234567",
            "x@y",
            "https://a.example.org/@ann",
        ] {
            assert_eq!(looks_like(cell), LooksLike::Text, "{cell}");
        }
    }
}
