//! A sync of the book with one remote.

use std::cell::RefCell;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use uuid::Uuid;

use crate::config::remotes::{Historic, RemoteSettings, Removed};
use crate::domain::listing::ListQuery;
use crate::domain::operation::{Actor, SyncRun};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::{GOES, RemoteCounts, RemoteRow};
use crate::domain::sync::guard::Guard;
use crate::domain::sync::plan::{LeftOut, PlannedCard};
use crate::domain::sync::remote::{Remote, Stop, Traits};
use crate::domain::sync::report::{Did, Report};
use crate::domain::sync::run::{Answers, run};
use crate::domain::timestamp::Timestamp;
use crate::exchange::vcard::HistoricTel;
use crate::store::backup::BackupRule;
use crate::store::{Going, Options, Store};

use super::book::SyncBook;
use super::card::{CardReader, RemoteCard};
use super::carddav::AddressBook;
use super::carddav::http::Traffic;
use super::dry::{DryRemote, Tried};
use super::folder::Folder;
use super::plan::Rehearsal;
use super::server::Server;
use super::terms::{Sending, Terms};

/// After so many answers in a row that named the version that is stored, a server is taken to name it always.
const SURE: u64 = 3;

/// What is asked of a sync.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// What a person said beforehand.
    pub answers: Answers,
    /// Nothing is written, here or there.
    pub dry: bool,
    /// What is to become of the cards of a run that was taken back: whether the undo is sent, or a first sync
    /// begins again. None: a person has not said.
    pub sends_undo: Option<bool>,
    /// The cards, by their addresses, that are not of whom they seem to be: a contact is made of each.
    pub apart: &'a [String],
    /// What a person leaves as it is.
    pub left_out: Option<&'a LeftOut>,
}

/// What came of a sync.
#[derive(Debug)]
pub struct Synced {
    /// What was done, or would be.
    pub report: Report,
    /// How it ended.
    pub end: Result<(), Stop>,
    /// What was sent and read.
    pub traffic: Traffic,
    /// What would be done, card by card, where nothing was written.
    pub planned: Vec<PlannedCard>,
    /// What the remote's cards would be then, where nothing was written.
    pub then: Option<RemoteCounts>,
}

/// What was learned of a remote, as it is kept: what `callbook remote check` found, and what the runs did.
#[derive(Clone, Debug, Default)]
struct Learned(Map<String, Value>);

/// How many answers in a row named the version that is stored.
const EXACT: &str = "exact_answers";

impl Learned {
    fn of(row: &RemoteRow) -> Self {
        Self(serde_json::from_str(&row.traits).unwrap_or_default())
    }

    fn is(&self, name: &str) -> bool {
        self.0.get(name) == Some(&Value::Bool(true))
    }

    fn exact(&self) -> u64 {
        let found = self.0.get("etag_after_put").and_then(Value::as_str);
        let counted = self.0.get(EXACT).and_then(Value::as_u64);
        counted.unwrap_or(if found == Some("exact") { SURE } else { 0 })
    }

    fn traits(&self, settings: &RemoteSettings) -> Traits {
        Traits {
            exact_etags: self.exact() >= SURE,
            ignores_versions: self.is("ignores_versions"),
            read_only: self.is("read_only") || settings.read_only,
        }
    }

    fn learn(&mut self, answers: &[bool]) {
        let exact = answers.iter().fold(self.exact(), |exact, is_exact| {
            if *is_exact { SURE.min(exact + 1) } else { 0 }
        });
        self.0.insert(EXACT.to_owned(), exact.into());
    }
}

/// Whether anything may be sent to a remote: by the configuration, and by what was found out of it.
pub(super) fn may_send(row: &RemoteRow, settings: &RemoteSettings) -> bool {
    !Learned::of(row).traits(settings).read_only
}

/// A run with one remote, but for the remote itself.
struct Way<'s> {
    settings: &'s RemoteSettings,
    row: &'s RemoteRow,
    reader: CardReader,
    place: fn(&str) -> Vec<u8>,
    new_place: Box<dyn Fn(&str) -> String>,
    asked: Asked<'s>,
}

/// Syncs the book with an address book on a server.
pub fn sync_server(
    store: &mut Store,
    settings: &RemoteSettings,
    row: &RemoteRow,
    book: AddressBook,
    asked: Asked<'_>,
) -> Synced {
    server_run(store, settings, row, book, asked, None)
}

