//! The sync's thread: it sleeps until a remote is due or a person asks, and has a connection to the book only
//! while a sync goes on. Nothing waits for it: what the end of the program cuts off, the next sync goes on with.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use crate::config::remotes::RemoteSettings;
use crate::domain::number::Region;
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::RemoteRow;
use crate::domain::secret::Secret;
use crate::domain::sync::plan::SyncPlan;
use crate::domain::sync::records::shown_name;
use crate::domain::sync::remote;
use crate::domain::sync::report::Did;
use crate::domain::sync::run::Answers;
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;
use crate::store::sync_lock::{Locked, SyncLock};
use crate::store::{Options, Store};
use crate::sync::check::check;
use crate::sync::one::Asked;
use crate::sync::rounds::{Outcome, RoundsAsked, sync_all, why_stopped};
use crate::tui::protocol::{AfterUndo, Msg, Reply, SyncOrder, Ticket, Tone};
use crate::tui::remotes::is_typed;

use super::event::Event;
use super::workers;

/// How long after the book is open the first sync begins: what is seen first comes first.
const AT_START: Duration = Duration::from_millis(300);

/// How long a sync that nobody asked for waits where another program syncs.
const LATER: Duration = Duration::from_mins(1);

/// What the thread is told.
enum Order {
    /// The book is open, and can be written.
    Opened,
    /// A person asks for this.
    Sync(SyncOrder),
    /// A person asks what a sync with a remote would do.
    Plan(Ticket, String, AfterUndo),
    /// A person asks what a remote is.
    Check(Ticket, String),
    /// A person typed the password of a remote.
    Password(String, Secret),
    /// A person changed something.
    Written,
    /// National numbers are of this country, or of none.
    Home(Option<Region>),
}

/// The thread, as the rest of the runtime has it.
pub(super) struct Network {
    orders: Sender<Order>,
    stop: Stop,
}

impl Network {
    /// Starts the thread, where any remote is set.
    pub(super) fn start(
        path: PathBuf,
        home: Option<Region>,
        remotes: Vec<RemoteSettings>,
        events: Sender<Event>,
    ) -> Self {
        let (orders, told) = channel();
        let stop = Stop::default();
        let due = |settings| Due {
            settings,
            next: None,
            changed: None,
        };
        let syncing = Syncing {
            path,
            home,
            remotes: remotes.into_iter().map(due).collect(),
            passwords: HashMap::new(),
            events,
            stop: stop.clone(),
        };
        if !syncing.remotes.is_empty() {
            thread::spawn(move || syncing.keep(&told));
        }
        Self { orders, stop }
    }

    fn tell(&self, order: Order) {
        // Where there is no remote, there is no thread.
        let _ = self.orders.send(order);
    }

    pub(super) fn opened(&self) {
        self.tell(Order::Opened);
    }

    pub(super) fn sync(&self, order: SyncOrder) {
        self.stop.take_back();
        self.tell(Order::Sync(order));
    }

    pub(super) fn plan(&self, ticket: Ticket, name: String, after: AfterUndo) {
        self.stop.take_back();
        self.tell(Order::Plan(ticket, name, after));
    }

    pub(super) fn check(&self, ticket: Ticket, name: String) {
        self.tell(Order::Check(ticket, name));
    }

    pub(super) fn password(&self, name: String, password: Secret) {
        self.tell(Order::Password(name, password));
    }

    pub(super) fn stop(&self) {
        self.stop.ask();
    }

    pub(super) fn written(&self) {
        self.tell(Order::Written);
    }

    pub(super) fn set_home(&self, home: Option<Region>) {
        self.tell(Order::Home(home));
    }
}

/// A remote, and when it is synced by itself.
struct Due {
    settings: RemoteSettings,
    /// At the latest then.
    next: Option<Instant>,
    /// For something was changed, and nothing more until then.
    changed: Option<Instant>,
}

