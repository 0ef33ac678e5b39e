//! What a run asks before it does much at once. Nothing of it is done before a person has answered.

use std::collections::{HashMap, HashSet};

use crate::domain::ids::ContactId;

use super::guard::{Guard, Side, is_most};
use super::merge::in_their_words;
use super::moving::{Moving, uid_of};
use super::part::{Book, RemoteState, Touched};
use super::remote::{Etag, Got, Href, Remote, Stop};
use super::report::Did;
use super::row::Card as _;
use super::rules::{Rule, holds};
use super::run::{Found, PART, Run, commit, view};
use super::said::{SaidCard, is_only_ours, name_on};
use super::send::{ToSend, to_send};
use super::take::is_deleted_with_card;

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

    /// Names contacts that were deleted here for good, of which nothing is left here, by the names on their cards there.
    pub(super) fn name_dead(&mut self, dead: &mut [(Href, Etag, String)]) -> Result<(), Stop> {
        let nameless = dead.iter().filter(|(_, _, name)| name.is_empty());
        let nameless: Vec<Href> = nameless.map(|(href, ..)| href.clone()).collect();
        let mut names: HashMap<Href, String> = HashMap::new();
        for batch in nameless.chunks(self.remote.batch()) {
            for (href, got) in self.remote.get(batch)? {
                if let Got::Card(_, card) = got {
                    names.insert(href, name_on(card.said()));
                }
            }
        }
        for (href, _, name) in dead.iter_mut().filter(|(_, _, name)| name.is_empty()) {
            *name = names.remove(href).unwrap_or_default();
            if name.is_empty() {
                href.file().clone_into(name);
            }
        }
        Ok(())
    }

    /// Asks where much would be deleted here, or where most of the cards that are known say something else now.
    pub(super) fn guard_arriving(
        &mut self,
        state: &RemoteState,
        found: &Found,
    ) -> Result<(), Stop> {
        let is_empty = found.full && found.nothing_listed;
        let is_quiet = !is_empty && found.gone.is_empty() && found.changed.is_empty();
        if is_quiet || !holds(Rule::Guard) {
            return Ok(());
        }
        let puts_back = self.puts_back_there();
        let linked_now = view(self.book, |part| part.count_linked())?;
        let linked = linked_now + state.known;
        if is_empty && linked > 0 && !puts_back {
            return self.ask(Guard::EmptyList { linked }, |run| {
                let all = view(run.book, |part| part.linked())?;
                run.names(&all)
            });
        }
        let moved = found.gone.len() + found.changed.len();
        let answers = self.answers;
        let is_many = |gone| answers.is_many_gone(Side::There, gone, linked);
        let is_last_gone = self.leaves_no_contact(&found.gone)?;
        if !is_many(moved) && !is_last_gone && !is_most(found.changed.len(), linked_now) {
            return Ok(());
        }
        // A server may have given all of them a new version, and a file may be another person's by now.
        let changed = self.look_at_changed(found)?;
        let gone: Vec<Href> = found
            .gone
            .iter()
            .chain(&changed.replaced)
            .cloned()
            .collect();
        if (is_many(gone.len()) || is_last_gone) && !puts_back {
            let gone = self.not_elsewhere(&gone, found, changed.uids)?;
            let is_last_gone = self.leaves_no_contact(&gone)?;
            if is_many(gone.len()) || is_last_gone {
                // The other linked cards are groups, or their contacts were deleted here.
                let linked = if is_last_gone { gone.len() } else { linked };
                let guard = Guard::GoneThere {
                    gone: gone.len(),
                    linked,
                };
                return self.ask(guard, |run| run.names(&gone));
            }
        }
        let changed = changed.reworded;
        if !is_most(changed.len(), linked_now) {
            return Ok(());
        }
        if puts_back {
            self.keeps_ours = true;
            return Ok(());
        }
        let guard = Guard::ChangedThere {
            changed: changed.len(),
            linked: linked_now,
        };
        self.ask(guard, |run| run.names(&changed))
    }

    /// Whether no contact here would have a card there any more, and at least one would be deleted for it. That is like
    /// an empty list, even where cards of groups or unreadable cards are left.
    fn leaves_no_contact(&mut self, gone: &[Href]) -> Result<bool, Stop> {
        if gone.is_empty() {
            return Ok(false);
        }
        view(self.book, |part| {
            let mut deletes = false;
            for href in gone {
                if let Some(row) = part.row(href)?
                    && is_deleted_with_card(part, &row)?
                {
                    deletes = true;
                    break;
                }
            }
            if !deletes {
                return Ok(false);
            }
            let gone: HashSet<&Href> = gone.iter().collect();
            for href in part.linked()? {
                if !gone.contains(&href)
                    && let Some(row) = part.row(&href)?
                    && part.person(row.contact)?.is_some()
                {
                    return Ok(false);
                }
            }
            Ok(true)
        })
    }

    /// Sorts out what the cards that changed there are now.
    fn look_at_changed(&mut self, found: &Found) -> Result<Changed, Stop> {
        let ignores_versions = self.remote.traits().ignores_versions;
        let gone = found.gone.clone();
        let mut moving = Moving::new(gone, found.changed.clone(), ignores_versions);
        let mut changed = Changed::default();
        for hrefs in found.changed.chunks(self.remote.batch()) {
            let got = self.remote.get(hrefs)?;
            view(self.book, |part| {
                for (href, got) in &got {
                    let Got::Card(_, now) = got else { continue };
                    let Some(row) = part.row(href)? else { continue };
                    if moving.is_other(part, &row, now.said())? {
                        changed.replaced.push(href.clone());
                        changed.uids.extend(uid_of(now.said()));
                    } else if has_other_words(&row.base_said(), now.said()) {
                        changed.reworded.push(href.clone());
                    }
                }
                Ok(())
            })?;
        }
        Ok(changed)
    }

    /// Those of the cards that are gone which are not elsewhere by now. `uids` are of those that are known to be.
    fn not_elsewhere(
        &mut self,
        gone: &[Href],
        found: &Found,
        mut uids: HashSet<String>,
    ) -> Result<Vec<Href>, Stop> {
        for hrefs in found.new.chunks(self.remote.batch()) {
            for (_, got) in self.remote.get(hrefs)? {
                if let Got::Card(_, now) = got {
                    uids.extend(uid_of(now.said()));
                }
            }
        }
        view(self.book, |part| {
            let mut left = Vec::new();
            for href in gone {
                let uid = part.row(href)?.and_then(|row| uid_of(&row.base_said()));
                if uid.is_none_or(|uid| !uids.contains(&uid)) {
                    left.push(href.clone());
                }
            }
            Ok(left)
        })
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

/// What the cards are that changed there.
#[derive(Default)]
struct Changed {
    /// Those in the place of which another person's is.
    replaced: Vec<Href>,
    /// The `UID`s of these.
    uids: HashSet<String>,
    /// Those that say something else.
    reworded: Vec<Href>,
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
