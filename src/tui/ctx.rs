//! What a page may use of the program: the size, the time, the keys, what is known of the whole book; and
//! the ways to ask the store, to write, to act on the world and to say something.
//!
//! Whatever is asked is asked in the name of a page. Its answer goes to that page and to no other; the
//! newest question of a kind that a page asks takes the place of its older ones, whose answers are dropped.

use std::path::PathBuf;
use std::time::Duration;

use ratatui::layout::Rect;

use crate::domain::change_line::{Length, Signs};
use crate::domain::contact::ContactId;
use crate::domain::damage::Damage;
use crate::domain::listing::Totals;
use crate::domain::naming::SortPrefixes;
use crate::domain::number::Region;
use crate::domain::operation::Overwriting;
use crate::domain::own_fields::OwnFields;
use crate::domain::progress::Progress;
use crate::domain::query::{SavedFilter, Values};
use crate::domain::timestamp::Timestamp;
use crate::domain::usage::Usage;
use crate::domain::words::{count, thousands};

use super::keymap::key::Key;
use super::keymap::{Action, Keymap, Scope};
use super::protocol::{
    Effect, PageId, Purpose, Request, RequestKind, Size, SyncOrder, Ticket, TimerId, Toast, Tone,
    Write,
};
use super::remotes::Remotes;
use super::widgets::areas::Areas;
use super::widgets::frame::{NARROW, page_inside};
use super::widgets::theme::{Glyphs, UNICODE};
use super::widgets::time::Calendar;

/// How long the store may take before that is shown.
const SPINNER: Duration = Duration::from_millis(150);

/// Something that was asked and is not answered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Asked {
    /// The ticket of the question, with the page that asked.
    pub ticket: Ticket,
    /// What for.
    pub purpose: Purpose,
    /// How many keys had been taken by then.
    pub taken: u64,
    kind: RequestKind,
}

/// Whether the home country is to be asked for: once, at the first number that needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeQuestion {
    /// Nothing names it.
    Open,
    /// It is known, or was asked for.
    Settled,
}

/// How far what an answer brought to the page on top has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// It is not drawn yet.
    Undrawn,
    /// It is drawn; keys that were typed in one go with earlier ones are from before it was.
    Drawn,
    /// A key was typed after it was drawn.
    Seen,
}

/// What all pages share.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// The size of the terminal.
    pub size: Size,
    /// The time, set by the loop before each message.
    pub now: Timestamp,
    /// How far local time is ahead of UTC, in seconds.
    pub offset: i32,
    /// The home country.
    pub home: Option<Region>,
    /// Whether that is still to be asked for.
    pub asks_home: HomeQuestion,
    /// Where family names with a word such as "van" before them stand in the list.
    pub sort_prefixes: SortPrefixes,
    /// The keys.
    pub keymap: Keymap,
    /// The signs that the screens draw with.
    pub glyphs: Glyphs,
    /// Where the data is, as a person reads it.
    pub path: String,
    /// The address that shows a place on a map; none: `geo:`.
    pub map: Option<String>,
    /// The configuration's file, which saved filters are added to.
    pub config_file: PathBuf,
    /// The saved filters, by name.
    pub filters: Vec<SavedFilter>,
    /// The person's own fields, by which the list can be filtered.
    pub fields: OwnFields,
    /// The remotes.
    pub remotes: Remotes,
    /// Why nothing can be written, if so.
    pub read_only: Option<String>,
    /// What is wrong with the database, if it cannot be opened.
    pub damage: Option<Damage>,
    /// The totals of the book, once they are known.
    pub totals: Option<Totals>,
    /// The values that conditions can have, to complete them by, once they were asked for.
    pub values: Option<Values>,
    /// Which contacts are copied, called and opened.
    pub usage: Usage,
    /// The line about what was just done.
    pub toast: Option<Toast>,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// Whether the store takes long.
    pub busy: bool,
    /// How far what takes long has come, where that is known.
    pub progress: Option<Progress>,
    /// How many keys, pastes and clicks were taken.
    pub taken: u64,
    /// Whether the key that is taken came in one go with the one before it.
    pub is_ahead: bool,
    /// Whether the page on top shows what keys can be about.
    pub(super) news: Shown,
    /// What the store's lock is waited for with: one thing at a time.
    pub writing: Option<Ticket>,
    asked: Vec<Asked>,
    /// What could not be read again, each page's questions by their kind.
    stale: Vec<(PageId, RequestKind)>,
    newest: u64,
}

