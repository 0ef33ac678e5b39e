//! What the columns of a table hold, by their headers and by what a person says of them.

use std::collections::HashSet;

use crate::domain::fields::{CONTACT, Use};
use crate::domain::refusal::{Fault, Refusal};

use super::column::{Column, ColumnPart, DetailColumn, Heading, STREET, Sure, Text};
use super::header::{HeaderWords, text_of};
use super::own;
use super::words::{Header, Meaning, plain};

/// Of how many columns the meaning is guessed by the words of their headers, each beside those of the others: no other
/// program's table has more. Columns that are counted are known wherever they are.
pub(super) const GUESSED: usize = 1_000;

/// What the columns with these headers hold.
pub(super) fn columns(headers: &[String]) -> Vec<Heading> {
    let read = headers
        .iter()
        .take(GUESSED)
        .map(|header| Header::of(header));
    let read: Vec<Header> = read.collect();
    let table = HeaderWords::of(&read);
    let unnamed = Header::of("");
    // Where an address has no word for whose it is, it is that of the address before it.
    let mut place = String::new();
    let read = read.iter().map(Some).chain(std::iter::repeat(None));
    let headings = headers.iter().zip(read).enumerate();
    let mut headings: Vec<Heading> = headings
        .map(|(at, (name, header))| {
            // Outlook's `E-mail 2 Type` is another thing than Google's `E-mail 2 - Type`.
            let outlook = name.ends_with(" Type") && !name.contains(" - ");
            let known = || {
                let plain = plain(name);
                of_counted(&plain)
                    .filter(|_| !outlook)
                    .or_else(|| phonetic(&plain))
                    .or_else(|| of_ours(name))
                    .or_else(|| of_email(&plain))
            };
            // A file may have any number of columns that are none of these.
            let may_be_known = header.is_some()
                || name.starts_with(own::OURS)
                || name.bytes().any(|sign| sign.is_ascii_digit());
            let known = may_be_known.then(known).flatten();
            let (column, sure) = match (known, header) {
                (Some(column), _) => (column, Sure::Yes),
                (None, Some(header)) => table.column(at, name, header, &mut place),
                (None, None) => (Column::Other, Sure::Yes),
            };
            let header = header.unwrap_or(&unnamed);
            Heading {
                name: name.clone(),
                column,
                sure,
                by_cells: false,
                days: None,
                may_be_phone: at < GUESSED
                    && !header.has_any(&[Meaning::Ident, Meaning::Skip, Meaning::Type]),
            }
        })
        .collect();
    addresses_in_parts(&mut headings);
    if headers.iter().any(|header| header.starts_with(own::OURS)) {
        // Google shows a contact as it says; a column of ours says it exactly.
        for heading in headings.iter_mut().filter(|own| own.name == own::FILE_AS) {
            heading.column = Column::ToldAgain;
        }
    }
    headings
}

/// Leaves beside what no table of ours has, whatever its header means.
pub(super) fn keep_own(headings: &mut [Heading]) {
    let headers = own::own_headers();
    for heading in headings {
        let counted = of_counted(&heading.name)
            .filter(|_| heading.name.starts_with("phone ") || heading.name.starts_with("detail "));
        let ours = headers.contains(&heading.name.as_str()) || heading.name == own::GUARDED;
        let mut fields = CONTACT.iter();
        match fields.find(|field| field.csv == Some(heading.name.as_str())) {
            Some(field) if field.name == "kind" => heading.column = Column::Text(Text::ContactKind),
            // What a contact is called by is read with the parts that the card has of it.
            Some(field) if !field.is_own() && !field.is(Use::Name) && !field.is_flag() => {
                heading.column = Column::Text(Text::Own(field));
            }
            _ => {}
        }
        if !ours && counted.is_none() {
            heading.column = Column::Other;
            heading.may_be_phone = false;
        }
    }
}

