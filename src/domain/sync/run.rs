//! One run: what changed there is taken in, and what changed here is sent.
//!
//! Every commit is one transaction, none waits for the other side, and between any two of them the program may
//! be killed: the next run looks at what was under way and goes on.

use crate::domain::ids::ContactId;

use super::guard::{Guard, is_many};
use super::outgoing::{is_in, outgoing};
use super::part::{Book, Part, RemoteState};
use super::person::Person;
use super::remote::{Changes, Delete, Etag, Got, Href, Put, Remote, Stop};
use super::report::{Did, Report};
use super::row::{Card, Intent, Row};
use super::rules::{Rule, holds};
use super::said::{NAME, SaidCard, same_text};
use super::take::{How, gone, link, merge, revive, settle};

/// How many cards are written in one transaction.
const PART: usize = 100;

/// How often what was changed there while it was being sent is merged and sent again in one run.
const ROUNDS: usize = 3;

/// How often a card goes out without a person's change in between, before it is paused: two remotes may
/// each have a wording of their own.
const SENT_AT_MOST: u8 = 8;

/// What a person said beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Many deletions, and a list with nothing in it, are meant.
    pub accepts_deletions: bool,
    /// Only what is there is taken in; nothing is sent.
    pub only_takes_in: bool,
    /// Everything is listed, as if there were no token.
    pub lists_all: bool,
}

/// A run of one book with one remote.
pub struct Run<'r, R, B> {
    remote: &'r mut R,
    book: &'r mut B,
    answers: Answers,
    report: Report,
}

/// Keeps a book and a remote the same; says what was done, as far as it came.
pub fn run<R, B>(remote: &mut R, book: &mut B, answers: Answers) -> (Report, Result<(), Stop>)
where
    B: Book,
    R: Remote<Card = B::Card>,
{
    let mut run = Run {
        remote,
        book,
        answers,
        report: Report::default(),
    };
    let end = run.all();
    (run.report, end)
}

/// Reads something in the book.
fn view<B: Book, T>(
    book: &mut B,
    mut read: impl FnMut(&mut dyn Part<B::Card>) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let mut found = None;
    book.view(&mut |part| {
        found = Some(read(part)?);
        Ok(())
    })?;
    found.ok_or(Stop::Stopped)
}

/// Writes something in the book.
fn commit<B: Book, T>(
    book: &mut B,
    mut write: impl FnMut(&mut dyn Part<B::Card>) -> Result<T, Stop>,
) -> Result<T, Stop> {
    let mut done = None;
    book.commit(&mut |part| {
        done = Some(write(part)?);
        Ok(())
    })?;
    done.ok_or(Stop::Stopped)
}

/// What changed there, sorted out.
struct Found {
    full: bool,
    nothing_listed: bool,
    token: Option<String>,
    /// Cards whose version is not the one that is known.
    want: Vec<Href>,
    /// Known cards that are gone.
    gone: Vec<Href>,
}