/// The same; with what is known of a remote that is only tried, the book is a copy already.
pub(super) fn server_run(
    store: &mut Store,
    settings: &RemoteSettings,
    row: &RemoteRow,
    book: AddressBook,
    asked: Asked<'_>,
    tried: Option<&mut Tried<RemoteCard>>,
) -> Synced {
    let mut learned = Learned::of(row);
    let reader = match reader(store, settings) {
        Ok(reader) => reader,
        Err(refusal) => return Synced::of(not_begun(refusal)),
    };
    let reading = reader.clone();
    let folder = book.place_for("").0;
    let folder = folder.trim_end_matches(".vcf").to_owned();
    let mut server = Server::new(
        book,
        learned.traits(settings),
        Box::new(move |etag, text| reading.got(etag, text.into_bytes())),
        Box::new(|card: &RemoteCard| String::from_utf8_lossy(card.bytes()).into_owned()),
    );
    let way = Way {
        settings,
        row,
        reader,
        place: super::carddav::href::place,
        new_place: Box::new(move |name| format!("{folder}{name}.vcf")),
        asked,
    };
    if let Some(tried) = tried {
        let mut dry = DryRemote::new(server, tried);
        let ended = way.try_on(store, &mut dry);
        let traffic = dry.remote.book().traffic();
        return Synced {
            traffic,
            ..Synced::of(ended)
        };
    }
    if asked.dry {
        let mut tried = Tried::default();
        let mut dry = DryRemote::new(server, &mut tried);
        let synced = way.rehearse(store, &mut dry);
        let traffic = dry.remote.book().traffic();
        return Synced { traffic, ..synced };
    }
    let (report, end) = way.perform(store, &mut server);
    learned.learn(&report.exact_answers);
    let known = Learned::of(row).0;
    learned
        .0
        .retain(|name, value| known.get(name) != Some(value));
    if !learned.0.is_empty() {
        // What was learned is learned again where it cannot be kept.
        let _ = store.remember_of_remote(&settings.name, &Value::Object(learned.0));
    }
    Synced {
        traffic: server.book().traffic(),
        ..Synced::of((report, end))
    }
}

/// How the cards of a remote are read.
fn reader(store: &Store, settings: &RemoteSettings) -> Result<CardReader, Refusal> {
    Ok(CardReader {
        source: format!("{}:{}", settings.kind(), settings.name),
        home: store.home(),
        fields: store.own_fields()?,
    })
}

/// Syncs the book with a folder of cards.
pub fn sync_folder(
    store: &mut Store,
    settings: &RemoteSettings,
    row: &RemoteRow,
    path: &Path,
    asked: Asked<'_>,
) -> Synced {
    folder_run(store, settings, row, path, asked, None)
}

/// The same; with what is known of a remote that is only tried, the book is a copy already.
pub(super) fn folder_run(
    store: &mut Store,
    settings: &RemoteSettings,
    row: &RemoteRow,
    path: &Path,
    asked: Asked<'_>,
    tried: Option<&mut Tried<RemoteCard>>,
) -> Synced {
    let reader = match reader(store, settings) {
        Ok(reader) => reader,
        Err(refusal) => return Synced::of(not_begun(refusal)),
    };
    let traits = Traits {
        exact_etags: true,
        ignores_versions: false,
        read_only: settings.read_only,
    };
    let mut folder = Folder::new(path, reader.clone(), traits);
    let way = Way {
        settings,
        row,
        reader,
        place: |href| href.as_bytes().to_vec(),
        new_place: Box::new(|name| format!("{name}.vcf")),
        asked,
    };
    match tried {
        Some(tried) => Synced::of(way.try_on(store, &mut DryRemote::new(folder, tried))),
        None if asked.dry => {
            let mut tried = Tried::default();
            way.rehearse(store, &mut DryRemote::new(folder, &mut tried))
        }
        None => Synced::of(way.perform(store, &mut folder)),
    }
}

type Ended = (Report, Result<(), Stop>);

impl Synced {
    /// What a run ended with.
    #[must_use]
    pub fn of((report, end): Ended) -> Self {
        Self {
            report,
            end,
            traffic: Traffic::default(),
            planned: Vec::new(),
            then: None,
        }
    }
}

