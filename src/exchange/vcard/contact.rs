//! The contact of a card: names, details, tags.

use std::collections::HashSet;
use std::iter;

use chrono::{NaiveDate, NaiveDateTime};

use crate::domain::address::Address;
use crate::domain::attribute_reader::NOTE_LIMIT;
use crate::domain::contact::{ContactAttributes, ContactKind, Detail, DetailKind, DetailValue};
use crate::domain::day::PartialDate;
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY, DetailId, address_in};
use crate::domain::fields::{CONTACT, texts};
use crate::domain::naming::NameParts;
use crate::domain::timestamp::Timestamp;

use super::label::{FAVOURITE, of_detail, one_line, short};
use super::place::{self, PLACE, is_of_address};
use super::profile;
use super::property::{Property, flag};

/// The parameter that gives a detail its id, so that it is known again after its value has changed.
pub(super) const DETAIL_ID: &str = "X-CALLBOOK-ID";

/// What another program would read otherwise than it is stored, with its `KIND`.
pub(super) const OWN_DETAIL: &str = "X-CALLBOOK-DETAIL";

/// Properties that name an account in a chat network, with the network's name.
const NETWORKS: [(&str, &str); 20] = [
    ("X-AIM", "aim"),
    ("X-DISCORD", "discord"),
    ("X-GADUGADU", "gadu-gadu"),
    ("X-GOOGLE-TALK", "google talk"),
    ("X-GTALK", "google talk"),
    ("X-GROUPWISE", "groupwise"),
    ("X-ICQ", "icq"),
    ("X-JABBER", "xmpp"),
    ("X-MATRIX", "matrix"),
    ("X-MS-IMADDRESS", "chat"),
    ("X-MSN", "msn"),
    ("X-QQ", "qq"),
    ("X-SIGNAL", "signal"),
    ("X-SKYPE", "skype"),
    ("X-SKYPE-USERNAME", "skype"),
    ("X-TELEGRAM", "telegram"),
    ("X-TWITTER", "twitter"),
    ("X-WECHAT", "wechat"),
    ("X-WHATSAPP", "whatsapp"),
    ("X-YAHOO", "yahoo"),
];

/// Properties that name another person, with the relation to the contact.
const RELATIONS: [(&str, &str); 7] = [
    ("X-ASSISTANT", "assistant"),
    ("X-EVOLUTION-ASSISTANT", "assistant"),
    ("X-EVOLUTION-MANAGER", "manager"),
    ("X-EVOLUTION-SPOUSE", "spouse"),
    ("X-MANAGER", "manager"),
    ("X-MS-SPOUSE", "spouse"),
    ("X-SPOUSE", "spouse"),
];

/// What the card says about the contact. What it does not say is not sent.
pub(super) fn contact(properties: &[Property]) -> ContactAttributes {
    let structured = properties.iter().find(|property| property.name == "N");
    let part = |index| structured.and_then(|property| name_part(property, index));
    let first = |name| first_of(properties, name).map(Some);
    let favourite = FAVOURITE
        .iter()
        .find_map(|name| first_of(properties, name))
        .and_then(|text| flag(&text))
        .or_else(|| {
            let mut own = categories(properties).filter(|own| own == STARRED || own == MY_CONTACTS);
            // Google says it with a category, and what it is not by leaving that out.
            let first = own.next()?;
            Some(first == STARRED || own.any(|own| own == STARRED))
        });
    let tags = tags(properties);
    let name = name(properties);
    let company = is_company(properties);
    // A company, a number and an address have a name, and no parts of one.
    let whole = company
        || first_of(properties, WHOLE).is_some()
        || name.as_deref().is_some_and(is_number_or_address);
    let none = whole.then_some(None);
    let details = all_details(properties);
    let (organisation, department) = company_and_department(properties);
    let mut said = ContactAttributes {
        name: name.map(Some),
        family_name: part(0).map(Some).or_else(|| none.clone()),
        given_name: part(1).map(Some).or(none),
        additional_name: part(2).map(Some),
        prefix: part(3).map(Some),
        suffix: part(4).map(Some),
        organisation: organisation.map(Some),
        department: department.map(Some),
        sort_as: sort_as(properties).map(Some),
        kind: company.then_some(ContactKind::Company),
        note: note(properties).map(Some),
        tags: (!tags.is_empty()).then_some(tags),
        favourite,
        details: (!details.is_empty()).then_some(details),
        uid: first("UID"),
        source: first_of(properties, "X-CALLBOOK-SOURCE"),
        created_at: first_of(properties, "CREATED")
            .or_else(|| first_of(properties, "X-CALLBOOK-CREATED"))
            .and_then(|text| instant(&text)),
        updated_at: first_of(properties, "REV").and_then(|text| instant(&text)),
        ..ContactAttributes::default()
    };
    for text in texts(&CONTACT) {
        let sent = text.sent_mut(&mut said);
        if let Some(property) = text.field.card.filter(|_| sent.is_none()) {
            *sent = first(property);
        }
    }
    said
}

