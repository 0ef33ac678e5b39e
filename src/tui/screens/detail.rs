//! The contact beside the list: its numbers with their flags, and all that is known of it.

use crate::domain::contact::{ContactAttributes, ContactId};
use crate::domain::edit::Profile;
use crate::domain::phone::{Phone, PhoneAttributes};
use crate::tui::keymap::Action;
use crate::tui::model::{Effect, Model, Reply, Request, Ticket, Tone, Write};

/// The detail pane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// The contact, once it has come.
    pub profile: Option<Box<Profile>>,
    /// Which of its numbers the cursor is on.
    pub cursor: usize,
    /// How many lines are scrolled off.
    pub scroll: usize,
    /// Which contact was asked for.
    asked: Option<ContactId>,
    ticket: Ticket,
}

impl Detail {
    /// The number under the cursor.
    #[must_use]
    pub fn phone(&self) -> Option<&Phone> {
        self.profile.as_ref()?.phones.get(self.cursor)
    }

    fn phones(&self) -> usize {
        self.profile
            .as_ref()
            .map_or(0, |profile| profile.phones.len())
    }

    /// Puts the cursor on a number.
    pub fn go(&mut self, place: usize) {
        self.cursor = place.min(self.phones().saturating_sub(1));
    }
}

/// Asks for the contact under the list's cursor where another one is shown.
pub fn follow(model: &mut Model, effects: &mut Vec<Effect>) {
    let current = model.current();
    if current.is_none() && model.list.loaded {
        // Nobody is left in the list: who was here last goes too.
        model.detail.profile = None;
    }
    if current == model.detail.asked {
        return;
    }
    model.detail.asked = current;
    model.detail.cursor = 0;
    model.detail.scroll = 0;
    if let Some(id) = current {
        model.detail.ticket = model.ask(Request::Profile(id), effects);
    }
}

/// Asks for the contact again: something was written.
pub fn refresh(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Some(id) = model.detail.asked {
        model.detail.ticket = model.ask(Request::Profile(id), effects);
    }
}

/// Takes an answer that is the detail's; `false` where it is not, or is too old.
pub fn take(model: &mut Model, ticket: Ticket, reply: &Reply) -> bool {
    match reply {
        Reply::Profile(profile) if ticket == model.detail.ticket => {
            // The cursor stays on its number, wherever that stands now.
            let on = model.detail.phone().map(|phone| phone.id);
            model.detail.profile.clone_from(profile);
            let place = profile
                .as_ref()
                .and_then(|profile| profile.phones.iter().position(|phone| Some(phone.id) == on));
            model.detail.go(place.unwrap_or(model.detail.cursor));
        }
        _ => return false,
    }
    true
}

/// Does one of the actions that flip something about the number under the cursor.
pub fn flip(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let Some(phone) = model.detail.phone() else {
        return model.say(Tone::Plain, "no number here; a adds one");
    };
    let id = phone.id;
    let stamped = PhoneAttributes {
        updated_in_db_at: Some(phone.updated_in_db_at),
        ..PhoneAttributes::default()
    };
    let write = match action {
        Action::MakePrimary if phone.historic => {
            return model.say(
                Tone::Plain,
                "a historic number cannot be primary; h brings it back first",
            );
        }
        Action::MakePrimary if phone.primary => {
            return model.say(Tone::Plain, "this is the primary number already");
        }
        Action::MakePrimary => Write::Phone(
            id,
            PhoneAttributes {
                primary: Some(true),
                ..stamped
            },
        ),
        Action::Accurate => Write::Phone(
            id,
            PhoneAttributes {
                valid_values: Some(!phone.valid_values),
                ..stamped
            },
        ),
        Action::Historic => Write::Phone(
            id,
            PhoneAttributes {
                historic: Some(!phone.historic),
                ..stamped
            },
        ),
        Action::DeleteNumber => Write::DeletePhone(id, phone.updated_in_db_at),
        _ => return,
    };
    model.write(write, effects);
}

/// Makes the contact a favourite, or no longer.
pub fn favourite(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(profile) = model.profile() else {
        return;
    };
    let contact = &profile.contact;
    let id = contact.id;
    let sent = ContactAttributes {
        favourite: Some(!contact.favourite),
        updated_in_db_at: Some(contact.updated_in_db_at),
        ..ContactAttributes::default()
    };
    model.write(Write::ContactAttributes(id, Box::new(sent)), effects);
}