impl Synced {
    /// With what would be done, where the run came to its end: what differs between a book and its copy.
    pub(super) fn planned(
        mut self,
        store: &Store,
        copy: &Store,
        settings: &RemoteSettings,
        row: &RemoteRow,
        asked: Asked<'_>,
        tried: &Tried<RemoteCard>,
    ) -> Self {
        let known = copy.known_remote(&settings.name, settings.kind(), &settings.book());
        self.then = known.ok().flatten().map(|row| row.counts);
        if self.end.is_err() {
            return self;
        }
        let planned = reader(store, settings).and_then(|reader| {
            let begins_again = row.counts.undone > 0 && asked.sends_undo == Some(false);
            let rehearsal = Rehearsal {
                remote: row.id,
                is_first: !row.confirmed || begins_again,
                sends: may_send(row, settings),
                reader,
            };
            rehearsal.planned(store, copy, tried)
        });
        match planned {
            Ok(planned) => {
                let groups = self.report.named(Did::Group);
                let groups = groups.map(|name| super::plan::group(name.to_owned()));
                let gone = self.report.named(Did::GroupGone);
                let gone = gone.map(|name| super::plan::group_gone(name.to_owned()));
                self.planned = planned.into_iter().chain(groups).chain(gone).collect();
            }
            Err(refusal) => self.end = Err(Stop::Book(Box::new(refusal))),
        }
        self
    }
}

/// A run that did not begin.
fn not_begun(refusal: Refusal) -> Ended {
    (Report::default(), Err(Stop::Book(Box::new(refusal))))
}

impl Way<'_> {
    /// Syncs for good: a backup is made first, and the first sync is confirmed by it.
    fn perform<R: Remote<Card = RemoteCard>>(self, store: &mut Store, remote: &mut R) -> Ended {
        let is_usual = self.row.confirmed && !self.asked.answers.accepts_deletions;
        let rule = if is_usual {
            BackupRule::Daily
        } else {
            BackupRule::Changed
        };
        if let Err(refusal) = store.back_up_by(rule) {
            return not_begun(refusal);
        }
        let (settings, row) = (self.settings, self.row);
        let (report, end) = self.go(store, remote);
        if end.is_ok() && !row.confirmed {
            let confirmed = store.confirm_remote(&settings.name);
            if let Err(refusal) = confirmed {
                return (report, Err(Stop::Book(Box::new(refusal))));
            }
        }
        (report, end)
    }

    /// Syncs a copy of the book with a remote that is only read, and says what would be done.
    fn rehearse<R: Remote<Card = RemoteCard>>(
        self,
        store: &Store,
        remote: &mut DryRemote<'_, R>,
    ) -> Synced {
        let (mut copy, _folder) = match copied(store) {
            Ok(copied) => copied,
            Err(refusal) => return Synced::of(not_begun(refusal)),
        };
        let (settings, row, asked) = (self.settings, self.row, self.asked);
        let (report, end) = self.try_on(&mut copy, remote);
        let synced = Synced::of((report, end));
        synced.planned(store, &copy, settings, row, asked, remote.tried)
    }

    /// Syncs a copy of the book with a remote that is only read.
    fn try_on<R: Remote<Card = RemoteCard>>(
        self,
        copy: &mut Store,
        remote: &mut DryRemote<'_, R>,
    ) -> Ended {
        let (settings, row) = (self.settings, self.row);
        if let Some(sends) = self.asked.sends_undo.filter(|_| row.counts.undone > 0)
            && let Err(refusal) = copy.decide_undone(row.id, &settings.name, sends)
        {
            return not_begun(refusal);
        }
        let (report, end) = self.go(copy, remote);
        let end = end.and_then(|()| {
            let confirmed = copy.confirm_remote(&settings.name);
            confirmed.map_err(|refusal| Stop::Book(Box::new(refusal)))
        });
        (report, end)
    }

    fn go<R: Remote<Card = RemoteCard>>(self, store: &mut Store, remote: &mut R) -> Ended {
        let Self {
            settings,
            row,
            reader,
            place,
            new_place,
            asked,
        } = self;
        let run_id = SyncRun {
            remote: settings.name.clone(),
            id: Uuid::now_v7(),
        };
        let goes = json!([settings.new, settings.only]);
        let is_set_otherwise = Learned::of(row).0.get(GOES) != Some(&goes);
        let begun = going(store, settings, row.id).and_then(|only| {
            store.write_remote(row.id, &run_id, "", |book| {
                book.hold(only.as_ref())?;
                if is_set_otherwise {
                    book.look_at_all()?;
                }
                Ok(())
            })?;
            if is_set_otherwise {
                store.remember_of_remote(&settings.name, &json!({ GOES: goes }))?;
            }
            Ok(only)
        });
        let only = match begun {
            Ok(only) => only,
            Err(refusal) => return not_begun(refusal),
        };
        let left = match store.unchanged_since(row.left_contacts()) {
            Ok(contacts) => contacts,
            Err(refusal) => return not_begun(refusal),
        };
        let said = asked.left_out.cloned().unwrap_or_default();
        let left_out = LeftOut {
            contacts: [said.contacts.as_slice(), &left].concat(),
            cards: said.cards,
        };
        let home = store.home();
        let mut book = SyncBook {
            store,
            remote: row.id,
            run: run_id,
            terms: Terms {
                reader,
                sending: Sending {
                    new: settings.new,
                    only: only.map(|only| only.go),
                    bins_removed: settings.removed == Removed::Bin,
                    historic: match settings.historic {
                        Historic::Beside => HistoricTel::Beside,
                        Historic::Hidden => HistoricTel::Hidden,
                    },
                },
                place,
                new_place,
                groups: RefCell::default(),
                apart: asked.apart,
                left_out: &left_out,
            },
            home,
        };
        let answers = Answers {
            pending: Guard::remembered(&row.traits),
            ..asked.answers
        };
        let (report, end) = run(remote, &mut book, answers);
        if end.is_ok() && !said.contacts.is_empty() {
            let kept = book.store.leave_contacts(&settings.name, &said.contacts);
            if let Err(refusal) = kept {
                return (report, Err(Stop::Book(Box::new(refusal))));
            }
        }
        (report, end)
    }
}

