//! What a column holds, by its header.

use crate::domain::contact::DetailKind;
use crate::domain::fold::fold;
use crate::domain::refusal::{Fault, Refusal};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Column {
    /// A text of the contact.
    Text(Text),
    /// A part of a phone: which phone, and which part.
    Phone(String, Part),
    /// A part of an email, an address or the like: which, of what kind, and which part.
    Detail(String, DetailKind, Part),
    /// Nothing that is known: it stays with the contact.
    Other,
    /// Nothing: whether cells are guarded.
    Guarded,
}

/// A text of the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// The name that is shown.
    Name,
    /// Before the given name: Dr.
    Prefix,
    /// The given name.
    Given,
    /// Between given and family name.
    Middle,
    /// The family name.
    Family,
    /// After the family name.
    Suffix,
    /// The nickname.
    Nickname,
    /// The firm or club.
    Organisation,
    /// A part of it.
    Department,
    /// The position there.
    Title,
    /// The note.
    Note,
    /// The tags.
    Tags,
    /// Whether it is a favourite.
    Favourite,
    /// Where it came from.
    Source,
    /// The UID.
    Uid,
}

/// A part of a phone or of a detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The number, the address, the day; with the label that the header says.
    Value(Option<String>),
    /// The label.
    Label,
    /// Of a phone: whether it is primary.
    Primary,
    /// Of a phone: whether it is historic.
    Historic,
    /// Of a phone: whether it is accurate.
    Accurate,
    /// Of a phone: where it came from.
    Source,
    /// Of a detail: its kind.
    Kind,
    /// A line of an address, before what comes after it.
    Line(u8),
}

/// Headers that say just one thing, folded, as programs write them.
const KNOWN: &[(&str, Text)] = &[
    ("name", Text::Name),
    ("full name", Text::Name),
    ("display name", Text::Name),
    ("contact name", Text::Name),
    ("nome completo", Text::Name),
    ("given name", Text::Given),
    ("first name", Text::Given),
    ("first", Text::Given),
    ("vorname", Text::Given),
    ("prenom", Text::Given),
    ("nombre", Text::Given),
    ("middle name", Text::Middle),
    ("additional name", Text::Middle),
    ("family name", Text::Family),
    ("last name", Text::Family),
    ("last", Text::Family),
    ("surname", Text::Family),
    ("nachname", Text::Family),
    ("cognome", Text::Family),
    ("nom", Text::Family),
    ("nom de famille", Text::Family),
    ("apellidos", Text::Family),
    ("apellido", Text::Family),
    ("name prefix", Text::Prefix),
    ("name suffix", Text::Suffix),
    ("suffix", Text::Suffix),
    ("nickname", Text::Nickname),
    ("short name", Text::Nickname),
    ("spitzname", Text::Nickname),
    ("organization name", Text::Organisation),
    ("organization 1 name", Text::Organisation),
    ("organisation", Text::Organisation),
    ("organization", Text::Organisation),
    ("company", Text::Organisation),
    ("company name", Text::Organisation),
    ("firma", Text::Organisation),
    ("azienda", Text::Organisation),
    ("societe", Text::Organisation),
    ("empresa", Text::Organisation),
    ("organization department", Text::Department),
    ("organization 1 department", Text::Department),
    ("department", Text::Department),
    ("abteilung", Text::Department),
    ("organization title", Text::Title),
    ("organization 1 title", Text::Title),
    ("job title", Text::Title),
    ("position", Text::Title),
    ("role", Text::Title),
    ("note", Text::Note),
    ("notes", Text::Note),
    ("comment", Text::Note),
    ("comments", Text::Note),
    ("notizen", Text::Note),
    ("tags", Text::Tags),
    ("labels", Text::Tags),
    ("categories", Text::Tags),
    ("group membership", Text::Tags),
    ("groups", Text::Tags),
    ("favourite", Text::Favourite),
    ("favorite", Text::Favourite),
    ("source", Text::Source),
    ("uid", Text::Uid),
];

/// Telephone headers of Outlook and others, folded, with their label.
const PHONES: &[(&str, Option<&str>)] = &[
    ("phone", None),
    ("phone number", None),
    ("telephone", None),
    ("telephone number", None),
    ("tel", None),
    ("telefon", None),
    ("telefono", None),
    ("number", None),
    ("numero", None),
    ("nummer", None),
    ("primary phone", Some("main")),
    ("company main phone", Some("main")),
    ("main phone", Some("main")),
    ("business phone", Some("work")),
    ("work phone", Some("work")),
    ("office phone", Some("office")),
    ("home phone", Some("home")),
    ("mobile phone", Some("mobile")),
    ("mobile", Some("mobile")),
    ("mobile number", Some("mobile")),
    ("cell phone", Some("mobile")),
    ("cell", Some("mobile")),
    ("handy", Some("mobile")),
    ("mobil", Some("mobile")),
    ("cellulare", Some("mobile")),
    ("portable", Some("mobile")),
    ("movil", Some("mobile")),
    ("car phone", Some("car")),
    ("radio phone", Some("radio")),
    ("other phone", Some("other")),
    ("pager", Some("pager")),
    ("pager phone", Some("pager")),
    ("fax", Some("fax")),
    ("fax number", Some("fax")),
    ("business fax", Some("fax")),
    ("home fax", Some("fax")),
    ("other fax", Some("fax")),
    ("callback", Some("callback")),
    ("assistant s phone", Some("assistant")),
    ("assistant phone", Some("assistant")),
    ("isdn", Some("isdn")),
    ("tty tdd phone", Some("textphone")),
];

