//! Emails, addresses, days, links and chats as lines of a card.

use crate::domain::contact::{Detail, DetailKind};

use super::super::contact::{self, OWN_DETAIL};
use super::super::draft::CardDraft;
use super::super::line::{Line, LineForm, Version, escape};
use super::super::param::{param, type_param};
use super::super::property;

/// Writes the details that the card does not have, and leaves out those that the contact does not.
pub(super) fn write(draft: &mut CardDraft<'_>, details: &[Detail]) {
    let mut missing: Vec<&Detail> = details.iter().collect();
    let mut surplus: Vec<(usize, DetailKind)> = Vec::new();
    for (at, property) in draft.lines() {
        let read = contact::details(property, &draft.properties);
        let Some(first) = read.first() else {
            continue;
        };
        let mut left = missing.clone();
        let all_there = read.iter().all(|read| {
            let there = left.iter().position(|detail| *detail == read);
            there.map(|there| left.remove(there)).is_some()
        });
        if all_there {
            missing = left;
        } else {
            surplus.push((at, first.kind));
        }
    }
    for (at, kind) in surplus {
        // What was changed stays in its place.
        let new = missing.iter().position(|detail| detail.kind == kind);
        let new = new.map(|new| missing.remove(new));
        let lines = new.map(|detail| changed(draft, at, detail));
        draft.replace(at, lines.unwrap_or_default());
    }
    for detail in missing {
        for line in lines(draft, detail) {
            draft.add(line);
        }
    }
}

/// The lines of a detail that takes the place of another one: an address with as many parts as the one
/// before has them in the same places.
fn changed(draft: &mut CardDraft<'_>, at: usize, detail: &Detail) -> Vec<Line> {
    let before = draft.property(at).filter(|before| before.name == "ADR");
    let parts = before.and_then(|before| {
        let blank = |part: &[String]| part.iter().all(|text| text.trim().is_empty());
        let mut places = [""; 7];
        let mut texts = detail.value.split(", ");
        for (place, part) in places.iter_mut().zip(&before.components) {
            if !blank(part) {
                *place = texts.next()?;
            }
        }
        texts.next().is_none().then_some(places)
    });
    match parts {
        Some(parts) if detail.kind == DetailKind::Address => address(draft, detail, &parts),
        _ => lines(draft, detail),
    }
}

/// The lines of a detail: those that every program knows where they say the same, else ours.
fn lines(draft: &mut CardDraft<'_>, detail: &Detail) -> Vec<Line> {
    let plain = plain(draft.version(), detail);
    labelled(draft, detail, plain)
}

/// The lines of an address in its seven parts (RFC 6350, 6.3.1).
pub(in super::super) fn address(
    draft: &mut CardDraft<'_>,
    detail: &Detail,
    parts: &[&str; 7],
) -> Vec<Line> {
    let parts: Vec<String> = parts.iter().map(|part| escape(part.trim())).collect();
    labelled(draft, detail, vec![Line::of("ADR", parts.join(";"))])
}

/// One of these lines with the label that the detail has, or ours where none of them says the same.
fn labelled(draft: &mut CardDraft<'_>, detail: &Detail, plain: Vec<Line>) -> Vec<Line> {
    let version = draft.version();
    let Some(label) = detail.label.as_deref() else {
        let own = || own(detail);
        let plain = plain
            .into_iter()
            .find(|line| reads_as(version, &[line], detail));
        return vec![plain.unwrap_or_else(own)];
    };
    for line in &plain {
        let typed = line.clone().with(type_param(version, label));
        for line in [line, &typed] {
            if reads_as(version, &[line], detail) {
                return vec![line.clone()];
            }
        }
    }
    let group = draft.group();
    let named = Line::text("X-ABLabel", label).grouped(&group);
    for line in plain {
        let line = line.grouped(&group);
        if reads_as(version, &[&line, &named], detail) {
            return vec![line, named];
        }
    }
    vec![own(detail).grouped(&group), named]
}

/// The line that says exactly what is stored, to us alone.
fn own(detail: &Detail) -> Line {
    Line::text(OWN_DETAIL, &detail.value).with(param("KIND", detail.kind.word()))
}

/// Whether a reader finds this very detail in the lines.
fn reads_as(version: Version, lines: &[&Line], detail: &Detail) -> bool {
    let mut card = format!("BEGIN:VCARD\r\nVERSION:{}\r\n", version.number()).into_bytes();
    let form = LineForm {
        version,
        end: "\r\n",
    };
    for line in lines {
        line.write(form, &mut card);
    }
    card.extend_from_slice(b"END:VCARD\r\n");
    let properties = property::properties(&card);
    let first = properties.first();
    let read = first.map(|first| contact::details(first, &properties));
    read.is_some_and(|read| read == [detail.clone()])
}

/// The lines that other programs know for a detail, without a label; the best first.
fn plain(version: Version, detail: &Detail) -> Vec<Line> {
    let value = detail.value.as_str();
    let label = detail.label.as_deref().unwrap_or_default();
    let text = |name: &str| Line::text(name, value);
    match detail.kind {
        DetailKind::Email => vec![text("EMAIL")],
        // The parts are not known, so that all of it is the street.
        DetailKind::Address => vec![Line::of("ADR", format!(";;{};;;;", escape(value)))],
        DetailKind::Birthday => vec![day("BDAY", version, value)],
        DetailKind::Anniversary => match version {
            Version::V40 => vec![day("ANNIVERSARY", version, value), text("X-ABDATE")],
            Version::V21 | Version::V30 => vec![text("X-ANNIVERSARY"), text("X-ABDATE")],
        },
        DetailKind::Link => vec![text("URL"), text("X-SOCIALPROFILE")],
        DetailKind::Chat => {
            let scheme: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
            let line = Line::of("IMPP", format!("{scheme}:{}", escape(value)));
            vec![line.clone(), line.with(param("X-SERVICE-TYPE", label))]
        }
        DetailKind::Other if label == "role" => vec![text("ROLE")],
        DetailKind::Other if version == Version::V40 => {
            vec![text("RELATED").with("VALUE=text"), text("X-ABRELATEDNAMES")]
        }
        DetailKind::Other => vec![text("X-ABRELATEDNAMES")],
    }
}

/// A day: in the basic form that 4.0 has (RFC 6350, 4.3.1), as Apple writes one without a year in
/// 3.0, and as a text where it is none.
fn day(name: &str, version: Version, value: &str) -> Line {
    let digits = value
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-');
    match (version, value.strip_prefix("--")) {
        (Version::V40, _) if digits && !value.is_empty() => {
            let (start, rest) = match value.strip_prefix("--") {
                Some(rest) => ("--", rest),
                None => ("", value),
            };
            // Of a year and a month the hyphen stays.
            let is_day = rest.len() != "1980-02".len();
            let rest = if is_day {
                rest.replace('-', "")
            } else {
                rest.to_owned()
            };
            Line::of(name, format!("{start}{rest}"))
        }
        (Version::V40, _) => Line::text(name, value).with("VALUE=text"),
        // What is no day of the calendar is refused as one.
        (Version::V30, None) if !digits => Line::text(name, value).with("VALUE=text"),
        (_, Some(rest)) => {
            let line = Line::text(name, &format!("1604-{rest}"));
            line.with("X-APPLE-OMIT-YEAR=1604")
        }
        _ => Line::text(name, value),
    }
}
