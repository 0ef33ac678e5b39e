//! What the properties of a card say.

use crate::domain::intake::ParsedCard;

use super::property::Property;
use super::{contact, phone};

/// What the properties of a card say.
pub(super) fn said(properties: &[Property]) -> ParsedCard {
    ParsedCard {
        contact: contact::contact(properties),
        phones: phone::phones(properties),
    }
}
