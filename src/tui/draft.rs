//! What is typed and not saved: taken out of the open forms while one types and when the program has
//! to end, and put back into them at the next start.
//!
//! A draft holds the record as the form read it, with its stamp: who changed it meanwhile meets the
//! conflict dialog on saving, as ever. Where the record has gone, the form becomes that of a new one,
//! so that nothing typed is lost.

use serde::{Deserialize, Serialize};

use crate::domain::contact::ContactId;
use crate::domain::edit::Profile;

use super::model::{Effect, Model, PageId, Reply, Request, Screen, Ticket, Tone};
use super::screens::contact_form::{ContactForm, TEXTS};
use super::screens::list;
use super::screens::phone_form::{Owner, PhoneForm};

/// The open forms, the topmost last.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draft {
    forms: Vec<Form>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Number(Box<PhoneForm>),
    Contact(Box<ContactForm>),
}

impl Draft {
    /// What is typed and not saved, if anything. What stands over the forms (a conflict, a question)
    /// comes back by itself.
    #[must_use]
    pub fn of(model: &Model) -> Option<Self> {
        let forms: Vec<Form> = model
            .over
            .iter()
            .filter_map(|screen| match screen {
                Screen::PhoneForm(form) => Some(Form::Number(form.clone())),
                Screen::ContactForm(form) => Some(Form::Contact(form.clone())),
                _ => None,
            })
            .collect();
        let dirty = forms.iter().any(|form| match form {
            Form::Number(form) => form.is_dirty(),
            Form::Contact(form) => form.is_dirty(),
        });
        dirty.then_some(Self { forms })
    }

    /// Whether the forms are such as this program has: a draft may come from another version.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.forms.is_empty()
            && self.forms.iter().all(|form| match form {
                Form::Number(_) => true,
                Form::Contact(form) => form.texts.len() == TEXTS.len(),
            })
    }

    /// The contact that it is about, unless it is a new one.
    fn contact(&self) -> Option<ContactId> {
        match self.forms.first()? {
            Form::Number(form) => match &form.owner {
                Owner::Contact(id, _) => Some(*id),
                Owner::Row(_) => None,
            },
            Form::Contact(form) => form.stored.as_ref().map(|contact| contact.id),
        }
    }
}

/// Whether any form is open.
#[must_use]
pub fn is_open(model: &Model) -> bool {
    model
        .over
        .iter()
        .any(|screen| matches!(screen, Screen::PhoneForm(_) | Screen::ContactForm(_)))
}

/// Opens the forms of a draft again, and asks whether what they are about is still there.
pub fn bring_back(model: &mut Model, draft: Draft, effects: &mut Vec<Effect>) {
    let contact = draft.contact();
    let mut pages = Vec::new();
    for form in draft.forms {
        pages.push(model.over.push(match form {
            Form::Number(mut form) => {
                form.home = model.home;
                Screen::PhoneForm(form)
            }
            Form::Contact(mut form) => {
                form.home = model.home;
                for row in &mut form.numbers {
                    row.form.home = model.home;
                }
                Screen::ContactForm(form)
            }
        }));
    }
    if let Some(id) = contact {
        list::seek(model, id, effects);
        model.recalled = Some((model.ask(Request::Recalled(id), effects), pages));
    }
    model.say(
        Tone::Plain,
        "what you typed when callbook ended is here again, unsaved",
    );
}

/// Takes the answer whether the record of a draft is still there; `false` where it is another's.
pub fn take(model: &mut Model, ticket: Ticket, reply: &Reply) -> bool {
    let Reply::Profile(profile) = reply else {
        return false;
    };
    let Some((_, pages)) = model.recalled.take_if(|(asked, _)| *asked == ticket) else {
        return false;
    };
    let gone = match profile {
        None => without_contact(model, &pages),
        Some(profile) => without_number(model, &pages, profile),
    };
    if let Some(gone) = gone {
        model.say(Tone::Bad, gone);
    }
    true
}

/// The contact has gone: the form becomes one that adds it anew.
fn without_contact(model: &mut Model, pages: &[PageId]) -> Option<String> {
    let home = model.home;
    let first = model.over.get_mut(*pages.first()?)?;
    let name = match first {
        Screen::ContactForm(form) => {
            let name = form.stored.as_ref()?.name.clone();
            form.make_new();
            name
        }
        Screen::PhoneForm(form) => {
            let Owner::Contact(_, name) = form.owner.clone() else {
                return None;
            };
            let mut number = form.as_ref().clone();
            number.stored = None;
            number.owner = Owner::Row(None);
            let mut contact = ContactForm::new(&name, home);
            contact.put(number);
            *first = Screen::ContactForm(Box::new(contact));
            name
        }
        _ => return None,
    };
    let second = pages.get(1).and_then(|page| model.over.get_mut(*page));
    if let Some(Screen::PhoneForm(form)) = second {
        form.stored = None;
    }
    Some(format!(
        "{name} was deleted meanwhile; what you typed is here, and ^S adds it anew"
    ))
}

/// A number has gone: its form becomes one that adds it anew; a row that nobody touched goes too.
fn without_number(model: &mut Model, pages: &[PageId], profile: &Profile) -> Option<String> {
    let is_gone = |form: &PhoneForm| {
        form.stored
            .as_ref()
            .is_some_and(|mine| profile.phones.iter().all(|phone| phone.id != mine.id))
    };
    let mut gone = 0;
    for page in pages {
        let Some(screen) = model.over.get_mut(*page) else {
            continue;
        };
        match screen {
            Screen::PhoneForm(form) if is_gone(form) => {
                form.stored = None;
                gone += 1;
            }
            Screen::ContactForm(form) => {
                for row in form.numbers.iter_mut().filter(|row| is_gone(&row.form)) {
                    row.deleted |= !row.form.is_dirty();
                    row.form.stored = None;
                    gone += 1;
                }
            }
            _ => {}
        }
    }
    (gone > 0).then(|| {
        "a number was deleted meanwhile; what you typed is here, and saving adds it anew".to_owned()
    })
}
