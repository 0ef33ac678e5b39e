//! The store's thread: what the screens ask, answered.

use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use anyhow::Context as _;

use crate::config::shown;
use crate::domain::damage::{Damage, FoundBackup, Sound};
use crate::domain::edit::Done;
use crate::domain::files::FileForm;
use crate::domain::number::Region;
use crate::domain::operation::{RecordKey, UndoPoint};
use crate::domain::own_fields::OwnFields;
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::Task;
use crate::exchange::vcard::attachments;
use crate::exchange::{csv, vcard};
use crate::export::{self, ExportForm, IsThere};
use crate::import::{Batch, card_format, expanded, typed};
use crate::store::backup::{self, Force};
use crate::store::{Options, Store, Watch};
use crate::tui::protocol::{Chosen, Msg, Reply, Request, Step, Ticket, Write, Written};

use super::book_watch;
use super::config_file;
use super::event::Event;
use super::photo;
use super::workers::{self, Open};

/// Answers what is asked of the store, on a thread of its own.
#[derive(Debug)]
pub struct StoreThread {
    replies: Sender<Event>,
    stop: Stop,
    rejects: Option<PathBuf>,
}

impl StoreThread {
    /// A thread that sends its answers to `replies`, gives up what takes long when `stop` asks it to, and
    /// keeps what cannot be imported in the folder `rejects`.
    #[must_use]
    pub const fn new(replies: Sender<Event>, stop: Stop, rejects: Option<PathBuf>) -> Self {
        Self {
            replies,
            stop,
            rejects,
        }
    }

    /// Opens the store, answers until the window closes, and closes it. Some seconds after the
    /// last write the log is emptied, so that a copy of the book's file is complete.
    pub(super) fn keep(
        &self,
        path: &Path,
        options: Options,
        fields: OwnFields,
        asked: &Receiver<(Ticket, Request)>,
        open: &Open,
    ) {
        let replies = &self.replies;
        let home = options.home;
        let mut store = match Store::open(path, options) {
            Ok(store) => store,
            Err(refusal) if refusal.kind == Kind::Damaged => {
                match self.put_back(path, home, &refusal, asked) {
                    Some(store) => store,
                    None => return,
                }
            }
            Err(refusal) => {
                let _ = replies.send(Event::Opened(Err(refusal)));
                return;
            }
        };
        store.learn_fields(&vcard::Format { fields });
        let _ = replies.send(Event::Opened(Ok(store.read_only().map(str::to_owned))));
        // Without it, only what is counted in steps can be stopped.
        let _ = store.set_stop(self.stop.clone());
        let counts = workers::count(path, open, replies);
        let _backup = workers::back_up(path, open);
        book_watch::watch(store.path(), replies);
        // A program that was killed may have left a log.
        let mut pause = PAUSE;
        let mut due = Some(Instant::now() + pause);
        loop {
            let first = match due {
                None => asked.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(due) => asked.recv_timeout(due.saturating_duration_since(Instant::now())),
            };
            match first {
                Ok(first) => {
                    let waiting: Vec<_> = std::iter::once(first).chain(asked.try_iter()).collect();
                    match self.serve(&mut store, &waiting, &counts.work, open) {
                        ControlFlow::Continue(Served::Read) => {}
                        ControlFlow::Continue(Served::Written) => {
                            pause = PAUSE;
                            due = Some(Instant::now() + pause);
                        }
                        ControlFlow::Break(()) => break,
                    }
                }
                Err(RecvTimeoutError::Timeout) => {
                    due = match store.checkpoint() {
                        Ok(true) => None,
                        // Another program reads or writes: ever less often, for it may do so all day.
                        Ok(false) => {
                            pause *= 2;
                            Some(Instant::now() + pause)
                        }
                        Err(refusal) => {
                            let trouble = Msg::Trouble(refusal.to_string());
                            let _ = replies.send(Event::Msg(trouble));
                            None
                        }
                    };
                }
                Err(RecvTimeoutError::Disconnected) => break,
            }
        }
        // Requests that come now are not answered. After this loop nothing can stop the work here.
        while asked.recv().is_ok() {}
        self.close(&store);
    }