impl Session {
    /// The key that does something where a scope is the nearest, for a message to name. Where a person
    /// left the action without one, the palette or help has it; empty where neither can be opened.
    #[must_use]
    pub fn key(&self, scope: Scope, action: Action) -> String {
        if let Some(key) = self.own_key(scope, action) {
            return key.to_owned();
        }
        let palette = self.own_key(scope, Action::Palette);
        let palette = palette.or_else(|| self.own_key(scope, Action::Help));
        palette.map_or_else(String::new, |key| format!("{key} {}", action.name()))
    }

    /// The key that goes back, which also stops what takes long: esc does so wherever it means nothing else.
    #[must_use]
    pub(crate) fn escape_key(&self, scope: Scope) -> &str {
        self.own_key(scope, Action::Escape).unwrap_or("esc")
    }

    /// The key that does something where a scope is the nearest, without any detour.
    #[must_use]
    pub(crate) fn own_key(&self, scope: Scope, action: Action) -> Option<&str> {
        self.keymap.key_for(&scope.chain(), action)
    }

    /// What is known before anything is.
    #[must_use]
    pub fn new(size: Size, keymap: Keymap, home: Option<Region>, path: String) -> Self {
        Self {
            size,
            now: Timestamp::default(),
            offset: 0,
            home,
            asks_home: HomeQuestion::Settled,
            sort_prefixes: SortPrefixes::default(),
            keymap,
            glyphs: UNICODE,
            path,
            map: None,
            config_file: PathBuf::new(),
            filters: Vec::new(),
            fields: OwnFields::none(),
            remotes: Remotes::default(),
            read_only: None,
            damage: None,
            totals: None,
            values: None,
            usage: Usage::default(),
            toast: None,
            mouse: true,
            busy: false,
            progress: None,
            taken: 0,
            is_ahead: false,
            news: Shown::Seen,
            writing: None,
            asked: Vec::new(),
            stale: Vec::new(),
            newest: 0,
        }
    }

    /// What time it is, and where.
    #[must_use]
    pub(crate) const fn calendar(&self) -> Calendar {
        Calendar {
            now: self.now,
            offset: self.offset,
        }
    }

    /// What the words of changes are put together with.
    #[must_use]
    pub const fn signs(&self) -> Signs {
        Signs {
            arrow: self.glyphs.arrow,
            ellipsis: self.glyphs.ellipsis,
            offset: self.offset,
            length: Length::Short,
        }
    }

    /// How many contacts there are, and how many of them need attention.
    #[must_use]
    pub(crate) fn summary(&self, middle: &str) -> Option<String> {
        let totals = self.totals?;
        let contacts = count(totals.contacts, "contact");
        Some(match (totals.contacts, totals.attention) {
            (0, _) => "no contacts".to_owned(),
            (_, 0) => contacts,
            (_, attention) if self.size.width < NARROW => {
                format!("{} to fix", thousands(attention))
            }
            (_, attention) => format!("{contacts} {middle} {} to fix", thousands(attention)),
        })
    }

    /// The frame is drawn.
    pub fn drawn(&mut self) {
        if self.news == Shown::Undrawn {
            self.news = Shown::Drawn;
        }
    }

