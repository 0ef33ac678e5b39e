//! What a page is, and what pages have in common. It knows none of them.
//!
//! A page is a `Box<dyn Page>` that can be cloned and compared ([`PageValue`]), so that the whole program can
//! be: an enum of all pages would have this module know every one of them, and each of them this one.

use std::any::Any;
use std::borrow::Cow;
use std::fmt::Debug;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::contact::ContactId;
use crate::domain::edit::{ContactAsText, ContactEdit, TextEdit};
use crate::domain::refusal::{Fault, Kind as RefusalKind, Refusal};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::key::Key;
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::{Mouse, Purpose, Reply, Tone, Write};
use crate::tui::widgets::areas::Areas;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::theme::{Role, Theme};

use super::returned::{AS_STORED, Picked, Resolution, TableFields};

/// A page that is opened over another one.
pub type AnyPage = Box<dyn Page>;

/// A page as a value. Every page is one that can be cloned and compared.
pub trait PageValue: Any + Debug {
    /// The same again.
    fn cloned(&self) -> AnyPage;

    /// Whether another page is the same.
    fn is_same(&self, other: &dyn Page) -> bool;
}

impl<P: Page + Clone + PartialEq> PageValue for P {
    fn cloned(&self) -> AnyPage {
        Box::new(self.clone())
    }

    fn is_same(&self, other: &dyn Page) -> bool {
        other.as_page() == Some(self)
    }
}

impl dyn Page {
    /// The page, where it is one of this kind.
    #[must_use]
    pub fn as_page<P: Page>(&self) -> Option<&P> {
        let page: &dyn Any = self;
        page.downcast_ref()
    }
}

impl Clone for AnyPage {
    fn clone(&self) -> Self {
        self.as_ref().cloned()
    }
}

impl PartialEq for dyn Page {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other)
    }
}

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Leave a form, and lose what was typed.
    LeaveForm,
    /// Overwrite what another program stored.
    Overwrite,
    /// Undo a step, or the last one, over what was changed since.
    UndoOver(Option<i64>),
    /// Throw away what is in the bin.
    EmptyBin,
    /// Replace a file with an export.
    ReplaceFile(String),
}

impl Question {
    /// The words.
    #[must_use]
    pub fn text(&self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::LeaveForm => "Close without saving? Your changes will be lost.",
            Self::Overwrite => {
                "Overwrite the stored record with your values? The old values stay in the history."
            }
            Self::UndoOver(_) => "It has changed since. Undo it anyway, and lose the newer change?",
            Self::EmptyBin => {
                "Empty the bin? This also deletes the history of what is in it, and cannot be undone."
            }
            Self::ReplaceFile(path) => {
                return format!("{path} exists. Replace it? This cannot be undone.").into();
            }
        })
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

/// The place of the hint for a prefix that leads to keys without hints.
const MORE: usize = 3;

/// The hints of the nearest scope of a page.
pub(super) fn hints<P: Page + ?Sized>(page: &P, session: &Session) -> Vec<Hint> {
    let hint = |(key, binding): (String, &'static Binding)| {
        let key = match binding.keys {
            // One of several is chosen by its key.
            [first, .., last] if binding.action == Action::ShowKind => format!("{first}-{last}"),
            _ => key,
        };
        Some(Hint {
            key,
            word: page.hint(binding, session)?.into_owned(),
            action: Some(binding.action),
            enabled: page.unavailable(binding.action, session).is_none(),
        })
    };
    let found = session.keymap.hints(page.scope());
    let mut hints: Vec<Hint> = found.into_iter().filter_map(hint).collect();
    // Before what is shown only where there is much room.
    for key in session.keymap.hidden_prefixes(page.scope()) {
        hints.insert(MORE.min(hints.len()), Hint::fixed(&key, "more"));
    }
    hints
}

/// A page is left: it closes, but asks first where something typed would be lost.
pub(super) fn left<P: Page + ?Sized>(page: &P) -> Outcome {
    if page.is_unsaved() {
        Outcome::Ask(Question::LeaveForm)
    } else {
        Outcome::Close
    }
}

/// What becomes of a page after it has taken something.
#[derive(Debug)]
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
    /// A question opens over it.
    Ask(Question),
    /// Another page takes its place.
    Replace(AnyPage),
    /// The contact of this number is gone: the form of a new contact takes its place, with the number.
    NewContact(AnyPage),
}

/// What a page hands to the one under it.
#[derive(Debug)]
pub enum Returned {
    /// Yes, to this question.
    Yes(Question),
    /// The page itself, as it was when it closed.
    Page(AnyPage),
    /// How a conflict is to be written.
    Resolved(Resolution),
    /// What was chosen.
    Picked(Picked),
    /// What the columns of tables hold.
    Columns(TableFields),
    /// The filter whose contacts are to be shown.
    Filter(String),
    /// The contact that is to be shown in the list.
    Contact(ContactId),
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
    pub(super) fn caret(&mut self, x: u16, y: u16, area: Rect) {
        let at = Position { x, y };
        if self.is_on_top && area.contains(at) {
            self.frame.set_cursor_position(at);
        }
    }
}

/// A page. All that it does not say is as it is for a popup without text.
pub trait Page: PageValue {
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
    fn unavailable(&self, _action: Action, _session: &Session) -> Option<Cow<'static, str>> {
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

    /// The editor came back with the text of a contact.
    fn contact_edited(
        &mut self,
        _typed: ContactAsText,
        _how: TextEdit,
        _ctx: &mut Ctx<'_>,
    ) -> Outcome {
        Outcome::Stay
    }

    /// Names that a path which was typed here can be completed to.
    fn completed(&mut self, _path: &str, _names: Vec<String>) {}

    /// Takes the mouse; `false` where there is nothing for it. Whatever the mouse does, keys do
    /// too.
    fn point(&mut self, _mouse: Mouse, _ctx: &mut Ctx<'_>) -> bool {
        false
    }

    /// The terminal has another size.
    fn resized(&mut self, _ctx: &mut Ctx<'_>) {}

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

    /// Whether something was typed that would be lost with it.
    fn is_unsaved(&self) -> bool {
        false
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

/// What is said where a form is saved in which nothing was changed.
pub(super) const NOTHING_TO_CHANGE: &str = "Nothing to change";

/// What a form does when its saving is refused: the dialog, where the record was changed elsewhere, else
/// the faults beside the fields.
pub(super) fn save_refused(
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
    // The id of what is gone says nothing to a person, and what was typed is not lost.
    for fault in faults
        .iter_mut()
        .filter(|_| refusal.kind == RefusalKind::NotFound)
    {
        if let Some(what) = &fault.of {
            *fault = Fault::whole(format!(
                "this {what} was deleted elsewhere; bring it back from the bin and save again, or copy what you typed"
            ));
        }
    }
    Outcome::Stay
}

/// Saves what was decided of a contact, unless the stored values stay.
pub(super) fn save_resolved(edit: ContactEdit, ctx: &mut Ctx<'_>) -> Outcome {
    if edit.contact.is_none() && edit.phones.is_empty() {
        ctx.say(Tone::Plain, AS_STORED);
        return Outcome::Close;
    }
    ctx.save(Write::Contact(Box::new(edit)));
    Outcome::Stay
}