/// The property that says that a person's name has no parts.
pub(super) const WHOLE: &str = "X-CALLBOOK-WHOLE-NAME";

/// Properties that only a person has: a card without a name that has one of these is not that of a company.
const PERSONS_ONLY: [&str; 3] = ["NICKNAME", "TITLE", "ROLE"];

/// Whether the card is one of a company: by `KIND` of 4.0 (RFC 6350, 6.1.4) or what Apple writes, or
/// else because it names a company and no person: by the same name, or by no other word for who it is.
pub(super) fn is_company(properties: &[Property]) -> bool {
    let said = properties.iter().find_map(|property| {
        let text = property.text();
        let text = text.trim();
        match property.name.as_str() {
            "KIND" => Some(text.eq_ignore_ascii_case("org")),
            "X-ABSHOWAS" => Some(text.eq_ignore_ascii_case("company")),
            _ => None,
        }
    });
    said.unwrap_or_else(|| {
        let parts = properties.iter().find(|property| property.name == "N");
        let parted = parts.is_some_and(|parts| (0..5).any(|at| name_part(parts, at).is_some()));
        let company = properties.iter().find(|property| property.name == "ORG");
        let company = company.and_then(|company| name_part(company, 0));
        let is_bare = || {
            let mut names = iter::once("FN").chain(PERSONS_ONLY);
            names.all(|name| first_of(properties, name).is_none())
        };
        !parted && company.is_some() && (company == first_of(properties, "FN") || is_bare())
    })
}

/// What the name is sorted by: `SORT-STRING` of 3.0 (RFC 2426, 3.6.5), or `SORT-AS` of 4.0 (RFC 6350,
/// 5.9), whose parts stand in the order of those of N.
fn sort_as(properties: &[Property]) -> Option<String> {
    first_of(properties, "SORT-STRING").or_else(|| {
        let mut named = properties
            .iter()
            .filter(|property| matches!(property.name.as_str(), "N" | "ORG"));
        let sort_as = named.find_map(|property| property.param("SORT-AS"))?;
        let parts: Vec<String> = sort_as.split(',').filter_map(one_line).collect();
        one_line(&parts.join(", "))
    })
}

/// Whether the name of a contact is no more than a number or an address of it.
pub(super) fn is_number_or_address(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let number = |sign: char| sign.is_ascii_digit() || " +()-./*#".contains(sign);
    digits >= 3 && name.chars().all(number) || name.contains('@') && !name.contains(' ')
}

/// Whether a contact has a name of some kind, or an email.
pub(super) fn names_somebody(contact: &ContactAttributes) -> bool {
    contact.names().next().is_some()
        || contact
            .details
            .iter()
            .flatten()
            .any(|detail| detail.kind == DetailKind::Email)
}

/// The name on a card of which only a part may have been read.
pub(super) fn name_on(properties: &[Property]) -> Option<String> {
    name(properties)
        .or_else(|| first_of(properties, "NICKNAME"))
        .or_else(|| first_of(properties, "ORG"))
}

