//! What is typed and not saved: taken out of the open forms while one types and when the program has
//! to end, and put back into them at the next start.
//!
//! A draft holds the record as the form read it, with its stamp: who changed it meanwhile meets the
//! conflict dialog on saving, as ever. Each form asks by itself whether its record is still there; where it
//! has gone, the form becomes that of a new one, so that nothing typed is lost.

use serde::{Deserialize, Serialize};

use crate::domain::contact::ContactId;

use super::app::App;
use super::pages::AnyPage;
use super::pages::contact_form::{ContactForm, TEXTS};
use super::pages::phone_form::{Owner, PhoneForm};
use super::protocol::{Effect, Tone};

/// The open forms, the topmost last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    forms: Vec<Form>,
}

/// A form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Of a number.
    Number(Box<PhoneForm>),
    /// Of a contact.
    Contact(Box<ContactForm>),
}

impl Form {
    fn is_dirty(&self) -> bool {
        match self {
            Self::Number(form) => form.is_dirty(),
            Self::Contact(form) => form.is_dirty(),
        }
    }

    /// Whether it is such as this program has: a draft may come from another version.
    fn is_whole(&self) -> bool {
        match self {
            Self::Number(_) => true,
            Self::Contact(form) => form.texts.len() == TEXTS.len(),
        }
    }

    /// The contact that it is about, unless it is a new one.
    fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Number(form) => match &form.owner {
                Owner::Contact(id, _) => Some(*id),
                Owner::Row(_) => None,
            },
            Self::Contact(form) => form.stored.as_ref().map(|contact| contact.id),
        }
    }

    /// The page of it, which asks whether its record is still there.
    fn page(self, app: &App) -> AnyPage {
        let home = app.session.home;
        match self {
            Self::Number(mut form) => {
                (form.home, form.recalled) = (home, true);
                AnyPage::PhoneForm(form)
            }
            Self::Contact(mut form) => {
                (form.home, form.recalled) = (home, true);
                for row in &mut form.numbers {
                    row.form.home = home;
                }
                AnyPage::ContactForm(form)
            }
        }
    }
}

impl Draft {
    /// What is typed and not saved, if anything. What is over the forms (a conflict, a question) comes
    /// back by itself.
    #[must_use]
    pub fn of(app: &App) -> Option<Self> {
        let forms: Vec<Form> = app
            .pages
            .above()
            .filter_map(|page| page.page().draft())
            .collect();
        let is_dirty = forms.iter().any(Form::is_dirty);
        is_dirty.then_some(Self { forms })
    }

    /// Whether the forms are such as this program has.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.forms.is_empty() && self.forms.iter().all(Form::is_whole)
    }
}

/// Whether any form is open.
#[must_use]
pub fn is_open(app: &App) -> bool {
    let mut over = app.pages.above();
    over.any(|page| page.page().draft().is_some())
}

/// Opens the forms of a draft again.
pub fn bring_back(app: &mut App, draft: Draft, effects: &mut Vec<Effect>) {
    if let Some(id) = draft.forms.first().and_then(Form::contact) {
        app.seek(id, effects);
    }
    for form in draft.forms {
        let page = form.page(app);
        app.open(page, effects);
    }
    app.session.say(
        Tone::Plain,
        "what you typed when callbook ended is here again, unsaved",
    );
}
