//! A contact as a text that a person edits: a TOML document with comments.
//!
//! What is saved is the difference between two readings: of the text as it was written, and of it as it came
//! back. So what was not touched stays as it is stored, whatever a text can say of it.

mod place;
mod read;
mod write;

use crate::domain::detail::DetailId;
use crate::domain::edit::{ContactAsText, ContactEdit, TextEdit};
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::refusal::{Fault, Kind, Refusal};
use crate::domain::safe::safe;

use place::TextFault;
use read::Changes;

/// What a comment begins with that says what is wrong with the line under it.
const ERROR: &str = "# ERROR: ";

/// A contact that is edited as text, from one opening of the editor to the next.
#[derive(Clone, Debug, PartialEq)]
pub struct EditedText {
    state: ContactAsText,
    /// The text as it was opened first.
    original: String,
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
    /// The text of a contact; `related` are the names of the contacts that its relations point to.
    #[must_use]
    pub fn of(opened: FullContact, home: Option<Region>, related: Vec<(DetailId, String)>) -> Self {
        Self::resumed(ContactAsText {
            opened,
            home,
            text: String::new(),
            errors: Vec::new(),
            related,
        })
    }

    /// The text as it was left before.
    #[must_use]
    pub fn resumed(mut state: ContactAsText) -> Self {
        let original = write::text(&state.opened, state.home, &state.related);
        if state.text.is_empty() {
            state.text.clone_from(&original);
        }
        Self {
            state,
            original,
            changes: None,
        }
    }

    /// The contact as it was opened.
    #[must_use]
    pub const fn opened(&self) -> &FullContact {
        &self.state.opened
    }

    /// The text as the editor gets it.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.state.text
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
        let was_wrong = !self.state.errors.is_empty() && text.trim_end() == self.text().trim_end();
        if was_wrong {
            return CameBack::GivenUp;
        }
        let text = self.without_errors(text);
        let unreadable = self.unreadable(&text);
        if !unreadable.is_empty() {
            self.show_errors(&text, unreadable);
            return CameBack::Wrong;
        }
        let ContactAsText { opened, home, .. } = &self.state;
        match read::changes(&self.original, &text, opened, *home) {
            Ok(changes) if changes.is_empty() => CameBack::Unchanged,
            Ok(changes) => {
                let edit = changes.edit.clone();
                (self.state.text, self.state.errors) = (text, Vec::new());
                self.changes = Some(changes);
                CameBack::Save(Box::new(edit))
            }
            Err(faults) => {
                self.show_errors(&text, faults);
                CameBack::Wrong
            }
        }
    }

    /// Has a person edit the text until it can be saved or is left: where it has mistakes, the editor opens
    /// again with the errors above the lines. `editor` gives the text as it came back, and why the editor failed
    /// if it did.
    pub fn edit(&mut self, mut editor: impl FnMut(&str) -> (String, Option<String>)) -> TextEdit {
        loop {
            if let Some(edit) = self.opened_in(&mut editor) {
                return edit;
            }
        }
    }

    /// Has the text edited once: its mistakes are the answer, where it has any.
    pub fn edit_once(&mut self, editor: impl FnOnce(&str) -> (String, Option<String>)) -> TextEdit {
        let edit = self.opened_in(editor);
        edit.unwrap_or_else(|| {
            let errors = self.state.errors.iter();
            let errors = errors.map(|error| error.strip_prefix(ERROR).unwrap_or(error));
            let whole = Fault::whole("nothing was saved: the text has mistakes");
            TextEdit::Unfinished(Refusal {
                faults: [whole]
                    .into_iter()
                    .chain(errors.map(Fault::whole))
                    .collect(),
                ..Refusal::new(Kind::Invalid, "")
            })
        })
    }

    /// Opens the editor; none where the text that came back has new mistakes.
    fn opened_in(
        &mut self,
        editor: impl FnOnce(&str) -> (String, Option<String>),
    ) -> Option<TextEdit> {
        let (text, failure) = editor(self.text());
        if let Some(failure) = failure {
            self.state.text = text;
            return Some(TextEdit::Unfinished(Refusal::new(Kind::Storage, failure)));
        }
        Some(match self.came_back(&text) {
            CameBack::Wrong => return None,
            CameBack::Unchanged => TextEdit::Unchanged,
            CameBack::GivenUp => {
                let why = "nothing was saved: the mistakes are still in the text";
                TextEdit::Unfinished(Refusal::new(Kind::Invalid, why))
            }
            CameBack::Save(edit) => TextEdit::Save(edit),
        })
    }

    /// The contact as it was opened, and what was typed; no text where nothing was.
    #[must_use]
    pub fn left(&self) -> ContactAsText {
        let mut left = self.state.clone();
        if !self.is_typed(&left.text) {
            (left.text, left.errors) = Default::default();
        }
        left
    }

    /// Takes what the store found wrong.
    pub fn refused(&mut self, faults: &[Fault]) {
        let text = self.state.text.clone();
        let changes = self.changes.take().or_else(|| {
            let ContactAsText { opened, home, .. } = &self.state;
            read::changes(&self.original, &text, opened, *home).ok()
        });
        let at = |fault: &Fault| {
            changes
                .as_ref()
                .map_or(0, |changes| changes.place_of(fault))
        };
        let faults = faults.iter();
        let faults = faults.map(|fault| TextFault::new(at(fault), fault.in_words()));
        self.show_errors(&text, faults.collect());
    }

    /// The lines with a sign that was not UTF-8, each as a fault: an editor may write in another encoding.
    fn unreadable(&self, text: &str) -> Vec<TextFault> {
        const SIGN: char = char::REPLACEMENT_CHARACTER;
        let known = |line: &str| self.original.lines().any(|own| own == line);
        let mut begin = 0;
        let mut found = Vec::new();
        for line in text.split_inclusive('\n') {
            if line.contains(SIGN) && !known(line.trim_end()) {
                let why = format!(
                    "{SIGN} stands for a sign that was not UTF-8; type it again, and save as UTF-8"
                );
                found.push(TextFault::new(begin, why));
            }
            begin += line.len();
        }
        found
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
        (self.state.text, self.state.errors) = (shown, errors);
    }

    /// A text without the lines that were put into it.
    fn without_errors(&self, text: &str) -> String {
        let mut left = self.state.errors.clone();
        let lines = text.split_inclusive('\n').filter(|line| {
            let line = line.trim_end_matches(['\n', '\r']);
            let at = left.iter().position(|error| error == line);
            at.map(|at| left.swap_remove(at)).is_none()
        });
        lines.collect()
    }
}
