//! The properties of a vCard as the attributes of a contact and its phones.

use calcard::common::PartialDateTime;
use calcard::vcard::{VCard, VCardEntry, VCardValue};

use crate::domain::contact::{ContactAttributes, Detail, DetailKind};
use crate::domain::import::{Incoming, Place, Reject};
use crate::domain::phone::PhoneAttributes;
use crate::domain::sent::{NOTE_LIMIT, TEXT_LIMIT};
use crate::domain::timestamp::Timestamp;

/// A parsed card as what it brings.
pub(super) fn incoming(card: &VCard, place: Place, bytes: Vec<u8>) -> Result<Incoming, Reject> {
    let contact = contact(card);
    let phones = phones(card);
    let name = contact
        .name
        .clone()
        .flatten()
        .or_else(|| contact.organisation.clone().flatten());
    let has = |text: &Option<Option<String>>| text.as_ref().is_some_and(Option::is_some);
    let named = [
        &contact.name,
        &contact.given_name,
        &contact.family_name,
        &contact.nickname,
        &contact.organisation,
    ]
    .into_iter()
    .any(has);
    let reason =
        if !named && phones.is_empty() && contact.details.as_ref().is_none_or(Vec::is_empty) {
            Some("holds no name, number or address".to_owned())
        } else {
            phones
                .iter()
                .filter_map(|phone| phone.number.as_deref())
                .find(|number| number.len() > TEXT_LIMIT)
                .map(|number| format!("has a number of {} characters", number.chars().count()))
        };
    match reason {
        Some(reason) => Err(Reject {
            place,
            name,
            reason,
            card: bytes,
        }),
        None => Ok(Incoming {
            place,
            contact,
            phones,
            card: bytes,
        }),
    }
}

fn contact(card: &VCard) -> ContactAttributes {
    let mut read = ContactAttributes::default();
    let mut details = Vec::new();
    let mut whole = None;
    for entry in &card.entries {
        let name = entry.name.as_str().to_ascii_uppercase();
        let first = || some(text(entry), TEXT_LIMIT);
        match name.as_str() {
            "FN" => put(&mut read.name, first()),
            "N" => whole = whole.or(names(entry, &mut read)),
            "NICKNAME" => put(
                &mut read.nickname,
                some(components(entry).join(", "), TEXT_LIMIT),
            ),
            "ORG" => put(
                &mut read.organisation,
                some(components(entry).join(", "), TEXT_LIMIT),
            ),
            "TITLE" => put(&mut read.title, first()),
            "NOTE" => put(&mut read.note, some(text(entry), NOTE_LIMIT)),
            "CATEGORIES" => read.tags.get_or_insert_default().extend(components(entry)),
            "UID" => put(&mut read.uid, first()),
            "REV" => read.updated_at = read.updated_at.or_else(|| moment(entry)),
            "X-FAVORITE" | "X-CALLBOOK-FAVOURITE" => read.favourite = Some(is_true(&text(entry))),
            _ => details.extend(detail(card, entry, &name)),
        }
    }
    put(&mut read.name, whole);
    read.details = (!details.is_empty()).then_some(details);
    read
}

/// The first of a property that is there counts; the card keeps the others.
fn put(place: &mut Option<Option<String>>, value: Option<String>) {
    if value.is_some() && place.as_ref().is_none_or(Option::is_none) {
        *place = Some(value);
    }
}

/// Family name and given name; and all of the parts as a name to show, where the card has no FN
/// (RFC 6350, 6.2.2).
fn names(entry: &VCardEntry, read: &mut ContactAttributes) -> Option<String> {
    let parts = parts(entry);
    let part = |at: usize| parts.get(at).map(String::as_str).unwrap_or_default().trim();
    put(&mut read.family_name, some(part(0).to_owned(), TEXT_LIMIT));
    put(&mut read.given_name, some(part(1).to_owned(), TEXT_LIMIT));
    let whole: Vec<&str> = [3, 1, 2, 0, 4]
        .into_iter()
        .map(part)
        .filter(|part| !part.is_empty())
        .collect();
    some(whole.join(" "), TEXT_LIMIT)
}

