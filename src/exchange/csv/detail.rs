//! The emails, addresses and days of a row.

use crate::domain::address::Address;
use crate::domain::contact::{Detail, DetailKind};
use crate::domain::fold::fold;
use crate::exchange::vcard::CompanionCard;

use super::cells::is_email;
use super::column::{self, DetailColumn};
use super::own::BETWEEN;
use super::own::TableOrigin;

/// Words between two emails of a cell.
const OR: [&str; 9] = ["or", "and", "oder", "und", "ou", "et", "o", "y", "или"];

/// The cells of one detail.
#[derive(Debug)]
pub(super) struct DetailCells {
    pub(super) column: DetailColumn,
    /// The kind that a cell of our own table names.
    pub(super) own_kind: Option<DetailKind>,
    pub(super) values: Vec<String>,
    pub(super) label: Option<String>,
    pub(super) preferred: bool,
    pub(super) lines: Vec<(u8, String)>,
    /// The header of the column with the whole address.
    pub(super) header: String,
}

impl DetailCells {
    pub(super) fn read(self, origin: TableOrigin, beside: &mut CompanionCard) -> Vec<Detail> {
        let preferred = self.preferred;
        let mut details = self.details(origin, beside);
        if let Some(first) = details.first_mut() {
            first.preferred = preferred && first.kind.has_preferred();
        }
        details
    }

    fn details(self, origin: TableOrigin, beside: &mut CompanionCard) -> Vec<Detail> {
        if !self.lines.is_empty() {
            return match self.column {
                DetailColumn::Birthday => self.day().into_iter().collect(),
                _ if origin == TableOrigin::Own => self.address().into_iter().collect(),
                _ => self.addresses(beside),
            };
        }
        let Self {
            column,
            own_kind,
            values,
            label,
            ..
        } = self;
        let values = values.into_iter().filter_map(|value| {
            if origin == TableOrigin::Own {
                return Some(value);
            }
            if is_no_day(&value) {
                return None;
            }
            let lines: Vec<&str> = value.lines().map(str::trim).collect();
            let kind = own_kind.unwrap_or(column.kind());
            let is_of_lines = matches!(kind, DetailKind::Address | DetailKind::Other);
            Some(lines.join(if is_of_lines { "\n" } else { ", " }))
        });
        let detail = |value: String| match own_kind {
            Some(kind) => Detail::read(kind, label.clone(), &value),
            None => column.detail(label.clone(), &value),
        };
        values.map(detail).collect()
    }

    /// The address of our own columns, each of which has one part as it is.
    fn address(self) -> Option<Detail> {
        let mut address = Address::default();
        for (part, cell) in self.lines {
            *part_of(&mut address, part) = cell;
        }
        let is_there = !address.is_blank();
        is_there.then(|| Detail::new(DetailKind::Address, self.label, address))
    }

    /// The addresses of lines: one, or as many as Google has under one label.
    fn addresses(self, beside: &mut CompanionCard) -> Vec<Detail> {
        let Self {
            mut lines,
            label,
            values,
            header,
            ..
        } = self;
        lines.sort_by_key(|(line, _)| *line);
        let several = lines.iter().map(|(_, cell)| cell.split(BETWEEN).count());
        let several = several.max().unwrap_or_default();
        let mut addresses = Vec::new();
        for at in 0..several {
            let mut address = Address::default();
            for (line, cell) in &lines {
                let Some(cell) = cell.split(BETWEEN).nth(at).map(str::trim) else {
                    continue;
                };
                let part = part_of(&mut address, *line);
                if !cell.is_empty() {
                    if !part.is_empty() {
                        part.push_str(", ");
                    }
                    part.push_str(cell);
                }
            }
            if !address.is_blank() {
                addresses.push(Detail::new(DetailKind::Address, label.clone(), address));
            }
        }
        // The whole address beside its parts says the same, in most tables.
        let said = fold(
            &lines
                .iter()
                .map(|(_, cell)| cell.as_str())
                .collect::<Vec<_>>()
                .join(" "),
        );
        let more = values.iter().filter(|whole| {
            let folded = fold(whole);
            let mut words = folded.split([' ', ',']).filter(|word| !word.is_empty());
            !words.all(|word| said.contains(word))
        });
        for whole in more {
            beside.column(&header, whole);
        }
        addresses
    }

