//! What a card holds that is no text: named, taken out as it is, and a photo put in.

use data_encoding::{BASE64, BASE64_NOPAD};

use crate::domain::attachment::{Attachment, Content, ending_of, picture_kind};
use crate::domain::operation::FieldChange;

use super::content::{ContentLines, Keep, split};
use super::convert;
use super::draft::CardDraft;
use super::head::Head;
use super::line::{Line, Version};

/// Properties that hold no text, with their words.
const KINDS: [(&str, &str); 4] = [
    ("PHOTO", "photo"),
    ("LOGO", "logo"),
    ("SOUND", "sound"),
    ("KEY", "key"),
];

/// The values of the card that are no text, each with the word for what it is.
fn values(card: &[u8]) -> impl Iterator<Item = (&'static str, Vec<u8>)> {
    let lines = ContentLines::new(card, Keep::All);
    lines.filter_map(|line| {
        let (word, value) = attached_as(&line.text)?;
        Some((word, value.to_vec()))
    })
}

/// What a line holds that is no text, with the word for what it is.
fn attached_as(line: &[u8]) -> Option<(&'static str, &[u8])> {
    let (head, value) = split(line)?;
    let name = Head::of(head)?.name;
    let (_, word) = KINDS.iter().find(|(known, _)| *known == name)?;
    (!value.trim_ascii().is_empty()).then_some((*word, value))
}

/// The base64 in a value, without white space and padding; none where it is an address.
fn encoded(value: &[u8]) -> Option<Vec<u8>> {
    let value = match value.get(..5) {
        Some(scheme) if scheme.eq_ignore_ascii_case(b"data:") => {
            let at = memchr::memmem::find(value, b"base64")? + b"base64".len();
            // 4.0 may escape the comma.
            let rest = value.get(at..)?;
            let rest = rest.strip_prefix(b"\\").unwrap_or(rest);
            rest.strip_prefix(b",")?
        }
        _ => value,
    };
    let signs = value.iter().copied();
    let signs: Vec<u8> = signs.filter(|sign| !sign.is_ascii_whitespace()).collect();
    let end = signs.iter().rposition(|sign| *sign != b'=')? + 1;
    let signs = signs.get(..end)?;
    let is_base64 = |sign: &u8| sign.is_ascii_alphanumeric() || matches!(sign, b'+' | b'/');
    signs.iter().all(is_base64).then(|| signs.to_vec())
}

/// What the card holds that is no text, in its order.
#[must_use]
pub fn attachments(card: &[u8]) -> Vec<Attachment> {
    let named = values(card).map(|(kind, value)| match encoded(&value) {
        Some(signs) => {
            // As many of its first bytes as tell pictures apart.
            let first = signs.get(..16).unwrap_or_default();
            let first = decoded(first).unwrap_or_default();
            Attachment {
                kind,
                content: Content::Bytes(signs.len() * 3 / 4),
                ending: picture_kind(&first).and_then(ending_of),
            }
        }
        None => Attachment {
            kind,
            content: match value.trim_ascii() {
                address if is_address(address) => {
                    Content::Address(String::from_utf8_lossy(address).into_owned())
                }
                _ => Content::Unreadable,
            },
            ending: None,
        },
    });
    named.collect()
}

/// The bytes of what the card holds at a place among its attachments; none where they are elsewhere or broken.
#[must_use]
pub fn attached(card: &[u8], place: usize) -> Option<Vec<u8>> {
    let (_, value) = values(card).nth(place)?;
    decoded(&encoded(&value)?)
}

/// The bytes of base64. What its last sign says beyond a byte is nothing.
fn decoded(signs: &[u8]) -> Option<Vec<u8>> {
    let mut base64 = BASE64_NOPAD.specification();
    base64.check_trailing_bits = false;
    base64.encoding().ok()?.decode(signs).ok()
}

/// Whether a value is the address of something: its scheme comes first.
fn is_address(value: &[u8]) -> bool {
    let scheme = value.split(|sign| *sign == b':').next().unwrap_or_default();
    scheme.len() < value.len() && scheme.iter().all(u8::is_ascii_alphanumeric)
}

