//! A book as a run sees it.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::domain::ids::ContactId;
use crate::domain::import::GroupCard;
use crate::domain::sync::outgoing::card_out;
use crate::domain::sync::part::{Book, Part, Reading, RemoteState, Touched, Writing};
use crate::domain::sync::person::Person;
use crate::domain::sync::remote::{Etag, Href, Stop};
use crate::domain::sync::row::{Card, Row};
use crate::domain::sync::rules::{Rule, holds};
use crate::domain::sync::run::{Answers, run};
use crate::domain::sync::said::{NAME, SaidCard};

use super::book::{Side, SimBook, Taken};
use super::contact::SimContact;
use super::server::{SimCard, key_of};
use super::there::SimRemote;
use super::world::World;

impl SimBook {
    /// A run with one remote, or with both until nothing moves; it can be taken back as one.
    pub(super) fn sync(
        &mut self,
        world: &RefCell<World>,
        sides: &[usize],
        answers: Answers,
    ) -> Result<bool, Stop> {
        let mut taken = Taken {
            before: self.contacts.clone(),
            links: self.links(),
            ..Taken::default()
        };
        let mut moved = false;
        let mut end = Ok(());
        for _ in 0..4 {
            let mut any = false;
            for side in sides {
                if end.is_err() || self.paused || self.sides[*side].waits {
                    continue;
                }
                let mut remote = SimRemote { world, side: *side };
                let mut here = Here {
                    world,
                    book: self,
                    side: *side,
                };
                let (report, ended) = run(&mut remote, &mut here, answers);
                any |= !report.is_empty();
                end = ended;
            }
            moved |= any;
            if !any || sides.len() == 1 || end.is_err() {
                break;
            }
        }
        taken.after = self.contacts.clone();
        if taken.before != taken.after || taken.links != self.links() {
            self.run = Some(taken);
        }
        self.fresh = false;
        end.map(|()| moved)
    }
}

/// A book as a run with one remote sees it.
pub(super) struct Here<'w, 'b> {
    pub(super) world: &'w RefCell<World>,
    pub(super) book: &'b mut SimBook,
    pub(super) side: usize,
}

impl Book for Here<'_, '_> {
    type Card = SimCard;

    fn view(&mut self, read: &mut Reading<'_, SimCard>) -> Result<(), Stop> {
        let mut part = SimPart {
            book: self.book.clone(),
            side: self.side,
        };
        read(&mut part)
    }

    fn commit(&mut self, write: &mut Writing<'_, SimCard>) -> Result<(), Stop> {
        let mut part = SimPart {
            book: self.book.clone(),
            side: self.side,
        };
        write(&mut part)?;
        self.world.borrow_mut().tick()?;
        *self.book = part.book;
        Ok(())
    }

    fn card(
        &mut self,
        contact: ContactId,
        says: &Person,
        row: Option<&Row<SimCard>>,
    ) -> Result<SimCard, Stop> {
        let base = row.and_then(|row| row.base.as_ref());
        let uid = self
            .book
            .contacts
            .get(&contact)
            .map_or("", |contact| contact.uid.as_str());
        let agreed = row.map(|row| &row.agreed);
        let said = card_out(says, uid, base.map(Card::said), agreed);
        Ok(SimCard {
            said: Rc::new(said),
            more: base.map_or(0, |base| base.more),
        })
    }
}

/// A book within one transaction.
struct SimPart {
    book: SimBook,
    side: usize,
}

impl SimPart {
    fn side(&mut self) -> &mut Side {
        &mut self.book.sides[self.side]
    }
}

impl Part<SimCard> for SimPart {
    fn state(&mut self) -> Result<RemoteState, Stop> {
        Ok(self.side().state.clone())
    }

    fn put_state(&mut self, state: &RemoteState) -> Result<(), Stop> {
        self.side().state.clone_from(state);
        Ok(())
    }

    fn carry(&mut self, _: ContactId, _: Option<&SimCard>, _: &SimCard) -> Result<(), Stop> {
        Ok(())
    }

    fn holds_otherwise(&mut self, _: ContactId, _: &SimCard) -> Result<bool, Stop> {
        Ok(false)
    }

    fn row(&mut self, href: &Href) -> Result<Option<Row<SimCard>>, Stop> {
        Ok(self.side().rows.get(href).map(|row| (**row).clone()))
    }

