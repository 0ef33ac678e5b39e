//! Which contacts the cards of a collection were about already.

use std::collections::HashMap;

use crate::domain::contact::ContactId;
use crate::domain::duplicates::name_key;
use crate::domain::timestamp::Timestamp;

use super::crowds::hash;

/// Whom the cards of the present collection were about. A collection gives every contact one `UID` or
/// id, so that a card with another one is about another contact.
#[derive(Default)]
pub(super) struct SpokenFor {
    /// The last stamp that was given before the collection: what was made since is another card's.
    since: Timestamp,
    /// The contacts that were there, and the names on the cards.
    names: HashMap<ContactId, u64>,
}

impl SpokenFor {
    pub(super) fn since(since: Timestamp) -> Self {
        Self {
            since,
            names: HashMap::new(),
        }
    }

    pub(super) fn put(&mut self, id: ContactId, name: &str) {
        self.names.insert(id, hash("name", &name_key(name)));
    }

    pub(super) fn has(&self, id: ContactId) -> bool {
        self.names.contains_key(&id)
    }

    /// Whether what was written then was there before the collection.
    pub(super) fn was_there(&self, written: Timestamp) -> bool {
        written <= self.since
    }

    /// Whether a card with another name was about this contact.
    pub(super) fn is_another(&self, known: &UidHolder, name: &str) -> bool {
        match self.names.get(&known.id) {
            Some(other) => *other != hash("name", &name_key(name)),
            None => known.written > self.since && name_key(&known.name) != name_key(name),
        }
    }
}

/// A contact with the same `UID`.
pub(super) struct UidHolder {
    pub(super) id: ContactId,
    pub(super) name: String,
    pub(super) written: Timestamp,
}
