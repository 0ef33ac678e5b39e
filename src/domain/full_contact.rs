//! A contact with its phones, as they are stored or are to be stored.

use serde::{Deserialize, Serialize};

use super::contact::Contact;
use super::phone::Phone;

/// A contact with its phones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FullContact {
    /// The contact.
    pub contact: Contact,
    /// Its phones: in their default order as they are read, in the order of the card as they come in.
    pub phones: Vec<Phone>,
}