/// Sets what a person says of columns: `Telefono=phone:work`.
///
/// # Errors
/// Invalid, where a header that is named is not there, or what it shall be is not known.
pub(super) fn map(headings: &mut [Heading], maps: &[String]) -> Result<(), Refusal> {
    let mut faults = Vec::new();
    for map in maps {
        let Some((header, field)) = map.rsplit_once('=') else {
            faults.push(Fault::whole(format!(
                "--map {map} names no field; write COLUMN=FIELD"
            )));
            continue;
        };
        let at = headings.iter().position(|own| own.name == header);
        let same = |own: &Heading| plain(&own.name) == plain(header);
        let at = at.or_else(|| headings.iter().position(same));
        // Any column can be named by its place; one without a name also without the `#`.
        let by_place = header
            .strip_prefix('#')
            .and_then(|place| place.parse().ok());
        let by_place = by_place.and_then(|place: usize| place.checked_sub(1));
        let at = at.or_else(|| by_place.filter(|at| *at < headings.len()));
        let nameless = |at: &usize| { headings.get(*at) }.is_some_and(|own| own.name.is_empty());
        let place = header
            .parse()
            .ok()
            .and_then(|place: usize| place.checked_sub(1));
        let at = at.or_else(|| place.filter(nameless));
        match (at, field_named(field, header)) {
            (Some(at), Some(known)) => {
                if let Some(heading) = headings.get_mut(at) {
                    heading.column = known;
                    heading.sure = Sure::Yes;
                    heading.may_be_phone = false;
                }
            }
            (None, _) => {
                let names: Vec<&str> = headings.iter().map(|own| own.name.as_str()).collect();
                faults.push(Fault::whole(format!(
                    "--map {map}: unknown column {header}; expected one of {}",
                    names.join(", ")
                )));
            }
            (_, None) => faults.push(Fault::whole(format!(
                "--map {map}: unknown field {field}; expected name, given name, family name, nickname, \
                 company, department, title, note, tags, phone, phone:LABEL, email, email:LABEL, \
                 address, birthday, website or other"
            ))),
        }
    }
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid(faults))
    }
}

/// The column of a phonetic name, as Google, Apple and Outlook name it, and of what a name is sorted by.
fn phonetic(name: &str) -> Option<Column> {
    let field = match name {
        "phonetic first name"
        | "phonetic given name"
        | "given name yomi"
        | "given yomi"
        | "first name yomi"
        | "yomi first name" => "phonetic_given_name",
        "phonetic last name"
        | "phonetic family name"
        | "family name yomi"
        | "surname yomi"
        | "last name yomi"
        | "yomi last name" => "phonetic_family_name",
        "file as" => "sort_as",
        _ => return None,
    };
    let field = CONTACT.iter().find(|own| own.name == field)?;
    Some(Column::Text(Text::Own(field)))
}

/// What Outlook has beside an email: how it is sent, and what the contact is called.
fn of_email(name: &str) -> Option<Column> {
    let rest = name.strip_prefix("email ")?;
    let rest = rest.trim_start_matches(|sign: char| sign.is_ascii_digit() || sign == ' ');
    matches!(rest, "type" | "display name").then_some(Column::OfEmail)
}

/// A column of ours in a table for another program.
fn of_ours(name: &str) -> Option<Column> {
    if name == own::MORE {
        return Some(Column::More);
    }
    let field = own::own_field(name)?;
    Some(Column::Text(match field.name {
        "kind" => Text::ContactKind,
        "favourite" => Text::Favourite,
        _ => Text::Own(field),
    }))
}

/// What a person says that a column holds.
fn field_named(field: &str, header: &str) -> Option<Column> {
    let (field, label) = match field.split_once(':') {
        Some((field, label)) => (plain(field), Some(label.trim().to_owned())),
        None => (plain(field), None),
    };
    let key = format!("mapped {}", plain(header));
    let detail = |kind| Column::Detail(key.clone(), kind, ColumnPart::Value(label.clone()));
    Some(match field.as_str() {
        "phone" => Column::Phone(key, ColumnPart::Value(label)),
        "email" => detail(DetailColumn::Email),
        "address" => detail(DetailColumn::Address),
        "birthday" => detail(DetailColumn::Birthday),
        "anniversary" => detail(DetailColumn::Event),
        "website" => detail(DetailColumn::Link),
        "title" => Column::Text(Text::Title),
        "other" => Column::Other,
        name => Column::Text(text_of(&Header::of(name))?),
    })
}

