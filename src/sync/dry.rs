//! A remote that is read and not written: what a run would do there.

use std::collections::HashMap;

use crate::domain::sync::remote::{
    Answered, Changes, Delete, Etag, Got, Href, Put, Remote, Stop, Traits,
};

/// A remote that answers as if what was sent had been taken.
#[derive(Debug)]
pub struct DryRemote<R: Remote> {
    remote: R,
    read: HashMap<Href, R::Card>,
    sent: HashMap<Href, R::Card>,
}

impl<R: Remote> DryRemote<R> {
    /// Reads a remote, and sends it nothing.
    #[must_use]
    pub fn new(remote: R) -> Self {
        Self {
            remote,
            read: HashMap::new(),
            sent: HashMap::new(),
        }
    }
}

impl<R: Remote> DryRemote<R> {
    /// The remote itself.
    #[must_use]
    pub const fn remote(&self) -> &R {
        &self.remote
    }

    /// The cards that were read there.
    #[must_use]
    pub const fn read(&self) -> &HashMap<Href, R::Card> {
        &self.read
    }

    /// Whether a card would have been sent.
    #[must_use]
    pub fn is_sent(&self, href: &Href) -> bool {
        self.sent.contains_key(href)
    }
}

/// The version of a card that was not sent.
fn unsent() -> Etag {
    Etag("not sent".to_owned())
}

impl<R: Remote> Remote for DryRemote<R>
where
    R::Card: Clone,
{
    type Card = R::Card;

    fn changes(&mut self, token: Option<&str>) -> Result<Changes, Stop> {
        self.remote.changes(token)
    }

    fn get(&mut self, hrefs: &[Href]) -> Result<Answered<R::Card>, Stop> {
        let (sent, asked): (Vec<&Href>, Vec<&Href>) =
            hrefs.iter().partition(|href| self.sent.contains_key(href));
        let asked: Vec<Href> = asked.into_iter().cloned().collect();
        let mut got = if asked.is_empty() {
            Vec::new()
        } else {
            self.remote.get(&asked)?
        };
        for (href, got) in &got {
            if let Got::Card(_, card) = got {
                self.read.insert(href.clone(), card.clone());
            }
        }
        for href in sent {
            let card = self.sent.get(href).cloned();
            got.extend(card.map(|card| (href.clone(), Got::Card(unsent(), card))));
        }
        Ok(got)
    }

    fn put(&mut self, href: &Href, card: &R::Card, _: Option<&Etag>) -> Result<Put, Stop> {
        self.sent.insert(href.clone(), card.clone());
        Ok(Put::Taken {
            etag: Some(unsent()),
            href: href.clone(),
        })
    }

    fn delete(&mut self, _: &Href, _: &Etag) -> Result<Delete, Stop> {
        Ok(Delete::Done)
    }

    fn batch(&self) -> usize {
        self.remote.batch()
    }

    fn traits(&self) -> Traits {
        self.remote.traits()
    }
}
