//! All that the screens remember.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::domain::contact::ContactId;
use crate::domain::edit::Profile;
use crate::domain::import::Progress;
use crate::domain::listing::Totals;
use crate::domain::number::Region;
use crate::domain::query::Values;
use crate::domain::timestamp::Timestamp;
use crate::domain::usage::Usage;

pub use super::stack::Stack;

pub use super::protocol::{
    Chosen, Effect, Mouse, MouseAct, Msg, PageId, Purpose, Reply, Request, Size, Step, TextPlace,
    Ticket, TimerId, Toast, Tone, Write, Written,
};

use super::keymap::key::Key;
use super::keymap::{Keymap, Scope};
use super::screens::bin::Bin;
use super::screens::conflict::Conflict;
use super::screens::contact_form::ContactForm;
use super::screens::damaged::Damaged;
use super::screens::detail::Detail;
use super::screens::duplicates::Duplicates;
use super::screens::health::HealthPage;
use super::screens::history::History;
use super::screens::import::Import;
use super::screens::list::List;
use super::screens::phone_form::PhoneForm;
use super::screens::plan::Plan;
use super::screens::prompt::Prompt;
use super::screens::question::Question;
use super::screens::search::Search;
use super::screens::triage::{Sources, Triage};
use super::widgets::time::Calendar;

/// What a page waits for, or the list where there is no page.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// The ticket of the question.
    pub ticket: Ticket,
    /// The page that asked; none: the list.
    pub page: Option<PageId>,
    /// What for.
    pub purpose: Purpose,
    /// How many keys had been taken by then.
    pub taken: u64,
    /// The contacts that were marked by then.
    pub marks: BTreeSet<ContactId>,
}

/// Which pane of the main screen has the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Focus {
    /// The list.
    #[default]
    List,
    /// The line of the filter.
    Filter,
    /// The numbers of the contact.
    Detail,
}

/// What stands over the main screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Screen {
    /// A number is edited.
    PhoneForm(Box<PhoneForm>),
    /// A contact is edited.
    ContactForm(Box<ContactForm>),
    /// Two people changed one record.
    Conflict(Box<Conflict>),
    /// Help, or the palette.
    Search(Box<Search>),
    /// A path is asked for.
    Prompt(Box<Prompt>),
    /// Yes or no.
    Question(Question),
    /// What was done, step by step.
    History(Box<History>),
    /// What was deleted.
    Bin(Box<Bin>),
    /// What a change of many contacts would do.
    Plan(Box<Plan>),
    /// Who may be there twice.
    Duplicates(Box<Duplicates>),
    /// How well the book is.
    Health(Box<HealthPage>),
    /// The sources to confirm by.
    Sources(Sources),
    /// What an import would do.
    Import(Box<Import>),
    /// The database cannot be opened.
    Damaged(Box<Damaged>),
}

impl Screen {
    /// Whether it fills the screen in the place of the list.
    #[must_use]
    pub const fn fills(&self) -> bool {
        matches!(
            self,
            Self::ContactForm(_) | Self::Import(_) | Self::Duplicates(_)
        )
    }
}

/// All that the screens remember.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The size of the terminal.
    pub size: Size,
    /// The time, set by the loop before each message.
    pub now: Timestamp,
    /// How far local time is ahead of UTC, in seconds.
    pub offset: i32,
    /// The home country.
    pub home: Option<Region>,
    /// The keys.
    pub keymap: Keymap,
    /// Where the data is, for the empty state.
    pub path: String,
    /// Why nothing can be written, if so.
    pub read_only: Option<String>,
    /// The list of contacts.
    pub list: List,
    /// The contact beside it.
    pub detail: Detail,
    /// Fix numbers, while it is on: then the list shows who needs attention.
    pub triage: Option<Triage>,
    /// Which of the two has the keys.
    pub focus: Focus,
    /// The pages over them.
    pub over: Stack,
    /// The totals, once they are known.
    pub totals: Option<Totals>,
    /// The line about what was just done.
    pub toast: Option<Toast>,
    /// The keys of a prefix that waits.
    pub waiting: Vec<Key>,
    /// Whether what may follow is shown.
    pub which_key: bool,
    /// Whether the store takes long.
    pub busy: bool,
    /// How far what takes long has come, where that is known.
    pub progress: Option<Progress>,
    /// The newest ticket.
    pub ticket: Ticket,
    /// The ticket of the write that has not been answered.
    pub writing: Option<Ticket>,
    /// What is asked and takes long, or writes, and who asked.
    pub asked: Vec<Asked>,
    /// How many keys, pastes and clicks were taken.
    pub taken: u64,
    /// The tickets of the other questions.
    pub totals_ticket: Ticket,
    /// The question whether what a draft is about is still there: its ticket, and the forms.
    pub recalled: Option<(Ticket, Vec<PageId>)>,
    /// Whether `^C` was the last key.
    pub interrupted: bool,
    /// Whether the mouse is ours.
    pub mouse: bool,
    /// Who is copied, called and opened.
    pub usage: Usage,
    /// The values that the book has, to complete a condition by, once they were asked for.
    pub values: Option<Values>,
}

