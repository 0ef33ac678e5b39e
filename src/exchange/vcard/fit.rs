//! A card made fit to go to a server: what one of them refuses, or gives back as what none can read.
//!
//! The card that is kept stays as it came; only what goes out is made so.

use crate::domain::contact::Contact;

use super::complete::complete;
use super::convert::{convert, require};
use super::draft::CardDraft;
use super::frame::{Frame, Frames};
use super::line::{Line, Version, escape};

/// Properties of which a card may have one.
const SINGLE: [&str; 3] = ["FN", "N", "UID"];

/// The card of a contact as every server takes it: one card of version 3.0 or 4.0 in UTF-8 without control
/// characters, its lines ended by CR LF, with one `UID`, `FN` and `N`. What is so already stays byte for byte.
#[must_use]
pub fn fit(card: &[u8], contact: &Contact) -> Vec<u8> {
    let mut card = complete(first(card));
    if CardDraft::new(&card, Version::V30).version() == Version::V21 {
        card = convert(&card, Version::V30, &contact.name);
    }
    let mut draft = CardDraft::new(&card, Version::V30);
    // One in several languages, which version 4.0 has, is one (RFC 6350, 5.4).
    let has_languages = draft.version() == Version::V40;
    for name in SINGLE {
        let named = draft.lines().filter(|(_, property)| {
            let is_of_other = has_languages && property.param("ALTID").is_some();
            property.name == name && !is_of_other
        });
        let (said, blank): (Vec<_>, Vec<_>) =
            named.partition(|(_, property)| !property.text().trim().is_empty());
        let others = said.into_iter().chain(blank).skip(1);
        let others: Vec<usize> = others.map(|(at, _)| at).collect();
        for at in others {
            draft.replace(at, Vec::new());
        }
    }
    if !draft.gives("UID") {
        let uid = contact.uid.clone().unwrap_or_else(|| contact.own_uid());
        draft.put("UID", Some(escape(&uid)));
    }
    require(&mut draft, &contact.name);
    let card = draft.finish();
    let mut draft = CardDraft::new(&card, Version::V30);
    if !draft.has("N") {
        draft.add(Line::of("N", ";;;;".to_owned()));
    }
    plain(&draft.finish())
}

/// The first card of what may be several.
fn first(card: &[u8]) -> Vec<u8> {
    let found = Frames::new(card).find_map(|frame| match frame {
        Frame::Card { bytes, .. } => Some(bytes),
        Frame::Unusable { .. } => None,
    });
    found.unwrap_or_else(|| card.to_vec())
}

/// A card as plain text: UTF-8 that XML can hold, with the line ends of the standard and no blank lines.
fn plain(card: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(card);
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let holds = |sign: &char| {
        (!sign.is_control() || *sign == '\t')
            && !matches!(sign, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
    };
    let lines = text.split('\n').filter(|line| !line.is_empty());
    let mut plain = String::with_capacity(text.len());
    for line in lines {
        let line: String = line.chars().filter(holds).collect();
        let frame: String = line.to_ascii_uppercase().split_whitespace().collect();
        let is_frame = matches!(frame.as_str(), "BEGIN:VCARD" | "END:VCARD");
        let is_own = is_frame && !line.starts_with([' ', '\t']);
        plain.push_str(if is_own { &frame } else { &line });
        plain.push_str("\r\n");
    }
    plain.into_bytes()
}
