//! A server as a run sees it.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::domain::sync::remote::{
    Answered, Changes, Delete, Etag, Got, Href, Put, Remote, Stop, Traits,
};

use super::server::{Quirks, SimCard};
use super::world::{Fault, World};

/// A server as a run sees it.
pub(super) struct SimRemote<'w> {
    pub(super) world: &'w RefCell<World>,
    pub(super) side: usize,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Killed => Self::Stopped,
            Fault::Lost => Self::Later {
                why: "no answer".to_owned(),
                after: None,
            },
        }
    }
}

impl Remote for SimRemote<'_> {
    type Card = SimCard;

    fn changes(&mut self, token: Option<&str>) -> Result<Changes, Stop> {
        let world = &mut *self.world.borrow_mut();
        world.wire(self.side)?;
        let server = &mut world.servers[self.side];
        let quirks = server.quirks;
        if quirks.has(Quirks::LOSES_TOKENS) && world.rng.one_in(4) {
            server.floor = server.clock + 1;
        }
        let since = token.and_then(|token| token.parse().ok());
        let since: Option<u64> =
            since.filter(|since| !quirks.has(Quirks::NO_TOKENS) && *since >= server.floor);
        let etag = |href: &String| {
            let card = server.cards.get(href);
            card.map(|(etag, _)| Etag(etag.to_string()))
        };
        let listed: BTreeMap<String, Option<Etag>> = match since {
            Some(since) => {
                let changed = server.log.iter().filter(|(at, _)| *at > since);
                changed
                    .map(|(_, href)| (href.clone(), etag(href)))
                    .collect()
            }
            None if quirks.has(Quirks::EMPTY_LISTS) && world.faults && world.rng.one_in(6) => {
                BTreeMap::new()
            }
            None => server
                .cards
                .keys()
                .map(|href| (href.clone(), etag(href)))
                .collect(),
        };
        let changes = Changes {
            listed: listed
                .into_iter()
                .map(|(href, etag)| (Href(href), etag))
                .collect(),
            full: since.is_none(),
            token: Some(server.clock.to_string()),
        };
        world.back()?;
        Ok(changes)
    }

    fn get(&mut self, hrefs: &[Href]) -> Result<Answered<SimCard>, Stop> {
        let world = &mut *self.world.borrow_mut();
        world.wire(self.side)?;
        let server = &world.servers[self.side];
        let leaves_out = server.quirks.has(Quirks::LEAVES_OUT);
        let got = hrefs
            .iter()
            .filter_map(|href| match server.cards.get(&href.0) {
                Some((etag, card)) => Some((
                    href.clone(),
                    Got::Card(Etag(etag.to_string()), card.clone()),
                )),
                None if leaves_out => None,
                None => Some((href.clone(), Got::Gone)),
            });
        let got = got.collect();
        world.back()?;
        Ok(got)
    }

    fn put(&mut self, href: &Href, card: &SimCard, over: Option<&Etag>) -> Result<Put, Stop> {
        let world = &mut *self.world.borrow_mut();
        world.wire(self.side)?;
        let server = &mut world.servers[self.side];
        let quirks = server.quirks;
        let there = server
            .cards
            .get(&href.0)
            .map(|(etag, _)| Etag(etag.to_string()));
        let fits = match over {
            Some(_) => there.as_ref() == over || quirks.has(Quirks::IGNORES_VERSIONS),
            None => there.is_none(),
        };
        if !fits {
            world.back()?;
            return Ok(Put::Moved);
        }
        if quirks.has(Quirks::REFUSES) && is_refused(card.key()) {
            world.back()?;
            return Ok(Put::Refused("not this one".to_owned()));
        }
        let mut stored = server.written(card.clone());
        let mut place = href.0.clone();
        if there.is_none() {
            server.given += 1;
            if quirks.has(Quirks::NEW_UID) {
                stored.edit().uid = Some(format!("s{}", server.given));
            }
            if quirks.has(Quirks::NEW_HREF) {
                place = format!("s{}", server.given);
            }
        }
        let etag = server.store(&place, stored);
        server.puts += 1;
        world.back()?;
        let etag = if quirks.has(Quirks::NO_ETAG) {
            None
        } else if quirks.has(Quirks::WRONG_ETAG) {
            Some(Etag(format!("w{etag}")))
        } else {
            Some(Etag(etag.to_string()))
        };
        Ok(Put::Taken {
            etag,
            href: Href(place),
        })
    }

    fn delete(&mut self, href: &Href, etag: &Etag) -> Result<Delete, Stop> {
        let world = &mut *self.world.borrow_mut();
        world.wire(self.side)?;
        let server = &mut world.servers[self.side];
        let there = server.cards.get(&href.0);
        let there = there.map(|(is, card)| (Etag(is.to_string()), card.key()));
        if there
            .as_ref()
            .is_some_and(|(_, key)| !world.known.deleted_people.contains(key))
        {
            world.wrong.push("a card deleted that nobody deleted");
        }
        let answer = match there {
            None => Delete::Done,
            Some((is, _)) if is != *etag && !server.quirks.has(Quirks::IGNORES_VERSIONS) => {
                Delete::Moved
            }
            Some(_) => {
                server.remove(&href.0);
                Delete::Done
            }
        };
        world.back()?;
        Ok(answer)
    }

    fn batch(&self) -> usize {
        3
    }

    fn traits(&self) -> Traits {
        let quirks = self.world.borrow().servers[self.side].quirks;
        Traits {
            exact_etags: !quirks.has(Quirks::NO_ETAG.with(Quirks::WRONG_ETAG)),
            ignores_versions: quirks.has(Quirks::IGNORES_VERSIONS),
            read_only: false,
        }
    }
}

/// Whom a server that refuses some never takes.
pub(super) fn is_refused(key: u32) -> bool {
    key % 17 == 3
}