/// The first property of this name that is not blank, as one line.
fn first_of(properties: &[Property], name: &str) -> Option<String> {
    properties
        .iter()
        .filter(|property| property.name == name)
        .find_map(|property| {
            let parts: Vec<String> = property
                .components
                .iter()
                .flatten()
                .filter_map(|part| one_line(part))
                .collect();
            one_line(&parts.join(", "))
        })
}

/// The shown name: FN, or else all parts of N in the order in which they are spoken.
fn name(properties: &[Property]) -> Option<String> {
    let formatted = properties
        .iter()
        .filter(|property| property.name == "FN")
        .find_map(|property| one_line(&property.text()));
    formatted.or_else(|| {
        let structured = properties.iter().find(|property| property.name == "N")?;
        let part = |index| name_part(structured, index);
        let spoken = NameParts {
            family: part(0),
            given: part(1),
            additional: part(2),
            prefix: part(3),
            suffix: part(4),
        };
        one_line(&spoken.spoken())
    })
}

/// The company and the parts of it that an ORG names (RFC 6350, 6.6.4), the larger before the smaller.
fn company_and_department(properties: &[Property]) -> (Option<String>, Option<String>) {
    let mut lines = properties.iter().filter(|property| property.name == "ORG");
    let parts = lines.find_map(|line| {
        let parts = (0..line.components.len()).map(|at| name_part(line, at));
        let parts: Vec<Option<String>> = parts.collect();
        parts.iter().any(Option::is_some).then_some(parts)
    });
    let mut parts = parts.unwrap_or_default().into_iter();
    let company = parts.next().flatten();
    let departments: Vec<String> = parts.flatten().collect();
    (company, one_line(&departments.join(", ")))
}

/// A component of N (RFC 6350, 6.2.2): family, given, additional, prefixes, suffixes.
fn name_part(structured: &Property, index: usize) -> Option<String> {
    let parts: Vec<&str> = structured
        .components
        .get(index)?
        .iter()
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    one_line(&parts.join(" "))
}

/// All notes, a blank line between two.
fn note(properties: &[Property]) -> Option<String> {
    let notes: Vec<String> = properties
        .iter()
        .filter(|property| property.name == "NOTE")
        .map(|property| {
            let text = property.text().replace('\0', "");
            text.replace("\r\n", "\n")
                .replace('\r', "\n")
                .trim()
                .to_owned()
        })
        .filter(|note| !note.is_empty())
        .collect();
    let mut note = notes.join("\n\n");
    if let Some((end, _)) = note.char_indices().nth(NOTE_LIMIT) {
        note.truncate(end);
    }
    (!note.is_empty()).then_some(note)
}

/// Google's category of favourites.
pub(super) const STARRED: &str = "starred";

/// Google's category of those who are kept by hand, which says nothing of a contact.
pub(super) const MY_CONTACTS: &str = "myContacts";

/// The categories of a card, Google's own among them.
pub(super) fn categories(properties: &[Property]) -> impl Iterator<Item = String> {
    let lines = properties.iter().filter(|line| line.name == "CATEGORIES");
    let categories = lines.flat_map(|line| line.components.iter().flatten());
    categories.filter_map(|category| short(category))
}

fn tags(properties: &[Property]) -> Vec<String> {
    let mut known = HashSet::new();
    let mut tags: Vec<String> = Vec::new();
    for tag in categories(properties) {
        if tag != STARRED && tag != MY_CONTACTS && known.insert(tag.clone()) {
            tags.push(tag);
        }
    }
    tags
}

