//! Sending what changed here: contacts, deletions, and reading back what was sent.

use std::collections::HashMap;

use crate::domain::ids::ContactId;

use super::arrive::note_unread;
use super::guard::{Guard, Side};
use super::join::link;
use super::moving::{is_other_person, uid_of};
use super::outgoing::{close_decided, outgoing};
use super::part::{Book, Part, keep_token};
use super::person::Person;
use super::records::shown_name;
use super::remote::{Delete, Etag, Got, Href, Put, Remote, Stop};
use super::report::Did;
use super::row::{Card, Intent, Refused, Row};
use super::rules::{Rule, holds};
use super::run::{PART, Run, commit, view};
use super::said::{SaidCard, name_on};
use super::take::{How, Settled, give_way, merge, revive};

/// How often a card goes out without a person's change in between, before it is paused: two remotes may
/// each have a wording of their own.
const SENT_AT_MOST: u8 = 8;

/// Over how many cards in a row the other side fails before it is taken to fail over all.
const FAILS_AT_MOST: usize = 3;

impl<R, B> Run<'_, R, B>
where
    B: Book,
    R: Remote<Card = B::Card>,
{
    /// Sends what changed here. Gives the contacts whose card changed there meanwhile: they have to be sent again.
    pub(super) fn send(&mut self) -> Result<Vec<ContactId>, Stop> {
        let touched = view(self.book, |part| part.touched())?;
        self.guard_words_here(&touched)?;
        let mut again = Vec::new();
        let mut nothing_waits = Vec::new();
        let mut sent: Vec<(Href, Option<Etag>)> = Vec::new();
        let mut failed: Vec<Failure> = Vec::new();
        let mut in_a_row = 0;
        for contact in touched.contacts {
            let by_person = touched.by_person.contains(&contact);
            match self.send_contact(contact, by_person)? {
                Sent::Nothing => nothing_waits.push(contact),
                Sent::Later => {}
                Sent::Taken(href, etag) => {
                    sent.push((href, etag));
                    in_a_row = 0;
                }
                Sent::Merged => again.push(contact),
                Sent::Failed(failure) => {
                    failed.push(failure);
                    in_a_row += 1;
                    if in_a_row == FAILS_AT_MOST {
                        break;
                    }
                }
            }
        }
        // Who was deleted here while being sent is deleted there in the version that was sent.
        self.read_back(&sent)?;
        let are_failing = in_a_row == FAILS_AT_MOST;
        if !are_failing {
            self.send_deletions()?;
        }
        let took_nothing = sent.is_empty() && self.report.count(Did::DeletedThere) == 0;
        self.pass_by(failed, took_nothing || are_failing)?;
        if again.is_empty() {
            commit(self.book, |part| {
                part.put_seen(touched.step, &nothing_waits)
            })?;
        }
        Ok(again)
    }

    /// Sends a contact, if it is another than when both agreed.
    fn send_contact(&mut self, contact: ContactId, by_person: bool) -> Result<Sent, Stop> {
        let tries_again = self.answers.tries_refused;
        let outgoing = view(self.book, |part| {
            to_send(part, contact, tries_again, by_person)
        })?;
        let Some(ToSend {
            href,
            row,
            says: out,
            holds_otherwise,
            is_paused,
        }) = outgoing
        else {
            return Ok(Sent::Nothing);
        };
        if is_paused {
            let why = format!("sent {SENT_AT_MOST} times, and what is there is not what was sent");
            self.report.note(Did::Refused, out.name());
            self.change_row(&href, |row| {
                row.refused = Some(Refused {
                    why: why.clone(),
                    says: out.clone(),
                });
            })?;
            return Ok(Sent::Nothing);
        }
        let over = row.etag.clone();
        let anew = over.is_none().then(|| row.anew());
        let known = anew.as_ref().unwrap_or(&row);
        let body = self.book.card(contact, &out, Some(known))?;
        if let Some(base) = row.base.as_ref().filter(|_| over.is_some())
            && base.said() == body.said()
            && !holds_otherwise
        {
            // What changed does not travel.
            self.change_row(&href, |row| row.agreed = out.clone())?;
            return Ok(Sent::Later);
        }
        let intent = Intent {
            body: body.clone(),
            says: out,
            over: over.clone(),
        };
        commit(self.book, |part| {
            let mut row = row.clone();
            row.intent = Some(intent.clone());
            row.refused = None;
            part.put_row(&href, &row)
        })?;
        if self.remote.traits().ignores_versions && over.is_some() {
            let there = self.card(&href)?.map(|(etag, _)| etag);
            if there != over {
                self.change_row(&href, |row| row.intent = None)?;
                commit(self.book, |part| keep_token(part, None, false))?;
                return Ok(Sent::Merged);
            }
        }
        match self.remote.put(&href, &body, over.as_ref())? {
            Put::Taken { etag, href: place } => {
                commit(self.book, |part| {
                    let Some(mut row) = part.row(&href)? else {
                        return Ok(());
                    };
                    row.sent = row.sent.saturating_add(1);
                    if place != href {
                        part.drop_row(&href)?;
                    }
                    part.put_row(&place, &row)
                })?;
                let name = name_on(body.said());
                let did = if over.is_some() {
                    Did::ChangedThere
                } else {
                    Did::NewThere
                };
                self.report.note(did, &name);
                Ok(Sent::Taken(place, etag))
            }
            Put::Moved => {
                let exact = self.remote.traits().exact_etags;
                let now = match self.look_at(&href)? {
                    Some(Got::Card(etag, card)) => Some((etag, card)),
                    Some(Got::Unread(etag, why)) => {
                        commit(self.book, |part| note_unread(part, &href, &etag, &why))?;
                        return Ok(Sent::Later);
                    }
                    Some(Got::Gone | Got::Group(..)) => None,
                    // It was not answered, which says nothing of it: the next run looks again.
                    None => {
                        self.note_unanswered(std::slice::from_ref(&href))?;
                        return Ok(Sent::Later);
                    }
                };
                let report = &mut self.report;
                let name = name_on(body.said());
                commit(self.book, |part| {
                    let settled = Settled {
                        href: &href,
                        name: &name,
                        exact,
                    };
                    settled.told(part, report, now.clone(), None, false)
                })?;
                Ok(Sent::Merged)
            }
            Put::ReadOnly(why) => {
                self.change_row(&href, |row| row.intent = None)?;
                Err(takes_nothing(&why))
            }
            Put::UidTaken(other) => {
                let other = match other {
                    Some(other) => Some(other),
                    None => self.left_by_deleted(body.said())?,
                };
                if over.is_none()
                    && let Some(other) = other
                    && self.join(contact, &other, &intent)?
                {
                    return Ok(Sent::Merged);
                }
                // Where it is not said which it is, the next list has it.
                let why = "another card there has the UID of this contact";
                self.refused(&href, &intent, why)
            }
            Put::Refused(why) => self.refused(&href, &intent, &why),
            Put::Failed(why) => Ok(Sent::Failed(Failure {
                name: name_on(body.said()),
                href,
                says: Some(intent.says),
                why,
            })),
            Put::Lost(why) => Ok(Sent::Failed(Failure {
                name: name_on(body.said()),
                href,
                says: None,
                why,
            })),
        }
    }

    /// Passes by the cards that the other side failed over while it took others. Whether they arrived is looked at by
    /// the next run.
    fn pass_by(&mut self, failed: Vec<Failure>, is_down: bool) -> Result<(), Stop> {
        for Failure {
            href,
            name,
            says,
            why,
        } in failed
        {
            if is_down {
                let why = format!("{why}, over the card of {}", shown_name(&name));
                return Err(Stop::Later { why, after: None });
            }
            self.report.note(Did::Refused, &name);
            let Some(says) = says else {
                // The next run looks whether it arrived, and sends it again where it did not.
                self.report.lost.push((name, why));
                continue;
            };
            self.change_row(&href, |row| {
                row.refused = Some(Refused {
                    why: why.clone(),
                    says: says.clone(),
                });
            })?;
        }
        Ok(())
    }

    /// Notes that a card is not taken.
    fn refused(&mut self, href: &Href, intent: &Intent<B::Card>, why: &str) -> Result<Sent, Stop> {
        self.report.note(Did::Refused, &name_on(intent.body.said()));
        self.change_row(href, |row| {
            row.intent = None;
            row.refused = Some(Refused {
                why: why.to_owned(),
                says: intent.says.clone(),
            });
        })?;
        Ok(Sent::Later)
    }

    /// The address of the card with this `UID` whose contact was deleted here. A contact that was made again since is
    /// the one on that card.
    fn left_by_deleted(&mut self, said: &SaidCard) -> Result<Option<Href>, Stop> {
        let Some(uid) = uid_of(said) else {
            return Ok(None);
        };
        view(self.book, |part| {
            for href in part.orphans()? {
                let row = part.row(&href)?.filter(|row| row.etag.is_some());
                if row.is_some_and(|row| uid_of(&row.base_said()).as_ref() == Some(&uid)) {
                    return Ok(Some(href));
                }
            }
            Ok(None)
        })
    }

    /// Makes a contact that was to be sent one with the card there that has its `UID`, unless that is another
    /// contact's.
    fn join(
        &mut self,
        contact: ContactId,
        other: &Href,
        intent: &Intent<B::Card>,
    ) -> Result<bool, Stop> {
        let Some(now) = self.card(other)? else {
            return Ok(false);
        };
        let name = name_on(now.1.said());
        let joined = commit(self.book, |part| {
            if let Some(row) = part.row(other)?
                && part.person(row.contact)?.is_some()
            {
                return Ok(false);
            }
            link(part, other, Some(contact), now.clone(), Some(intent))?;
            Ok(true)
        })?;
        if joined {
            self.report.note(Did::Joined, &name);
        }
        Ok(joined)
    }

    /// Changes what is kept of a card, if it is still kept.
    fn change_row(&mut self, href: &Href, change: impl Fn(&mut Row<B::Card>)) -> Result<(), Stop> {
        commit(self.book, |part| {
            let Some(mut row) = part.row(href)? else {
                return Ok(());
            };
            change(&mut row);
            part.put_row(href, &row)
        })
    }

    /// What is there now.
    fn look_at(&mut self, href: &Href) -> Result<Option<Got<B::Card>>, Stop> {
        let got = self.remote.get(std::slice::from_ref(href))?;
        let got = got.into_iter().find(|(answered, _)| answered == href);
        Ok(got.map(|(_, got)| got))
    }

    /// The card that is there now.
    fn card(&mut self, href: &Href) -> Result<Option<(Etag, B::Card)>, Stop> {
        Ok(match self.look_at(href)? {
            Some(Got::Card(etag, card)) => Some((etag, card)),
            _ => None,
        })
    }

    /// Deletes a card. If its version is new but its text is the same, nobody changed it, and it is deleted all the same.
    fn delete(&mut self, href: &Href, etag: &Etag) -> Result<Delete, Stop> {
        let deleted = self.remote.delete(href, etag)?;
        if !matches!(deleted, Delete::Moved) {
            return Ok(deleted);
        }
        let row = view(self.book, |part| part.row(href))?;
        match (self.card(href)?, row) {
            (Some((newer, card)), Some(row)) if newer != *etag && row.has_text_of(&card) => {
                self.remote.delete(href, &newer)
            }
            _ => Ok(deleted),
        }
    }

    /// Deletes there what was deleted here.
    fn send_deletions(&mut self) -> Result<(), Stop> {
        let tries_again = self.answers.tries_refused;
        let mut dead = view(self.book, |part| {
            let sends_held = part.sends_held()?;
            let mut dead = Vec::new();
            for href in part.orphans()? {
                if let Some(row) = part.row(&href)?
                    && row.unread.is_none()
                    && row.intent.is_none()
                    && let Some(etag) = row.etag
                    && (!row.held || sends_held)
                    && (row.refused.is_none() || tries_again)
                {
                    let name = row.base.as_ref().map(|base| name_on(base.said()));
                    dead.push((href, etag, name.unwrap_or_default()));
                }
            }
            Ok(dead)
        })?;
        if dead.is_empty() {
            return Ok(());
        }
        self.name_dead(&mut dead)?;
        let linked = view(self.book, |part| part.count_linked())?;
        if self.answers.is_many_gone(Side::Here, dead.len(), linked) {
            let gone = dead.len();
            let names = || dead.iter().map(|(_, _, name)| name.clone()).collect();
            self.ask(Guard::GoneHere { gone, linked }, |_| Ok(names()))?;
        }
        let is_one = dead.len() == 1;
        let mut in_a_row = 0;
        for (href, etag, name) in dead {
            self.change_row(&href, |row| {
                let body = row.base.clone();
                row.intent = body.map(|body| Intent::to_delete(body, etag.clone()));
            })?;
            match self.delete(&href, &etag)? {
                Delete::Done => {
                    self.report.note(Did::DeletedThere, &name);
                    commit(self.book, |part| part.drop_row(&href))?;
                }
                Delete::Moved => {
                    let now = self.card(&href)?;
                    let is_as_listed = now.as_ref().is_some_and(|(now, _)| *now == etag);
                    if is_as_listed {
                        let why = "it answers that the card changed there, and it has not";
                        self.refused_deletion(&href, &name, why)?;
                        continue;
                    }
                    let kept = commit(self.book, |part| {
                        let (Some(row), Some(now)) = (part.row(&href)?, now.clone()) else {
                            part.drop_row(&href)?;
                            return Ok(None);
                        };
                        if is_other_person(&row.base_said(), now.1.said()) {
                            give_way(part, &href, &row)?;
                            return Ok(None);
                        }
                        let row = merge(part, &href, row, now, How::default())?;
                        if part.person(row.contact)?.is_some() {
                            return Ok(None);
                        }
                        revive(part, &href)
                    })?;
                    self.report.note_kept(kept, &name);
                }
                Delete::ReadOnly(why) => {
                    self.change_row(&href, |row| row.intent = None)?;
                    return Err(takes_nothing(&why));
                }
                Delete::Refused(why) => self.refused_deletion(&href, &name, &why)?,
                Delete::Lost(why) => {
                    in_a_row += 1;
                    if is_one || in_a_row == FAILS_AT_MOST {
                        let why = format!("{why}, over the card of {}", shown_name(&name));
                        return Err(Stop::Later { why, after: None });
                    }
                    self.report.note(Did::Refused, &name);
                    self.report.lost.push((name, why));
                    continue;
                }
            }
            in_a_row = 0;
        }
        Ok(())
    }

    /// Notes that a deletion is not taken.
    fn refused_deletion(&mut self, href: &Href, name: &str, why: &str) -> Result<(), Stop> {
        self.report.note(Did::Refused, name);
        self.change_row(href, |row| {
            row.intent = None;
            row.refused = Some(Refused {
                why: why.to_owned(),
                says: Person::default(),
            });
        })
    }

    /// Reads back what was sent: the other side may have written it in its own way, or somebody changed it.
    fn read_back(&mut self, sent: &[(Href, Option<Etag>)]) -> Result<(), Stop> {
        let exact = self.remote.traits().exact_etags;
        for batch in sent.chunks(self.remote.batch()) {
            let hrefs: Vec<Href> = batch.iter().map(|(href, _)| href.clone()).collect();
            let got: HashMap<Href, Got<B::Card>> = self.remote.get(&hrefs)?.into_iter().collect();
            let missing: Vec<Href> = { hrefs.into_iter() }
                .filter(|href| !got.contains_key(href))
                .collect();
            self.note_unanswered(&missing)?;
            for (href, answer) in batch {
                if let Some(Got::Card(etag, _)) = got.get(href) {
                    self.report
                        .exact_answers
                        .push(answer.as_ref() == Some(etag));
                }
            }
            for part_of in batch.chunks(PART) {
                let report = &mut self.report;
                commit(self.book, |part| {
                    for (href, answer) in part_of {
                        let now = match got.get(href) {
                            Some(Got::Card(etag, card)) => Some((etag.clone(), card.clone())),
                            Some(Got::Unread(etag, why)) => {
                                note_unread(part, href, etag, why)?;
                                continue;
                            }
                            // What became of it is looked at by the next run.
                            None => continue,
                            // One that was made may lie under another name: the list tells.
                            Some(_) if part.row(href)?.is_some_and(|row| row.etag.is_none()) => {
                                continue;
                            }
                            Some(_) => None,
                        };
                        let name = now.as_ref().map(|(_, card)| name_on(card.said()));
                        let name = name.unwrap_or_default();
                        let settled = Settled {
                            href,
                            name: &name,
                            exact,
                        };
                        settled.told(part, report, now, answer.as_ref(), true)?;
                    }
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}

/// Ends a run where nothing can be written there. The next one tries again: a server may say so for a while.
fn takes_nothing(why: &str) -> Stop {
    Stop::Trouble(format!(
        "what changed here is not taken there, and waits: {why}; if that is as it should be, set read_only = true"
    ))
}

/// A card that the other side failed over.
struct Failure {
    href: Href,
    name: String,
    /// What was sent, where it is sent again only once that is another or a person asks; else the next run does.
    says: Option<Person>,
    why: String,
}

/// What became of a contact that may have had to be sent.
enum Sent {
    /// Nothing of it waits.
    Nothing,
    /// It is looked at again by the next run.
    Later,
    Taken(Href, Option<Etag>),
    Merged,
    Failed(Failure),
}

/// What goes out of a contact, and where.
pub(super) struct ToSend<C> {
    pub(super) href: Href,
    pub(super) row: Row<C>,
    /// What the card is to say.
    pub(super) says: Person,
    /// Whether the contact holds another photo, or the like, than its card there.
    pub(super) holds_otherwise: bool,
    /// Whether it was sent so often that it is not sent again before a person changes it or asks for it.
    pub(super) is_paused: bool,
}

/// What of a contact goes out, and where; none where nothing does.
pub(super) fn to_send<C: Card>(
    part: &mut dyn Part<C>,
    contact: ContactId,
    tries_again: bool,
    by_person: bool,
) -> Result<Option<ToSend<C>>, Stop> {
    if !part.is_sent(contact)? {
        return Ok(None);
    }
    let Some(person) = part.person(contact)? else {
        return Ok(None);
    };
    let linked = part.row_of(contact)?;
    if linked.as_ref().is_some_and(|(_, row)| row.unread.is_some()) {
        return Ok(None);
    }
    let Some((href, mut row)) = linked else {
        // The twin of somebody stays where it came from, until a person has looked at the two.
        if part.is_twin(contact)? && holds(Rule::TwinsStay) {
            return Ok(None);
        }
        let href = part.new_href(contact)?;
        return Ok(Some(ToSend {
            href,
            row: Row::of(contact),
            says: person,
            holds_otherwise: false,
            is_paused: false,
        }));
    };
    // What a conflict was about may be gone here.
    close_decided(&mut row.conflicts, &person);
    let out = outgoing(&person, &row);
    let is_changed = match &row.base {
        Some(base) if !holds(Rule::SentIsOurChange) => {
            super::outgoing::card_out(&out, "", Some(base.said()), None) != *base.said()
        }
        _ => out != row.agreed,
    };
    let holds_otherwise = match &row.base {
        Some(base) if row.etag.is_some() => part.holds_otherwise(contact, base)?,
        _ => false,
    };
    let refused = row.refused.as_ref().filter(|_| !tries_again);
    let is_refused = refused.is_some_and(|refused| refused.says == out);
    let goes = (is_changed || holds_otherwise || row.etag.is_none()) && !is_refused;
    if by_person || tries_again && row.refused.is_some() {
        row.sent = 0;
    }
    Ok(goes.then(|| ToSend {
        href,
        is_paused: row.sent >= SENT_AT_MOST,
        row,
        says: out,
        holds_otherwise,
    }))
}