/// What came, went or changed between two cards of what is no text, each by the word for what it is.
#[must_use]
pub fn changed_attachments(before: &[u8], after: &[u8]) -> Vec<FieldChange> {
    let held = |card: &[u8]| -> Vec<_> {
        let all = attachments(card).into_iter().enumerate();
        all.map(|(at, one)| (one.kind, one.words(), attached(card, at)))
            .collect()
    };
    let (mut gone, mut came) = (held(before), held(after));
    gone.retain(|one| match came.iter().position(|other| other == one) {
        Some(at) => {
            came.remove(at);
            false
        }
        None => true,
    });
    let mut changes = Vec::new();
    for (kind, words, _) in gone {
        let at = came.iter().position(|(other, ..)| *other == kind);
        let to = at.map(|at| came.remove(at).1);
        changes.push((kind, Some(words), to));
    }
    changes.extend(
        came.into_iter()
            .map(|(kind, words, _)| (kind, None, Some(words))),
    );
    let changes = changes.into_iter();
    changes
        .map(|(kind, from, to)| FieldChange {
            field: kind.to_owned(),
            from: from.into(),
            to: to.into(),
        })
        .collect()
}

/// A card with what the contact's own card holds in the place of what it holds itself; none where that is the same.
pub(super) fn attach(card: &[u8], own: &[u8]) -> Option<Vec<u8>> {
    let mut draft = CardDraft::new(card, Version::V30);
    let own = CardDraft::new(own, Version::V30);
    let held = |draft: &CardDraft<'_>| -> Vec<usize> {
        let is_attached = |at: &usize| attached_as(draft.text(*at)).is_some();
        (0..draft.len()).filter(is_attached).collect()
    };
    let (there, here) = (held(&draft), held(&own));
    let lacks = |card: &CardDraft<'_>, other: &CardDraft<'_>, at: usize| {
        let line = convert::line(other, at, card.version());
        line.filter(|line| !convert::says(card, line))
    };
    let new: Vec<Line> = { here.into_iter() }
        .filter_map(|at| lacks(&draft, &own, at))
        .collect();
    let gone = there.into_iter();
    let gone: Vec<usize> = gone
        .filter(|at| lacks(&own, &draft, *at).is_some())
        .collect();
    if new.is_empty() && gone.is_empty() {
        return None;
    }
    for at in gone {
        draft.replace(at, Vec::new());
    }
    for mut line in new {
        line.group = None;
        draft.add(line);
    }
    Some(draft.finish())
}

/// Whether what two cards of a contact hold differs.
#[must_use]
pub fn holds_otherwise(card: &[u8], own: &[u8]) -> bool {
    if card == own {
        return false;
    }
    // Most cards hold nothing.
    let may_hold = |card: &[u8]| {
        let upper = card.to_ascii_uppercase();
        let has =
            |(name, _): &(&str, &str)| memchr::memmem::find(&upper, name.as_bytes()).is_some();
        KINDS.iter().any(has)
    };
    (may_hold(card) || may_hold(own)) && attach(card, own).is_some()
}

/// The card without what it holds at a place among its attachments.
#[must_use]
pub fn without_attached(card: &[u8], place: usize) -> Vec<u8> {
    let mut draft = CardDraft::new(card, Version::V30);
    let is_attached = |at: &usize| attached_as(draft.text(*at)).is_some();
    let at = (0..draft.len()).filter(is_attached).nth(place);
    if let Some(at) = at {
        draft.replace(at, Vec::new());
    }
    draft.finish()
}

/// The card with this photo in the place of the first that it has. Its other lines stay as they are.
#[must_use]
pub fn with_photo(card: &[u8], picture: &[u8]) -> Vec<u8> {
    let mut draft = CardDraft::new(card, Version::V30);
    let kind = picture_kind(picture).unwrap_or("JPEG");
    let bytes = BASE64.encode(picture);
    let photo = match draft.version() {
        Version::V40 => {
            let media = kind.to_ascii_lowercase();
            Line::of("PHOTO", format!("data:image/{media};base64,{bytes}"))
        }
        Version::V30 => Line::of("PHOTO", bytes).with(format!("ENCODING=b;TYPE={kind}")),
        Version::V21 => Line::of("PHOTO", bytes).with(format!("ENCODING=BASE64;{kind}")),
    };
    let is_photo = |at: &usize| {
        let head = split(draft.text(*at)).and_then(|(head, _)| Head::of(head));
        head.is_some_and(|head| head.name == "PHOTO")
    };
    match (0..draft.len()).find(is_photo) {
        Some(at) => draft.replace(at, vec![photo]),
        None => draft.add(photo),
    }
    draft.finish()
}