/// The parts of an address in Outlook's and Google's headers, in the order in which they are read.
const ADDRESS: &[(&str, u8)] = &[
    ("po box", 0),
    ("extended address", 1),
    ("street", 2),
    ("street 2", 3),
    ("street 3", 4),
    ("city", 5),
    ("state", 6),
    ("region", 6),
    ("postal code", 7),
    ("country region", 8),
    ("country", 8),
];

/// What the columns with these headers hold. `maps` is what a person says of some of them:
/// `Telefono=phone:work`.
///
/// # Errors
/// Invalid, where a header that is named is not there, or what it shall be is not known.
pub fn columns_named(headers: &[String], maps: &[String]) -> Result<Vec<Column>, Refusal> {
    // In Outlook's exports, Title stands before a name, and there is a job title beside it.
    let outlook = headers.iter().any(|header| plain(header) == "job title");
    let mut columns: Vec<Column> = headers
        .iter()
        .map(|header| match plain(header).as_str() {
            "title" if outlook => Column::Text(Text::Prefix),
            "title" => Column::Text(Text::Title),
            name => named(name),
        })
        .collect();
    let mut faults = Vec::new();
    for map in maps {
        let Some((header, field)) = map.rsplit_once('=') else {
            faults.push(Fault::whole(format!(
                "--map {map} says no field; write COLUMN=FIELD"
            )));
            continue;
        };
        let at = headers.iter().position(|own| own == header);
        let at = at.or_else(|| headers.iter().position(|own| plain(own) == plain(header)));
        let column = at.and_then(|at| columns.get_mut(at));
        match (column, field_named(field, header)) {
            (Some(column), Some(known)) => *column = known,
            (None, _) => faults.push(Fault::whole(format!(
                "--map {map}: there is no column {header}; there are {}",
                headers.join(", ")
            ))),
            (_, None) => faults.push(Fault::whole(format!(
                "--map {map}: {field} is no field; write name, given name, family name, nickname, \
                 company, department, title, note, tags, phone, phone:LABEL, email, email:LABEL, \
                 address, birthday, website or other"
            ))),
        }
    }
    if faults.is_empty() {
        Ok(columns)
    } else {
        Err(Refusal::invalid(faults))
    }
}

/// The longest header that may be a known one, in bytes.
const HEADER: usize = 200;

/// A header in plain words: folded, with a space for each run of other signs.
fn plain(header: &str) -> String {
    // No header that is known is as long, and folding makes some signs eighteen.
    if header.len() > HEADER {
        return header.to_owned();
    }
    let folded = fold(header);
    let words: Vec<&str> = folded
        .split(|sign: char| !sign.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").replace("e mail", "email")
}

/// What a person says that a column holds.
fn field_named(field: &str, header: &str) -> Option<Column> {
    let (field, label) = match field.split_once(':') {
        Some((field, label)) => (plain(field), Some(label.trim().to_owned())),
        None => (plain(field), None),
    };
    let detail = |kind| Column::Detail(plain(header), kind, Part::Value(label.clone()));
    Some(match field.as_str() {
        "phone" => Column::Phone(plain(header), Part::Value(label)),
        "email" => detail(DetailKind::Email),
        "address" => detail(DetailKind::Address),
        "birthday" => detail(DetailKind::Birthday),
        "website" => detail(DetailKind::Link),
        "title" => Column::Text(Text::Title),
        "other" => Column::Other,
        name => KNOWN
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, text)| Column::Text(*text))?,
    })
}

