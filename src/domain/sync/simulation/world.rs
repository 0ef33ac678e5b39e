//! The world of the simulation: its servers, and the other program that edits on them.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::domain::sync::said::{NAME, OurLine, SaidCard, SaidDetail, SaidNumber};

use super::server::{
    Rng, Server, SimCard, birth_of, detail, drop_lines, edited_email, edited_name, email,
    forget_empty, identity, is_crowded, label, name, usual,
};

/// What happened, so that what has to hold can be told from what people did.
#[derive(Default)]
pub(super) struct Known {
    pub(super) deleted_numbers: BTreeSet<String>,
    pub(super) deleted_people: BTreeSet<u32>,
    pub(super) owner: BTreeMap<String, u32>,
    /// Made historic by a person or the program.
    pub(super) marked: BTreeSet<String>,
    /// Taken into use again.
    pub(super) revived: BTreeSet<String>,
    /// A confirmation was taken back.
    pub(super) doubted: BTreeSet<String>,
    pub(super) email_owner: BTreeMap<String, u32>,
    pub(super) deleted_emails: BTreeSet<String>,
    /// Emails whose label was changed, or that came back from an older state: without an id nobody can tell.
    pub(super) blurred: BTreeSet<String>,
    pub(super) restored: BTreeSet<u32>,
    /// Renamed.
    pub(super) renamed: BTreeSet<u32>,
    pub(super) redone: BTreeSet<u32>,
    pub(super) crowded: BTreeSet<u32>,
}

/// How a program treats lines that it does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manners {
    Keeps,
    Drops,
    DropsAtTimes,
    DropsOne,
}

/// What happens beside the ordinary.
#[derive(Clone, Copy, Debug)]
pub(super) struct Also {
    pub(super) dropping: bool,
    pub(super) undo: bool,
    pub(super) restore: bool,
    pub(super) emails: bool,
    pub(super) only: bool,
}

impl Also {
    pub(super) const ALL: Self = Self {
        dropping: true,
        undo: true,
        restore: true,
        emails: true,
        only: true,
    };
}

/// The servers, the other program, and chance.
pub(super) struct World {
    pub(super) servers: [Server; 2],
    pub(super) two: bool,
    pub(super) also: Also,
    pub(super) rng: Rng,
    pub(super) faults: bool,
    pub(super) next: u32,
    pub(super) manners: Manners,
    /// How often the other program acted.
    pub(super) acts: u64,
    pub(super) known: Known,
    pub(super) wrong: Vec<&'static str>,
}

/// Why a request or a commit does not come about.
pub(super) enum Fault {
    Killed,
    Lost,
}