    /// Closes the book, and reports if it is no longer at its path.
    fn close(&self, store: &Store) {
        // What ended the work is not to end the look at whether the book is still there.
        self.stop.take_back();
        let tell = |words| {
            let _ = self.replies.send(Event::Msg(Msg::Trouble(words)));
        };
        if store.is_lost() {
            // The backup may take long, and the main thread waits for the end: it has to know why.
            let path = shown(store.path());
            tell(format!(
                "{path} was deleted or replaced while callbook had it open"
            ));
        }
        if let Err(refusal) = store.checkpoint() {
            tell(refusal.to_string());
        }
    }

    /// Answers waiting requests; breaks once the window is closed. Of the reads of a page that
    /// wait, only the newest of each kind is answered: the others' answers would be dropped.
    fn serve(
        &self,
        store: &mut Store,
        waiting: &[(Ticket, Request)],
        counts: &Sender<Ticket>,
        open: &Open,
    ) -> ControlFlow<(), Served> {
        let tell = |ticket, reply| match self.replies.send(Event::Msg(Msg::Store(ticket, reply))) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let mut served = Served::Read;
        for (at, (ticket, request)) in waiting.iter().enumerate() {
            // Undo and redo queue; of whatever else is waited for there is only one at a time.
            let stale = !matches!(request, Request::Write(_))
                && waiting.iter().skip(at + 1).any(|(other, later)| {
                    other.page == ticket.page && later.kind() == request.kind()
                });
            if stale {
                continue;
            }
            if *request == Request::Worklist {
                // Nobody waits for the counts; the next write is not to wait for them either.
                let _ = counts.send(*ticket);
                continue;
            }
            if store.changed_elsewhere().unwrap_or(false) {
                tell(*ticket, Reply::ChangedElsewhere)?;
            }
            self.stop.take_back();
            // In this order: a stop that the end asks for is never taken back.
            if open.is_to_close() {
                return ControlFlow::Break(());
            }
            if matches!(request, Request::Write(_)) {
                served = Served::Written;
            }
            let reply = self.answer(store, *ticket, request.clone());
            tell(*ticket, reply.unwrap_or_else(Reply::Refused))?;
        }
        // After the answers: the first rows are on the screen by then. Where it cannot be loaded,
        // a search goes on without it.
        let _ = store.prepare_search();
        ControlFlow::Continue(served)
    }

    /// Tells what is wrong with a database that is damaged and which backup there is, and puts that
    /// back when the person says so. Gives the database that is there then; none where they leave.
    fn put_back(
        &self,
        path: &Path,
        home: Option<Region>,
        refusal: &Refusal,
        asked: &Receiver<(Ticket, Request)>,
    ) -> Option<Store> {
        let tell = |msg| self.replies.send(Event::Msg(msg)).ok();
        let mut damage = Damage {
            // The page names the file itself.
            why: refusal
                .reason
                .clone()
                .unwrap_or_else(|| refusal.to_string()),
            found: None,
        };
        tell(Msg::Damaged(damage.clone()))?;
        // A folder that cannot be read has no backup to offer.
        let (sound, passed_over) = backup::newest_sound(path).unwrap_or_default();
        damage.found = Some(FoundBackup {
            sound: sound.map(|backup| Sound {
                path: backup.path,
                at: backup.at,
                bytes: backup.bytes,
            }),
            passed_over,
        });
        tell(Msg::Damaged(damage))?;
        let options = || Options {
            home,
            ..workers::options()
        };
        while let Ok((ticket, request)) = asked.recv() {
            // What was asked before it was known is not answered: it is asked again.
            let Request::PutBack(chosen) = request else {
                continue;
            };
            let restored = backup::restore(path, &chosen, Force::No, options())
                .and_then(|aside| Ok((aside, Store::open(path, options())?)));
            match restored {
                Ok((aside, store)) => {
                    tell(Msg::Store(
                        ticket,
                        Reply::PutBack(aside.as_deref().map(shown)),
                    ))?;
                    return Some(store);
                }
                Err(refusal) => tell(Msg::Store(ticket, Reply::Refused(refusal)))?,
            }
        }
        None
    }

