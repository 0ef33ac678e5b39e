//! A contact as a text that a person edits: a TOML document with comments.
//!
//! What is saved is the difference between two readings: of the text as it was written, and of it as it came
//! back. So what was not touched stays as it is stored, whatever a text can say of it.

mod place;
mod read;
mod write;

use crate::domain::edit::ContactEdit;
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::safe::safe;

use place::TextFault;
use read::Changes;

/// What a comment begins with that says what is wrong with the line under it.
const ERROR: &str = "# ERROR: ";

/// A contact that is edited as text, from one opening of the editor to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct EditedText {
    opened: FullContact,
    home: Option<Region>,
    original: String,
    /// The text as the editor gets it, with what is wrong above the lines.
    shown: String,
    /// The lines that were put into it.
    errors: Vec<String>,
    changes: Option<Changes>,
}

/// What the text says that came back from the editor.
#[derive(Clone, Debug, PartialEq)]
pub enum CameBack {
    /// Nothing is to be changed.
    Unchanged,
    /// It has mistakes: the editor opens again.
    Wrong,
    /// The mistakes are still there, and nothing else was typed.
    GivenUp,
    /// This is to be saved.
    Save(Box<ContactEdit>),
}

impl EditedText {
    /// The text of a contact.
    #[must_use]
    pub fn of(opened: FullContact, home: Option<Region>) -> Self {
        let original = write::text(&opened, home);
        Self {
            opened,
            home,
            shown: original.clone(),
            original,
            errors: Vec::new(),
            changes: None,
        }
    }

    /// The contact as it was opened.
    #[must_use]
    pub const fn opened(&self) -> &FullContact {
        &self.opened
    }

    /// The text as the editor gets it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.shown
    }

    /// Whether a text is another than the one that was opened first.
    #[must_use]
    pub fn is_typed(&self, text: &str) -> bool {
        let text = self.without_errors(text);
        !text.trim().is_empty() && text.trim_end() != self.original.trim_end()
    }

    /// Takes the text that came back.
    pub fn came_back(&mut self, text: &str) -> CameBack {
        if !self.is_typed(text) {
            return CameBack::Unchanged;
        }
        let was_wrong = !self.errors.is_empty() && text.trim_end() == self.shown.trim_end();
        if was_wrong {
            return CameBack::GivenUp;
        }
        let text = self.without_errors(text);
        match read::changes(&self.original, &text, &self.opened, self.home) {
            Ok(changes) if changes.is_empty() => CameBack::Unchanged,
            Ok(changes) => {
                let edit = changes.edit.clone();
                (self.shown, self.errors) = (text, Vec::new());
                self.changes = Some(changes);
                CameBack::Save(Box::new(edit))
            }
            Err(faults) => {
                self.show_errors(&text, faults);
                CameBack::Wrong
            }
        }
    }

    /// Takes what the store found wrong.
    pub fn refused(&mut self, refusal: &Refusal) {
        let text = self.shown.clone();
        let at = |fault: &Fault| {
            let changes = self.changes.as_ref();
            changes.map_or(0, |changes| changes.place_of(fault))
        };
        let faults = refusal.faults.iter();
        let faults = faults.map(|fault| TextFault::new(at(fault), fault.in_words()));
        let faults = faults.collect();
        self.show_errors(&text, faults);
    }

    /// Puts each fault above its line.
    fn show_errors(&mut self, text: &str, mut faults: Vec<TextFault>) {
        faults.sort_by_key(|fault| fault.at);
        let mut faults = faults.into_iter().peekable();
        let (mut shown, mut errors, mut begin) = (String::new(), Vec::new(), 0);
        for line in text.split_inclusive('\n') {
            let end = begin + line.len();
            let is_last = end == text.len();
            while let Some(fault) = faults.next_if(|fault| fault.at < end || is_last) {
                let error = format!("{ERROR}{}", safe(&fault.why));
                shown.push_str(&error);
                shown.push('\n');
                errors.push(error);
            }
            shown.push_str(line);
            begin = end;
        }
        (self.shown, self.errors) = (shown, errors);
    }

    /// A text without the lines that were put into it.
    fn without_errors(&self, text: &str) -> String {
        let mut left = self.errors.clone();
        let lines = text.split_inclusive('\n').filter(|line| {
            let line = line.trim_end_matches(['\n', '\r']);
            let at = left.iter().position(|error| error == line);
            at.map(|at| left.swap_remove(at)).is_none()
        });
        lines.collect()
    }
}