    fn row_of(&mut self, contact: ContactId) -> Result<Option<(Href, Row<SimCard>)>, Stop> {
        let found = self.book.row_of(self.side, contact);
        Ok(found.map(|(href, row)| (href.clone(), (**row).clone())))
    }

    fn put_row(&mut self, href: &Href, row: &Row<SimCard>) -> Result<(), Stop> {
        self.side().rows.insert(href.clone(), Rc::new(row.clone()));
        self.side().unlooked.insert(row.contact);
        Ok(())
    }

    fn put_unread(&mut self, _: &Href, _: &Etag, _: &str) -> Result<(), Stop> {
        Ok(())
    }

    fn put_group(&mut self, _: &Href, _: &Etag, _: &GroupCard) -> Result<(), Stop> {
        Ok(())
    }

    fn settle_groups(&mut self) -> Result<(), Stop> {
        Ok(())
    }

    fn move_row(&mut self, from: &Href, to: &Href) -> Result<(), Stop> {
        if let Some(row) = self.side().rows.remove(from) {
            self.side().rows.insert(to.clone(), row);
        }
        Ok(())
    }

    fn drop_row(&mut self, href: &Href) -> Result<(), Stop> {
        self.side().rows.remove(href);
        Ok(())
    }

    fn etag(&mut self, href: &Href) -> Result<Option<Etag>, Stop> {
        Ok(self.side().rows.get(href).and_then(|row| row.etag.clone()))
    }

    fn linked(&mut self) -> Result<Vec<Href>, Stop> {
        let rows = self.side().rows.iter();
        let rows = rows.filter(|(_, row)| row.etag.is_some());
        Ok(rows.map(|(href, _)| href.clone()).collect())
    }

    fn count_linked(&mut self) -> Result<usize, Stop> {
        Ok(self.linked()?.len())
    }

    fn open(&mut self) -> Result<Vec<Href>, Stop> {
        let rows = self.side().rows.iter();
        let rows = rows.filter(|(_, row)| row.intent.is_some());
        Ok(rows.map(|(href, _)| href.clone()).collect())
    }

    fn orphans(&mut self) -> Result<Vec<Href>, Stop> {
        let book = &self.book;
        let rows = book.sides[self.side].rows.iter();
        let rows = rows.filter(|(_, row)| !book.contacts.contains_key(&row.contact));
        Ok(rows.map(|(href, _)| href.clone()).collect())
    }

    fn touched(&mut self) -> Result<Touched, Stop> {
        let book = &self.book;
        let side = &book.sides[self.side];
        let mut touched: BTreeSet<ContactId> = match side.seen {
            0 => book.contacts.keys().copied().collect(),
            seen => book.log[seen..]
                .iter()
                .map(|(contact, _)| *contact)
                .collect(),
        };
        touched.extend(&side.unlooked);
        let waiting = side
            .rows
            .values()
            .filter(|row| row.intent.is_some() || row.refused.is_some() || row.etag.is_none());
        touched.extend(waiting.map(|row| row.contact));
        let by_person = book.log[side.seen..]
            .iter()
            .filter(|(_, by_person)| *by_person);
        Ok(Touched {
            contacts: touched.into_iter().collect(),
            by_person: by_person.map(|(contact, _)| *contact).collect(),
            is_everybody: side.seen == 0,
            step: i64::try_from(book.log.len()).unwrap_or(i64::MAX),
        })
    }

    fn put_seen(&mut self, step: i64, nothing_waits: &[ContactId]) -> Result<(), Stop> {
        let side = self.side();
        side.seen = usize::try_from(step).unwrap_or(0);
        for contact in nothing_waits {
            side.unlooked.remove(contact);
        }
        Ok(())
    }

    fn person(&mut self, contact: ContactId) -> Result<Option<Person>, Stop> {
        let contact = self.book.contacts.get(&contact);
        Ok(contact.map(|contact| contact.person.clone()))
    }

    fn put_person(
        &mut self,
        contact: ContactId,
        person: &Person,
        _: &SimCard,
    ) -> Result<Person, Stop> {
        if let Some(stored) = self.book.contacts.get_mut(&contact) {
            Rc::make_mut(stored).person = person.clone();
        }
        self.book.log.push((contact, false));
        Ok(person.clone())
    }