    /// One answer.
    ///
    /// # Errors
    /// What the store refuses.
    pub fn answer(
        &self,
        store: &mut Store,
        ticket: Ticket,
        request: Request,
    ) -> Result<Reply, Refusal> {
        store.set_watch(Some(self.watch(ticket)));
        Ok(match request {
            Request::RowsOf(ids) => Reply::Rows(store.rows_of(&ids)?),
            Request::Rows(query, first, count, columns) => {
                let mut rows = store.rows(&query, first, count)?;
                store.add_columns(&mut rows, columns)?;
                Reply::Rows(rows)
            }
            Request::Count(query) => Reply::Count(store.count(&query)?),
            Request::Totals => Reply::Totals(store.totals()?),
            Request::Place(query, id) => Reply::Place(store.place(&query, id)?),
            Request::Ids(query, first, count) => {
                Reply::Ids(first, store.ids(&query, first, count)?)
            }
            Request::Profile(id) | Request::Recalled(id) => {
                Reply::Profile(match store.profile(id) {
                    Ok(mut profile) => {
                        let card = profile.full.contact.card;
                        let card = card.map(|card| store.card(card)).transpose()?;
                        profile.attachments = card.as_deref().map_or_else(Vec::new, attachments);
                        profile.related = store.related(&profile.full.contact)?;
                        Some(Box::new(profile))
                    }
                    Err(refusal) if refusal.kind == Kind::NotFound => None,
                    Err(refusal) => return Err(refusal),
                })
            }
            Request::Holders(typed, except) => Reply::Holders(store.holders(&typed, except)?),
            Request::Named(name, except) => Reply::Named(store.named(&name, except)?),
            Request::History(id) => {
                let mut entries = store.history(id, 500)?;
                let operations = entries.iter_mut().map(|entry| &mut entry.operation);
                export::name_attachments(store, operations)?;
                Reply::History(entries)
            }
            Request::Steps(before, count) => Reply::Steps(store.steps(before, count)?),
            Request::StepRows(id, count) => {
                let mut rows = store.step_rows(id, count)?;
                let operations = rows.iter_mut().map(|row| &mut row.operation);
                export::name_attachments(store, operations)?;
                Reply::StepRows(id, rows)
            }
            Request::Bin(count) => Reply::Bin(store.bin(count)?),
            Request::Tags => Reply::Tags(store.tags()?),
            Request::Duplicates => Reply::Duplicates(store.duplicates()?),
            Request::People(ids) => Reply::People(store.people(&ids)?),
            Request::Rehearse(task) => {
                let rehearsal = store.rehearse(&task, &card_format(store)?)?;
                Reply::Rehearsed(task, Box::new(rehearsal))
            }
            Request::Health => Reply::Health(Box::new(store.health()?)),
            Request::Remotes => Reply::Remotes(store.remotes()?),
            Request::BroughtBack => Reply::BroughtBack(store.brought_back()?),
            Request::RemoteDetails(name) => {
                Reply::RemoteDetails(Box::new(store.remote_details(&name)?))
            }
            Request::Conflicts => Reply::Conflicts(store.conflicts()?),
            Request::Dates => Reply::Dates(store.dated()?),
            Request::Worklist => Reply::Worklist(store.worklist()?),
            Request::Values => Reply::Values(store.values()?),
            Request::Used(used) => {
                store.set_used(used);
                Reply::Noted
            }
            Request::RehearseImport(chosen, options) => {
                let paths = match chosen {
                    Chosen::Typed(text) => typed(&text)?,
                    Chosen::Paths(paths) => paths,
                };
                let batch = Batch::of(&paths)?.with(&options);
                let name = batch.name().to_owned();
                let rehearsal = crate::import::rehearse(store, batch, &options.choices)?;
                Reply::RehearsedImport(paths, name, Box::new(rehearsal))
            }
            Request::Export(selection, path, form, there) => {
                let path = expanded(&path);
                let form = form_of(form);
                match export::file(store, &selection, form, &path, there) {
                    Err(error) if error.is::<IsThere>() => Reply::FileExists,
                    written => {
                        let written = written.map_err(refusal)?;
                        Reply::Exported(written.contacts, path, written.lacking_words(form))
                    }
                }
            }
            Request::Cards(selection) => {
                let mut cards = Vec::new();
                let form = ExportForm::Cards(None);
                let written =
                    export::stream(store, &selection, form, &mut cards).map_err(refusal)?;
                Reply::Cards(
                    written.contacts,
                    String::from_utf8_lossy(&cards).into_owned(),
                )
            }
            Request::SmallCard(id) => {
                let full = store.profile(id)?.full;
                Reply::SmallCard(vcard::small(&full, store.home()))
            }
            Request::SaveAttachment(id, place, path, there) => {
                let path = expanded(&path);
                let bytes = photo::attached(store, id, place)?;
                match export::bytes(store, &bytes, &path, there) {
                    Err(error) if error.is::<IsThere>() => Reply::FileExists,
                    written => {
                        written.map_err(refusal)?;
                        Reply::Saved(path)
                    }
                }
            }
            Request::SaveFilter(file, filter) => {
                let name = shown(&file);
                config_file::add(&file, &filter)
                    .with_context(|| format!("cannot save the filter in {name}"))
                    .map_err(refusal)?;
                Reply::FilterSaved(filter, name)
            }
            Request::Write(write) => Reply::Written(self.written(store, write)?),
            Request::SetHome(home) => {
                store.set_home(home);
                Reply::Noted
            }
            // Writes of other programs were reported above, the book is not damaged here, and what a remote is and a
            // sync would do is for the network's thread to say.
            Request::Look
            | Request::PutBack(_)
            | Request::PlanSync(..)
            | Request::CheckRemote(_) => Reply::Noted,
        })
    }