impl<R, B> Run<'_, R, B>
where
    B: Book,
    R: Remote<Card = B::Card>,
{
    fn all(&mut self) -> Result<(), Stop> {
        let open = self.settle_open()?;
        let state = view(self.book, |part| part.state())?;
        let found = self.look(&state)?;
        self.guard_arriving(&state, &found)?;
        if !holds(Rule::TokenAfterCards) {
            let token = found.token.clone();
            commit(self.book, |part| keep_token(part, token.as_ref(), false))?;
        }
        self.take_in(&open, found)?;
        if self.answers.only_takes_in || self.remote.traits().read_only {
            return Ok(());
        }
        for _ in 0..ROUNDS {
            if !self.send()? {
                break;
            }
        }
        Ok(())
    }

    /// Looks at what was under way when the last run ended.
    fn settle_open(&mut self) -> Result<Vec<Href>, Stop> {
        let open = view(self.book, |part| part.open())?;
        if open.is_empty() {
            return Ok(open);
        }
        if !holds(Rule::LookAtIntents) {
            commit(self.book, |part| {
                for href in &open {
                    let Some(mut row) = part.row(href)? else {
                        continue;
                    };
                    row.intent = None;
                    if row.etag.is_some() {
                        part.put_row(href, &row)?;
                    } else {
                        part.drop_row(href)?;
                    }
                }
                Ok(())
            })?;
            return Ok(Vec::new());
        }
        let got = self.remote.get(&open)?;
        let exact = self.remote.traits().exact_etags;
        commit(self.book, |part| {
            for (href, got) in &got {
                let Some(row) = part.row(href)? else { continue };
                let is_new = row.etag.is_none();
                if row.undone && is_new && part.person(row.contact)?.is_none() {
                    // Made by a run that was taken back: what is there comes in as anything that is new.
                    part.drop_row(href)?;
                    continue;
                }
                match got {
                    // It may lie under another name; the list tells.
                    Got::Gone if is_new => {}
                    Got::Gone => settle(part, href, None, None, false, exact)?,
                    Got::Card(etag, card) => {
                        let now = (etag.clone(), card.clone());
                        settle(part, href, Some(now), None, false, exact)?;
                    }
                    Got::Unread(..) => {}
                }
            }
            Ok(())
        })?;
        Ok(open)
    }

    /// What changed there, compared with what is known.
    fn look(&mut self, state: &RemoteState) -> Result<Found, Stop> {
        let token = state.token.as_deref();
        let token = token.filter(|_| !self.answers.lists_all);
        let Changes {
            listed,
            full,
            token,
        } = self.remote.changes(token)?;
        let mut found = Found {
            full,
            nothing_listed: listed.iter().all(|(_, etag)| etag.is_none()),
            token,
            want: Vec::new(),
            gone: Vec::new(),
        };
        view(self.book, |part| {
            for (href, etag) in &listed {
                let known = part.etag(href)?;
                match etag {
                    None if known.is_some() => found.gone.push(href.clone()),
                    Some(_) if known != *etag => found.want.push(href.clone()),
                    _ => {}
                }
            }
            if full {
                let there: std::collections::HashSet<&Href> = listed
                    .iter()
                    .filter(|(_, etag)| etag.is_some())
                    .map(|(href, _)| href)
                    .collect();
                let linked = part.linked()?;
                let gone = linked.into_iter().filter(|href| !there.contains(href));
                found.gone = gone.collect();
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Asks, before anything is done, where much would be deleted here.
    fn guard_arriving(&mut self, state: &RemoteState, found: &Found) -> Result<(), Stop> {
        let is_suspect = found.full && found.nothing_listed || !found.gone.is_empty();
        if !is_suspect || self.answers.accepts_deletions || !holds(Rule::Guard) {
            return Ok(());
        }
        let linked = view(self.book, |part| part.count_linked())? + state.known;
        let guard = if found.full && found.nothing_listed && linked > 0 {
            Guard::EmptyList { linked }
        } else if is_many(found.gone.len(), linked) {
            let gone = found.gone.len();
            Guard::GoneThere { gone, linked }
        } else {
            return Ok(());
        };
        Err(Stop::Asked(Box::new(guard)))
    }

    /// Takes in what changed there, a part at a time.
    fn take_in(&mut self, open: &[Href], mut found: Found) -> Result<(), Stop> {
        let exact = self.remote.traits().exact_etags;
        let mut unanswered = false;
        let mut want = std::mem::take(&mut found.want).into_iter().peekable();
        while want.peek().is_some() {
            let batch: Vec<Href> = want.by_ref().take(self.remote.batch()).collect();
            let mut got = self.remote.get(&batch)?;
            unanswered |= batch
                .iter()
                .any(|href| !got.iter().any(|(answered, _)| answered == href));
            while !got.is_empty() {
                let rest = got.split_off(got.len().min(PART));
                let part_of = std::mem::replace(&mut got, rest);
                let gone = &mut found.gone;
                let report = &mut self.report;
                commit(self.book, |part| {
                    for (href, got) in &part_of {
                        match got {
                            Got::Card(etag, card) => {
                                let now = (etag.clone(), card.clone());
                                take_card(part, href, now, gone, open, exact, report)?;
                            }
                            Got::Unread(etag, why) => {
                                report.note(Did::Unread, why);
                                part.put_unread(href, etag, why)?;
                            }
                            // It went meanwhile; the next list says so.
                            Got::Gone => {}
                        }
                    }
                    Ok(())
                })?;
            }
        }
        let report = &mut self.report;
        let is_whole = !unanswered;
        commit(self.book, |part| {
            // What the list does not show either was never made.
            for href in open {
                let row = part.row(href)?;
                if row.is_some_and(|row| row.intent.is_some()) {
                    settle(part, href, None, None, false, exact)?;
                }
            }
            for href in &found.gone {
                report.note(Did::GoneThere, &href.0);
                gone(part, href)?;
            }
            if is_whole {
                let has_something = found.full && !found.nothing_listed;
                keep_token(part, found.token.as_ref(), has_something)?;
            }
            Ok(())
        })
    }

    /// Sends what changed here; says whether something was merged meanwhile and has to be sent again.
    fn send(&mut self) -> Result<bool, Stop> {
        let touched = view(self.book, |part| part.touched())?;
        let mut again = false;
        let mut sent: Vec<(Href, Option<Etag>)> = Vec::new();
        for contact in touched {
            match self.send_contact(contact)? {
                Sent::Nothing => {}
                Sent::Taken(href, etag) => sent.push((href, etag)),
                Sent::Merged => again = true,
            }
        }
        self.send_deletions()?;
        self.read_back(&sent)?;
        Ok(again)
    }

    /// Sends a contact, if it is another than when both agreed.
    fn send_contact(&mut self, contact: ContactId) -> Result<Sent, Stop> {
        let outgoing = view(self.book, |part| to_send(part, contact))?;
        let Some((href, row, out)) = outgoing else {
            return Ok(Sent::Nothing);
        };
        let over = row.etag.clone();
        let known = over.is_some().then_some(&row);
        let body = self.book.card(contact, &out, known)?;
        if let Some(base) = row.base.as_ref().filter(|_| over.is_some())
            && base.said() == body.said()
        {
            // What changed does not travel.
            commit(self.book, |part| {
                let Some(mut row) = part.row(&href)? else {
                    return Ok(());
                };
                row.agreed = out.clone();
                part.put_row(&href, &row)
            })?;
            return Ok(Sent::Nothing);
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
            let there = self.version(&href)?;
            if there != over {
                commit(self.book, |part| {
                    forget_intent(part, &href)?;
                    keep_token(part, None, false)
                })?;
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
                self.report.note(
                    Did::Sent,
                    body.said().fields.get(NAME).map_or("", String::as_str),
                );
                Ok(Sent::Taken(place, etag))
            }
            Put::Moved => {
                let exact = self.remote.traits().exact_etags;
                let now = self.card(&href)?;
                commit(self.book, |part| {
                    settle(part, &href, now.clone(), None, false, exact)
                })?;
                Ok(Sent::Merged)
            }
            Put::Refused(why) => {
                self.report.note(Did::Refused, &why);
                commit(self.book, |part| {
                    let Some(mut row) = part.row(&href)? else {
                        return Ok(());
                    };
                    row.intent = None;
                    row.refused = Some(why.clone());
                    part.put_row(&href, &row)
                })?;
                Ok(Sent::Nothing)
            }
        }
    }

    /// The card that is there now.
    fn card(&mut self, href: &Href) -> Result<Option<(Etag, B::Card)>, Stop> {
        let got = self.remote.get(std::slice::from_ref(href))?;
        let got = got.into_iter().find(|(answered, _)| answered == href);
        Ok(match got {
            Some((_, Got::Card(etag, card))) => Some((etag, card)),
            _ => None,
        })
    }

    /// The version that is there now.
    fn version(&mut self, href: &Href) -> Result<Option<Etag>, Stop> {
        Ok(self.card(href)?.map(|(etag, _)| etag))
    }

    /// Deletes there what was deleted here.
    fn send_deletions(&mut self) -> Result<(), Stop> {
        let dead = view(self.book, |part| {
            let sends_held = part.sends_held()?;
            let mut dead = Vec::new();
            for href in part.orphans()? {
                if let Some(row) = part.row(&href)?
                    && let Some(etag) = row.etag
                    && (!row.held || sends_held)
                {
                    dead.push((href, etag));
                }
            }
            Ok(dead)
        })?;
        if dead.is_empty() {
            return Ok(());
        }
        let linked = view(self.book, |part| part.count_linked())?;
        if is_many(dead.len(), linked) && !self.answers.accepts_deletions {
            let gone = dead.len();
            return Err(Stop::Asked(Box::new(Guard::GoneHere { gone, linked })));
        }
        for (href, etag) in dead {
            match self.remote.delete(&href, &etag)? {
                Delete::Done => {
                    self.report.note(Did::DeletedThere, &href.0);
                    commit(self.book, |part| part.drop_row(&href))?;
                }
                Delete::Moved => {
                    let now = self.card(&href)?;
                    self.report.note(Did::CameBack, &href.0);
                    commit(self.book, |part| {
                        let Some(row) = part.row(&href)? else {
                            return Ok(());
                        };
                        match now.clone() {
                            Some(now) => {
                                merge(part, &href, row, now, How::default())?;
                                revive(part, &href)
                            }
                            None => part.drop_row(&href),
                        }
                    })?;
                }
                Delete::Refused(why) => {
                    self.report.note(Did::Refused, &why);
                    commit(self.book, |part| {
                        let Some(mut row) = part.row(&href)? else {
                            return Ok(());
                        };
                        row.refused = Some(why.clone());
                        part.put_row(&href, &row)
                    })?;
                }
            }
        }
        Ok(())
    }

    /// Reads back what was sent: the other side may have written it in its own way, or somebody changed it.
    fn read_back(&mut self, sent: &[(Href, Option<Etag>)]) -> Result<(), Stop> {
        let exact = self.remote.traits().exact_etags;
        for batch in sent.chunks(self.remote.batch()) {
            let hrefs: Vec<Href> = batch.iter().map(|(href, _)| href.clone()).collect();
            let got = self.remote.get(&hrefs)?;
            for part_of in batch.chunks(PART) {
                commit(self.book, |part| {
                    for (href, answer) in part_of {
                        let found = got.iter().find(|(answered, _)| answered == href);
                        let now = match found {
                            Some((_, Got::Card(etag, card))) => Some((etag.clone(), card.clone())),
                            _ => None,
                        };
                        settle(part, href, now, answer.as_ref(), true, exact)?;
                    }
                    Ok(())
                })?;
            }
        }
        Ok(())
    }
}

/// What became of a contact that may have had to be sent.
enum Sent {
    Nothing,
    Taken(Href, Option<Etag>),
    Merged,
}

/// What of a contact goes out, and where; none where nothing does.
fn to_send<C: Card>(
    part: &mut dyn Part<C>,
    contact: ContactId,
) -> Result<Option<(Href, Row<C>, Person)>, Stop> {
    if !part.is_sent(contact)? {
        return Ok(None);
    }
    let Some(person) = part.person(contact)? else {
        return Ok(None);
    };
    let Some((href, row)) = part.row_of(contact)? else {
        // The twin of somebody stays where it came from, until a person has looked at the two.
        if part.is_twin(contact)? && holds(Rule::TwinsStay) {
            return Ok(None);
        }
        let href = part.new_href(contact)?;
        return Ok(Some((href, Row::of(contact), person)));
    };
    let out = outgoing(&person, &row);
    let is_changed = match &row.base {
        Some(base) if !holds(Rule::SentIsOurChange) => {
            super::outgoing::card_out(&out, "", Some(base.said()), None) != *base.said()
        }
        _ => out != row.agreed,
    };
    let goes = is_changed || row.etag.is_none();
    let is_paused = row.sent >= SENT_AT_MOST && row.etag.is_some();
    Ok((goes && !is_paused).then_some((href, row, out)))
}

fn forget_intent<C>(part: &mut dyn Part<C>, href: &Href) -> Result<(), Stop> {
    let Some(mut row) = part.row(href)? else {
        return Ok(());
    };
    row.intent = None;
    part.put_row(href, &row)
}

/// Keeps the token of a list; one that had something in it shows that the remote is as it was.
fn keep_token<C>(
    part: &mut dyn Part<C>,
    token: Option<&String>,
    has_something: bool,
) -> Result<(), Stop> {
    let mut state = part.state()?;
    let before = state.clone();
    state.token = token.cloned();
    if has_something {
        state.known = 0;
    }
    if state == before {
        return Ok(());
    }
    part.put_state(&state)
}

/// Takes in one card that changed there or is new.
fn take_card<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    now: (Etag, C),
    gone: &mut Vec<Href>,
    open: &[Href],
    exact: bool,
    report: &mut Report,
) -> Result<(), Stop> {
    let name = now.1.said().fields.get(NAME).cloned().unwrap_or_default();
    if let Some(row) = part.row(href)? {
        let row = merge(part, href, row, now, How::default())?;
        if part.person(row.contact)?.is_none() {
            report.note(Did::CameBack, &name);
            return revive(part, href);
        }
        report.note(Did::TakenIn, &name);
        return Ok(());
    }
    report.note(Did::TakenIn, &name);
    // Made anew elsewhere, under another name.
    let anew = find_anew(part, gone, now.1.said())?;
    if let Some(place) = anew {
        let old = gone.remove(place);
        if let Some(row) = part.row(&old)? {
            part.drop_row(&old)?;
            merge(part, href, row, now, How::default())?;
            return Ok(());
        }
    }
    // Made by us: what was under way is this card.
    for old in open {
        let Some(row) = part.row(old)? else { continue };
        let is_ours = row.etag.is_none()
            && row.intent.as_ref().is_some_and(|intent| {
                intent.over.is_none() && is_same_person(intent.body.said(), now.1.said())
            });
        if is_ours {
            part.drop_row(old)?;
            part.put_row(href, &row)?;
            return settle(part, href, Some(now), None, false, exact);
        }
    }
    let contact = part.known(href, now.1.said())?;
    link(part, href, contact, now, None)
}

/// Whether a card that we made is this one: by its `UID`, its text, or its name.
fn is_same_person(body: &SaidCard, now: &SaidCard) -> bool {
    let name = |card: &SaidCard| card.fields.get(NAME).cloned();
    body.uid == now.uid
        || is_in(body, now)
        || same_text(name(body).as_deref(), name(now).as_deref())
}

/// The card that is gone and that this one takes the place of: with its `UID`, or the same name and something
/// in common.
fn find_anew<C: Card>(
    part: &mut dyn Part<C>,
    gone: &[Href],
    now: &SaidCard,
) -> Result<Option<usize>, Stop> {
    if !holds(Rule::KnownAgain) {
        return Ok(None);
    }
    for (place, href) in gone.iter().enumerate() {
        let Some(row) = part.row(href)? else { continue };
        let Some(base) = row.base.as_ref().map(Card::said) else {
            continue;
        };
        let is_same = base.uid.is_some() && base.uid == now.uid || is_alike(base, now);
        if is_same && part.person(row.contact)?.is_some() {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

/// Whether two cards are of one person: the same name, and a number or an email in common, or no number
/// at all.
fn is_alike(one: &SaidCard, other: &SaidCard) -> bool {
    let name = |card: &SaidCard| card.fields.get(NAME).cloned();
    let has_none = |card: &SaidCard| card.tels().next().is_none();
    same_text(name(one).as_deref(), name(other).as_deref())
        && (one.tels().any(|(key, _)| other.has_tel(key))
            || has_none(one) && has_none(other)
            || one
                .details
                .iter()
                .any(|said| other.detail(&said.identity).is_some()))
}
