//! What must hold when all have come to rest.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::detail::Detail;
use crate::domain::sync::person::Person;
use crate::domain::sync::said::{Fields, Standing, same_label};

use super::across::Faults;
use super::book::SimBook;
use super::contact::{SimContact, emails};
use super::server::{EMAIL, Quirks, Server, SimCard, birth_of};
use super::there::is_refused;
use super::world::Known;

/// Who is kept from going out.
pub(super) fn kept_back(books: &[SimBook]) -> BTreeSet<u32> {
    let only = books.iter().filter(|book| book.only);
    only.flat_map(|book| {
        let out = book.out.iter().filter_map(|id| book.contacts.get(id));
        let rows = book.sides.iter().flat_map(|side| side.rows.values());
        let held = rows.filter(|row| row.held && !book.contacts.contains_key(&row.contact));
        out.map(|contact| contact.key())
            .chain(held.filter_map(|row| row.base.as_ref().map(SimCard::key)))
            .collect::<Vec<_>>()
    })
    .collect()
}

/// What the end is looked at with.
pub(super) struct End<'a> {
    pub(super) books: &'a [SimBook],
    pub(super) servers: &'a [Server],
    pub(super) known: &'a Known,
    pub(super) own_deletes: &'a [BTreeSet<String>],
    /// Whether a program dropped lines of ours.
    pub(super) drops: bool,
}

