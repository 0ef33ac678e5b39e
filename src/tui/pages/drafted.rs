//! What a draft keeps of an open form, and how it comes back.

use serde::{Deserialize, Serialize};

use crate::domain::contact::ContactId;
use crate::domain::number::Region;

use super::contact_form::{ContactForm, TEXTS};
use super::contact_text::ContactText;
use super::detail_form::{DetailForm, DetailOwner};
use super::page::{AnyPage, Page};
use super::phone_form::{Owner, PhoneForm};

/// A form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DraftedForm {
    /// Of a number.
    Number(Box<PhoneForm>),
    /// Of an email, an address or another detail.
    Detail(Box<DetailForm>),
    /// Of a contact.
    Contact(Box<ContactForm>),
    /// Of a contact as text.
    Text(Box<ContactText>),
}

impl DraftedForm {
    /// What a draft keeps of a page, where it is a form.
    #[must_use]
    pub(crate) fn of(page: &dyn Page) -> Option<Self> {
        let number = page.as_page().cloned().map(Box::new).map(Self::Number);
        let detail = || page.as_page().cloned().map(Box::new).map(Self::Detail);
        number
            .or_else(detail)
            .or_else(|| page.as_page().cloned().map(Box::new).map(Self::Contact))
            .or_else(|| page.as_page().cloned().map(Box::new).map(Self::Text))
    }

    /// Whether anything was typed or ticked.
    #[must_use]
    pub(crate) fn is_dirty(&self) -> bool {
        match self {
            Self::Number(form) => form.is_dirty(),
            Self::Detail(form) => form.is_dirty(),
            Self::Contact(form) => form.is_dirty(),
            Self::Text(text) => text.is_typed(),
        }
    }

    /// Whether it is such as this program has: a draft may come from another version.
    #[must_use]
    pub(crate) fn is_whole(&self) -> bool {
        match self {
            Self::Number(_) | Self::Text(_) => true,
            Self::Detail(form) => {
                let whole = DetailForm::new(DetailOwner::Row(None), form.kind, "");
                form.texts.len() == whole.texts.len()
            }
            Self::Contact(form) => form.texts.len() == TEXTS.len(),
        }
    }

    /// The contact that it is about, unless it is a new one.
    #[must_use]
    pub(crate) fn contact(&self) -> Option<ContactId> {
        match self {
            Self::Number(form) => match &form.owner {
                Owner::Contact(id, _) => Some(*id),
                Owner::Row(_) => None,
            },
            Self::Detail(form) => match &form.owner {
                DetailOwner::Contact(contact) => Some(contact.id),
                DetailOwner::Row(_) => None,
            },
            Self::Contact(form) => form.stored.as_ref().map(|contact| contact.id),
            Self::Text(text) => Some(text.typed.opened.contact.id),
        }
    }

    /// The page of it as it comes back from a draft: it asks whether its record is still there.
    #[must_use]
    pub(crate) fn recalled(self, home: Option<Region>) -> AnyPage {
        match self {
            Self::Number(mut form) => {
                (form.home, form.recalled) = (home, true);
                form
            }
            Self::Detail(form) => form,
            Self::Text(mut text) => {
                text.typed.home = home;
                text
            }
            Self::Contact(mut form) => {
                (form.home, form.recalled) = (home, true);
                for row in &mut form.numbers {
                    row.form.home = home;
                }
                form
            }
        }
    }
}
