//! One run: what changed there is taken in, and what changed here is sent.
//!
//! Every commit is one transaction, none waits for the other side, and between any two of them the program may
//! be killed: the next run looks at what was under way and goes on.

use std::collections::HashSet;

use super::arrive::{Arriving, note_unread, take_card, take_new};
use super::guard::{Guard, Side, is_many};
use super::moving::{Moving, place_anew};
use super::part::{Book, Part, RemoteState, keep_token};
use super::records::shown_name;
use super::remote::{Changes, Got, Href, Remote, Stop};
use super::report::{Did, Report};
use super::row::{Card, Row};
use super::rules::{Rule, holds};
use super::said::{NAME, name_on};
use super::take::{Settled, gone, revive, settle};

/// How many cards are written in one transaction.
pub(super) const PART: usize = 100;

/// How often what was changed there while it was being sent is merged and sent again in one run.
const ROUNDS: usize = 3;

/// What a person said beforehand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Many deletions, and a list with nothing in it, are meant.
    pub accepts_deletions: bool,
    /// Only what is there is taken in; nothing is sent.
    pub only_takes_in: bool,
    /// Everything is listed, as if there were no token.
    pub lists_all: bool,
    /// What is gone on this side is put back there, instead of being deleted on the other.
    pub puts_back: Option<Side>,
    /// What the other side did not take is sent once more.
    pub tries_refused: bool,
    /// The question that ended the last run and is not answered yet: it is asked again while any of it is left.
    pub pending: Option<Guard>,
}

impl Answers {
    /// Whether so much is gone on a side that it is asked about first: much of what is linked, or any of what was asked
    /// about before.
    pub(super) fn is_many_gone(self, side: Side, gone: usize, linked: usize) -> bool {
        let is_pending = |asked: Guard| asked.side() == side && !asked.is_of_words();
        is_many(gone, linked) || gone > 0 && self.pending.is_some_and(is_pending)
    }
}

/// A run of one book with one remote.
pub struct Run<'r, R, B> {
    pub(super) remote: &'r mut R,
    pub(super) book: &'r mut B,
    pub(super) answers: Answers,
    /// Whether something was asked about in this run, and accepted.
    pub(super) asked: bool,
    /// Whether what changed there is written over with what is here.
    pub(super) keeps_ours: bool,
    pub(super) report: Report,
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
        asked: false,
        keeps_ours: false,
        report: Report::default(),
    };
    let end = run.all();
    (run.report, end)
}