/// What the names of folders with copies begin with.
const COPY: &str = "callbook-sync-";

/// How long a copy may be in use.
const STALE: Duration = Duration::from_hours(24);

/// The folders with copies that this program has now.
static COPIES: Mutex<Vec<PathBuf>> = Mutex::new(Vec::new());

/// Removes what this program copied: it ends while a copy is still in use.
pub fn drop_copies() {
    for folder in COPIES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .drain(..)
    {
        let _ = fs::remove_dir_all(folder);
    }
}

/// Removes copies of programs that were killed before they could do so.
fn drop_stale_copies() {
    let Ok(folders) = fs::read_dir(std::env::temp_dir()) else {
        return;
    };
    for folder in folders.flatten() {
        let is_copy = folder.file_name().to_string_lossy().starts_with(COPY);
        let age = folder
            .metadata()
            .ok()
            .and_then(|of| of.modified().ok()?.elapsed().ok());
        if is_copy && age.is_some_and(|age| age > STALE) {
            // Those of others cannot be removed, and are not ours to mind.
            let _ = fs::remove_dir_all(folder.path());
        }
    }
}

/// A copy of a book, in a folder that goes with it.
pub(super) fn copied(store: &Store) -> Result<(Store, TempDir), Refusal> {
    let failed = |error: std::io::Error| {
        let why = format!("cannot make a copy to try the sync on: {error}");
        Refusal::new(Kind::Storage, why)
    };
    drop_stale_copies();
    let folder = tempfile::Builder::new()
        .prefix(COPY)
        .permissions(Permissions::from_mode(0o700))
        .tempdir()
        .map_err(failed)?;
    let mut copies = COPIES.lock().unwrap_or_else(PoisonError::into_inner);
    copies.push(folder.path().to_owned());
    drop(copies);
    let path = folder.path().join("book.db");
    store.copy_to(&path)?;
    let options = Options {
        home: store.home(),
        actor: Actor::Command,
        clock: Box::new(|| Timestamp::from_utc(chrono::Utc::now())),
        file_system: None,
        sort_prefixes: None,
    };
    let mut copy = Store::open(&path, options)?;
    copy.set_stop(store.stop().clone())?;
    Ok((copy, folder))
}

/// The contacts that go to a remote; all where it is none.
fn going(store: &Store, settings: &RemoteSettings, remote: i64) -> Result<Option<Going>, Refusal> {
    let Some(filter) = &settings.only else {
        return Ok(None);
    };
    let query = ListQuery {
        text: filter.clone(),
        fields: store.own_fields()?,
        ..ListQuery::default()
    };
    store.going(remote, &query).map(Some)
}