fn named(name: &str) -> Column {
    if name == super::GUARDED {
        return Column::Guarded;
    }
    if let Some((_, text)) = KNOWN.iter().find(|(known, _)| *known == name) {
        return Column::Text(*text);
    }
    if let Some((words, number, part)) = counted(name) {
        return of_group(&words, &format!("{words} {number}"), &part);
    }
    // Outlook counts from the second: Business Phone 2.
    let bare = name
        .trim_end_matches(|sign: char| sign.is_ascii_digit())
        .trim_end();
    let phone = PHONES.iter().find(|(known, _)| *known == bare);
    if let Some((_, label)) = phone {
        return Column::Phone(name.to_owned(), Part::Value(label.map(str::to_owned)));
    }
    let detail = |kind, label: Option<&str>| {
        Column::Detail(name.to_owned(), kind, Part::Value(label.map(str::to_owned)))
    };
    match name {
        "email" | "email address" | "mail" | "email 2 address" | "email 3 address" => {
            return detail(DetailKind::Email, None);
        }
        "address" | "adresse" | "indirizzo" => return detail(DetailKind::Address, None),
        "birthday" | "birth date" | "date of birth" | "geburtstag" | "compleanno" => {
            return detail(DetailKind::Birthday, None);
        }
        "anniversary" => return detail(DetailKind::Anniversary, None),
        "web page" | "website" | "url" | "homepage" => return detail(DetailKind::Link, None),
        "manager s name" => return detail(DetailKind::Other, Some("manager")),
        "assistant s name" => return detail(DetailKind::Other, Some("assistant")),
        "spouse" => return detail(DetailKind::Other, Some("spouse")),
        _ => {}
    }
    // Home Street, Business City: an address in parts.
    for (start, label) in [
        ("home ", "home"),
        ("business ", "work"),
        ("other ", "other"),
    ] {
        let part = name.strip_prefix(start);
        let part = part.and_then(|part| ADDRESS.iter().find(|(known, _)| *known == part));
        if let Some((_, line)) = part {
            let group = format!("address {label}");
            return Column::Detail(group, DetailKind::Address, Part::Line(*line));
        }
    }
    Column::Other
}

/// `phone 1 value` as its words, its number and its part.
fn counted(name: &str) -> Option<(String, u32, String)> {
    let words: Vec<&str> = name.split(' ').collect();
    let at = words.iter().position(|word| word.parse::<u32>().is_ok())?;
    let number = words.get(at)?.parse().ok()?;
    let (before, after) = words.split_at(at);
    let part = after.get(1..)?.join(" ");
    (!before.is_empty() && !part.is_empty()).then(|| (before.join(" "), number, part))
}

/// A part of a group that is counted: those of Google, and ours.
fn of_group(words: &str, group: &str, part: &str) -> Column {
    let group = group.to_owned();
    let of_detail = match part {
        "type" | "label" => Some(Part::Label),
        "value" | "formatted" => Some(Part::Value(None)),
        "kind" => Some(Part::Kind),
        _ => None,
    };
    let of_phone = match part {
        "number" => Some(Part::Value(None)),
        "primary" => Some(Part::Primary),
        "historic" => Some(Part::Historic),
        "accurate" => Some(Part::Accurate),
        "source" => Some(Part::Source),
        "kind" => None,
        _ => of_detail.clone(),
    };
    let kind = match words {
        "phone" => return of_phone.map_or(Column::Other, |part| Column::Phone(group, part)),
        "email" => DetailKind::Email,
        "address" => DetailKind::Address,
        "website" => DetailKind::Link,
        "event" => DetailKind::Anniversary,
        "im" => DetailKind::Chat,
        "relation" | "detail" => DetailKind::Other,
        _ => return Column::Other,
    };
    // What Google has in parts stands formatted beside them.
    of_detail.map_or(Column::Other, |part| Column::Detail(group, kind, part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_many_programs_are_known() {
        let phone = |group: &str, part| Column::Phone(group.to_owned(), part);
        let label = |label: &str| Part::Value(Some(label.to_owned()));
        for (header, column) in [
            ("First Name", Column::Text(Text::Given)),
            ("Nachname", Column::Text(Text::Family)),
            ("Phone 1 - Value", phone("phone 1", Part::Value(None))),
            ("Phone 2 - Type", phone("phone 2", Part::Label)),
            ("phone 1 historic", phone("phone 1", Part::Historic)),
            ("Business Phone 2", phone("business phone 2", label("work"))),
            ("Mobile Phone", phone("mobile phone", label("mobile"))),
            ("Téléphone", phone("telephone", Part::Value(None))),
            (
                "E-mail Address",
                Column::Detail("email address".into(), DetailKind::Email, Part::Value(None)),
            ),
            (
                "E-mail 1 - Value",
                Column::Detail("email 1".into(), DetailKind::Email, Part::Value(None)),
            ),
            (
                "Home City",
                Column::Detail("address home".into(), DetailKind::Address, Part::Line(5)),
            ),
            ("Custom Field 1 - Value", Column::Other),
            ("Shoe size", Column::Other),
        ] {
            let read = columns_named(&[header.to_owned()], &[]).unwrap();
            assert_eq!(read, [column], "{header}");
        }
        let map = columns_named(&["Wo".to_owned()], &["Wo=phone:work".to_owned()]);
        assert_eq!(map.unwrap(), [phone("wo", label("work"))]);
        for map in ["Wo", "Who=phone", "Wo=shoe"] {
            assert!(columns_named(&["Wo".to_owned()], &[map.to_owned()]).is_err());
        }
    }
}