impl World {
    pub(super) fn fresh(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// A place where the program may be killed.
    pub(super) fn tick(&mut self) -> Result<(), Fault> {
        if self.faults && self.rng.one_in(25) {
            return Err(Fault::Killed);
        }
        Ok(())
    }

    /// A request goes out: the other program may act before, and it may be lost.
    pub(super) fn wire(&mut self, server: usize) -> Result<(), Fault> {
        self.tick()?;
        if self.faults && self.rng.one_in(12) {
            self.program(server);
        }
        if self.faults && self.rng.one_in(30) {
            return Err(Fault::Lost);
        }
        Ok(())
    }

    /// An answer comes back, or is lost.
    pub(super) fn back(&mut self) -> Result<(), Fault> {
        if self.faults && self.rng.one_in(30) {
            return Err(Fault::Lost);
        }
        self.tick()
    }

    /// Another program edits on a server.
    pub(super) fn program(&mut self, server: usize) {
        self.acts += 1;
        let hrefs: Vec<String> = self.servers[server].cards.keys().cloned().collect();
        let what = self.rng.below(if self.also.emails { 15 } else { 11 });
        let Some(href) = self.rng.pick(&hrefs).cloned().filter(|_| what != 0) else {
            self.program_makes(server);
            return;
        };
        let mut card = self.servers[server].cards[&href].1.clone();
        let key = card.key();
        if what == 1 {
            if self.rng.one_in(3) {
                self.known.deleted_people.insert(key);
                let numbers = card.said.numbers.keys().cloned();
                self.known.deleted_numbers.extend(numbers);
                self.servers[server].remove(&href);
                return;
            }
        } else if what <= 10 {
            self.program_edits(&mut card, what);
        } else {
            self.program_edits_email(&mut card, what);
        }
        let drops = match self.manners {
            Manners::Keeps => 0,
            Manners::Drops => 1,
            Manners::DropsAtTimes => self.rng.below(2),
            Manners::DropsOne => 2,
        };
        match drops {
            1 => drop_lines(card.edit(), |_| true),
            2 => {
                let place = usize::try_from(self.rng.below(4)).unwrap_or(0);
                drop_lines(card.edit(), |at| at == place);
            }
            _ => {}
        }
        let labels = card.said.details.iter();
        if is_crowded(labels.map(|said| said.detail.label.as_deref())) {
            self.known.crowded.insert(key);
        }
        let card = self.servers[server].written(card);
        self.servers[server].store(&href, card);
    }

    fn program_makes(&mut self, server: usize) {
        let key = self.fresh();
        let number = format!("+{key}");
        let mut said = SaidCard {
            uid: Some(format!("p{key}")),
            ..SaidCard::default()
        };
        said.fields.insert(NAME, name(key, 0));
        said.numbers.insert(number.clone(), tel(label(2)));
        said.first = Some(number.clone());
        self.known.owner.insert(number, key);
        if self.also.emails {
            let birth = format!("e{}", self.fresh());
            said.details
                .push(SaidDetail::new(detail(&email(&birth, 0), label(2)), None));
            self.known.email_owner.insert(birth, key);
        }
        let card = SimCard {
            said: Rc::new(said),
            more: 0,
        };
        let card = self.servers[server].written(card);
        self.servers[server].store(&format!("p{key}"), card);
    }

    fn program_edits(&mut self, card: &mut SimCard, what: u64) {
        let key = card.key();
        let label = label(self.rng.below(4) * 2);
        let tels: Vec<String> = card.said.tels().map(|(key, _)| key.to_owned()).collect();
        let said = card.edit();
        match what {
            2 | 3 => {
                let number = format!("+{}", self.fresh());
                said.numbers.insert(number.clone(), tel(label));
                self.known.owner.insert(number, key);
            }
            4 => {
                if let Some(first) = tels.first() {
                    if let Some(number) = said.numbers.get_mut(first) {
                        number.tel = false;
                    }
                    forget_empty(said);
                    self.known.marked.insert(first.clone());
                    // A book that changed it since sends it again: in use again without anybody having said so.
                    self.known.revived.insert(first.clone());
                }
            }
            5 => {
                if let Some(number) = tels.last().and_then(|last| said.numbers.get_mut(last)) {
                    number.label = label;
                }
            }
            6 => {
                said.fields.insert("note", format!("note {}", self.fresh()));
            }
            7 => {
                let edited = edited_name(said.fields.get(NAME).map_or("", String::as_str));
                said.fields.insert(NAME, edited);
                self.known.renamed.insert(key);
            }
            8 | 9 => card.more = self.fresh(),
            // A number that was taken out is put back.
            _ => {
                let gone = said.numbers.iter().find(|(_, number)| !number.tel);
                let gone = gone
                    .map(|(key, _)| key.clone())
                    .filter(|_| self.also.dropping);
                if let Some(gone) = gone {
                    let keeps_line = self.manners != Manners::Keeps;
                    let line = said.line(&gone);
                    let put_back = SaidNumber {
                        line: if keeps_line { line } else { OurLine::default() },
                        ..tel(label)
                    };
                    said.numbers.insert(gone.clone(), put_back);
                    self.known.revived.insert(gone);
                }
            }
        }
    }

    fn program_edits_email(&mut self, card: &mut SimCard, what: u64) {
        let key = card.key();
        let label = label(self.rng.below(4) * 2);
        let places: Vec<usize> = (0..card.said.details.len()).collect();
        let place = self.rng.pick(&places).copied();
        let said = card.edit();
        let value_at =
            |said: &SaidCard, place: usize| said.details[place].detail.text().into_owned();
        match (what, place) {
            (11, _) => {
                let birth = if self.rng.one_in(2) {
                    usual(key)
                } else {
                    format!("e{}", self.fresh())
                };
                let value = email(&birth, 0);
                if said.details.len() < 4 && said.detail(&identity(&value)).is_none() {
                    said.details
                        .push(SaidDetail::new(detail(&value, label), None));
                    self.known.email_owner.insert(birth, key);
                }
            }
            (12, Some(place)) => {
                let by = u32::try_from(self.rng.below(3)).unwrap_or(0);
                let value = edited_email(&value_at(said, place), by);
                if said.detail(&identity(&value)).is_none() {
                    let before = said.details[place].clone();
                    let mut edited = detail(&value, before.detail.label.clone());
                    edited.preferred = before.detail.preferred;
                    said.details[place] = SaidDetail::new(edited, before.id);
                }
            }
            (13, Some(place)) => {
                let birth = birth_of(&value_at(said, place));
                said.details[place].detail.label = label;
                self.known.blurred.insert(birth);
                if self.rng.one_in(2) {
                    if self.rng.one_in(2) {
                        for other in &mut said.details {
                            other.detail.preferred = false;
                        }
                    }
                    said.details[place].detail.preferred = true;
                }
            }
            (14, Some(place)) if self.rng.one_in(2) => {
                let birth = birth_of(&value_at(said, place));
                said.details.remove(place);
                self.known.deleted_emails.insert(birth);
            }
            _ => {}
        }
    }
}

/// A `TEL` without a line of ours.
fn tel(label: Option<String>) -> SaidNumber {
    SaidNumber {
        tel: true,
        label,
        line: OurLine::default(),
    }
}
