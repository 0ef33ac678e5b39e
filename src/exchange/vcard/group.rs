//! Cards of groups, which are no contacts: `KIND:group` of 4.0 (RFC 6350, 6.1.4), and what Apple writes
//! in 3.0.

use crate::domain::import::{GroupCard, Place};

use super::contact::name_on;
use super::property::Property;

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
pub(super) fn card(place: Place, properties: &[Property], card: Vec<u8>) -> GroupCard {
    let members = properties.iter().filter(|property| {
        matches!(
            property.name.as_str(),
            "MEMBER" | "X-ADDRESSBOOKSERVER-MEMBER"
        )
    });
    let members = members.map(|property| {
        let member = property.text();
        let member = member.trim();
        let uid = member
            .get(..UUID.len())
            .filter(|start| start.eq_ignore_ascii_case(UUID))
            .and_then(|_| member.get(UUID.len()..));
        uid.unwrap_or(member).to_owned()
    });
    GroupCard {
        place,
        name: name_on(properties).unwrap_or_default(),
        members: members.filter(|member| !member.is_empty()).collect(),
        card,
    }
}

/// What stands before a UID that is named as an address.
const UUID: &str = "urn:uuid:";