impl Model {
    /// The model before anything is known.
    #[must_use]
    pub fn new(size: Size, keymap: Keymap, home: Option<Region>, path: String) -> Self {
        Self {
            size,
            now: Timestamp::default(),
            offset: 0,
            home,
            keymap,
            path,
            read_only: None,
            list: List::default(),
            detail: Detail::default(),
            triage: None,
            focus: Focus::List,
            over: Stack::default(),
            totals: None,
            toast: None,
            waiting: Vec::new(),
            which_key: false,
            busy: false,
            progress: None,
            ticket: Ticket(0),
            writing: None,
            asked: Vec::new(),
            taken: 0,
            totals_ticket: Ticket(0),
            recalled: None,
            interrupted: false,
            mouse: true,
            usage: Usage::default(),
            values: None,
        }
    }

    /// What time it is, and where.
    #[must_use]
    pub const fn calendar(&self) -> Calendar {
        Calendar {
            now: self.now,
            offset: self.offset,
        }
    }

    /// Counts one more use of a contact: it comes earlier among those whom a search finds alike.
    pub fn note_use(&mut self, id: ContactId, effects: &mut Vec<Effect>) {
        self.usage.note(id, self.now);
        self.ask(Request::Used(self.usage.most()), effects);
    }

    /// A new ticket.
    pub const fn next_ticket(&mut self) -> Ticket {
        self.ticket = Ticket(self.ticket.0 + 1);
        self.ticket
    }

    /// Asks the store something, and says under which ticket.
    pub fn ask(&mut self, request: Request, effects: &mut Vec<Effect>) -> Ticket {
        let ticket = self.next_ticket();
        effects.push(Effect::Ask(ticket, request));
        ticket
    }

    /// Asks the store to write; one thing at a time. The page that asks stays.
    pub fn write(&mut self, write: Write, effects: &mut Vec<Effect>) -> Option<Ticket> {
        let purpose = match &write {
            Write::Undo(_) => Purpose::Undo(None),
            Write::UndoStep(id, _) => Purpose::Undo(Some(*id)),
            _ => Purpose::Stay,
        };
        self.wait_for(Request::Write(write), purpose, effects)
    }

    /// Asks the store to write what the page on top is about; the page closes when that is done.
    pub fn finish(&mut self, write: Write, effects: &mut Vec<Effect>) {
        self.wait_for(Request::Write(write), Purpose::Finish, effects);
    }

    /// Asks the store for something that takes its lock, and says so where it takes long. The answer
    /// goes to the page on top. None where it cannot be asked now; then a line says why.
    pub fn wait_for(
        &mut self,
        request: Request,
        purpose: Purpose,
        effects: &mut Vec<Effect>,
    ) -> Option<Ticket> {
        if let Some((tone, reason)) = self.cannot_ask(&request) {
            self.say(tone, reason);
            return None;
        }
        let ticket = self.ask(request, effects);
        self.asked.push(Asked {
            ticket,
            page: self.over.top(),
            purpose,
            taken: self.taken,
            marks: self.list.marks.clone(),
        });
        self.writing = Some(ticket);
        effects.push(Effect::After(
            Duration::from_millis(150),
            TimerId::Spinner(ticket),
        ));
        Some(ticket)
    }

