//! The book as a run of a sync sees it: the rows of the store, with cards that are read.

use uuid::Uuid;

use crate::domain::contact::ContactId;
use crate::domain::edit::ContactWithCard;
use crate::domain::full_contact::FullContact;
use crate::domain::import::GroupCard;
use crate::domain::linked::{LinkedCard, SoughtCard};
use crate::domain::number::Region;
use crate::domain::operation::SyncRun;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::LEFT_OUT;
use crate::domain::sync::kept::read_conflict;
use crate::domain::sync::part::{Book, Part, Reading, RemoteState, Touched, Writing};
use crate::domain::sync::person::Person;
use crate::domain::sync::remote::{Etag, Href, Stop};
use crate::domain::sync::row::{Card, Intent, Refused, Row};
use crate::domain::sync::said::SaidCard;
use crate::domain::sync::taken_as;
use crate::exchange::vcard::{self, Outgoing, Over};
use crate::store::{RemoteBook, Store};

use super::card::{RemoteCard, kept};
use super::terms::Terms;

/// A book that is kept the same with a remote, in one run.
pub struct SyncBook<'s> {
    /// The book.
    pub store: &'s mut Store,
    /// The remote's row.
    pub remote: i64,
    /// The run.
    pub run: SyncRun,
    /// What both sides of it need to know.
    pub terms: Terms<'s>,
    /// The country of national numbers.
    pub home: Option<Region>,
}

/// What ends a part, carried through the store.
fn carried<T>(stopped: &mut Option<Stop>, done: Result<T, Stop>) -> Result<T, Refusal> {
    done.map_err(|stop| match stop {
        Stop::Book(refusal) => *refusal,
        other => {
            *stopped = Some(other);
            Refusal::new(Kind::Storage, "the sync has stopped".to_owned())
        }
    })
}

fn failed(refusal: Refusal) -> Stop {
    Stop::Book(Box::new(refusal))
}

impl SyncBook<'_> {
    /// Ends the run where a person stopped it, or paused the remote meanwhile: nothing more is asked of the other
    /// side.
    fn go_on(&self) -> Result<(), Stop> {
        if self.store.stop().is_asked() {
            return Err(Stop::Stopped);
        }
        if self.store.is_remote_paused(self.remote).map_err(failed)? {
            let why = "paused while this sync ran; what is left is done when it goes on";
            return Err(Stop::Trouble(why.to_owned()));
        }
        Ok(())
    }
}

impl Book for SyncBook<'_> {
    type Card = RemoteCard;

    fn view(&mut self, read: &mut Reading<'_, RemoteCard>) -> Result<(), Stop> {
        self.go_on()?;
        let mut stopped = None;
        let done = self.store.read_remote(self.remote, |book| {
            let mut part = SyncPart {
                book,
                terms: &self.terms,
                remote_name: &self.run.remote,
            };
            carried(&mut stopped, read(&mut part))
        });
        done.map_err(|refusal| stopped.unwrap_or_else(|| failed(refusal)))
    }

    fn commit(&mut self, write: &mut Writing<'_, RemoteCard>) -> Result<(), Stop> {
        self.go_on()?;
        let mut stopped = None;
        let title = format!("Synced with {}", self.run.remote);
        let done = self
            .store
            .write_remote(self.remote, &self.run, &title, |book| {
                let mut part = SyncPart {
                    book,
                    terms: &self.terms,
                    remote_name: &self.run.remote,
                };
                carried(&mut stopped, write(&mut part))
            });
        done.map_err(|refusal| stopped.unwrap_or_else(|| failed(refusal)))
    }

    fn card(
        &mut self,
        contact: ContactId,
        says: &Person,
        row: Option<&Row<RemoteCard>>,
    ) -> Result<RemoteCard, Stop> {
        let stored = self
            .store
            .read_remote(self.remote, |book| book.contact_and_card(contact))
            .map_err(failed)?;
        let Some(ContactWithCard { full, card: kept }) = stored else {
            return Err(Stop::Stopped);
        };
        let records = |person: &Person| {
            let base = row.and_then(|row| row.base.as_ref());
            let card = base.map_or(&full, RemoteCard::records);
            person.put_into(&full, card, context)
        };
        let out = records(says);
        let agreed = row.map(|row| records(&row.agreed));
        let over = match row.and_then(|row| row.base.as_ref()) {
            Some(base) => Over::Card(base.bytes()),
            None => Over::Nothing(kept.as_deref()),
        };
        let bytes = vcard::write_over(&Outgoing {
            contact: &out,
            over,
            agreed: agreed.as_ref(),
            own: kept.as_deref(),
            historic: self.terms.sending.historic,
            home: self.home,
            fields: &self.terms.reader.fields,
        });
        let read = self.terms.reader.read(bytes);
        read.map_err(|why| failed(Refusal::new(Kind::Storage, why)))
    }
}

