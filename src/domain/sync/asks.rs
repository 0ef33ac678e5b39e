//! What a run asks before it does much at once. Nothing of it is done before a person has answered.

use crate::domain::ids::ContactId;

use super::guard::{Guard, Side, is_many, is_most};
use super::merge::in_their_words;
use super::part::{Book, RemoteState, Touched};
use super::remote::{Got, Href, Remote, Stop};
use super::report::Did;
use super::row::Card as _;
use super::rules::{Rule, holds};
use super::run::{Found, PART, Run, commit, view};
use super::said::{SaidCard, is_only_ours, name_on};
use super::send::{ToSend, to_send};

/// How many of those that are asked about are named.
const NAMED: usize = 1_000;

impl<R, B> Run<'_, R, B>
where
    B: Book,
    R: Remote<Card = B::Card>,
{
    /// Asks, unless a person has said so beforehand. What was accepted were those that were told: once in a run.
    pub(super) fn ask(
        &mut self,
        guard: Guard,
        names: impl FnOnce(&mut Self) -> Result<Vec<String>, Stop>,
    ) -> Result<(), Stop> {
        if self.answers.accepts_deletions && !self.asked {
            self.asked = true;
            return Ok(());
        }
        let mut names = names(self)?;
        names.truncate(NAMED);
        names.sort();
        self.report.asked = names;
        Err(Stop::Asked(Box::new(guard)))
    }

    /// The names on some cards, as they were last read; of the first of many.
    fn names(&mut self, hrefs: &[Href]) -> Result<Vec<String>, Stop> {
        view(self.book, |part| {
            let mut names = Vec::new();
            for href in hrefs.iter().take(NAMED) {
                let base = part.row(href)?.and_then(|row| row.base);
                names.extend(base.map(|base| name_on(base.said())));
            }
            Ok(names)
        })
    }

    /// Asks where much would be deleted here.
    pub(super) fn guard_arriving(
        &mut self,
        state: &RemoteState,
        found: &Found,
    ) -> Result<(), Stop> {
        let is_suspect = found.full && found.nothing_listed || !found.gone.is_empty();
        if !is_suspect || self.puts_back_there() || !holds(Rule::Guard) {
            return Ok(());
        }
        let linked = view(self.book, |part| part.count_linked())? + state.known;
        if found.full && found.nothing_listed && linked > 0 {
            return self.ask(Guard::EmptyList { linked }, |run| {
                let all = view(run.book, |part| part.linked())?;
                run.names(&all)
            });
        }
        if is_many(found.gone.len(), linked) {
            let gone = found.gone.len();
            return self.ask(Guard::GoneThere { gone, linked }, |run| {
                run.names(&found.gone)
            });
        }
        Ok(())
    }

    /// Asks where most of the cards that are known say something else now.
    pub(super) fn guard_words_there(&mut self, want: &[Href]) -> Result<(), Stop> {
        if !is_most(want.len(), 0) || !holds(Rule::Guard) {
            return Ok(());
        }
        let (linked, known) = view(self.book, |part| {
            let mut known = Vec::new();
            for href in want {
                if part.etag(href)?.is_some() {
                    known.push(href.clone());
                }
            }
            Ok((part.count_linked()?, known))
        })?;
        if !is_most(known.len(), linked) {
            return Ok(());
        }
        // A server may have given all of them a new version.
        let mut changed = Vec::new();
        for hrefs in known.chunks(self.remote.batch()) {
            let got = self.remote.get(hrefs)?;
            view(self.book, |part| {
                for (href, got) in &got {
                    let Got::Card(_, now) = got else { continue };
                    let row = part.row(href)?;
                    if row.is_some_and(|row| has_other_words(&row.base_said(), now.said())) {
                        changed.push(href.clone());
                    }
                }
                Ok(())
            })?;
        }
        if !is_most(changed.len(), linked) {
            return Ok(());
        }
        if self.puts_back_there() {
            self.keeps_ours = true;
            return Ok(());
        }
        let guard = Guard::ChangedThere {
            changed: changed.len(),
            linked,
        };
        self.ask(guard, |run| run.names(&changed))
    }

    /// Asks where most of the contacts that are linked say something else than what is there.
    pub(super) fn guard_words_here(&mut self, touched: &Touched) -> Result<(), Stop> {
        let many = touched.contacts.len();
        // What was kept over theirs was asked about.
        let is_asked = touched.is_everybody || self.keeps_ours;
        if is_asked || !is_most(many, 0) || !holds(Rule::Guard) {
            return Ok(());
        }
        let linked = view(self.book, |part| part.count_linked())?;
        if !is_most(many, linked) {
            return Ok(());
        }
        let changed = view(self.book, |part| {
            let mut changed = Vec::new();
            for contact in &touched.contacts {
                let by_person = touched.by_person.contains(contact);
                if let Some(ToSend { row, says: out, .. }) =
                    to_send(part, *contact, false, by_person)?
                    && row.etag.is_some()
                    && row.agreed.has_other_words(&out)
                {
                    changed.push((*contact, row.agreed.name().to_owned()));
                }
            }
            Ok(changed)
        })?;
        if !is_most(changed.len(), linked) {
            return Ok(());
        }
        if self.answers.puts_back == Some(Side::Here) {
            return self.take_back(&changed);
        }
        let guard = Guard::ChangedHere {
            changed: changed.len(),
            linked,
        };
        self.ask(guard, |_| {
            Ok(changed.into_iter().map(|(_, name)| name).collect())
        })
    }

    /// Has contacts say again what they said when both sides agreed.
    fn take_back(&mut self, changed: &[(ContactId, String)]) -> Result<(), Stop> {
        for contacts in changed.chunks(PART) {
            let report = &mut self.report;
            commit(self.book, |part| {
                for (contact, name) in contacts {
                    let Some((href, mut row)) = part.row_of(*contact)? else {
                        continue;
                    };
                    let Some(base) = row.base.clone() else {
                        continue;
                    };
                    part.put_person(*contact, &row.agreed, &base)?;
                    row.conflicts.clear();
                    part.put_row(&href, &row)?;
                    report.note(Did::ChangedHere, name);
                }
                Ok(())
            })?;
        }
        Ok(())
    }
}

/// Whether a card says something else to a person than before: what only lines of ours say, and how a server words it,
/// aside.
fn has_other_words(before: &SaidCard, now: &SaidCard) -> bool {
    let was = in_their_words(before, now);
    let fields = |card: &SaidCard| -> Vec<(&'static str, String)> {
        let fields = card.fields.iter().filter(|(name, _)| !is_only_ours(name));
        fields.map(|(name, text)| (*name, text.clone())).collect()
    };
    let numbers = |card: &SaidCard| -> Vec<(String, Option<String>)> {
        let tels = card.tels();
        tels.map(|(number, said)| (number.to_owned(), said.label.clone()))
            .collect()
    };
    let details = |card: &SaidCard| -> std::collections::BTreeSet<_> {
        let details = card.details.iter();
        details
            .map(|said| (said.identity.clone(), said.detail.label.clone()))
            .collect()
    };
    fields(&was) != fields(now)
        || numbers(&was) != numbers(now)
        || details(&was) != details(now)
        || was.tags != now.tags
}
