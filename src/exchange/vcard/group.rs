//! Cards of groups, which are no contacts: `KIND:group` of 4.0 (RFC 6350, 6.1.4), and what Apple writes
//! in 3.0.

use crate::domain::import::{CardPlace, Extent, GroupCard, KeptGroup};

use super::contact::name_on;
use super::convert::convert;
use super::line::Version;
use super::property::{self, Property};
use super::value::AssumedCharset;

/// Whether the card is one of a group.
pub(super) fn is_group(properties: &[Property]) -> bool {
    properties.iter().any(|property| {
        matches!(
            property.name.as_str(),
            "KIND" | "X-ADDRESSBOOKSERVER-KIND" | "X-KIND"
        ) && property.text().trim().eq_ignore_ascii_case("group")
    })
}

/// The group of a card.
pub(super) fn card(place: CardPlace, properties: &[Property], card: Vec<u8>) -> GroupCard {
    let part = properties.iter().any(|own| own.name.as_bytes() == PART);
    GroupCard {
        place,
        extent: if part { Extent::Part } else { Extent::Whole },
        name: name_on(properties).unwrap_or_default(),
        members: properties.iter().filter_map(member).collect(),
        card,
    }
}

/// The member that a property names, without `urn:uuid:` before it.
pub(super) fn member(property: &Property) -> Option<String> {
    if !MEMBERS.contains(&property.name.as_bytes()) {
        return None;
    }
    let member = property.text();
    let member = member.trim();
    let uid = member
        .get(..UUID.len())
        .filter(|start| start.eq_ignore_ascii_case(UUID))
        .and_then(|_| member.get(UUID.len()..));
    Some(uid.unwrap_or(member).to_owned()).filter(|member| !member.is_empty())
}

/// The prefix of a UID that is named as an address.
const UUID: &str = "urn:uuid:";

/// The properties that name a member, without what may stand before them.
const MEMBERS: [&[u8]; 2] = [b"MEMBER", b"X-ADDRESSBOOKSERVER-MEMBER"];

/// A line of ours in a card that does not name all members. Without it, the others would lose their tag
/// where the card is imported again.
const PART: &[u8] = b"X-CALLBOOK-MEMBERS";

/// The group of a card that callbook kept; none where it is no card of a group.
#[must_use]
pub fn read_group(place: CardPlace, bytes: Vec<u8>) -> Option<GroupCard> {
    let (properties, too_much) = property::read(&bytes, &AssumedCharset::of(&bytes));
    (too_much.is_none() && is_group(&properties)).then(|| card(place, &properties, bytes))
}

/// The card of a group as it is now, in this version or in its own.
#[must_use]
pub fn write_group(group: &KeptGroup, version: Option<Version>) -> Vec<u8> {
    let card = with_members(group);
    match version {
        Some(version) => convert(&card, version, &group.name),
        None => card,
    }
}

/// The card of a group as it came, but for the lines of those who left it and new lines for those who
/// came to it.
fn with_members(group: &KeptGroup) -> Vec<u8> {
    let lines: Vec<&[u8]> = group.card.split_inclusive(|byte| *byte == b'\n').collect();
    let end = lines.first().filter(|line| !line.ends_with(b"\r\n"));
    let end = if end.is_some() { "\n" } else { "\r\n" };
    // Apple's programs read their own property only.
    let apples = lines
        .iter()
        .any(|line| name_of(line).starts_with(b"X-ADDRESSBOOKSERVER"));
    let name = if apples {
        "X-ADDRESSBOOKSERVER-MEMBER"
    } else {
        "MEMBER"
    };
    let mut card = Vec::with_capacity(group.card.len());
    let mut dropped = false;
    for line in lines {
        let folded = line.starts_with(b" ") || line.starts_with(b"\t");
        if !folded {
            let name_here = name_of(line);
            dropped = is_of(line, &group.lost) || name_here == PART;
            if name_here == b"END" {
                if group.extent == Extent::Part {
                    card.extend_from_slice(PART);
                    card.extend_from_slice(format!(":PART{end}").as_bytes());
                }
                for member in &group.gained {
                    card.extend_from_slice(format!("{name}:{UUID}{member}{end}").as_bytes());
                }
            }
        }
        if !dropped {
            card.extend_from_slice(line);
        }
    }
    card
}

/// The name of the property on a line, in upper case.
fn name_of(line: &[u8]) -> Vec<u8> {
    let name = line.split(|byte| matches!(byte, b':' | b';')).next();
    let name = name.unwrap_or_default();
    let name = name.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
    name.trim_ascii().to_ascii_uppercase()
}

/// Whether a line names one of these members.
fn is_of(line: &[u8], members: &[String]) -> bool {
    if !MEMBERS.contains(&&*name_of(line)) {
        return false;
    }
    let line = String::from_utf8_lossy(line);
    let value = line.trim_end();
    members.iter().any(|member| {
        let before = value.strip_suffix(member.as_str());
        before.is_some_and(|before| before.ends_with(':'))
    })
}

#[cfg(test)]
mod tests {
    use super::write_group;
    use crate::domain::import::{Extent, KeptGroup};

    #[test]
    fn only_the_lines_of_members_change() {
        let card = "BEGIN:VCARD\r\nUID:g-1\r\nFN:Choir\r\nX-ADDRESSBOOKSERVER-KIND:group\r\n\
                    X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:aaa-1\r\n\
                    X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:aaa-2\r\nX-ABC:1\r\nEND:VCARD\r\n";
        let group = |lost: &[&str], gained: &[&str]| KeptGroup {
            name: "Choir".to_owned(),
            extent: Extent::Whole,
            card: card.as_bytes().to_vec(),
            lost: lost.iter().map(|one| (*one).to_owned()).collect(),
            gained: gained.iter().map(|one| (*one).to_owned()).collect(),
        };
        assert_eq!(write_group(&group(&[], &[]), None), card.as_bytes());
        let written = String::from_utf8(write_group(&group(&["aaa-1"], &["b"]), None)).unwrap();
        let expected = card
            .replace("X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:aaa-1\r\n", "")
            .replace("END:", "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:b\r\nEND:");
        assert_eq!(written, expected);
    }
}