/// What else a person may want to read of a card. Of several that are preferred, the one with the least number
/// counts, or else the first.
pub(super) fn all_details(properties: &[Property]) -> Vec<Detail> {
    let mut all: Vec<(u32, Detail)> = Vec::new();
    for property in properties {
        let preference = property.preference().unwrap_or(u32::MAX);
        let details = details(property, properties).into_iter();
        all.extend(details.map(|detail| (preference, detail)));
    }
    for kind in DetailKind::ALL {
        let of_kind = || {
            all.iter()
                .enumerate()
                .filter(|(_, (_, detail))| detail.kind == kind && detail.preferred)
        };
        let best = of_kind()
            .min_by_key(|(_, (preference, _))| *preference)
            .map(|(at, _)| at);
        for (at, (_, detail)) in all.iter_mut().enumerate() {
            detail.preferred &= detail.kind != kind || Some(at) == best;
        }
    }
    all.into_iter().map(|(_, detail)| detail).collect()
}

/// What a property says that a person may want to read: one thing, or the emails of a list.
pub(super) fn details(property: &Property, all: &[Property]) -> Vec<Detail> {
    let Some(first) = detail(property, all) else {
        return Vec::new();
    };
    if first.kind != DetailKind::Email || property.name == OWN_DETAIL {
        return vec![first];
    }
    let emails = emails(&first.text());
    if let [only] = emails.as_slice() {
        let value = only.clone().into();
        return vec![Detail { value, ..first }];
    }
    let email = |(at, value): (usize, String)| Detail {
        id: DetailId::default(),
        value: value.into(),
        preferred: first.preferred && at == 0,
        ..first.clone()
    };
    emails.into_iter().enumerate().map(email).collect()
}

/// The addresses in the value of an EMAIL: one in most, and several where each part between commas or
/// semicolons is one.
fn emails(value: &str) -> Vec<String> {
    let parts = value.split([',', ';']).map(str::trim);
    let parts: Vec<String> = parts
        .filter(|part| !part.is_empty())
        .map(|part| address_in(part).to_owned())
        .collect();
    let is_address =
        |part: &String| part.matches('@').count() == 1 && !part.contains([' ', '<', '>', '"']);
    if parts.len() > 1 && parts.iter().all(is_address) {
        parts
    } else {
        vec![address_in(value).to_owned()]
    }
}

/// The detail in a property, if it is one.
pub(super) fn detail(property: &Property, all: &[Property]) -> Option<Detail> {
    let label = || of_detail(property, all);
    let named = |name: &str| Some(name.to_owned());
    let text = || one_line(&property.text());
    let name = property.name.as_str();
    let of_text = |kind, label, text: String| (kind, label, DetailValue::Text(text));
    let (kind, label, value) = match name {
        "EMAIL" => of_text(DetailKind::Email, label(), bare(text()?, "mailto:")),
        "ADR" => (DetailKind::Address, label(), address(property)?.into()),
        "BDAY" => (DetailKind::Date, named(BIRTHDAY), day(property)?),
        "ANNIVERSARY" | "X-ANNIVERSARY" | "X-MS-ANNIVERSARY" | "X-EVOLUTION-ANNIVERSARY" => {
            (DetailKind::Date, named(ANNIVERSARY), day(property)?)
        }
        "X-ABDATE" => (DetailKind::Date, label(), day(property)?),
        "URL" => of_text(DetailKind::Link, label(), text()?),
        "IMPP" => chat(property, label(), text()?),
        _ if profile::is_profile(property) => profile::read(property, label(), text())?,
        "RELATED" | "X-ABRELATEDNAMES" => of_text(DetailKind::Relation, label(), text()?),
        OWN_DETAIL => {
            let word = property.param("KIND")?.to_ascii_lowercase();
            let text = property.text();
            match word.as_str() {
                // As callbook wrote them once.
                BIRTHDAY => (
                    DetailKind::Date,
                    named(BIRTHDAY),
                    DetailValue::read(DetailKind::Date, &text),
                ),
                ANNIVERSARY => {
                    let label = label().or_else(|| named(ANNIVERSARY));
                    (
                        DetailKind::Date,
                        label,
                        DetailValue::read(DetailKind::Date, &text),
                    )
                }
                _ => {
                    let kind = DetailKind::named(&word)?;
                    (kind, label(), own_value(kind, property)?)
                }
            }
        }
        _ if property.own_field.is_some() => {
            // It may have several lines, as an edited one has.
            let text = short(&property.text())?;
            let text = match name {
                PLACE if is_of_address(property, all) => return None,
                PLACE => place::shown(&text).unwrap_or(text),
                _ => text,
            };
            of_text(DetailKind::Other, property.own_field.clone(), text)
        }
        _ => {
            let known = |list: &[(&str, &str)]| {
                list.iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, word)| (*word).to_owned())
            };
            match (known(&NETWORKS), known(&RELATIONS)) {
                (Some(network), _) => of_text(DetailKind::Chat, Some(network), text()?),
                (None, Some(relation)) => of_text(DetailKind::Relation, Some(relation), text()?),
                (None, None) => return None,
            }
        }
    };
    Some(Detail {
        id: id_of(property).unwrap_or_default(),
        preferred: kind.has_preferred() && property.preference().is_some(),
        ..Detail::new(kind, label, value)
    })
}