/// Emails, addresses, days, links and chat names.
fn detail(card: &VCard, entry: &VCardEntry, name: &str) -> Option<Detail> {
    let kind = match name {
        "EMAIL" => DetailKind::Email,
        "ADR" => DetailKind::Address,
        "BDAY" => DetailKind::Birthday,
        "ANNIVERSARY" | "X-ANNIVERSARY" => DetailKind::Anniversary,
        "URL" => DetailKind::Link,
        "IMPP" | "X-AIM" | "X-ICQ" | "X-JABBER" | "X-MSN" | "X-SKYPE" | "X-YAHOO" | "X-QQ"
        | "X-GADUGADU" | "X-SOCIALPROFILE" => DetailKind::Chat,
        "ROLE" | "RELATED" | "X-ABRELATEDNAMES" | "X-ABDATE" => DetailKind::Other,
        _ => return None,
    };
    let value = match kind {
        DetailKind::Address => parts(entry)
            .iter()
            .map(|part| part.trim().replace('\n', ", "))
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(", "),
        _ => text(entry),
    };
    let words = types(entry);
    let plain = words.iter().find(|word| {
        !matches!(
            word.as_str(),
            "pref" | "internet" | "postal" | "parcel" | "intl" | "dom"
        )
    });
    Some(Detail {
        kind,
        label: custom_label(card, entry).or_else(|| plain.cloned()),
        value: some(value, NOTE_LIMIT)?,
    })
}

/// Every TEL of the card. Of several that are preferred, the first of the strongest preference.
fn phones(card: &VCard) -> Vec<PhoneAttributes> {
    let mut best: Option<(u32, usize)> = None;
    let mut phones: Vec<PhoneAttributes> = Vec::new();
    for entry in card
        .entries
        .iter()
        .filter(|entry| entry.name.as_str().eq_ignore_ascii_case("TEL"))
    {
        let Some(number) = some(text(entry), usize::MAX) else {
            continue;
        };
        let words = types(entry);
        let preference = parameter(entry, "PREF")
            .and_then(|pref| pref.parse().ok())
            .or_else(|| words.iter().any(|word| word == "pref").then_some(1));
        if let Some(preference) = preference
            && best.is_none_or(|(strongest, _)| preference < strongest)
        {
            best = Some((preference, phones.len()));
        }
        let flag = |name: &str| parameter(entry, name).map(|value| is_true(&value));
        phones.push(PhoneAttributes {
            number: Some(number),
            location: Some(custom_label(card, entry).or_else(|| location(&words))),
            historic: flag("X-CALLBOOK-HISTORIC"),
            valid_values: flag("X-CALLBOOK-ACCURATE"),
            source: parameter(entry, "X-CALLBOOK-SOURCE"),
            ..PhoneAttributes::default()
        });
    }
    if let Some(phone) = best.and_then(|(_, at)| phones.get_mut(at)) {
        phone.primary = Some(true);
    }
    phones
}

/// The label for the types of a TEL: the one that says most.
fn location(words: &[String]) -> Option<String> {
    let has = |word: &str| words.iter().any(|known| known == word);
    let label = match () {
        () if has("fax") => "fax",
        () if has("pager") => "pager",
        () if has("cell") || has("mobile") || has("iphone") => "mobile",
        () if has("main") => "main",
        () if has("work") => "work",
        () if has("home") => "home",
        () if has("other") => "other",
        () => {
            let known = [
                "voice",
                "pref",
                "text",
                "video",
                "msg",
                "textphone",
                "internet",
                "x-internet",
            ];
            return words
                .iter()
                .find(|word| !known.contains(&word.as_str()))
                .map(|word| word.trim_start_matches("x-").to_owned());
        }
    };
    Some(label.to_owned())
}

/// Apple's label of a grouped property: `item1.X-ABLabel:_$!<Mobile>!$_`.
fn custom_label(card: &VCard, entry: &VCardEntry) -> Option<String> {
    let group = entry.group.as_ref()?;
    let label = card.entries.iter().find(|other| {
        other.name.as_str().eq_ignore_ascii_case("X-ABLABEL")
            && other
                .group
                .as_ref()
                .is_some_and(|other| other.eq_ignore_ascii_case(group))
    })?;
    let text = text(label);
    match text
        .strip_prefix("_$!<")
        .and_then(|text| text.strip_suffix(">!$_"))
    {
        Some(own) => some(own.to_lowercase(), TEXT_LIMIT),
        None => some(text, TEXT_LIMIT),
    }
}