    /// Shows a line about what was just done.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.toast = Some(Toast {
            tone,
            text: text.into(),
            undo: None,
        });
    }

    /// Takes what was asked under a ticket: it is answered. None where a newer question took its place.
    pub(super) fn answered(&mut self, ticket: Ticket) -> Option<Asked> {
        if self.writing == Some(ticket) {
            self.writing = None;
            self.busy = false;
            self.progress = None;
        }
        let at = self.asked.iter().position(|asked| asked.ticket == ticket)?;
        let asked = self.asked.remove(at);
        self.stale
            .retain(|stale| *stale != (ticket.page, asked.kind));
        let waits = self.asked.iter().any(|asked| asked.purpose.holds_keys());
        self.toast
            .take_if(|toast| toast.tone == Tone::Waits && !waits);
        Some(asked)
    }

    /// What was asked is refused: what the page shows stays as it was.
    pub(super) fn refused(&mut self, asked: &Asked) {
        if asked.purpose == Purpose::Read {
            self.stale.push((asked.ticket.page, asked.kind));
        }
    }

    /// Whether something that a page shows could not be read again.
    #[must_use]
    pub(crate) fn is_stale(&self, page: PageId) -> bool {
        self.stale.iter().any(|(of, _)| *of == page)
    }

    /// Forgets what was asked: there is another database now, which was never asked.
    pub(crate) fn start_over(&mut self) {
        self.damage = None;
        self.asked.clear();
        self.stale.clear();
        self.writing = None;
        self.busy = false;
        self.progress = None;
    }

    /// Whether a page waits for an answer that closes or covers it. What is typed into it meanwhile
    /// would be lost, or reach another page than the one that is seen.
    #[must_use]
    pub(crate) fn holds_keys(&self, page: PageId) -> bool {
        let mut asked = self.asked.iter();
        asked.any(|asked| asked.ticket.page == page && asked.purpose.holds_keys())
    }

    /// Why something cannot be asked just now.
    fn cannot_ask(&self, request: &Request) -> Option<(Tone, String)> {
        if self.damage.is_some() && !matches!(request, Request::PutBack(_)) {
            let reason = "the book is damaged; it cannot be changed";
            return Some((Tone::Plain, reason.to_owned()));
        }
        let reads = !matches!(
            request,
            Request::Write(_) | Request::Rehearse(_) | Request::RehearseImport(..)
        );
        if let Some(reason) = self.read_only.clone().filter(|_| !reads) {
            return Some((Tone::Bad, reason));
        }
        // Undo and redo stand on nothing that is on the screen: pressed quickly, they queue.
        let queues = matches!(
            request,
            Request::Write(Write::Undo(_) | Write::UndoStep(..) | Write::Redo)
        );
        (self.writing.is_some() && !queues)
            .then(|| (Tone::Plain, "still working on the last action".to_owned()))
    }
}

/// What a page may use while it takes a key or an answer.
pub struct Ctx<'a> {
    /// What all pages share.
    pub session: &'a mut Session,
    /// The page.
    pub page: PageId,
    /// The key that was pressed last.
    pub key: Key,
    pub(super) effects: &'a mut Vec<Effect>,
}