    /// Why something cannot be asked just now.
    fn cannot_ask(&self, request: &Request) -> Option<(Tone, String)> {
        let is_damaged = self
            .over
            .iter()
            .any(|page| matches!(page, Screen::Damaged(_)));
        if is_damaged && !matches!(request, Request::PutBack(_)) {
            let reason = "the database is damaged; nothing can be done in it";
            return Some((Tone::Plain, reason.to_owned()));
        }
        let reads = !matches!(request, Request::Write(_) | Request::Plan(_));
        if let Some(reason) = self.read_only.clone().filter(|_| !reads) {
            return Some((Tone::Bad, reason));
        }
        // Undo and redo stand on nothing that is on the screen: pressed quickly, they queue.
        let queues = matches!(
            request,
            Request::Write(Write::Undo(_) | Write::UndoStep(..) | Write::Redo)
        );
        (self.writing.is_some() && !queues)
            .then(|| (Tone::Plain, "still at work on the last thing".to_owned()))
    }

    /// Takes what was asked under a ticket: it is answered.
    pub fn answered(&mut self, ticket: Ticket) -> Option<Asked> {
        let at = self.asked.iter().position(|asked| asked.ticket == ticket)?;
        Some(self.asked.remove(at))
    }

    /// Whether the page that takes the keys waits for an answer that closes or covers it. What is
    /// typed into it meanwhile would be lost, or reach another page than the one that is seen.
    #[must_use]
    pub fn holds_keys(&self) -> bool {
        let top = self.over.top();
        let mut asked = self.asked.iter();
        asked.any(|asked| asked.page == top && asked.purpose.holds_keys())
    }

    /// Whether nothing was done on the screens since this was asked, and the page that asked is still
    /// the one that is seen: only then may an answer open another one.
    #[must_use]
    pub fn is_still(&self, asked: &Asked) -> bool {
        asked.page == self.over.top() && asked.taken == self.taken
    }

    /// Shows a line about what was just done.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>) {
        self.toast = Some(Toast {
            tone,
            text: text.into(),
            undo: None,
        });
    }

    /// The scopes of the keys as things stand, the nearest first.
    #[must_use]
    pub fn scopes(&self) -> Vec<Scope> {
        match self.over.last() {
            Some(Screen::PhoneForm(_)) => vec![Scope::NumberForm, Scope::Global],
            Some(Screen::ContactForm(_)) => vec![Scope::ContactForm, Scope::Global],
            Some(Screen::Conflict(_)) => vec![Scope::Conflict, Scope::Movement, Scope::Global],
            Some(Screen::Search(_)) => vec![Scope::Search],
            Some(Screen::Prompt(_)) => vec![Scope::Prompt],
            Some(Screen::Question(_)) => vec![Scope::Question],
            Some(Screen::Damaged(_)) => vec![Scope::Damaged, Scope::Global],
            Some(Screen::Import(_)) => vec![Scope::Import, Scope::Movement, Scope::Global],
            Some(Screen::Sources(_)) => vec![Scope::Sources, Scope::Movement, Scope::Global],
            Some(Screen::History(_)) => vec![Scope::History, Scope::Movement, Scope::Global],
            Some(Screen::Bin(_)) => vec![Scope::Bin, Scope::Movement, Scope::Global],
            Some(Screen::Plan(_)) => vec![Scope::Plan, Scope::Movement, Scope::Global],
            Some(Screen::Duplicates(_)) => vec![Scope::Duplicates, Scope::Movement, Scope::Global],
            Some(Screen::Health(_)) => vec![Scope::Health, Scope::Movement, Scope::Global],
            None => match self.focus {
                Focus::List if self.triage.is_some() => {
                    vec![Scope::Fix, Scope::Movement, Scope::Global]
                }
                Focus::List => vec![Scope::Contacts, Scope::Movement, Scope::Global],
                Focus::Filter => vec![Scope::Filter, Scope::Global],
                Focus::Detail => vec![Scope::Numbers, Scope::Movement, Scope::Global],
            },
        }
    }

    /// Whether what is typed goes into a field, so that letters are letters.
    #[must_use]
    pub fn in_text(&self) -> bool {
        match self.over.last() {
            Some(Screen::PhoneForm(form)) => form.in_text(),
            Some(Screen::ContactForm(form)) => form.in_text(),
            Some(Screen::Search(_) | Screen::Prompt(_)) => true,
            Some(_) => false,
            None => self.focus == Focus::Filter,
        }
    }

    /// The contact that the cursor is on, with all that is known of it, once that has come.
    #[must_use]
    pub fn profile(&self) -> Option<&Profile> {
        let profile = self.detail.profile.as_deref()?;
        (self.current() == Some(profile.contact.id)).then_some(profile)
    }

    /// The contact that the cursor is on.
    #[must_use]
    pub fn current(&self) -> Option<ContactId> {
        self.list.current().map(|row| row.id)
    }
}