    fn put_back(&mut self) -> Result<(), Stop> {
        // There are too few people for it to be asked whether their words are meant.
        Ok(())
    }

    fn make_person(
        &mut self,
        person: &Person,
        card: &SimCard,
        is_twin: bool,
    ) -> Result<(ContactId, Person), Stop> {
        let id = self.book.new_id();
        let uid = card.said.uid.clone().filter(|_| !is_twin);
        if self.book.only && key_of(person.name()) % 4 == 1 {
            self.book.out.insert(id);
        }
        let contact = SimContact {
            uid: uid.unwrap_or_else(|| id.to_string()),
            person: person.clone(),
        };
        self.book.contacts.insert(id, Rc::new(contact));
        self.book.log.push((id, false));
        Ok((id, person.clone()))
    }

    fn delete_person(&mut self, contact: ContactId) -> Result<(), Stop> {
        if let Some(gone) = self.book.contacts.remove(&contact) {
            self.book.bin.push((contact, gone));
        }
        Ok(())
    }

    fn bring_back(&mut self, contact: ContactId) -> Result<Option<Person>, Stop> {
        let binned = self.book.bin.iter().rposition(|(id, _)| *id == contact);
        let Some((_, was)) = binned.map(|at| self.book.bin.remove(at)) else {
            return Ok(None);
        };
        self.book.contacts.insert(contact, was.clone());
        self.book.log.push((contact, false));
        Ok(Some(was.person.clone()))
    }

    fn known(&mut self, href: &Href, card: &SimCard) -> Result<Option<ContactId>, Stop> {
        let card = &*card.said;
        let book = &self.book;
        let linked: BTreeSet<ContactId> = book.sides[self.side]
            .rows
            .values()
            .filter(|row| row.etag.is_some())
            .map(|row| row.contact)
            .collect();
        let key = card.fields.get(NAME).map_or(0, |name| key_of(name));
        let by_name = holds(Rule::KnownByFileName);
        let is_known = |contact: &SimContact| {
            card.uid.as_deref() == Some(&contact.uid)
                || by_name && href.0 == format!("{}.vcf", contact.uid)
                || contact.key() == key
                    && (contact.person.numbers.keys().any(|number| {
                        card.has_tel(number) || by_name && card.numbers.contains_key(number)
                    }) || contact
                        .person
                        .details
                        .values()
                        .any(|detail| card.detail(&detail.identity()).is_some()))
        };
        let mut free = book.contacts.iter().filter(|(id, _)| !linked.contains(id));
        Ok(free
            .find(|(_, contact)| is_known(contact))
            .map(|(id, _)| *id))
    }

    fn has_uid(&mut self, card: &SaidCard) -> Result<bool, Stop> {
        let mut contacts = self.book.contacts.values();
        Ok(contacts.any(|contact| card.uid.as_deref() == Some(&contact.uid)))
    }

    fn new_href(&mut self, contact: ContactId) -> Result<Href, Stop> {
        let uid = self
            .book
            .contacts
            .get(&contact)
            .map(|contact| contact.uid.clone());
        let place = Href(format!("{}.vcf", uid.unwrap_or_default()));
        if self.etag(&place)?.is_some() {
            return Ok(Href(format!("{}.vcf", self.book.new_id())));
        }
        Ok(place)
    }

    fn agreed_elsewhere(&mut self, contact: ContactId) -> Result<Vec<Person>, Stop> {
        let rows = self.book.sides[1 - self.side].rows.values();
        let rows = rows.filter(|row| row.contact == contact);
        let known = rows.flat_map(|row| {
            let sent = row.intent.iter().map(|intent| intent.says.clone());
            sent.chain([row.agreed.clone()])
        });
        Ok(known.collect())
    }

    fn is_sent(&mut self, contact: ContactId) -> Result<bool, Stop> {
        Ok(!self.book.is_out(contact) || !holds(Rule::OnlyIsObeyed))
    }

    fn bins_removed(&self) -> bool {
        false
    }

    fn sends_held(&mut self) -> Result<bool, Stop> {
        Ok(!self.book.only || !holds(Rule::OnlyIsObeyed))
    }

    fn is_twin(&mut self, contact: ContactId) -> Result<bool, Stop> {
        let mut rows = self.book.sides.iter().flat_map(|side| side.rows.values());
        Ok(rows.any(|row| row.contact == contact && row.twin))
    }
}
