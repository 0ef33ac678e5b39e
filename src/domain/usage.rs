//! How often contacts are called, copied and opened: used ones rank higher among equal matches.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::contact::ContactId;
use super::timestamp::Timestamp;

/// How much a use counts a month later: half.
const HALF_LIFE: f64 = 30.0 * 24.0 * 3600.0 * 1_000_000.0;

/// How many contacts are remembered.
const MOST: usize = 500;

/// How much and when contacts were used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Usage(BTreeMap<ContactId, Used>);

/// A weight, and the time that it is of.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Used {
    weight: f64,
    at: Timestamp,
}

impl Used {
    /// What the weight is worth at a time.
    #[allow(clippy::cast_precision_loss)]
    fn worth(self, now: Timestamp) -> f64 {
        let age = (now.micros() - self.at.micros()).max(0) as f64;
        self.weight * (-age / HALF_LIFE).exp2()
    }
}

impl Usage {
    /// Counts one more use.
    pub fn note(&mut self, id: ContactId, now: Timestamp) {
        let before = self.0.get(&id).map_or(0.0, |used| used.worth(now));
        let used = Used {
            weight: before + 1.0,
            at: now,
        };
        self.0.insert(id, used);
        if self.0.len() > MOST {
            let least = |(_, one): &(_, &Used), (_, other): &(_, &Used)| {
                one.worth(now).total_cmp(&other.worth(now))
            };
            if let Some(id) = self.0.iter().min_by(least).map(|(id, _)| *id) {
                self.0.remove(&id);
            }
        }
    }

    /// Forgets contacts.
    pub(crate) fn forget(&mut self, ids: &[Uuid]) {
        for id in ids {
            self.0.remove(&ContactId(*id));
        }
    }

    /// Which contacts were used, the last one first, and when.
    #[must_use]
    pub(crate) fn latest(&self) -> Vec<(ContactId, Timestamp)> {
        let mut used: Vec<(ContactId, Timestamp)> =
            self.0.iter().map(|(id, used)| (*id, used.at)).collect();
        used.sort_by_key(|(_, at)| std::cmp::Reverse(*at));
        used
    }

    /// The used contacts, most used first. All weights decay alike, so that the time does not matter.
    #[must_use]
    pub fn most(&self) -> Vec<ContactId> {
        let latest = self
            .0
            .values()
            .map(|used| used.at)
            .max()
            .unwrap_or_default();
        let worth = |used: &Used| used.worth(latest);
        let mut used: Vec<(f64, ContactId)> =
            self.0.iter().map(|(id, used)| (worth(used), *id)).collect();
        used.sort_by(|one, other| other.0.total_cmp(&one.0));
        used.into_iter().map(|(_, id)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{MOST, Usage};
    use crate::domain::contact::ContactId;
    use crate::domain::timestamp::Timestamp;

    #[test]
    fn what_was_used_often_or_lately_comes_first_and_the_least_is_forgotten() {
        let day = |day: i64| Timestamp::from_micros(day * 24 * 3_600_000_000);
        let id = |id: u128| ContactId(Uuid::from_u128(id));
        let mut usage = Usage::default();
        for _ in 0..3 {
            usage.note(id(1), day(0));
        }
        usage.note(id(2), day(10));
        assert_eq!(usage.most(), [id(1), id(2)]);
        assert_eq!(usage.latest(), [(id(2), day(10)), (id(1), day(0))]);
        usage.note(id(2), day(60));
        assert_eq!(usage.most(), [id(2), id(1)], "long ago counts less");
        for other in 0..MOST as u128 {
            usage.note(id(100 + other), day(90));
        }
        let most = usage.most();
        assert_eq!(most.len(), MOST);
        assert!(!most.contains(&id(1)));
    }
}