/// Reads something in the book.
pub(super) fn view<B: Book, T>(
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
pub(super) fn commit<B: Book, T>(
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
pub(super) struct Found {
    pub(super) full: bool,
    pub(super) nothing_listed: bool,
    token: Option<String>,
    /// Cards whose version is not the one that is known.
    pub(super) changed: Vec<Href>,
    /// Cards that are not known.
    pub(super) new: Vec<Href>,
    /// Known cards that are gone.
    pub(super) gone: Vec<Href>,
}

impl<R, B> Run<'_, R, B>
where
    B: Book,
    R: Remote<Card = B::Card>,
{
    fn all(&mut self) -> Result<(), Stop> {
        let open = self.settle_open()?;
        self.arrive(&open)?;
        if self.answers.only_takes_in || self.remote.traits().read_only {
            return Ok(());
        }
        if self.answers.puts_back == Some(Side::Here) {
            self.bring_back()?;
        }
        let mut left = Vec::new();
        for _ in 0..ROUNDS {
            left = self.send()?;
            if left.is_empty() {
                break;
            }
        }
        let has_token = view(self.book, |part| Ok(part.state()?.token.is_some()))?;
        let sent = self.report.went() + self.report.count(Did::DeletedThere);
        if has_token && sent > 0 {
            self.answers.lists_all = false;
            // A token from before our own changes may hide what is taken back there by the next run: a card that was
            // made and deleted since then, or one that is again what it was. And a card that was made may lie under
            // another name.
            let open = self.settle_open()?;
            self.arrive(&open)?;
        }
        // What changes there whenever it is sent waits for the next run.
        for contact in left {
            let person = view(self.book, |part| part.person(contact))?;
            let name = person.as_ref().and_then(|person| person.fields.get(NAME));
            let name = name.map(|name| shown_name(name)).unwrap_or_default();
            self.report.note(Did::Refused, &name);
            self.report.moved.push(name);
        }
        Ok(())
    }

    /// Takes in what changed there since the last token.
    fn arrive(&mut self, open: &[Href]) -> Result<(), Stop> {
        let state = view(self.book, |part| part.state())?;
        let found = self.look(&state)?;
        self.guard_arriving(&state, &found)?;
        if !holds(Rule::TokenAfterCards) {
            let token = found.token.clone();
            commit(self.book, |part| keep_token(part, token.as_ref(), false))?;
        }
        self.take_in(open, found)
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
        let report = &mut self.report;
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
                    Got::Gone => {
                        let name = name_on(&row.base_said());
                        let settled = Settled {
                            href,
                            name: &name,
                            exact,
                        };
                        settled.told(part, report, None, None, false)?;
                    }
                    Got::Card(etag, card) => {
                        let now = (etag.clone(), card.clone());
                        let name = name_on(card.said());
                        let settled = Settled {
                            href,
                            name: &name,
                            exact,
                        };
                        settled.told(part, report, Some(now), None, false)?;
                    }
                    Got::Unread(etag, why) => note_unread(part, href, etag, why)?,
                    Got::Group(..) => {}
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
        // A card may have been unreadable only because the server answered badly once.
        let asks_unread = self.answers.tries_refused || self.answers.lists_all;
        let mut found = Found {
            full,
            nothing_listed: listed.iter().all(|(_, etag)| etag.is_none()),
            token,
            changed: Vec::new(),
            new: Vec::new(),
            gone: Vec::new(),
        };
        view(self.book, |part| {
            for (href, etag) in &listed {
                let known = part.etag(href)?;
                match etag {
                    None if known.is_some() => found.gone.push(href.clone()),
                    Some(_) if known.is_none() => found.new.push(href.clone()),
                    Some(_) if known != *etag => found.changed.push(href.clone()),
                    _ => {}
                }
            }
            if full {
                let there: HashSet<Vec<u8>> = listed
                    .iter()
                    .filter(|(_, etag)| etag.is_some())
                    .map(|(href, _)| part.place_of(href))
                    .collect();
                let mut gone = part.linked()?;
                gone.retain(|href| !there.contains(&part.place_of(href)));
                found.gone = gone;
            }
            if asks_unread {
                let unread = part.unread()?.into_iter();
                let unread: Vec<Href> = unread
                    .filter(|href| !found.changed.contains(href) && !found.gone.contains(href))
                    .collect();
                found.changed.extend(unread);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Notes cards that are listed there and were not given, by the names that they had.
    pub(super) fn note_unanswered(&mut self, missing: &[Href]) -> Result<(), Stop> {
        for href in missing {
            let base = view(self.book, |part| {
                Ok(part.row(href)?.and_then(|row| row.base))
            })?;
            let name = base.map(|base| name_on(base.said()));
            let name = name.filter(|name| !name.is_empty());
            self.report
                .note_unanswered(name.unwrap_or_else(|| href.file().to_owned()));
        }
        Ok(())
    }

    /// Whether what is gone there is put back there.
    pub(super) fn puts_back_there(&self) -> bool {
        self.answers.puts_back == Some(Side::There) && !self.remote.traits().read_only
    }

    /// Brings back here what was deleted here, instead of deleting it there.
    fn bring_back(&mut self) -> Result<(), Stop> {
        let dead = view(self.book, |part| {
            let sends_held = part.sends_held()?;
            let mut dead = Vec::new();
            for href in part.orphans()? {
                let row = part.row(&href)?;
                if row.is_some_and(|row| row.etag.is_some() && (!row.held || sends_held)) {
                    dead.push(href);
                }
            }
            Ok(dead)
        })?;
        for hrefs in dead.chunks(PART) {
            let report = &mut self.report;
            commit(self.book, |part| {
                for href in hrefs {
                    let base = part.row(href)?.and_then(|row| row.base);
                    let name = base.map(|base| name_on(base.said()));
                    report.note(Did::CameBack, &name.unwrap_or_default());
                    revive(part, href)?;
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Takes in what changed there, a part at a time.
    fn take_in(&mut self, open: &[Href], found: Found) -> Result<(), Stop> {
        let arriving = Arriving {
            open,
            exact: self.remote.traits().exact_etags,
            keeps_ours: self.keeps_ours,
        };
        let mut unanswered = false;
        let came = !found.changed.is_empty() || !found.new.is_empty();
        let ignores_versions = self.remote.traits().ignores_versions;
        let mut moving = Moving::new(found.gone, found.changed.clone(), ignores_versions);
        // Of those that are new it is known who is gone when all that changed were looked at.
        let want = found.changed.into_iter().chain(found.new);
        let mut want = want.peekable();
        while want.peek().is_some() {
            let batch: Vec<Href> = want.by_ref().take(self.remote.batch()).collect();
            let mut got = self.remote.get(&batch)?;
            let answered: HashSet<&Href> = got.iter().map(|(href, _)| href).collect();
            let missing: Vec<Href> = { batch.iter() }
                .filter(|href| !answered.contains(href))
                .cloned()
                .collect();
            unanswered |= !missing.is_empty();
            self.note_unanswered(&missing)?;
            while !got.is_empty() {
                let rest = got.split_off(got.len().min(PART));
                let part_of = std::mem::replace(&mut got, rest);
                let moving = &mut moving;
                let report = &mut self.report;
                commit(self.book, |part| {
                    for (href, got) in &part_of {
                        match got {
                            Got::Card(etag, card) => {
                                if part.leave_out(href, etag, card)? {
                                    continue;
                                }
                                let now = (etag.clone(), card.clone());
                                take_card(part, href, now, moving, &arriving, report)?;
                            }
                            Got::Group(etag, group) => {
                                report.note(Did::Group, &group.name);
                                part.put_group(href, etag, group)?;
                            }
                            Got::Unread(etag, why) => {
                                report.note(Did::Unread, &format!("{}: {why}", href.file()));
                                note_unread(part, href, etag, why)?;
                            }
                            // It went meanwhile, or the server only says so: the next list has it again.
                            Got::Gone => unanswered = true,
                        }
                    }
                    if arriving.keeps_ours {
                        part.put_back()?;
                    }
                    Ok(())
                })?;
            }
        }
        let came_instead = std::mem::take(&mut moving.came);
        for part_of in came_instead.chunks(PART) {
            let (moving, report) = (&mut moving, &mut self.report);
            commit(self.book, |part| {
                for (href, now) in part_of {
                    take_new(part, href, now.clone(), moving, &arriving, report)?;
                }
                Ok(())
            })?;
        }
        let puts_back = self.puts_back_there();
        let report = &mut self.report;
        let is_whole = !unanswered;
        commit(self.book, |part| {
            // What the list does not show either was never made.
            for href in open {
                let row = part.row(href)?;
                if row.is_some_and(|row| row.intent.is_some()) {
                    settle(part, href, None, None, false, arriving.exact)?;
                }
            }
            for href in &moving.gone {
                if puts_back && put_back(part, href)? {
                    continue;
                }
                if let Some(group) = part.group(href)? {
                    gone(part, href)?;
                    report.note(Did::GroupGone, &group);
                    continue;
                }
                let row = part.row(href)?;
                if row.as_ref().is_some_and(Row::is_left_out) {
                    part.drop_row(href)?;
                    continue;
                }
                let base = row.as_ref().and_then(|row| row.base.as_ref());
                let name = base.map(|base| name_on(base.said()));
                let name = name.unwrap_or_default();
                let contact = match &row {
                    Some(row) if part.person(row.contact)?.is_some() => Some(row.contact),
                    _ => None,
                };
                gone(part, href)?;
                // One that was deleted on both sides is nothing new on either.
                let Some(contact) = contact else { continue };
                if part.person(contact)?.is_some() {
                    report.note_kept(Some((contact, Side::There)), &name);
                } else {
                    report.note(Did::GoneThere, &name);
                }
            }
            if came {
                part.settle_groups()?;
            }
            if is_whole {
                let has_something = found.full && !found.nothing_listed;
                keep_token(part, found.token.as_ref(), has_something)?;
            }
            Ok(())
        })
    }
}

/// Has the contact of a card that is gone there sent again; not one that was deleted here too.
fn put_back<C: Card>(part: &mut dyn Part<C>, href: &Href) -> Result<bool, Stop> {
    let Some(row) = part.row(href)? else {
        return Ok(false);
    };
    if part.person(row.contact)?.is_none() {
        return Ok(false);
    }
    part.drop_row(href)?;
    let place = place_anew(part, href, row.contact)?;
    part.put_row(&place, &row.anew())?;
    Ok(true)
}
