//! What the keys of the forms do: from field to field, and saving.

use crate::domain::merge::Side;
use crate::domain::phone::Phone;
use crate::domain::refusal::Refusal;

use super::keymap::Action;
use super::keymap::key::{Code, Key};
use super::model::{
    Chosen, Effect, Model, Purpose as For, Request, Screen, TextPlace, Tone, Write,
};
use super::screens::contact_form::Place;
use super::screens::phone_form::{self, Owner, PhoneForm};
use super::screens::prompt::Purpose;
use super::screens::{import, plan};
use super::update::ask_holders;

pub(super) fn edit_number(model: &mut Model, effects: &mut Vec<Effect>) {
    let (Some(phone), Some(profile)) = (model.detail.phone(), model.profile()) else {
        return;
    };
    let owner = Owner::Contact(profile.contact.id, profile.contact.name.clone());
    let replaces = profile
        .phones
        .iter()
        .find(|other| other.primary && other.id != phone.id)
        .map(Phone::shown);
    let form = PhoneForm {
        replaces,
        ..PhoneForm::of(owner, phone, model.home)
    };
    model.over.push(Screen::PhoneForm(Box::new(form)));
    ask_holders(model, effects);
}

/// Opens the form of a new number of the contact.
pub(super) fn add_number(model: &mut Model) {
    let Some(profile) = model.profile() else {
        return;
    };
    let owner = Owner::Contact(profile.contact.id, profile.contact.name.clone());
    let mut phones = profile.phones.iter();
    let replaces = phones.find(|phone| phone.primary).map(Phone::shown);
    let form = PhoneForm {
        replaces,
        ..PhoneForm::new(owner, model.home)
    };
    model.over.push(Screen::PhoneForm(Box::new(form)));
}

/// Opens the text that has the cursor in the editor.
pub(super) fn edit(model: &mut Model, effects: &mut Vec<Effect>) {
    let field = match model.over.last_mut() {
        Some(Screen::PhoneForm(form)) => {
            let place = form.place.number();
            form.field().map(|field| (place, field.text().to_owned()))
        }
        Some(Screen::ContactForm(form)) => {
            let place = form.text_number();
            place.and_then(|place| Some((place, form.field()?.text().to_owned())))
        }
        _ => None,
    };
    match (model.over.top(), field) {
        (Some(page), Some((field, text))) => {
            effects.push(Effect::Edit(TextPlace { page, field }, text));
        }
        _ => model.say(Tone::Plain, "the editor is for texts; this is none"),
    }
}

/// Takes what the editor left, in the place that it was opened for.
pub(super) fn edited(model: &mut Model, place: TextPlace, text: Option<String>) {
    let Some(text) = text else {
        return model.say(Tone::Plain, "the editor left the text as it was");
    };
    let text = text.trim_end_matches(['\n', '\r']);
    match model.over.get_mut(place.page) {
        Some(Screen::PhoneForm(form)) => {
            let field = phone_form::Place::of_number(place.field);
            let cursor = std::mem::replace(&mut form.place, field);
            if let Some(field) = form.field() {
                field.set("");
            }
            form.paste(text);
            form.place = cursor;
        }
        Some(Screen::ContactForm(form)) => {
            let cursor = std::mem::replace(&mut form.place, Place::Text(place.field));
            if let Some(field) = form.field() {
                field.set("");
            }
            form.paste(text);
            form.place = cursor;
        }
        _ => model.say(
            Tone::Bad,
            "the form was closed before the editor; its text was not used",
        ),
    }
}

pub(super) fn step_field(model: &mut Model, forward: bool, effects: &mut Vec<Effect>) {
    match model.over.last_mut() {
        Some(Screen::PhoneForm(form)) => {
            form.step(forward);
            ask_holders(model, effects);
        }
        Some(Screen::ContactForm(form)) => form.step(forward),
        _ => {}
    }
}

pub(super) fn toggle(model: &mut Model) {
    match model.over.last_mut() {
        Some(Screen::PhoneForm(form)) => form.toggle(),
        Some(Screen::ContactForm(form)) => match form.place {
            Place::Favourite => form.favourite = !form.favourite,
            Place::Number(row) => form.make_primary(row),
            Place::Text(_) | Place::AddNumber => {}
        },
        _ => {}
    }
}

