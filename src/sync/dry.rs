//! A remote that is read and not written: what a run would do there.

use std::collections::{HashMap, HashSet};

use crate::domain::sync::remote::{
    Answered, Changes, Delete, Etag, Got, Href, Put, Remote, Stop, Traits,
};

/// What of a remote is known in the runs that only try: what was read there, and what it would be.
#[derive(Debug)]
pub(super) struct Tried<C> {
    /// The cards that were read there.
    read: HashMap<Href, C>,
    /// Those that would have been sent, with the version that each has then.
    sent: HashMap<Href, (Etag, C)>,
    /// Those that would have been deleted.
    deleted: HashSet<Href>,
    /// How many were sent.
    versions: u64,
}

impl<C> Default for Tried<C> {
    fn default() -> Self {
        Self {
            read: HashMap::new(),
            sent: HashMap::new(),
            deleted: HashSet::new(),
            versions: 0,
        }
    }
}

impl<C> Tried<C> {
    /// The card that was read at an address.
    pub(super) fn read(&self, href: &Href) -> Option<&C> {
        self.read.get(href)
    }

    /// Whether a card would have been sent.
    pub(super) fn is_sent(&self, href: &Href) -> bool {
        self.sent.contains_key(href)
    }

    /// Whether a card would have been deleted there.
    pub(super) fn is_deleted(&self, href: &Href) -> bool {
        self.deleted.contains(href)
    }
}

/// A remote that answers as if what was sent had been taken.
#[derive(Debug)]
pub(super) struct DryRemote<'t, R: Remote> {
    /// The remote itself.
    pub(super) remote: R,
    /// What is known of it.
    pub(super) tried: &'t mut Tried<R::Card>,
}

impl<'t, R: Remote> DryRemote<'t, R> {
    /// Reads a remote, and sends it nothing. What earlier runs would have sent is there.
    pub(super) const fn new(remote: R, tried: &'t mut Tried<R::Card>) -> Self {
        Self { remote, tried }
    }
}

impl<R: Remote> Remote for DryRemote<'_, R>
where
    R::Card: Clone,
{
    type Card = R::Card;

    fn changes(&mut self, token: Option<&str>) -> Result<Changes, Stop> {
        let mut changes = self.remote.changes(token)?;
        let Tried { sent, deleted, .. } = &*self.tried;
        let is_as_listed = |href: &Href| !sent.contains_key(href) && !deleted.contains(href);
        changes.listed.retain(|(href, _)| is_as_listed(href));
        if changes.full {
            let sent = sent.iter();
            let sent = sent.map(|(href, (etag, _))| (href.clone(), Some(etag.clone())));
            changes.listed.extend(sent);
        }
        Ok(changes)
    }

    fn get(&mut self, hrefs: &[Href]) -> Result<Answered<R::Card>, Stop> {
        let mut got = Vec::new();
        let mut asked = Vec::new();
        for href in hrefs {
            if let Some((etag, card)) = self.tried.sent.get(href) {
                got.push((href.clone(), Got::Card(etag.clone(), card.clone())));
            } else if self.tried.deleted.contains(href) {
                got.push((href.clone(), Got::Gone));
            } else {
                asked.push(href.clone());
            }
        }
        if asked.is_empty() {
            return Ok(got);
        }
        let there = self.remote.get(&asked)?;
        for (href, there) in &there {
            if let Got::Card(_, card) = there {
                self.tried.read.insert(href.clone(), card.clone());
            }
        }
        got.extend(there);
        Ok(got)
    }

    fn put(&mut self, href: &Href, card: &R::Card, _: Option<&Etag>) -> Result<Put, Stop> {
        self.tried.versions += 1;
        let etag = Etag(format!("not sent {}", self.tried.versions));
        self.tried.deleted.remove(href);
        let sent = (etag.clone(), card.clone());
        self.tried.sent.insert(href.clone(), sent);
        Ok(Put::Taken {
            etag: Some(etag),
            href: href.clone(),
        })
    }

    fn delete(&mut self, href: &Href, _: &Etag) -> Result<Delete, Stop> {
        self.tried.sent.remove(href);
        self.tried.deleted.insert(href.clone());
        Ok(Delete::Done)
    }

    fn batch(&self) -> usize {
        self.remote.batch()
    }

    fn traits(&self) -> Traits {
        self.remote.traits()
    }
}
