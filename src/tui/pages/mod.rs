//! The pages. Each one is a file or a folder that holds what the page remembers, what its keys do, what it
//! does with an answer or a refusal, and how it is drawn. Nothing outside of this file names them all, and
//! nothing anywhere asks which page a page is: it asks the page.
//!
//! [`AnyPage`] is an enum and not a `Box<dyn Page>`, so that the whole program can be cloned and compared;
//! its two matches give the page as a trait object, so that no method has to be handed on one by one.
//!
//! To add a page: its file with its [`Page`], a variant here with its two lines, its scope in the table of
//! keys, and a snapshot.

pub mod bin;
pub mod chooser;
pub mod columns;
pub mod conflict;
pub mod contact_form;
pub mod contacts;
mod country;
pub mod damaged;
pub mod drafted;
pub mod duplicates;
pub mod health;
pub mod history;
pub mod import;
pub mod palette;
pub mod phone_form;
pub mod preview;
pub mod prompt;
pub mod question;
pub mod sources;

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::contact::ContactId;
use crate::domain::refusal::{Fault, Refusal};

use super::ctx::{Ctx, Session};
use super::keymap::key::Key;
use super::keymap::{Action, Binding, Scope};
use super::protocol::{Mouse, Purpose, Reply};
use super::widgets::areas::Areas;
use super::widgets::cursor::Motion;
use super::widgets::field::Field;
use super::widgets::theme::{Role, Theme};

use bin::Bin;
use chooser::{Chooser, Picked};
use columns::{ColumnFields, Columns};
use conflict::{Conflict, Resolution};
use contact_form::ContactForm;
use damaged::Damaged;
use drafted::DraftedForm;
use duplicates::Duplicates;
use health::HealthPage;
use history::History;
use import::Import;
use palette::Palette;
use phone_form::PhoneForm;
use preview::Preview;
use prompt::Prompt;
use question::Question;
use sources::Sources;

/// A page that is opened over another one.
#[derive(Clone, Debug, PartialEq)]
pub enum AnyPage {
    /// A number is edited.
    PhoneForm(Box<PhoneForm>),
    /// A contact is edited.
    ContactForm(Box<ContactForm>),
    /// Two people changed one record.
    Conflict(Box<Conflict>),
    /// Help, or the palette.
    Palette(Box<Palette>),
    /// A path is asked for, or what is to be changed.
    Prompt(Box<Prompt>),
    /// Yes or no.
    Question(Question),
    /// What was done, step by step.
    History(Box<History>),
    /// What was deleted.
    Bin(Box<Bin>),
    /// What a change of many contacts would do.
    Preview(Box<Preview>),
    /// Contacts that may be the same.
    Duplicates(Box<Duplicates>),
    /// How well the book is.
    Health(Box<HealthPage>),
    /// The sources to confirm by.
    Sources(Box<Sources>),
    /// What an import would do.
    Import(Box<Import>),
    /// The columns of a table that is imported.
    Columns(Box<Columns>),
    /// One choice.
    Chooser(Box<Chooser>),
    /// The database cannot be opened.
    Damaged(Box<Damaged>),
}

impl AnyPage {
    /// The page.
    #[must_use]
    pub fn page(&self) -> &dyn Page {
        match self {
            Self::PhoneForm(page) => page.as_ref(),
            Self::ContactForm(page) => page.as_ref(),
            Self::Conflict(page) => page.as_ref(),
            Self::Palette(page) => page.as_ref(),
            Self::Prompt(page) => page.as_ref(),
            Self::Question(page) => page,
            Self::History(page) => page.as_ref(),
            Self::Bin(page) => page.as_ref(),
            Self::Preview(page) => page.as_ref(),
            Self::Duplicates(page) => page.as_ref(),
            Self::Health(page) => page.as_ref(),
            Self::Sources(page) => page.as_ref(),
            Self::Import(page) => page.as_ref(),
            Self::Columns(page) => page.as_ref(),
            Self::Chooser(page) => page.as_ref(),
            Self::Damaged(page) => page.as_ref(),
        }
    }