    fn written(&self, store: &mut Store, write: Write) -> Result<Written, Refusal> {
        let turned = |step, point| Written {
            point,
            step,
            contact: None,
            report: None,
            thrown: Vec::new(),
        };
        let forward = |point, contact| Written {
            contact,
            ..turned(Step::Forward, point)
        };
        Ok(match write {
            Write::Phone(id, sent) => {
                let done = store.update_phone(id, sent, Vec::new())?;
                forward(done.point, Some(done.value.contact))
            }
            Write::Photo(id, seen, path) => {
                let done = photo::put(store, id, seen, &expanded(&path))?;
                forward(done.point, Some(id))
            }
            Write::DeletePhoto(id, seen, place) => {
                let done = photo::delete(store, id, seen, place)?;
                forward(done.point, Some(id))
            }
            Write::AddPhone(owner, sent) => forward(
                store.create_phone(owner, sent, Vec::new())?.point,
                Some(owner),
            ),
            Write::DeletePhone(id, stamp) => {
                forward(store.delete_phone(id, Some(stamp))?.point, None)
            }
            Write::Contact(edit) => {
                let done = store.save_contact(*edit)?;
                forward(done.point, Some(done.value))
            }
            Write::ContactAttributes(id, sent) => {
                forward(store.update_contact(id, *sent, Vec::new())?.point, Some(id))
            }
            Write::Perform(Task::Undo(id), seen) => {
                store.perform(&Task::Undo(id), seen, &card_format(store)?)?;
                let steps = store.steps(id.checked_add(1), 1)?;
                let mut undone = steps.into_iter().map(|step| step.point);
                let undone = undone.find(|step| step.id == id);
                turned(undone_step(store, undone.as_ref())?, undone)
            }
            Write::Perform(task, seen) => {
                let done = store.perform(&task, seen, &card_format(store)?)?;
                forward(done.point, done.value.kept)
            }
            Write::Shared(numbers) => forward(store.mark_shared(&numbers)?.point, None),
            Write::Namesakes(ids) => forward(store.mark_namesakes(&ids)?.point, None),
            Write::RestoreContact(id, step) => {
                forward(store.restore_contact(id, step)?.point, Some(id))
            }
            Write::RestorePhone(owner, id, step) => {
                forward(store.restore_phone(owner, id, step)?.point, Some(owner))
            }
            Write::BringBack(key) => {
                let contact = match key {
                    RecordKey::Contact(id) => Some(id),
                    RecordKey::Phone(_) => None,
                };
                forward(store.bring_back(key)?.point, contact)
            }
            Write::EmptyBin => {
                let thrown = store.empty_bin(&card_format(store)?)?;
                let _ = crate::state::forget(store.path(), &thrown);
                Written {
                    thrown,
                    ..turned(Step::Emptied(store.own_backups()), None)
                }
            }
            Write::Decide(decided) => forward(store.decide(&decided)?.point, None),
            Write::Pause(name, pauses) => {
                store.pause_remote(&name, pauses)?;
                turned(Step::Paused(pauses), None)
            }
            Write::KeepBroughtBack(name, contact) => {
                store.keep_brought_back(&name, contact)?;
                turned(Step::KeptBack, None)
            }
            Write::SendUndo(name) => {
                let rows = store.remotes()?;
                let row = rows.into_iter().find(|row| row.name == name);
                let row = row.ok_or_else(|| Refusal::not_found("remote", &name))?;
                store.decide_undone(row.id, &name, true)?;
                turned(Step::UndoIsSent, None)
            }
            Write::Undo(over) => turned(Step::Undone, store.undo_over(over)?),
            Write::UndoStep(id, over) => {
                let undone = store.undo_step(id, over)?;
                turned(undone_step(store, Some(&undone))?, Some(undone))
            }
            Write::UndoBackTo(id, seen) => {
                let steps = store.undo_back_to(id, seen)?;
                turned(Step::UndoneBackTo(steps.len()), steps.into_iter().last())
            }
            Write::Redo => turned(Step::Redone, store.redo()?),
            Write::Import(paths, options, seen) => {
                let folder = self.rejects.clone().ok_or(io::ErrorKind::NotFound.into());
                let batch = Batch::of(&paths)?.with(&options).keeping(folder);
                let imported = crate::import::perform(store, batch, &options.choices, seen)?;
                let Done { value, point } = imported;
                Written {
                    report: Some(Box::new(value)),
                    ..forward(point, None)
                }
            }
        })
    }