impl Due {
    fn at(&self) -> Option<Instant> {
        [self.next, self.changed].into_iter().flatten().min()
    }
}

/// What a sync says to a person.
type Told = Option<(Tone, String)>;

/// The thread itself.
struct Syncing {
    path: PathBuf,
    home: Option<Region>,
    remotes: Vec<Due>,
    /// The passwords that a person typed and when, by the names of their remotes; gone with the program.
    passwords: HashMap<String, (Secret, Timestamp)>,
    events: Sender<Event>,
    stop: Stop,
}

impl Syncing {
    /// Does what it is told, and what is due, until the program ends.
    fn keep(mut self, orders: &Receiver<Order>) {
        loop {
            let order = match self.remotes.iter().filter_map(Due::at).min() {
                None => orders.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => orders.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match order {
                Ok(Order::Opened) => {
                    let now = Instant::now();
                    for one in &mut self.remotes {
                        let every = one.settings.every.map(|every| now + every);
                        one.next = if one.settings.on_start {
                            Some(now + AT_START)
                        } else {
                            every
                        };
                    }
                }
                Ok(Order::Written) => {
                    let now = Instant::now();
                    for one in &mut self.remotes {
                        one.changed = one.settings.on_change.map(|after| now + after);
                    }
                }
                Ok(Order::Home(home)) => self.home = home,
                Ok(Order::Password(name, password)) => {
                    let now = Timestamp::from_utc(chrono::Utc::now());
                    self.passwords.insert(name, (password, now));
                }
                Ok(Order::Sync(order)) => self.sync(&order, true),
                Ok(Order::Plan(ticket, name, after)) => self.plan(ticket, &name, after),
                Ok(Order::Check(ticket, name)) => self.check(ticket, &name),
                Err(RecvTimeoutError::Timeout) => {
                    let now = Instant::now();
                    let due = self.remotes.iter();
                    let due = due.filter(|one| one.at().is_some_and(|at| at <= now));
                    let names: Vec<_> = due.map(|one| one.settings.name.clone()).collect();
                    self.stop.take_back();
                    self.sync(&SyncOrder::usual(names), false);
                }
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn tell(&self, on: Vec<String>, told: Told) {
        let _ = self.events.send(Event::Msg(Msg::Sync(on, told)));
    }

    /// Syncs some remotes, says so, and says what came of it.
    fn sync(&mut self, order: &SyncOrder, by_person: bool) {
        let names = &order.names;
        let synced = self.synced(order, by_person);
        let (told, is_later) = match synced {
            Ok(told) => (told, false),
            Err(Kept::Elsewhere) => (
                Some((Tone::Plain, Locked::Elsewhere.refusal().to_string())),
                true,
            ),
            Err(Kept::Refused(refusal)) if refusal.kind == Kind::Stopped => (
                Some((Tone::Plain, "the sync was stopped".to_owned())),
                false,
            ),
            Err(Kept::Refused(refusal)) => (Some((Tone::Bad, refusal.to_string())), false),
        };
        let read = self.open().and_then(|store| store.remotes());
        let rows = read.as_deref().unwrap_or_default();
        let now = Instant::now();
        for one in &mut self.remotes {
            if names.contains(&one.settings.name) {
                one.changed = None;
                let every = one.settings.every;
                let after = if is_later {
                    every.map(|every| every.min(LATER))
                } else {
                    // One that could not be reached is tried again before its turn.
                    let again = rows.iter().find(|row| row.name == one.settings.name);
                    let again = again.and_then(wait);
                    every.map(|every| again.map_or(every, |again| every.min(again)))
                };
                one.next = after.map(|after| now + after);
            }
        }
        // Of a sync that nobody asked for, only what needs a person is said; that is in what was told.
        let is_said = by_person || !is_later;
        if let Ok(rows) = read {
            // One that was refused is asked for anew.
            self.passwords.retain(|name, (_, typed_at)| {
                let row = rows.iter().find(|row| row.name == *name);
                !row.is_some_and(|row| row.has_refused_password_of(*typed_at))
            });
            let _ = self.events.send(Event::Msg(Msg::Remotes(rows)));
        }
        self.tell(Vec::new(), told.filter(|_| is_said));
    }

    fn open(&self) -> Result<Store, Refusal> {
        let options = Options {
            home: self.home,
            ..workers::options()
        };
        let mut store = Store::open(&self.path, options)?;
        store.set_stop(self.stop.clone())?;
        Ok(store)
    }

    /// Says what a sync with a remote would do, to the page that asks.
    fn plan(&self, ticket: Ticket, name: &str, after: AfterUndo) {
        let planned = self.planned(name, after).map_err(|kept| match kept {
            Kept::Elsewhere => Locked::Elsewhere.refusal(),
            Kept::Refused(refusal) => refusal,
        });
        let reply = planned.map_or_else(Reply::Refused, |plan| Reply::PlannedSync(Box::new(plan)));
        self.tell(Vec::new(), None);
        let _ = self.events.send(Event::Msg(Msg::Store(ticket, reply)));
    }

    /// Says what a remote is, to the page that asks; how it is may be another then.
    fn check(&self, ticket: Ticket, name: &str) {
        let open = || {
            let settings = self.settings(name)?;
            let store = self.open()?;
            let told = check(&store, settings, &mut |_| self.typed(name))?;
            Ok((told, store.remotes()?))
        };
        let reply = match open() {
            Ok((told, rows)) => {
                let _ = self.events.send(Event::Msg(Msg::Remotes(rows)));
                Reply::CheckedRemote(told)
            }
            Err(refusal) => Reply::Refused(refusal),
        };
        let _ = self.events.send(Event::Msg(Msg::Store(ticket, reply)));
    }

    fn settings(&self, name: &str) -> Result<&RemoteSettings, Refusal> {
        let is_it = |one: &&Due| one.settings.name == name;
        let known = self.remotes.iter().find(is_it);
        let settings = known.map(|one| &one.settings);
        settings.ok_or_else(|| Refusal::not_found("remote", name))
    }

    fn planned(&self, name: &str, after: AfterUndo) -> Result<SyncPlan, Kept> {
        let settings = self.settings(name)?;
        let mut store = self.open()?;
        let rows = store.remotes()?;
        let why = self.hindrance(settings, &rows);
        if let Some(why) = why.filter(|_| !self.is_new(settings, &rows)) {
            return Err(Refusal::new(Kind::Invalid, why).into());
        }
        let _lock = lock(&store)?;
        self.tell(vec![name.to_owned()], None);
        let asked = RoundsAsked {
            asked: Asked {
                answers: Answers {
                    accepts_deletions: true,
                    ..Answers::default()
                },
                dry: true,
                sends_undo: after.sends(),
                ..Asked::default()
            },
            by_person: true,
            ..RoundsAsked::default()
        };
        let here = store.totals()?.contacts;
        let outcomes = sync_all(&mut store, &[settings], asked, &mut |name, _| {
            self.typed(name)
        })?;
        let run = match outcomes.into_iter().next() {
            Some(Outcome::Synced(run) | Outcome::Planned(run)) => run,
            Some(Outcome::Undone(_)) => {
                let why = format!("a sync with {name} was undone: say first how it goes on");
                return Err(Refusal::new(Kind::Invalid, why).into());
            }
            _ => return Err(Refusal::new(Kind::Invalid, format!("{name} is not synced")).into()),
        };
        if let Err(stop) = &run.synced.end {
            let kind = match stop {
                remote::Stop::Stopped => Kind::Stopped,
                _ => Kind::Busy,
            };
            let why = format!("{name} cannot be read: {}", why_stopped(stop));
            return Err(Refusal::new(kind, why).into());
        }
        let is_first = !run.row.confirmed || after == AfterUndo::BeginsAgain;
        Ok(SyncPlan::new(
            name.to_owned(),
            is_first,
            here,
            run.synced.planned,
        ))
    }

    /// The password of a remote that a person typed.
    fn typed(&self, name: &str) -> Option<String> {
        let typed = self.passwords.get(name);
        typed.map(|(password, _)| password.text().to_owned())
    }

    /// Whether the password of a remote has still to be typed.
    fn lacks_password(&self, settings: &RemoteSettings) -> bool {
        is_typed(settings) && !self.passwords.contains_key(&settings.name)
    }

    /// Whether the first sync with a remote is to be done, and can be done from here.
    fn is_new(&self, settings: &RemoteSettings, rows: &[RemoteRow]) -> bool {
        let row = settings.known_in(rows);
        row.is_none_or(|row| !row.paused && !row.confirmed) && !self.lacks_password(settings)
    }

    /// Why a remote is not synced from here, and what does it instead.
    fn hindrance(&self, settings: &RemoteSettings, rows: &[RemoteRow]) -> Option<String> {
        let name = &settings.name;
        match settings.known_in(rows) {
            Some(row) if row.paused => Some(format!("{name} is paused")),
            _ if self.lacks_password(settings) => Some(format!(
                "the password of {name} is typed: sync it alone, in the remotes, to be asked for it"
            )),
            Some(row) if row.confirmed => None,
            _ => Some(format!("the first sync with {name} is to be done")),
        }
    }

    fn synced(&self, order: &SyncOrder, by_person: bool) -> Result<Told, Kept> {
        let names = &order.names;
        let mut store = self.open()?;
        let before = store.remotes()?;
        let mut said = Said::default();
        let mut ready = Vec::new();
        for one in &self.remotes {
            let settings = &one.settings;
            if !names.contains(&settings.name) {
                continue;
            }
            let is_confirmed = order.confirms_first && self.is_new(settings, &before);
            match self.hindrance(settings, &before).filter(|_| !is_confirmed) {
                None if by_person || !waits(settings, &before) => ready.push(settings),
                None => {}
                Some(why) => said.plain.extend(by_person.then_some(why)),
            }
        }
        if ready.is_empty() {
            return Ok(said.told());
        }
        let _lock = lock(&store)?;
        let on = ready.iter().map(|settings| settings.name.clone());
        self.tell(on.collect(), None);
        let asked = RoundsAsked {
            asked: Asked {
                answers: Answers {
                    only_takes_in: order.only_takes_in,
                    ..Answers::default()
                },
                apart: &order.apart,
                left_out: Some(&order.left_out),
                sends_undo: order.after_undo.sends(),
                ..Asked::default()
            },
            by_person,
            confirms_first: order.confirms_first,
            decided: order.decided.map(|(answer, seen)| (answer, Some(seen))),
            ..RoundsAsked::default()
        };
        let outcomes = sync_all(&mut store, &ready, asked, &mut |name, _| self.typed(name))?;
        for (settings, outcome) in ready.iter().zip(&outcomes) {
            let known = before.iter().find(|row| row.name == settings.name);
            let was = known.and_then(|row| row.trouble.as_deref());
            said.add(&settings.name, outcome, by_person, was);
            if order.only_takes_in && is_whole(outcome) {
                said.good
                    .push("nothing was sent, and it is paused".to_owned());
            }
        }
        let fields = |rows: &[RemoteRow]| rows.iter().map(|row| row.counts.conflicts).sum::<u64>();
        let (were, are) = (fields(&before), fields(&store.remotes()?));
        if are > 0 && (by_person || were == 0) {
            let are = usize::try_from(are).unwrap_or(usize::MAX);
            said.bad.push(format!("{} to decide", count(are, "field")));
        }
        Ok(said.told())
    }
}

/// Why there was no sync.
enum Kept {
    /// Another program syncs.
    Elsewhere,
    /// The book is not to be read or written.
    Refused(Refusal),
}

impl From<Refusal> for Kept {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// The lock of those who sync.
fn lock(store: &Store) -> Result<SyncLock, Kept> {
    SyncLock::take(store.path()).map_err(|locked| match locked {
        Locked::Elsewhere => Kept::Elsewhere,
        failed @ Locked::Failed(_) => failed.refusal().into(),
    })
}

/// Whether a remote was synced to its end.
fn is_whole(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Synced(run) if run.synced.end.is_ok())
}

/// Whether a remote is let alone for a while, unless a person asks.
fn waits(settings: &RemoteSettings, rows: &[RemoteRow]) -> bool {
    let row = rows.iter().find(|row| row.name == settings.name);
    row.and_then(wait).is_some()
}

/// How long a remote is still let alone.
fn wait(row: &RemoteRow) -> Option<Duration> {
    let now = Timestamp::from_utc(chrono::Utc::now());
    let left = row.again_at?.micros() - now.micros();
    u64::try_from(left)
        .ok()
        .filter(|left| *left > 0)
        .map(Duration::from_micros)
}

/// How many of those who were deleted are named.
const NAMED: usize = 8;

/// The first of some names.
fn first_of(names: &[&str]) -> String {
    let first = names.iter().take(NAMED).map(|name| shown_name(name));
    let first = first.collect::<Vec<_>>().join(", ");
    match names.len() {
        0..=NAMED => first,
        _ => format!("{first} …"),
    }
}

/// What is said of a sync.
#[derive(Default)]
struct Said {
    good: Vec<String>,
    plain: Vec<String>,
    bad: Vec<String>,
}

impl Said {
    /// Adds what came of a remote: all where a person asked, else what needs one and was not known before.
    fn add(&mut self, name: &str, outcome: &Outcome, by_person: bool, was: Option<&str>) {
        if let Outcome::Synced(run) = outcome
            && let older @ 1.. = run.synced.report.older.len()
        {
            let contacts = count(older, "contact");
            self.bad.push(format!(
                "{name}: {contacts} back to an older state there, and so here; x in the remotes undoes the sync"
            ));
        }
        match outcome {
            Outcome::Synced(run) => match &run.synced.end {
                Ok(()) if by_person => {
                    let moved = run.synced.report.moved_naming(first_of);
                    self.good.push(format!("{name}: {moved}"));
                    for (did, side) in [
                        (Did::CameBack, "deleted here and changed there"),
                        (Did::Stayed, "deleted there and changed here"),
                    ] {
                        let kept: Vec<&str> = run.synced.report.named(did).collect();
                        if !kept.is_empty() {
                            self.good.push(format!("kept {}: {side}", first_of(&kept)));
                        }
                    }
                }
                Ok(()) => {}
                Err(remote::Stop::Stopped) => self.plain.push("the sync was stopped".to_owned()),
                Err(stop) => {
                    let needs = matches!(stop, remote::Stop::Password(_) | remote::Stop::Asked(_));
                    let why = why_stopped(stop);
                    if by_person || needs && was != Some(&why) {
                        self.bad.push(format!("{name} not synced: {why}"));
                    }
                }
            },
            Outcome::Undone(_) if by_person => self
                .bad
                .push(format!("a sync with {name} was undone: say how it goes on")),
            Outcome::Undone(_)
            | Outcome::Planned(_)
            | Outcome::Paused
            | Outcome::Blocked(_)
            | Outcome::Waits(_) => {}
        }
    }

    fn told(self) -> Told {
        let tone = match (
            self.bad.as_slice(),
            self.good.as_slice(),
            self.plain.as_slice(),
        ) {
            ([], [], []) => return None,
            ([], [], _) => Tone::Plain,
            ([], ..) => Tone::Good,
            _ => Tone::Bad,
        };
        let words = [self.bad, self.good, self.plain].concat();
        Some((tone, words.join("; ")))
    }
}
