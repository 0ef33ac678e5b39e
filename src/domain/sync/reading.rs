//! What both sides agreed on, in the words in which cards are read now.
//!
//! A book may come to read a line of a card as another detail than it did when both sides agreed: a field of the
//! person's own gets a name, or another one, or a step that did so is undone. That is no change on either side.

use crate::domain::detail::{Detail, DetailId, DetailKind};

use super::person::{Person, plain};
use super::said::SaidCard;

/// Whether details of a kind may be lines that were read otherwise.
#[must_use]
pub const fn is_affected(kind: DetailKind) -> bool {
    matches!(
        kind,
        DetailKind::Other | DetailKind::Chat | DetailKind::Link
    )
}

/// A line of a card that may have been read as another detail than it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadLine {
    /// What it is read as now, if it is read.
    pub now: Option<Detail>,
    /// What else it may have been read as; one of the kind "other" under any name.
    pub once: Vec<Detail>,
}

impl ReadLine {
    /// Whether a detail is what the line said in other words.
    fn was(&self, detail: &Detail) -> bool {
        self.once.iter().any(|once| {
            once.kind == detail.kind
                && once.value == detail.value
                && (once.kind == DetailKind::Other || once.label == detail.label)
        })
    }
}

impl Person {
    /// Has one that was kept with a card say these lines of it as they are read now.
    pub fn call_as_read(&mut self, card: &SaidCard, lines: &[ReadLine]) {
        let is_new = |line: &&ReadLine| {
            let now = line.now.as_ref();
            now.is_none_or(|now| self.detail_like(&now.identity()).is_none())
        };
        let mut unsaid: Vec<&ReadLine> = lines.iter().filter(is_new).collect();
        let is_stale =
            |(_, detail): &(&DetailId, &Detail)| card.detail(&detail.identity()).is_none();
        let stale: Vec<DetailId> = { self.details.iter().filter(is_stale) }
            .map(|(id, _)| *id)
            .collect();
        for id in stale {
            let Some(detail) = self.details.get_mut(&id) else {
                continue;
            };
            let Some(place) = unsaid.iter().position(|line| line.was(detail)) else {
                continue;
            };
            match &unsaid.remove(place).now {
                Some(now) => *detail = plain(now),
                None => drop(self.details.remove(&id)),
            }
        }
        let details = &self.details;
        self.preferred.retain(|kind, id| {
            let detail = details.get(id);
            detail.is_some_and(|detail| detail.kind == *kind)
        });
    }

    /// Has one that agreed with a card say all that these lines of it are read as now. `here` is the contact: a detail
    /// that is the same has the id that it has there.
    pub fn say_as_read(&mut self, card: &SaidCard, lines: &[ReadLine], here: Option<&Self>) {
        self.call_as_read(card, lines);
        for now in lines.iter().filter_map(|line| line.now.as_ref()) {
            if self.detail_like(&now.identity()).is_none() {
                let id = now.fresh_id(|id| self.details.contains_key(&id));
                self.details.insert(id, plain(now));
            }
        }
        if let Some(here) = here {
            self.take_ids(lines, here);
        }
    }

    /// Has the details of these lines the ids that they have in a contact: of what says the same, and else of the only
    /// one with its label, which was edited since.
    fn take_ids(&mut self, lines: &[ReadLine], here: &Self) {
        for is_edited in [false, true] {
            for now in lines.iter().filter_map(|line| line.now.as_ref()) {
                let own = self.detail_like(&now.identity());
                let Some(own) = own.filter(|own| !here.details.contains_key(own)) else {
                    continue;
                };
                let mut alike = here.details.iter().filter(|(id, detail)| {
                    !self.details.contains_key(id)
                        && detail.kind == now.kind
                        && detail.label == now.label
                        && (is_edited || detail.identity() == now.identity())
                });
                if let (Some((there, _)), None) = (alike.next(), alike.next())
                    && let Some(detail) = self.details.remove(&own)
                {
                    for preferred in self.preferred.values_mut().filter(|id| **id == own) {
                        *preferred = *there;
                    }
                    self.details.insert(*there, detail);
                }
            }
        }
    }
}