/// Where an address has a column for its city, its country or the like, the one that is only called
/// address is its street.
fn addresses_in_parts(headings: &mut [Heading]) {
    let in_parts: HashSet<String> = headings
        .iter()
        .filter_map(|heading| match &heading.column {
            Column::Detail(group, DetailColumn::Address, ColumnPart::Line(_)) => {
                Some(group.clone())
            }
            _ => None,
        })
        .collect();
    for heading in headings {
        let Column::Detail(group, DetailColumn::Address, part @ ColumnPart::Value(_)) =
            &mut heading.column
        else {
            continue;
        };
        let Some((whole, index)) = group.rsplit_once(' ') else {
            continue;
        };
        if in_parts.contains(whole) {
            let index: u8 = index.parse().unwrap_or(1);
            *part = ColumnPart::Line(STREET + index.clamp(1, 9) - 1);
            *group = whole.to_owned();
        }
    }
}

/// Whether a group is of columns that are counted.
pub(super) fn is_counted(group: &str) -> bool {
    let counted = group.rsplit_once(' ');
    counted.is_some_and(|(words, number)| {
        number.parse::<u32>().is_ok() && of_counted(&format!("{words} {number} value")).is_some()
    })
}

/// A part of a group that is counted, as Google's tables and ours have them: `Phone 1 - Value`.
fn of_counted(name: &str) -> Option<Column> {
    if name == own::GUARDED {
        return Some(Column::Guarded);
    }
    let (words, number, part) = counted(name)?;
    let group = format!("{words} {number}");
    let text = |text| Some(Column::Text(text));
    if words == "organization" {
        return match part {
            "name" => text(Text::Organisation),
            "department" => text(Text::Department),
            "title" => text(Text::Title),
            _ => Some(Column::Other),
        };
    }
    let of_detail = match part {
        "type" | "label" | "service" => Some(ColumnPart::Label),
        "value" | "formatted" => Some(ColumnPart::Value(None)),
        "kind" => Some(ColumnPart::DetailKind),
        "preferred" if words == "detail" => Some(ColumnPart::Preferred),
        _ => None,
    };
    let kind = match words {
        "phone" => {
            let of_phone = match part {
                "number" => ColumnPart::Value(None),
                "primary" => ColumnPart::Primary,
                "historic" => ColumnPart::Historic,
                "accurate" => ColumnPart::Accurate,
                "source" => ColumnPart::Source,
                "kind" => return None,
                _ => of_detail?,
            };
            return Some(Column::Phone(group, of_phone));
        }
        "address" => DetailColumn::Address,
        "email" => DetailColumn::Email,
        "website" => DetailColumn::Link,
        "event" => DetailColumn::Event,
        "im" => DetailColumn::Chat,
        "relation" => DetailColumn::Relation,
        "detail" | "custom field" => DetailColumn::Other,
        _ => return None,
    };
    let line = match words {
        "address" | "detail" => address_part(part),
        _ => None,
    };
    let part = line.map(ColumnPart::Line).or(of_detail)?;
    Some(Column::Detail(group, kind, part))
}

/// The line of an address in Google's words, and in ours.
fn address_part(name: &str) -> Option<u8> {
    let mut parts = own::ADDRESS_PARTS.iter();
    parts
        .find(|(_, known)| *known == name)
        .map(|(line, _)| *line)
}