/// The id that a line gives its detail.
pub(super) fn id_of(property: &Property) -> Option<DetailId> {
    DetailId::read(property.param(DETAIL_ID)?.trim())
}

/// The value of a line of our own: an address or a date as the JSON of its parts, anything else as its text.
fn own_value(kind: DetailKind, property: &Property) -> Option<DetailValue> {
    let text = property.text();
    if property
        .param("AS")
        .is_some_and(|form| form.eq_ignore_ascii_case("json"))
    {
        return serde_json::from_str(&text).ok();
    }
    let value = match kind {
        // As it is: a person may have kept it so.
        DetailKind::Email => DetailValue::Text(text),
        _ => DetailValue::read(kind, &text),
    };
    Some(value).filter(|value| !value.text().is_empty())
}

/// An address in a chat network, `xmpp:alice@example.org`: the network is its label.
fn chat(
    property: &Property,
    label: Option<String>,
    value: String,
) -> (DetailKind, Option<String>, DetailValue) {
    let service = property
        .param("X-SERVICE-TYPE")
        .or_else(|| property.param("SERVICE-TYPE"))
        .and_then(one_line)
        .map(|service| service.to_lowercase());
    match value.split_once(':') {
        Some((scheme, name))
            if !name.is_empty() && scheme.chars().all(|sign| sign.is_ascii_alphanumeric()) =>
        {
            let network = service.unwrap_or_else(|| scheme.to_ascii_lowercase());
            // A label beside it may write the network as people do: WhatsApp.
            let network = label
                .filter(|label| label.eq_ignore_ascii_case(&network))
                .unwrap_or(network);
            (DetailKind::Chat, Some(network), name.into())
        }
        _ => (DetailKind::Chat, service.or(label), value.into()),
    }
}

/// A value without the scheme that its kind says anyway.
fn bare(value: String, scheme: &str) -> String {
    match value.get(..scheme.len()) {
        Some(start) if start.eq_ignore_ascii_case(scheme) => {
            value.get(scheme.len()..).unwrap_or_default().to_owned()
        }
        _ => value,
    }
}

/// A postal address (RFC 6350, 6.3.1); none where all its parts are blank.
fn address(property: &Property) -> Option<Address> {
    // What has no parts is an address in one text.
    if let [whole] = property.components.as_slice() {
        let street = address_part(whole.iter().map(String::as_str))?;
        return Some(Address {
            street,
            ..Address::default()
        });
    }
    let parts = std::array::from_fn(|at| {
        let texts = property.components.get(at);
        let texts = texts.into_iter().flatten().map(String::as_str);
        address_part(texts).unwrap_or_default()
    });
    let mut address = Address::of_card(parts);
    // What follows the country belongs to it.
    let more = property.components.iter().skip(PARTS_OF_ADR).flatten();
    if let Some(more) = address_part(more.map(String::as_str)) {
        address.country = address_part([address.country.as_str(), &more]).unwrap_or_default();
    }
    (!address.is_blank()).then_some(address)
}

/// How many parts an ADR has.
const PARTS_OF_ADR: usize = 7;