/// New ids, for records that are only written out.
fn context() -> crate::domain::phone::Context {
    crate::domain::phone::Context {
        now: crate::domain::timestamp::Timestamp::default(),
        home: None,
        fresh_id: Uuid::now_v7(),
    }
}

/// The book within one transaction.
struct SyncPart<'p, 'w, 'c> {
    book: &'p mut RemoteBook<'w, 'c>,
    terms: &'p Terms<'p>,
    remote_name: &'p str,
}

impl SyncPart<'_, '_, '_> {
    fn place(&self, href: &Href) -> Vec<u8> {
        (self.terms.place)(&href.0)
    }

    /// A card that is kept, read.
    fn read(&self, bytes: Vec<u8>) -> Result<RemoteCard, Stop> {
        let read = self.terms.reader.read(bytes);
        read.map_err(|why| {
            failed(Refusal::new(
                Kind::Storage,
                format!("a card that is kept cannot be read: {why}"),
            ))
        })
    }

    fn person(text: &str) -> Result<Person, Stop> {
        Person::from_json(text).map_err(|error| {
            failed(Refusal::new(
                Kind::Storage,
                format!("what was agreed cannot be read: {error}"),
            ))
        })
    }

    /// Has a person that agreed with a card say it as the card is read now.
    fn as_read(
        &mut self,
        agreed: &mut Person,
        card: &RemoteCard,
        of: ContactId,
    ) -> Result<(), Stop> {
        let lines = card.lines_read_otherwise(agreed, &self.terms.reader.fields);
        if !lines.is_empty() {
            let here = self.book.contact(of).map_err(failed)?;
            let here = here.as_ref().map(Person::of);
            agreed.say_as_read(card.said(), &lines, here.as_ref());
        }
        Ok(())
    }

    fn read_row(&mut self, card: LinkedCard) -> Result<(Href, Row<RemoteCard>), Stop> {
        let base = card.base.map(|bytes| self.read(bytes)).transpose()?;
        let mut agreed = match (&card.agreed, &base) {
            (Some(text), _) => Self::person(text)?,
            (None, Some(base)) => taken_as(base.said()),
            (None, None) => Person::default(),
        };
        let etag = card.etag.map(Etag);
        let mut intent = match card.intent {
            Some(intent) => Some(Intent {
                body: self.read(intent.body)?,
                says: Self::person(&intent.says)?,
                over: etag.clone().filter(|_| !intent.is_new),
            }),
            None => None,
        };
        if let Some(base) = &base {
            self.as_read(&mut agreed, base, card.contact)?;
        }
        if let Some(Intent { body, says, .. }) = &mut intent {
            self.as_read(says, body, card.contact)?;
        }
        let (mut refused, unread) = match card.refused {
            Some((why, Some(says))) => {
                let says = Self::person(&says)?;
                (Some(Refused { why, says }), None)
            }
            Some((why, None)) => (None, Some(why)),
            None => (None, None),
        };
        if let (Some(refused), Some(base)) = (&mut refused, &base) {
            let lines = base.lines_read_otherwise(&refused.says, &self.terms.reader.fields);
            refused.says.call_as_read(base.said(), &lines);
        }
        let conflicts = card.conflicts.iter().filter_map(read_conflict);
        let row = Row {
            etag,
            contact: card.contact,
            base,
            agreed,
            conflicts: conflicts.collect(),
            intent,
            strikes: card.strikes,
            sent: card.sent,
            refused,
            unread,
            held: card.held,
            undone: card.undone,
            twin: card.twin,
        };
        Ok((Href(card.href), row))
    }
}