/// `phone 1 value` as its words, its number and its part.
fn counted(name: &str) -> Option<(&str, u32, &str)> {
    let at = name.find(|sign: char| sign.is_ascii_digit())?;
    let (words, rest) = name.split_at(at);
    let (number, part) = rest.split_once(' ')?;
    let number = number.parse().ok()?;
    let words = words.trim_end();
    (!words.is_empty() && !part.is_empty()).then_some((words, number, part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::tables::COLUMN_FIELDS;
    use crate::exchange::csv::column::CITY;

    fn only(header: &str) -> Column {
        let headings = columns(&[header.to_owned()]);
        headings.into_iter().next().unwrap().column
    }

    /// The texts that columns hold: `given`, `phone:work`, `address home 2`.
    fn told(headers: &str) -> Vec<String> {
        let headers: Vec<String> = headers.split('|').map(str::to_owned).collect();
        let headings = columns(&headers).into_iter();
        headings
            .map(|heading| match heading.column {
                Column::Text(text) => format!("{text:?}"),
                Column::Phone(_, ColumnPart::Value(label)) => {
                    format!("phone:{}", label.unwrap_or_default())
                }
                Column::Phone(_, part) => format!("phone {part:?}"),
                Column::Detail(group, DetailColumn::Address, ColumnPart::Line(line)) => {
                    format!("{} {line}", group.trim())
                }
                Column::Detail(_, kind, ColumnPart::Value(label)) => {
                    format!("{}:{}", kind.word(), label.unwrap_or_default())
                }
                Column::Detail(_, kind, part) => format!("{} {part:?}", kind.word()),
                Column::Other | Column::OfEmail => "-".to_owned(),
                Column::Guarded => "guarded".to_owned(),
                Column::More => "more".to_owned(),
                Column::ToldAgain => "told again".to_owned(),
            })
            .collect()
    }

    #[test]
    fn headers_of_many_programs_are_known() {
        let label = |label: &str| ColumnPart::Value(Some(label.to_owned()));
        for (header, part) in [
            ("Business Phone 2", label("work")),
            ("Mobile Phone", label("mobile")),
            ("Téléphone", ColumnPart::Value(None)),
            ("Primary Phone", ColumnPart::PrimaryValue),
            ("WhatsApp", label("WhatsApp")),
            ("School phone", label("School phone")),
        ] {
            assert_eq!(only(header), Column::Phone("phone column 0".into(), part));
        }
        for (header, column) in [
            ("First Name", Column::Text(Text::Given)),
            ("Nachname", Column::Text(Text::Family)),
            (
                "Phone 1 - Value",
                Column::Phone("phone 1".into(), ColumnPart::Value(None)),
            ),
            (
                "Phone 2 - Type",
                Column::Phone("phone 2".into(), ColumnPart::Label),
            ),
            (
                "phone 1 historic",
                Column::Phone("phone 1".into(), ColumnPart::Historic),
            ),
            (
                "E-mail 1 - Value",
                Column::Detail(
                    "email 1".into(),
                    DetailColumn::Email,
                    ColumnPart::Value(None),
                ),
            ),
            (
                "Home City",
                Column::Detail(
                    "address home".into(),
                    DetailColumn::Address,
                    ColumnPart::Line(CITY),
                ),
            ),
            (
                "Custom Field 1 - Value",
                Column::Detail(
                    "custom field 1".into(),
                    DetailColumn::Other,
                    ColumnPart::Value(None),
                ),
            ),
            ("Shoe size", Column::Other),
            ("Name of the dog", Column::Other),
            ("E-Mail 2: Angezeigter Name", Column::Other),
            ("Customer ID", Column::Other),
        ] {
            assert_eq!(only(header), column, "{header}");
        }
    }

    #[test]
    fn a_person_says_what_a_column_holds() {
        let mapped = |map: &str| {
            let mut headings = columns(&["Wo".to_owned()]);
            super::map(&mut headings, &[map.to_owned()]).map(|()| headings)
        };
        let work = ColumnPart::Value(Some("work".to_owned()));
        assert_eq!(
            mapped("Wo=phone:work").unwrap()[0].column,
            Column::Phone("mapped wo".into(), work)
        );
        assert_eq!(
            mapped("Wo=family name").unwrap()[0].column,
            Column::Text(Text::Family)
        );
        for field in COLUMN_FIELDS {
            assert!(mapped(&format!("#1={field}")).is_ok(), "{field}");
        }
        for map in ["Wo", "Who=phone", "Wo=shoe", "#2=phone", "#0=phone"] {
            assert!(mapped(map).is_err(), "{map}");
        }
    }

    /// Headers as programs write them in many languages, a line for each; the first line is what they hold.
    #[test]
    fn programs_are_read_in_each_language() {
        let mut wrong = Vec::new();
        for file in [
            include_str!("../../../tests/data/headers/outlook.txt"),
            include_str!("../../../tests/data/headers/thunderbird.txt"),
        ] {
            let (expected, languages) = file.split_once('\n').unwrap();
            for headers in languages.lines() {
                let columns = headers.split('|').zip(told(headers));
                for ((name, read), expected) in columns.zip(expected.split('|')) {
                    // Where the program does not say whose an address is, the line is enough.
                    let line = read.rsplit(' ').next();
                    if read != expected && line != Some(expected) {
                        wrong.push(format!("{name}: {read}, not {expected}"));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{wrong:#?}");
    }
}