impl End<'_> {
    fn quirks(&self) -> Quirks {
        let all = self.servers.iter().map(|server| server.quirks);
        all.fold(Quirks::PLAIN, Quirks::with)
    }

    /// Of whom nothing tells that two are one: a server that gives its own `UID`s saw them deleted and made anew;
    /// or one that gives the address too met them again after a restore or an undo, or
    /// they were renamed there before the book that made them saw them.
    fn is_torn(&self, key: u32) -> bool {
        let (known, quirks) = (self.known, self.quirks());
        if self.servers.len() == 2 {
            return known.deleted_people.contains(&key);
        }
        quirks.has(Quirks::NEW_UID) && known.deleted_people.contains(&key)
            || quirks.has(Quirks::NEW_HREF)
                && (known.restored.contains(&key)
                    || known.redone.contains(&key)
                    || known.renamed.contains(&key))
    }

    pub(super) fn look(&self, faults: &mut Faults) {
        let out = kept_back(self.books);
        self.nobody_twice(faults);
        self.no_number_lost(&out, faults);
        if self.servers.len() == 1 {
            if !self.quirks().has(Quirks::REFUSES) {
                self.same_words(&out, faults);
                self.same_emails(&out, faults);
            }
            self.nothing_historic_by_itself(faults);
            if self.quirks().has(Quirks::DROPS_NUMBERS) {
                // What the server left out and is sent again was historic to the others meanwhile.
                faults.retain(|fault| *fault != "in use again by itself");
            } else {
                // And one that was deleted comes back from another book, once the server has room for it.
                self.no_echo(faults);
            }
        } else {
            self.same_people(&out, faults);
            self.same_emails(&out, faults);
            // Who is seen for the first time on two servers that are apart has both values of an email that was
            // edited on one.
            faults.retain(|fault| *fault != "an email doubled");
        }
    }

    fn people(&self) -> impl Iterator<Item = &SimContact> {
        self.books
            .iter()
            .flat_map(|book| book.contacts.values())
            .map(|contact| &**contact)
    }

    fn nobody_twice(&self, faults: &mut Faults) {
        for book in self.books {
            let mut keys = BTreeSet::new();
            let mut all = book.contacts.values();
            if all.any(|contact| !keys.insert(contact.key()) && !self.is_torn(contact.key())) {
                faults.push("a contact twice");
            }
        }
    }

    fn no_number_lost(&self, out: &BTreeSet<u32>, faults: &mut Faults) {
        let quirks = self.quirks();
        let refused = |key: u32| quirks.has(Quirks::REFUSES) && is_refused(key);
        let binned = self
            .books
            .iter()
            .flat_map(|book| &book.bin)
            .map(|(_, contact)| &**contact);
        let mut all: BTreeSet<&str> = self
            .people()
            .chain(binned)
            .flat_map(|contact| contact.person.numbers.keys().map(String::as_str))
            .collect();
        for (_, card) in self.servers.iter().flat_map(|server| server.cards.values()) {
            all.extend(card.said.tels().map(|(key, _)| key));
        }
        for number in all {
            let owner = self.known.owner.get(number);
            if self.known.deleted_numbers.contains(number)
                || owner.is_some_and(|owner| {
                    self.known.deleted_people.contains(owner) || out.contains(owner)
                })
            {
                continue;
            }
            let holds_it = |book: &SimBook| {
                let mut all = book.contacts.values();
                all.any(|contact| contact.person.numbers.contains_key(number))
            };
            let is_excused = self.people().any(|contact| {
                let number = contact.person.numbers.get(number);
                number.is_some_and(|number| number.historic || refused(contact.key()))
            });
            let dropped = quirks.has(Quirks::DROPS_NUMBERS) && self.books.iter().any(holds_it);
            if !dropped && !is_excused && !self.books.iter().all(holds_it) {
                faults.push("a number lost");
            }
        }
    }

    /// All say the same of what the server can hold.
    fn same_words(&self, out: &BTreeSet<u32>, faults: &mut Faults) {
        let quirks = self.quirks();
        let rewords = quirks.has(
            Quirks::REWORDS
                .with(Quirks::NO_ETAG)
                .with(Quirks::WRONG_ETAG),
        );
        let drops_numbers = quirks.has(Quirks::DROPS_NUMBERS);
        let there: BTreeMap<u32, &SimCard> = self.servers[0]
            .cards
            .values()
            .map(|(_, card)| (card.key(), card))
            .collect();
        for book in self.books {
            let is_mine = |key: u32| !(book.only && out.contains(&key));
            let mine: BTreeMap<u32, &Person> = book
                .contacts
                .values()
                .filter(|contact| is_mine(contact.key()))
                .map(|contact| (contact.key(), &contact.person))
                .collect();
            let its = there.keys().copied().filter(|key| is_mine(*key));
            if mine.keys().copied().ne(its) {
                faults.push("not the same people");
                continue;
            }
            for (key, person) in mine {
                if self.is_torn(key) {
                    continue;
                }
                let Some(card) = there.get(&key) else {
                    continue;
                };
                if person.fields != card.said.fields {
                    faults.push("not the same words");
                }
                // Who was deleted and made anew by a book that did not know of a line of ours lacks it, as with a
                // program that drops it.
                let strips = quirks.has(Quirks::STRIPS)
                    || self.drops
                    || self.known.deleted_people.contains(&key);
                let in_use: BTreeSet<&str> = person
                    .numbers
                    .iter()
                    .filter(|(_, number)| !number.historic)
                    .map(|(key, _)| key.as_str())
                    .collect();
                let its: BTreeSet<&str> = card
                    .said
                    .tels()
                    .map(|(key, _)| key)
                    .filter(|key| card.said.standing(key) == Standing::InUse)
                    .collect();
                // A number that one deleted and another, who had changed it, sent again is without its lines too.
                let its_known: BTreeSet<&str> = its
                    .iter()
                    .copied()
                    .filter(|key| {
                        in_use.contains(key) || !self.known.deleted_numbers.contains(*key)
                    })
                    .collect();
                if !drops_numbers && !strips && in_use != its_known {
                    faults.push("not the same numbers in use");
                }
                if !drops_numbers && strips && !in_use.is_subset(&its) {
                    faults.push("a number in use is not there");
                }
                let same = in_use.intersection(&its).all(|key| {
                    let (mine, its) = (&person.numbers[*key].label, &card.said.numbers[*key].label);
                    mine == its || rewords && same_label(mine.as_deref(), its.as_deref())
                });
                if !same {
                    faults.push("not the same labels");
                }
            }
        }
    }

    /// With two servers: all have the same people, with the same words.
    fn same_people(&self, out: &BTreeSet<u32>, faults: &mut Faults) {
        let apart = |key: u32| self.known.deleted_people.contains(&key);
        let of_server = |server: &'_ Server| -> BTreeMap<u32, Fields> {
            let cards = server
                .cards
                .values()
                .map(|(_, card)| (card.key(), card.said.fields.clone()));
            cards.filter(|(key, _)| !apart(*key)).collect()
        };
        let (first, second) = (of_server(&self.servers[0]), of_server(&self.servers[1]));
        if first.keys().ne(second.keys()) {
            faults.push("the servers have not the same people");
        } else if first != second {
            faults.push("the servers have not the same words");
        }
        for book in self.books {
            let is_mine = |key: u32| !(apart(key) || book.only && out.contains(&key));
            let mine: BTreeMap<u32, &Fields> = book
                .contacts
                .values()
                .filter(|contact| is_mine(contact.key()))
                .map(|contact| (contact.key(), &contact.person.fields))
                .collect();
            let its: BTreeMap<u32, &Fields> = first
                .iter()
                .filter(|(key, _)| is_mine(**key))
                .map(|(key, fields)| (*key, fields))
                .collect();
            if mine.keys().ne(its.keys()) {
                faults.push("a book has not the same people");
            } else if mine != its {
                faults.push("a book has not the same words");
            }
        }
    }

    fn nothing_historic_by_itself(&self, faults: &mut Faults) {
        if self.quirks().has(Quirks::DROPS_NUMBERS) {
            return;
        }
        let known = self.known;
        for (key, number) in self.people().flat_map(|contact| &contact.person.numbers) {
            let owner = known.owner.get(key);
            if number.historic
                && !known.marked.contains(key)
                && !known.deleted_numbers.contains(key)
                && !owner.is_some_and(|owner| known.deleted_people.contains(owner))
            {
                faults.push("historic by itself");
            }
        }
    }

    /// A number that its person deleted does not come back to that book as historic.
    fn no_echo(&self, faults: &mut Faults) {
        let known = self.known;
        for (book, deleted) in self.books.iter().zip(self.own_deletes) {
            for key in deleted {
                let owner = known.owner.get(key);
                if known.marked.contains(key)
                    || owner.is_some_and(|owner| known.deleted_people.contains(owner))
                {
                    continue;
                }
                let mut all = book.contacts.values();
                if all.any(|contact| {
                    let number = contact.person.numbers.get(key);
                    number.is_some_and(|number| number.historic)
                }) {
                    faults.push("a deleted number came back");
                }
            }
        }
    }

    /// What all say of emails in the end.
    fn same_emails(&self, out: &BTreeSet<u32>, faults: &mut Faults) {
        let quirks = self.quirks();
        let known = self.known;
        let rewords = quirks.has(
            Quirks::REWORDS
                .with(Quirks::REWORDS_UP)
                .with(Quirks::NO_ETAG)
                .with(Quirks::WRONG_ETAG),
        );
        let word = |label: Option<&str>| {
            let label = label.unwrap_or_default();
            if rewords {
                label.to_lowercase()
            } else {
                label.to_owned()
            }
        };
        let cards = &self.servers[0].cards;
        let mut births: BTreeSet<String> = self
            .people()
            .flat_map(|contact| emails(&contact.person).map(|(value, _)| birth_of(&value)))
            .collect();
        for (_, card) in cards.values() {
            births.extend(
                card.said
                    .details
                    .iter()
                    .map(|said| birth_of(&said.detail.text())),
            );
        }
        for book in self.books {
            for contact in book.contacts.values() {
                let key = contact.key();
                let person = &contact.person;
                let (mut values, mut seen) = (BTreeSet::new(), BTreeSet::new());
                for (value, _) in emails(person) {
                    let birth = birth_of(&value);
                    if !values.insert(value) {
                        faults.push("an email twice");
                    }
                    let is_told = known.blurred.contains(&birth)
                        || known.deleted_people.contains(&key)
                        || known.deleted_emails.contains(&birth);
                    if !seen.insert(birth.clone())
                        && birth.starts_with('e')
                        && !is_told
                        && !known.restored.contains(&key)
                        && !known.crowded.contains(&key)
                        && !self.is_torn(key)
                    {
                        faults.push("an email doubled");
                    }
                }
                if self.is_torn(key) || out.contains(&key) && book.only {
                    continue;
                }
                let Some((_, card)) = cards.values().find(|(_, card)| card.key() == key) else {
                    continue;
                };
                let mine: BTreeMap<String, String> = emails(person)
                    .map(|(value, label)| (value, word(label)))
                    .collect();
                let its: BTreeMap<String, String> = card
                    .said
                    .details
                    .iter()
                    .map(|said| {
                        (
                            said.detail.text().into_owned(),
                            word(said.detail.label.as_deref()),
                        )
                    })
                    .collect();
                if mine.keys().ne(its.keys()) {
                    faults.push("not the same emails");
                } else if mine != its {
                    faults.push("not the same labels of emails");
                }
                let preferred = person
                    .preferred
                    .get(&EMAIL)
                    .and_then(|id| person.details.get(id));
                let there = card.said.preferred(EMAIL);
                if preferred.map(Detail::identity) != there.map(|said| said.identity.clone()) {
                    faults.push("not the same preferred");
                }
                for birth in &births {
                    if !out.contains(&key)
                        && known.email_owner.get(birth) == Some(&key)
                        && birth.starts_with('e')
                        && !known.deleted_emails.contains(birth)
                        && !known.deleted_people.contains(&key)
                        && !emails(person).any(|(value, _)| birth_of(&value) == *birth)
                    {
                        faults.push("an email lost");
                    }
                }
            }
        }
    }
}