/// The words of the TYPE parameter, in lower case; vCard 2.1 gives them without its name.
fn types(entry: &VCardEntry) -> Vec<String> {
    entry
        .params
        .iter()
        .flat_map(|param| {
            let name = param.name.as_str().to_ascii_uppercase();
            let value = param.value.as_text().map(str::to_owned);
            match (name.as_str(), value) {
                ("TYPE", Some(value)) => value
                    .split(',')
                    .map(|word| word.trim().to_lowercase())
                    .collect(),
                (bare, None | Some(_)) if is_bare(bare) => vec![bare.to_lowercase()],
                _ => Vec::new(),
            }
        })
        .filter(|word| !word.is_empty())
        .collect()
}

/// The types that vCard 2.1 writes as parameters of their own.
fn is_bare(name: &str) -> bool {
    const BARE: [&str; 12] = [
        "HOME", "WORK", "CELL", "FAX", "VOICE", "PREF", "MSG", "PAGER", "CAR", "MODEM", "VIDEO",
        "INTERNET",
    ];
    BARE.contains(&name)
}

fn parameter(entry: &VCardEntry, name: &str) -> Option<String> {
    let found = entry
        .params
        .iter()
        .find(|param| param.name.as_str().eq_ignore_ascii_case(name))?;
    match (found.value.as_text(), found.value.as_integer()) {
        (Some(text), _) => Some(text.to_owned()),
        (None, Some(calcard::common::IanaType::Iana(number))) => Some(number.to_string()),
        _ => None,
    }
}

fn is_true(text: &str) -> bool {
    matches!(
        text.trim().to_ascii_lowercase().as_str(),
        "true" | "1" | "yes"
    )
}

/// A text with something in it, trimmed and not over a limit of characters.
fn some(text: String, limit: usize) -> Option<String> {
    let text = text.replace('\0', "");
    let text = text.trim();
    if text.is_empty() {
        return None;
    }
    Some(if text.len() > limit {
        text.chars().take(limit).collect()
    } else {
        text.to_owned()
    })
}

/// The values of a property with `;` or `,` between, one text each.
fn components(entry: &VCardEntry) -> Vec<String> {
    entry
        .values
        .iter()
        .flat_map(value_texts)
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
        .collect()
}

/// The parts of a structured property, empty ones too.
fn parts(entry: &VCardEntry) -> Vec<String> {
    entry
        .values
        .iter()
        .map(|value| value_texts(value).join(" "))
        .collect()
}

/// The whole value as one text.
fn text(entry: &VCardEntry) -> String {
    entry
        .values
        .iter()
        .flat_map(value_texts)
        .collect::<Vec<_>>()
        .join(", ")
}

fn value_texts(value: &VCardValue) -> Vec<String> {
    match value {
        VCardValue::Component(texts) => texts.clone(),
        VCardValue::PartialDateTime(date) => vec![day(date)],
        VCardValue::Integer(number) => vec![number.to_string()],
        VCardValue::Float(number) => vec![number.to_string()],
        VCardValue::Boolean(flag) => vec![flag.to_string()],
        other => other.as_text().map(str::to_owned).into_iter().collect(),
    }
}

/// A day, with `--` for a year that is not told: `1990-04-12`, `--04-12`.
fn day(date: &PartialDateTime) -> String {
    let year = date
        .year
        .map_or_else(|| "-".to_owned(), |year| format!("{year:04}"));
    match (date.month, date.day) {
        (Some(month), Some(day)) => format!("{year}-{month:02}-{day:02}"),
        (Some(month), None) => format!("{year}-{month:02}"),
        _ => year,
    }
}

/// The moment of a REV, if it is a whole one.
fn moment(entry: &VCardEntry) -> Option<Timestamp> {
    let VCardValue::PartialDateTime(date) = entry.values.first()? else {
        return Timestamp::parse(&text(entry));
    };
    let (year, month, day) = (date.year?, date.month?, date.day?);
    let (hour, minute, second) = (
        date.hour.unwrap_or(0),
        date.minute.unwrap_or(0),
        date.second.unwrap_or(0),
    );
    let sign = if date.tz_minus { '-' } else { '+' };
    let (tz_hour, tz_minute) = (date.tz_hour.unwrap_or(0), date.tz_minute.unwrap_or(0));
    Timestamp::parse(&format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{tz_hour:02}:{tz_minute:02}"
    ))
}
