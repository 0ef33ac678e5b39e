//! What the properties of a card say.

use crate::domain::intake::Said;

use super::property::Property;
use super::{contact, phone};

/// What the properties of a card say.
pub(super) fn said(properties: &[Property]) -> Said {
    Said {
        contact: contact::contact(properties),
        phones: phone::phones(properties),
    }
}