/// Saves the form on top; a number of the contact form goes back into that form.
pub(super) fn save(model: &mut Model, effects: &mut Vec<Effect>) {
    match model.over.last_mut() {
        Some(Screen::PhoneForm(form)) => {
            form.settle();
            let write = match (&form.owner, &form.stored) {
                (Owner::Row(_), _) => {
                    let form = form.clone();
                    if form.entry.number.text().trim().is_empty() {
                        return model.say(Tone::Bad, "number has to be present and not blank");
                    }
                    model.over.pop();
                    if let Some(Screen::ContactForm(contact)) = model.over.last_mut() {
                        contact.put(*form);
                    }
                    return;
                }
                (Owner::Contact(_, _), Some(phone)) => Write::Phone(phone.id, form.attributes()),
                (Owner::Contact(id, _), None) => Write::AddPhone(*id, form.attributes()),
            };
            if form.stored.is_some() && !form.is_dirty() {
                model.over.pop();
                return;
            }
            model.finish(write, effects);
        }
        Some(Screen::ContactForm(form)) => {
            if form.stored.is_some() && !form.is_dirty() {
                model.over.pop();
                return;
            }
            let faults = form.unsendable();
            if !faults.is_empty() {
                // Unsent, it would not be stored, and nobody would know.
                let refusal = Refusal::invalid(faults);
                form.faults.clone_from(&refusal.faults);
                return model.say(Tone::Bad, refusal.to_string());
            }
            let write = Write::Contact(Box::new(form.edit()));
            model.finish(write, effects);
        }
        Some(Screen::Conflict(conflict)) => {
            let conflict = conflict.clone();
            if conflict.undecided() > 0 {
                return model.say(Tone::Plain, "choose a side first: both of you changed this");
            }
            let form = model.over.top().and_then(|top| model.over.under(top));
            let form = form.and_then(|form| model.over.get(form));
            if let Some(write) = form.map(|form| conflict.write(form)) {
                model.finish(write, effects);
            }
        }
        Some(Screen::Prompt(prompt)) => {
            let file = prompt.file();
            let changes = matches!(prompt.purpose, Purpose::Change(..));
            if file.as_os_str().is_empty() && !changes {
                prompt.trouble = Some("type the path of a file or a folder".to_owned());
                return;
            }
            let request = match &prompt.purpose {
                Purpose::Change(whom, _) => {
                    let whom = whom.clone();
                    return plan::read(model, whom, effects);
                }
                Purpose::Import => Request::Plan(Chosen::Typed(prompt.path.text().to_owned())),
                Purpose::Export(selection, _) => Request::Export(selection.clone(), file),
            };
            model.wait_for(request, For::Finish, effects);
        }
        Some(Screen::Import(_)) => import::act(model, Action::Save, None, effects),
        Some(Screen::Plan(_)) => plan::act(model, Action::Save, effects),
        _ => {}
    }
}

/// Enter in the contact form: a line end in the note, the number's own form on a number, else on.
pub(super) fn enter(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(Screen::ContactForm(form)) = model.over.last_mut() else {
        return;
    };
    match form.place {
        Place::Text(_) if form.in_note() => form.paste("\n"),
        Place::Text(_) | Place::Favourite => form.step(true),
        Place::Number(row) => {
            if let Some(number) = form.numbers.get(row) {
                let number = PhoneForm {
                    owner: Owner::Row(Some(row)),
                    ..number.form.clone()
                };
                model.over.push(Screen::PhoneForm(Box::new(number)));
                ask_holders(model, effects);
            }
        }
        Place::AddNumber => {
            let number = PhoneForm::new(Owner::Row(None), form.home);
            model.over.push(Screen::PhoneForm(Box::new(number)));
        }
    }
}

pub(super) fn pick_side(model: &mut Model, key: Key) {
    if let Some(Screen::Conflict(conflict)) = model.over.last_mut() {
        conflict.pick(if key.code == Code::Right {
            Side::Stored
        } else {
            Side::Mine
        });
    }
}
