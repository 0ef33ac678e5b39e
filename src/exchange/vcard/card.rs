//! What the properties of a card say.

use crate::domain::intake::ParsedCard;

use super::contact::OWN_DETAIL;
use super::property::Property;
use super::{contact, phone};

/// What the properties of a card say.
pub(super) fn said(properties: &[Property]) -> ParsedCard {
    let own_lines = properties.iter().filter(|line| line.name == OWN_DETAIL);
    ParsedCard {
        contact: contact::contact(properties),
        phones: phone::phones(properties),
        ours: own_lines
            .flat_map(|line| contact::details(line, properties))
            .collect(),
        notes: Vec::new(),
    }
}