    /// Tells the screens how far long work has come; where they are gone, it is to stop.
    fn watch(&self, ticket: Ticket) -> Watch {
        let (replies, stop) = (self.replies.clone(), self.stop.clone());
        Box::new(move |progress| {
            let told = replies.send(Event::Msg(Msg::Progress(ticket, progress)));
            if told.is_err() {
                stop.ask();
            }
        })
    }
}

/// What a request did.
enum Served {
    Read,
    Written,
}

/// How long after the last write the log is emptied.
const PAUSE: Duration = Duration::from_secs(3);

/// The form of an export, as it is written.
fn form_of(form: FileForm) -> ExportForm {
    let table = |form| ExportForm::Table(form, csv::Guard::Exact);
    match form {
        FileForm::Cards => ExportForm::Cards(None),
        FileForm::Cards3 => ExportForm::Cards(Some(vcard::Version::V30)),
        FileForm::Cards4 => ExportForm::Cards(Some(vcard::Version::V40)),
        FileForm::Table => table(csv::TableForm::Plain),
        FileForm::Google => table(csv::TableForm::Google),
        FileForm::Outlook => table(csv::TableForm::Outlook),
        FileForm::Book => ExportForm::Book,
    }
}

/// What an export says, as the screens show it.
fn refusal(error: anyhow::Error) -> Refusal {
    match error.downcast::<Refusal>() {
        Ok(refusal) => refusal,
        Err(error) => Refusal::new(Kind::Storage, format!("{error:#}")),
    }
}

/// What kind of step was undone: after a sync a remote may wait for a person.
fn undone_step(store: &Store, undone: Option<&UndoPoint>) -> Result<Step, Refusal> {
    let is_sync = undone.is_some_and(|point| point.run.is_some());
    let waits = is_sync && store.remotes()?.iter().any(|row| row.counts.undone > 0);
    Ok(if waits {
        Step::UndoneSync
    } else {
        Step::Undone
    })
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;
    use std::sync::mpsc::channel;

    use super::super::workers::{Open, options};
    use super::Event;
    use super::{Msg, Request, Stop, Store, StoreThread, Ticket};
    use crate::domain::contact::ContactId;
    use crate::tui::protocol::PageId;

    #[test]
    fn of_reads_that_wait_the_newest_of_each_page_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let mut store = Store::open(&folder.path().join("book.db"), options()).unwrap();
        let (replies, told) = channel();
        let (counts, _asked) = channel();
        let (open, _closed) = Open::new();
        let thread = StoreThread::new(replies, Stop::default(), None);
        let ask = |number, page, request| {
            let page = PageId(page);
            (Ticket { number, page }, request)
        };
        let waiting = [
            ask(1, 0, Request::Profile(ContactId(uuid::Uuid::from_u128(1)))),
            ask(2, 7, Request::Profile(ContactId(uuid::Uuid::from_u128(2)))),
            ask(3, 0, Request::Profile(ContactId(uuid::Uuid::from_u128(3)))),
            ask(4, 0, Request::Totals),
        ];
        let served = thread.serve(&mut store, &waiting, &counts, &open);
        assert!(matches!(served, ControlFlow::Continue(_)));
        let answered: Vec<u64> = told
            .try_iter()
            .filter_map(|event| match event {
                Event::Msg(Msg::Store(ticket, _)) => Some(ticket.number),
                _ => None,
            })
            .collect();
        assert_eq!(answered, [2, 3, 4]);
    }
}