    /// The page, to be changed.
    pub fn page_mut(&mut self) -> &mut dyn Page {
        match self {
            Self::PhoneForm(page) => page.as_mut(),
            Self::ContactForm(page) => page.as_mut(),
            Self::Conflict(page) => page.as_mut(),
            Self::Palette(page) => page.as_mut(),
            Self::Prompt(page) => page.as_mut(),
            Self::Question(page) => page,
            Self::History(page) => page.as_mut(),
            Self::Bin(page) => page.as_mut(),
            Self::Preview(page) => page.as_mut(),
            Self::Duplicates(page) => page.as_mut(),
            Self::Health(page) => page.as_mut(),
            Self::Sources(page) => page.as_mut(),
            Self::Import(page) => page.as_mut(),
            Self::Columns(page) => page.as_mut(),
            Self::Chooser(page) => page.as_mut(),
            Self::Damaged(page) => page.as_mut(),
        }
    }
}

/// A hint of the last row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// The key, as the table writes it.
    pub key: String,
    /// The word.
    pub word: String,
    /// What it does, where it is of the table.
    pub action: Option<Action>,
    /// Whether it can be done just now.
    pub enabled: bool,
}

impl Hint {
    /// A hint that is always true.
    #[must_use]
    pub fn fixed(key: &str, word: &str) -> Self {
        Self {
            key: key.to_owned(),
            word: word.to_owned(),
            action: None,
            enabled: true,
        }
    }
}

/// The hints of the nearest scope of a page.
fn hints<P: Page + ?Sized>(page: &P, session: &Session) -> Vec<Hint> {
    let hint = |(key, binding): (String, &'static Binding)| {
        Some(Hint {
            key,
            word: page.hint(binding, session)?.into_owned(),
            action: Some(binding.action),
            enabled: page.unavailable(binding.action, session).is_none(),
        })
    };
    let found = session.keymap.hints(page.scope());
    found.into_iter().filter_map(hint).collect()
}

/// A page is left: it closes, but asks first where something typed would be lost.
fn left<P: Page + ?Sized>(page: &P) -> Outcome {
    if page.is_unsaved() {
        Question::LeaveForm.asked()
    } else {
        Outcome::Close
    }
}

/// What becomes of a page after it has taken something.
#[derive(Debug, PartialEq)]
pub enum Outcome {
    /// It stays.
    Stay,
    /// It stays, and has no use for the key.
    Unused,
    /// It closes.
    Close,
    /// It closes, and hands something to the page under it.
    Return(Returned),
    /// It closes, and the page under it does this, as if its key had been pressed.
    Run(Action, Key),
    /// Another page opens over it: after an answer, only where it is still the one that is seen.
    Open(AnyPage),
    /// Another page takes its place.
    Replace(AnyPage),
}

/// What a page hands to the one under it.
#[derive(Debug, PartialEq)]
pub enum Returned {
    /// Yes, to this question.
    Yes(Question),
    /// A number that was edited for a row.
    Number(Box<PhoneForm>),
    /// How a conflict is to be written.
    Resolved(Resolution),
    /// What was chosen.
    Picked(Picked),
    /// What the columns of a table hold.
    Columns(ColumnFields),
    /// The filter whose contacts are to be shown.
    Filter(String),
}

/// What a page hears of that it did not ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// Something was written: the contact to look at now, and how many keys had been taken when it was
    /// asked for.
    Written(Option<ContactId>, u64),
    /// Another program wrote.
    Elsewhere,
    /// What is shown is to be read again.
    Again,
}

/// What a page draws with.
pub struct Ui<'a, 'b> {
    /// What all pages share.
    pub session: &'a Session,
    /// The looks.
    pub theme: &'a Theme,
    /// Where things are.
    pub areas: Areas,
    /// Whether it is the page that takes the keys.
    pub is_on_top: bool,
    /// The page under it.
    pub under: Option<&'a dyn Page>,
    /// What is drawn on.
    pub frame: &'a mut Frame<'b>,
}

impl Ui<'_, '_> {
    /// Puts the terminal's own cursor into a field of the page, where input methods look for it. That of a
    /// page under another one is not seen.
    fn caret(&mut self, x: u16, y: u16, area: Rect) {
        let at = Position { x, y };
        if self.is_on_top && area.contains(at) {
            self.frame.set_cursor_position(at);
        }
    }
}

/// A page. All that it does not say is as it is for a popup without text.
pub trait Page {
    /// The nearest scope of its keys, as things are.
    fn scope(&self) -> Scope;

