//! A contact as the merge sees it: what travels between two books, and nothing of how it is stored.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::detail::{Detail, DetailId, DetailKind};

use super::said::Fields;

/// A contact with its numbers, as far as it travels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// Its fields with one value.
    pub fields: Fields,
    /// Its numbers by what makes two of them the same.
    pub numbers: BTreeMap<String, Number>,
    /// The number that is dialled first.
    pub primary: Option<String>,
    /// Its details by their ids. Which is preferred is in [`preferred`](Self::preferred).
    pub details: BTreeMap<DetailId, Detail>,
    /// The preferred detail of each kind.
    pub preferred: BTreeMap<DetailKind, DetailId>,
    /// Its tags.
    pub tags: BTreeSet<String>,
}

/// What may be said of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Number {
    /// The label.
    pub label: Option<String>,
    /// No longer used, kept on record.
    pub historic: bool,
    /// Confirmed.
    pub accurate: bool,
}

/// A detail as a person holds it: its id and which one is preferred are not its own.
pub(super) fn plain(detail: &Detail) -> Detail {
    Detail {
        id: DetailId::default(),
        preferred: false,
        ..detail.clone()
    }
}

impl Person {
    /// The name with all its parts.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.fields.get(super::said::NAME);
        name.map(String::as_str).unwrap_or_default()
    }

    /// The detail that is the same as another.
    #[must_use]
    pub fn detail_like(&self, identity: &(&'static str, String)) -> Option<DetailId> {
        let mut details = self.details.iter();
        details
            .find(|(_, detail)| detail.identity() == *identity)
            .map(|(id, _)| *id)
    }

    /// Whether a number is there and in use.
    #[must_use]
    pub fn uses(&self, number: &str) -> bool {
        let number = self.numbers.get(number);
        number.is_some_and(|number| !number.historic)
    }

    /// Whether another one says something else to people: flags, and which number or detail comes first, aside.
    pub(super) fn has_other_words(&self, other: &Self) -> bool {
        let fields = |who: &Self| -> Vec<(&'static str, String)> {
            let fields = who.fields.iter();
            let fields = fields.filter(|(name, _)| !super::said::is_only_ours(name));
            fields.map(|(name, text)| (*name, text.clone())).collect()
        };
        let numbers = |who: &Self| -> Vec<(String, Option<String>)> {
            let numbers = who.numbers.iter().filter(|(_, number)| !number.historic);
            numbers
                .map(|(key, number)| (key.clone(), number.label.clone()))
                .collect()
        };
        fields(self) != fields(other)
            || numbers(self) != numbers(other)
            || self.details != other.details
            || self.tags != other.tags
    }

    /// Makes two details that became the same one: the one that `known` has too stays.
    pub fn join_same(&mut self, known: &Self) {
        let mut order: Vec<(bool, DetailId)> = self
            .details
            .iter()
            .map(|(id, detail)| {
                let is_known = known
                    .details
                    .get(id)
                    .is_some_and(|own| own.identity() == detail.identity());
                (!is_known, *id)
            })
            .collect();
        order.sort_unstable();
        let mut seen = BTreeMap::new();
        for (_, id) in order {
            let Some(detail) = self.details.get(&id) else {
                continue;
            };
            let kind = detail.kind;
            let first = *seen.entry(detail.identity()).or_insert(id);
            if first != id {
                self.details.remove(&id);
                if self.preferred.get(&kind) == Some(&id) {
                    self.preferred.insert(kind, first);
                }
            }
        }
        self.tidy();
    }

    /// Forgets a preferred detail that is gone, and a primary number that is not in use.
    pub fn tidy(&mut self) {
        let details = &self.details;
        self.preferred.retain(|_, id| details.contains_key(id));
        if self
            .primary
            .as_ref()
            .is_some_and(|primary| !self.uses(primary))
        {
            self.primary = None;
        }
    }
}