impl SyncPart<'_, '_, '_> {
    /// The tags of a contact that are groups of the remote, and that its card there does not say: they go out with
    /// no contact.
    fn groups_of(&mut self, full: &FullContact, card: &SaidCard) -> Result<Vec<String>, Stop> {
        if full.contact.tags.is_empty() {
            return Ok(Vec::new());
        }
        let mut known = self.terms.groups.borrow_mut();
        if known.is_none() {
            let groups = self.book.groups().map_err(failed)?;
            *known = Some(groups.into_iter().map(|group| group.tag).collect());
        }
        let groups = known.iter().flatten();
        let hidden =
            groups.filter(|tag| full.contact.tags.contains(tag) && !card.tags.contains(*tag));
        Ok(hidden.cloned().collect())
    }

    /// What of a contact is between it and the remote.
    fn said_of(&mut self, full: &FullContact) -> Result<Person, Stop> {
        let mut person = Person::of(full);
        // Most books have no groups, and most contacts no tags.
        if self.groups_of(full, &SaidCard::default())?.is_empty() {
            return Ok(person);
        }
        let card = self.row_of(full.contact.id)?;
        let said = card.map(|(_, row)| row.base_said()).unwrap_or_default();
        for tag in self.groups_of(full, &said)? {
            person.tags.remove(&tag);
        }
        Ok(person)
    }
}