/// The texts of one part of an address: each with its lines, and commas between them.
fn address_part<'a>(texts: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let texts = texts.into_iter().map(|text| {
        let lines = text.lines().flat_map(|line| line.split('\r'));
        let lines = lines.map(|line| line.trim().trim_end_matches(',').trim_end());
        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
        lines.join("\n")
    });
    let texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    short(&texts.join(", "))
}

/// A day where it surely is one, else the text of the card.
pub(super) fn day(property: &Property) -> Option<DetailValue> {
    let written = one_line(&property.text())?;
    let date = written
        .split_once('T')
        .filter(|(date, _)| !date.is_empty())
        .map_or(written.as_str(), |(date, _)| date);
    if let Some(calendar) = other_calendar(property) {
        return Some(DetailValue::Text(format!("{written} ({calendar})")));
    }
    let Some(mut date) = PartialDate::read(date) else {
        return Some(DetailValue::Text(written));
    };
    // Apple writes some year where none is known, and says which.
    let none = property
        .param("X-APPLE-OMIT-YEAR")
        .and_then(|year| year.parse().ok());
    if date.day.is_some() && none.is_some() && none == date.year {
        date.year = None;
    }
    Some(date.into())
}

/// The calendar that the numbers of a day are of (RFC 6350, 5.8), where it is another one than that of all other days.
fn other_calendar(property: &Property) -> Option<String> {
    let calendar = property.param("CALSCALE")?.trim().to_lowercase();
    let is_word = |sign: char| sign.is_ascii_alphanumeric() || sign == '-';
    match calendar.as_str() {
        "" | "gregorian" | "gregory" | "iso8601" => None,
        word if word.len() <= 40 && word.chars().all(is_word) => Some(calendar),
        _ => Some("another calendar".to_owned()),
    }
}

/// An instant of RFC 3339, or in the basic form of RFC 6350, 4.3.5; without a zone it is UTC.
fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    let zoned = ["%Y%m%dT%H%M%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];
    let local = ["%Y%m%dT%H%M%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let utc = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    Timestamp::parse(text)
        .or_else(|| {
            local
                .iter()
                .find_map(|form| NaiveDateTime::parse_from_str(utc, form).ok())
                .map(|at| Timestamp::from_utc(at.and_utc()))
        })
        .or_else(|| {
            zoned
                .iter()
                .find_map(|form| chrono::DateTime::parse_from_str(text, form).ok())
                .map(|at| Timestamp::from_utc(at.to_utc()))
        })
        .or_else(|| {
            let day = ["%Y-%m-%d", "%Y%m%d"]
                .iter()
                .find_map(|form| NaiveDate::parse_from_str(utc, form).ok())?;
            Some(Timestamp::from_utc(day.and_hms_opt(0, 0, 0)?.and_utc()))
        })
}

#[cfg(test)]
mod tests {
    use super::{NETWORKS, RELATIONS, details};
    use crate::domain::own_fields::OwnField;
    use crate::exchange::vcard::draft::READ;
    use crate::exchange::vcard::property::properties;

    #[test]
    fn what_is_read_is_no_field_of_ones_own() {
        let lists = NETWORKS.iter().chain(&RELATIONS).map(|(name, _)| *name);
        let dates = [
            "X-ABDATE",
            "X-ANNIVERSARY",
            "X-MS-ANNIVERSARY",
            "X-EVOLUTION-ANNIVERSARY",
        ];
        let others = ["X-SOCIALPROFILE", "X-ABRELATEDNAMES"];
        let of_details: Vec<&str> = lists.chain(dates).chain(others).collect();
        for name in &of_details {
            let card = format!("BEGIN:VCARD\r\n{name}:1980-01-02\r\nEND:VCARD\r\n");
            let card = properties(card.as_bytes());
            assert!(!details(&card[0], &card).is_empty(), "{name}");
        }
        let read = READ.into_iter().filter(|name| name.starts_with("X-"));
        for name in read.chain(of_details) {
            assert!(OwnField::new("own", name).is_err(), "{name}");
        }
    }
}
