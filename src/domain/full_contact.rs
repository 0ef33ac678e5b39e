//! A contact with its phones, as they are stored or are to be stored.

use serde::{Deserialize, Serialize};

use super::contact::Contact;
use super::phone::Phone;
use super::tag::is_same_tag;

/// A contact with its phones.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FullContact {
    /// The contact.
    pub contact: Contact,
    /// Its phones: in their default order as they are read, in the order of the card as they come in.
    pub phones: Vec<Phone>,
}

impl FullContact {
    /// The contact without the tags that cards of groups say, but for those that its own card says too: so its card
    /// is what it was, and the cards of the groups say the rest.
    #[must_use]
    pub fn without_tags_of_groups(&self, of_groups: &[String], own: &[String]) -> Self {
        let is_in = |tag: &String, tags: &[String]| tags.iter().any(|own| is_same_tag(own, tag));
        let mut whole = self.clone();
        let tags = &mut whole.contact.tags;
        tags.retain(|tag| !is_in(tag, of_groups) || is_in(tag, own));
        whole
    }
}