impl Ctx<'_> {
    /// Where things are on the screen.
    #[must_use]
    pub fn areas(&self) -> Areas {
        Areas::split(self.session.size)
    }

    /// How many rows there are between the two rules, at least one.
    #[must_use]
    pub fn height(&self) -> usize {
        usize::from(self.areas().content.height).max(1)
    }

    /// What is inside the frame of a page over all of the content.
    #[must_use]
    pub(crate) fn page_inside(&self) -> Rect {
        page_inside(self.areas().content)
    }

    /// Shows a line about what was just done.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.session.say(tone, text);
    }

    /// Has something done outside of the pages.
    pub fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn ask(&mut self, request: Request, purpose: Purpose) -> Ticket {
        let session = &mut *self.session;
        session.newest += 1;
        let ticket = Ticket {
            number: session.newest,
            page: self.page,
        };
        let kind = request.kind();
        if purpose == Purpose::Read {
            session.asked.retain(|asked| {
                let is_older = asked.ticket.page == ticket.page && asked.kind == kind;
                asked.purpose != Purpose::Read || !is_older
            });
        }
        session.asked.push(Asked {
            ticket,
            purpose,
            taken: session.taken,
            kind,
        });
        self.effects.push(Effect::Ask(ticket, request));
        ticket
    }

    /// Drops the answer to a question like this that the page asked.
    pub(crate) fn forget(&mut self, like: &Request) {
        let (page, kind) = (self.page, like.kind());
        let asked = &mut self.session.asked;
        asked.retain(|asked| asked.ticket.page != page || asked.kind != kind);
    }

    /// The place of the key that was pressed among those of an action that chooses one of several.
    #[must_use]
    pub(crate) fn key_place(&self, scope: Scope, action: Action) -> Option<usize> {
        let keymap = &self.session.keymap;
        keymap.place_of(&scope.chain(), action, self.key)
    }

    /// Asks for something that the page shows.
    pub fn read(&mut self, request: Request) {
        self.ask(request, Purpose::Read);
    }

    /// Asks the store for something that takes its lock, and shows it where that takes long. False where
    /// it cannot be asked now; then a line says why.
    pub(crate) fn wait_for(&mut self, request: Request, purpose: Purpose) -> bool {
        if let Some((tone, reason)) = self.session.cannot_ask(&request) {
            self.say(tone, reason);
            return false;
        }
        let ticket = self.ask(request, purpose);
        self.session.writing = Some(ticket);
        self.push(Effect::After(SPINNER, TimerId::Spinner(ticket)));
        true
    }

    /// Asks the store to write; the page stays. False where it cannot be asked now.
    pub fn write(&mut self, write: Write) -> bool {
        self.wait_for(Request::Write(write), Purpose::Stay)
    }

    /// Asks the store to write what the page is about; the page closes when that is done.
    pub fn save(&mut self, write: Write) {
        self.wait_for(Request::Write(write), Purpose::Save);
    }

    /// Undoes a step, or the last one where it is none.
    pub fn undo(&mut self, step: Option<i64>, over: Overwriting) {
        let write = step.map_or(Write::Undo(over), |step| Write::UndoStep(step, over));
        self.wait_for(Request::Write(write), Purpose::Undo(step));
    }

    /// Has remotes synced, or stops the sync that goes on. False where no sync begins.
    pub(crate) fn sync(&mut self, order: SyncOrder) -> bool {
        let session = &mut *self.session;
        if let Some(reason) = session.read_only.clone() {
            self.say(Tone::Bad, reason);
        } else if !session.remotes.on.is_empty() {
            self.session.remotes.stops = true;
            self.stop_sync();
            self.say(Tone::Plain, "the sync stops after the request under way");
        } else if order.names.is_empty() {
            let told =
                "no remote is set up; callbook remote add finds an address book and sets it up";
            self.say(Tone::Plain, told);
        } else {
            session.remotes.on.clone_from(&order.names);
            session.remotes.stops = false;
            self.push(Effect::Sync(order));
            return true;
        }
        false
    }

    /// Has the sync make no further request.
    pub(crate) fn stop_sync(&mut self) {
        self.push(Effect::StopSync);
    }

    /// Asks, once, for the values that conditions can have.
    pub(crate) fn ask_values(&mut self) {
        if self.session.values.is_none() {
            // Nothing is known until it comes.
            self.session.values = Some(Values::default());
            self.read(Request::Values);
        }
    }

    /// Counts one more use of a contact: it comes earlier among those that a search finds alike.
    pub(crate) fn note_use(&mut self, id: ContactId) {
        self.session.usage.note(id, self.session.now);
        self.read(Request::Used(self.session.usage.most()));
    }
}