impl Part<RemoteCard> for SyncPart<'_, '_, '_> {
    fn state(&mut self) -> Result<RemoteState, Stop> {
        let (token, known) = self.book.state().map_err(failed)?;
        Ok(RemoteState { token, known })
    }

    fn put_state(&mut self, state: &RemoteState) -> Result<(), Stop> {
        let put = self.book.put_state(state.token.as_deref(), state.known);
        put.map_err(failed)
    }

    fn row(&mut self, href: &Href) -> Result<Option<Row<RemoteCard>>, Stop> {
        let card = self.book.card(&self.place(href)).map_err(failed)?;
        let row = card.map(|card| self.read_row(card)).transpose()?;
        Ok(row.map(|(_, row)| row))
    }

    fn row_of(&mut self, contact: ContactId) -> Result<Option<(Href, Row<RemoteCard>)>, Stop> {
        let card = self.book.card_of(contact).map_err(failed)?;
        card.map(|card| self.read_row(card)).transpose()
    }

    fn put_row(&mut self, href: &Href, row: &Row<RemoteCard>) -> Result<(), Stop> {
        let place = self.place(href);
        self.book.put_card(&place, &kept(href, row)).map_err(failed)
    }

    fn put_unread(&mut self, href: &Href, etag: &Etag, why: &str) -> Result<(), Stop> {
        let place = self.place(href);
        self.book
            .put_unread(&href.0, &place, &etag.0, why)
            .map_err(failed)
    }

    fn leave_out(&mut self, href: &Href, etag: &Etag, card: &RemoteCard) -> Result<bool, Stop> {
        let left = self.terms.left_out;
        if !left.cards.contains(&href.0) {
            return Ok(false);
        }
        let why = format!("{LEFT_OUT}{}", card.records().contact.name);
        let contact = self.known(href, card)?;
        match contact.filter(|contact| left.contacts.contains(contact)) {
            Some(contact) => {
                let row = Row {
                    etag: Some(etag.clone()),
                    unread: Some(why),
                    ..Row::of(contact)
                };
                self.put_row(href, &row)?;
            }
            None => self.put_unread(href, etag, &why)?,
        }
        Ok(true)
    }

    fn group(&mut self, href: &Href) -> Result<Option<String>, Stop> {
        self.book.group_at(&self.place(href)).map_err(failed)
    }

    fn put_group(&mut self, href: &Href, etag: &Etag, group: &GroupCard) -> Result<(), Stop> {
        let place = self.place(href);
        self.terms.groups.take();
        self.book
            .put_group(&href.0, &place, &etag.0, group)
            .map_err(failed)
    }

    fn settle_groups(&mut self) -> Result<(), Stop> {
        self.book.settle_groups().map_err(failed)
    }

    fn move_row(&mut self, from: &Href, to: &Href) -> Result<(), Stop> {
        let (place, there) = (self.place(from), self.place(to));
        self.book.move_card(&place, &to.0, &there).map_err(failed)
    }

    fn drop_row(&mut self, href: &Href) -> Result<(), Stop> {
        let place = self.place(href);
        self.terms.groups.take();
        self.book.drop_group(&place).map_err(failed)?;
        self.book.drop_card(&place).map_err(failed)
    }

    fn etag(&mut self, href: &Href) -> Result<Option<Etag>, Stop> {
        let place = self.place(href);
        let etag = self.book.etag(&place).map_err(failed)?;
        Ok(etag.map(Etag))
    }

    fn place_of(&self, href: &Href) -> Vec<u8> {
        self.place(href)
    }

    fn linked(&mut self) -> Result<Vec<Href>, Stop> {
        hrefs(self.book.linked())
    }

    fn count_linked(&mut self) -> Result<usize, Stop> {
        self.book.count_linked().map_err(failed)
    }

    fn unread(&mut self) -> Result<Vec<Href>, Stop> {
        hrefs(self.book.unread())
    }

    fn open(&mut self) -> Result<Vec<Href>, Stop> {
        hrefs(self.book.open())
    }

    fn orphans(&mut self) -> Result<Vec<Href>, Stop> {
        hrefs(self.book.orphans())
    }

    fn touched(&mut self) -> Result<Touched, Stop> {
        let since = self.book.seen().map_err(failed)?;
        let touched = self.book.touched(since).map_err(failed)?;
        Ok(Touched {
            contacts: touched.contacts,
            by_person: touched.by_person,
            is_everybody: since == 0,
            step: touched.newest,
        })
    }

    fn put_seen(&mut self, step: i64, nothing_waits: &[ContactId]) -> Result<(), Stop> {
        self.book.put_seen(step, nothing_waits).map_err(failed)
    }

    fn person(&mut self, contact: ContactId) -> Result<Option<Person>, Stop> {
        let full = self.book.contact(contact).map_err(failed)?;
        full.map(|full| self.said_of(&full)).transpose()
    }

    fn put_person(
        &mut self,
        contact: ContactId,
        person: &Person,
        card: &RemoteCard,
    ) -> Result<Person, Stop> {
        let Some(full) = self.book.contact(contact).map_err(failed)? else {
            return Ok(person.clone());
        };
        let mut after = person.put_into(&full, card.records(), || self.book.context());
        let groups = self.groups_of(&full, card.said())?;
        after.contact.tags.extend(groups);
        let stored = self.book.put_contact(&full, after).map_err(failed)?;
        self.said_of(&stored)
    }

    fn put_back(&mut self) -> Result<(), Stop> {
        self.book.put_back(self.remote_name).map_err(failed)
    }

    fn make_person(
        &mut self,
        person: &Person,
        card: &RemoteCard,
        is_twin: bool,
    ) -> Result<(ContactId, Person), Stop> {
        let mut full: FullContact = card.records().clone();
        let context = self.book.context();
        let id = ContactId(context.fresh_id);
        full.contact.id = id;
        full.contact.created_at = context.now;
        full.contact.updated_at = context.now;
        if is_twin {
            full.contact.uid = None;
        }
        for phone in &mut full.phones {
            phone.contact = id;
            phone.created_at = context.now;
            phone.updated_at = context.now;
        }
        let full = person.put_into(&full, card.records(), || self.book.context());
        let stored = self.book.make_contact(full, card.bytes()).map_err(failed)?;
        Ok((id, Person::of(&stored)))
    }

    fn carry(
        &mut self,
        contact: ContactId,
        before: Option<&RemoteCard>,
        now: &RemoteCard,
    ) -> Result<(), Stop> {
        let before = before.map(RemoteCard::bytes);
        let fields = &self.terms.reader.fields;
        if !vcard::may_carry(before, now.bytes(), fields) {
            return Ok(());
        }
        let stored = self.book.contact_and_card(contact).map_err(failed)?;
        let Some(ContactWithCard { full, card: own }) = stored else {
            return Ok(());
        };
        match vcard::carry(own.as_deref(), before, now.bytes(), fields) {
            Some(own) => self.book.put_own_card(full, &own).map_err(failed),
            None => Ok(()),
        }
    }

    fn holds_otherwise(&mut self, contact: ContactId, there: &RemoteCard) -> Result<bool, Stop> {
        let own = self.book.own_card_beside_there(contact).map_err(failed)?;
        Ok(own.is_some_and(|own| vcard::holds_otherwise(there.bytes(), &own)))
    }

    fn delete_person(&mut self, contact: ContactId) -> Result<(), Stop> {
        self.book.delete_contact(contact).map_err(failed)
    }

    fn bring_back(&mut self, contact: ContactId) -> Result<Option<Person>, Stop> {
        let back = self.book.bring_back(contact).map_err(failed)?;
        back.map(|full| self.said_of(&full)).transpose()
    }

    fn known(&mut self, href: &Href, card: &RemoteCard) -> Result<Option<ContactId>, Stop> {
        if self.terms.apart.contains(&href.0) {
            return Ok(None);
        }
        let sought = SoughtCard {
            uid: card.said().uid.clone(),
            file: href.file().trim_end_matches(".vcf").to_owned(),
            contact: card.records().contact.clone(),
            numbers: card.said().numbers.keys().cloned().collect(),
        };
        self.book.known(&sought).map_err(failed)
    }

    fn has_uid(&mut self, card: &SaidCard) -> Result<bool, Stop> {
        match &card.uid {
            Some(uid) => self.book.has_uid(uid).map_err(failed),
            None => Ok(false),
        }
    }

    fn new_href(&mut self, contact: ContactId) -> Result<Href, Stop> {
        let place = Href((self.terms.new_place)(&contact.to_string()));
        if self.etag(&place)?.is_some() {
            let free = self.book.context().fresh_id;
            return Ok(Href((self.terms.new_place)(&free.to_string())));
        }
        Ok(place)
    }

    fn agreed_elsewhere(&mut self, contact: ContactId) -> Result<Vec<Person>, Stop> {
        let cards = self.book.elsewhere(contact).map_err(failed)?;
        let mut known = Vec::new();
        for card in cards {
            let (_, row) = self.read_row(card)?;
            known.extend(row.intent.map(|intent| intent.says));
            known.push(row.agreed);
        }
        Ok(known)
    }

    fn is_sent(&mut self, contact: ContactId) -> Result<bool, Stop> {
        if self.terms.left_out.contacts.contains(&contact) {
            return Ok(false);
        }
        if self
            .terms
            .sending
            .only
            .as_ref()
            .is_some_and(|only| !only.contains(&contact))
        {
            return Ok(false);
        }
        Ok(self.terms.sending.new || self.book.belongs(contact).map_err(failed)?)
    }

    fn bins_removed(&self) -> bool {
        self.terms.sending.bins_removed
    }

    fn sends_held(&mut self) -> Result<bool, Stop> {
        Ok(self.terms.sending.only.is_none())
    }

    fn is_twin(&mut self, contact: ContactId) -> Result<bool, Stop> {
        self.book.is_twin(contact).map_err(failed)
    }
}

fn hrefs(hrefs: Result<Vec<String>, Refusal>) -> Result<Vec<Href>, Stop> {
    Ok(hrefs.map_err(failed)?.into_iter().map(Href).collect())
}