    /// A birthday of a column each for year, month and day.
    fn day(self) -> Option<Detail> {
        let part = |line| {
            let cells = self.lines.iter();
            let cell = { cells }.find(|(own, _)| *own == line);
            let cell = cell.map(|(_, cell)| cell.trim());
            cell.filter(|cell| cell.parse() != Ok(0_u32))
        };
        let (year, month, day) = (part(column::YEAR), part(column::MONTH), part(column::DAY));
        let two = |text: &str| {
            let number: Option<u32> = text.parse().ok();
            number.map_or_else(|| text.to_owned(), |number| format!("{number:02}"))
        };
        let value = match (year, month, day) {
            // Some tables have the whole day in the column for it.
            (_, _, Some(day)) if day.parse::<u32>().is_err() => day.to_owned(),
            (Some(year), Some(month), Some(day)) => {
                format!("{year}-{}-{}", two(month), two(day))
            }
            (None, Some(month), Some(day)) => format!("--{}-{}", two(month), two(day)),
            (Some(year), Some(month), None) => format!("{year}-{}", two(month)),
            (year, month, day) => year.or(month).or(day)?.to_owned(),
        };
        Some(DetailColumn::Birthday.detail(None, &value))
    }
}

/// The part of an address that a column has.
const fn part_of(address: &mut Address, column: u8) -> &mut String {
    match column {
        column::PO_BOX => &mut address.po_box,
        column::EXTENDED => &mut address.extended,
        column::CITY => &mut address.locality,
        column::REGION => &mut address.region,
        column::ZIP => &mut address.postal_code,
        column::COUNTRY => &mut address.country,
        _ => &mut address.street,
    }
}

/// Whether a text is an empty date: Outlook writes `0/0/00` for a missing one.
pub(super) fn is_no_day(text: &str) -> bool {
    let text = text.trim();
    text.is_empty() || text.starts_with("0/0/") || text.starts_with("0000-00")
}

/// The emails of a cell: its parts where each of them is one, bare of the names beside them; else the
/// whole text.
pub(super) fn emails(cell: &str) -> Vec<String> {
    let bare = |text: &str| {
        let text = text.trim();
        let text = match text.rsplit_once('<') {
            Some((_, rest)) if is_email(text) => rest.trim_end_matches('>'),
            _ => text,
        };
        text.strip_prefix("mailto:")
            .unwrap_or(text)
            .trim()
            .to_owned()
    };
    let separators: [fn(char) -> bool; 2] = [
        |sign| matches!(sign, ';' | ',' | '\n' | '\r' | '|' | '，' | '；'),
        char::is_whitespace,
    ];
    let cell = cell.replace(BETWEEN.trim(), "\n");
    let cell = cell.replace(" / ", "\n");
    for separator in separators {
        let parts = cell.split(separator).map(str::trim);
        let parts: Vec<&str> = parts
            .filter(|part| !part.is_empty() && !OR.contains(&part.to_lowercase().as_str()))
            .collect();
        if parts.len() > 1 && parts.iter().all(|part| is_email(part)) {
            return parts.into_iter().map(bare).collect();
        }
    }
    vec![bare(&cell)]
}

#[cfg(test)]
mod tests {
    use super::emails;

    #[test]
    fn emails_in_one_cell_are_told_apart() {
        for (cell, found) in [
            (
                "ann@example.org ::: bee@example.org",
                &["ann@example.org", "bee@example.org"][..],
            ),
            (
                "ann@example.org;bee@example.org",
                &["ann@example.org", "bee@example.org"],
            ),
            (
                "ann@example.org or bee@example.org",
                &["ann@example.org", "bee@example.org"],
            ),
            (
                "ann@example.org / bee@example.org",
                &["ann@example.org", "bee@example.org"],
            ),
            ("Ann Bee <ann@example.org>", &["ann@example.org"]),
            (
                "Ann <ann@example.org>, b@example.org",
                &["ann@example.org", "b@example.org"],
            ),
            ("mailto:ann@example.org", &["ann@example.org"]),
            ("ask Ann", &["ask Ann"]),
        ] {
            assert_eq!(emails(cell), found, "{cell}");
        }
    }
}