    /// It was opened.
    fn opened(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        Outcome::Stay
    }

    /// Does an action.
    fn perform(&mut self, _action: Action, _ctx: &mut Ctx<'_>) -> Outcome {
        Outcome::Unused
    }

    /// Moves the cursor.
    fn move_cursor(&mut self, _motion: Motion, _ctx: &mut Ctx<'_>) {}

    /// One step back: it closes, but asks first where something typed would be lost.
    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        left(self)
    }

    /// The key that goes back, and from the list out of the program.
    fn quit(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        self.escape(ctx)
    }

    /// Why an action cannot be done just now: its hint is dim, and its key says it.
    fn unavailable(&self, _action: Action, _session: &Session) -> Option<&'static str> {
        None
    }

    /// The text that has the cursor, so that letters are letters.
    fn text(&self) -> Option<&Field> {
        None
    }

    /// The same, to be typed into.
    fn text_mut(&mut self) -> Option<&mut Field> {
        None
    }

    /// Something was typed into it.
    fn typed(&mut self, _ctx: &mut Ctx<'_>) {}

    /// Takes a paste.
    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        if let Some(field) = self.text_mut() {
            field.paste(text);
            self.typed(ctx);
        }
    }

    /// The number of the text that has the cursor, where the editor can be opened for it.
    fn text_number(&self) -> Option<usize> {
        None
    }

    /// The editor came back with another text.
    fn edited(&mut self, _number: usize, _text: &str, _ctx: &mut Ctx<'_>) {}

    /// Names that a path which was typed here can be completed to.
    fn completed(&mut self, _path: &str, _names: Vec<String>) {}

    /// Takes the mouse; `false` where there is nothing for it. It is a guest: whatever it does, keys do
    /// too.
    fn point(&mut self, _mouse: Mouse, _ctx: &mut Ctx<'_>) -> bool {
        false
    }

    /// Takes the answer to what it asked.
    fn answered(&mut self, _reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        Outcome::Stay
    }

    /// What it asked to write is written.
    fn wrote(&mut self, news: News, ctx: &mut Ctx<'_>) -> Outcome {
        self.notified(news, ctx);
        Outcome::Stay
    }

    /// What it asked was refused; that was said already.
    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        Outcome::Stay
    }

    /// The page over it closed and hands this down.
    fn returned(&mut self, _value: Returned, _ctx: &mut Ctx<'_>) -> Outcome {
        Outcome::Stay
    }

    /// Hears that what it shows may have changed.
    fn notified(&mut self, _news: News, _ctx: &mut Ctx<'_>) {}

    /// What a draft keeps of it, where it is a form.
    fn form(&self) -> Option<DraftedForm> {
        None
    }

    /// Whether something was typed that would be lost with it.
    fn is_unsaved(&self) -> bool {
        self.form().is_some_and(|form| form.is_dirty())
    }

    /// Whether it fills the screen, so that nothing under it is seen.
    fn fills(&self) -> bool {
        false
    }

    /// What the head of the screen calls it.
    fn title(&self) -> Option<String> {
        None
    }

    /// The right end of the head, where it fills the screen.
    fn status(&self, _session: &Session, _theme: &Theme) -> Option<(String, Role)> {
        None
    }

    /// The word of a hint; none where it is not shown just now.
    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        Some(Cow::Borrowed(binding.hint))
    }

    /// The hints of its nearest scope.
    fn hints(&self, session: &Session) -> Vec<Hint> {
        hints(self, session)
    }

    /// What is to be known while nothing was just done.
    fn remark(&self) -> Option<String> {
        None
    }

    /// Draws it.
    fn draw(&self, ui: &mut Ui<'_, '_>);
}

/// What a form does when its saving is refused: the dialog, where the record was changed elsewhere, else
/// the faults beside the fields.
fn save_refused(
    refusal: &Refusal,
    dialog: Option<AnyPage>,
    faults: &mut Vec<Fault>,
    ctx: &mut Ctx<'_>,
) -> Outcome {
    if let Some(dialog) = dialog {
        ctx.session.toast = None;
        return Outcome::Open(dialog);
    }
    faults.clone_from(&refusal.faults);
    Outcome::Stay
}
