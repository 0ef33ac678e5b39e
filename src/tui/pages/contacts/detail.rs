//! The contact beside the list: its numbers with their flags, and all that is known of it.

use crate::domain::contact::ContactId;
use crate::domain::edit::Profile;
use crate::domain::phone::{Phone, PhoneAttributes};
use crate::tui::ctx::Ctx;
use crate::tui::keymap::Action;
use crate::tui::protocol::{Request, Write};
use crate::tui::widgets::cursor::Motion;

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
    pub(super) fn move_to(&mut self, place: usize) {
        self.cursor = place.min(self.phones().saturating_sub(1));
    }

    /// Puts the cursor on the next number, and after the last on the first.
    pub(super) fn next(&mut self) {
        let next = self.cursor + 1;
        self.move_to(if next < self.phones() { next } else { 0 });
    }

    /// Asks for a contact where another one is shown.
    pub(super) fn follow(&mut self, current: Option<ContactId>, ctx: &mut Ctx<'_>) {
        if current == self.asked {
            return;
        }
        self.asked = current;
        self.cursor = 0;
        self.scroll = 0;
        self.refresh(ctx);
    }

    /// Asks for the contact again.
    pub(super) fn refresh(&mut self, ctx: &mut Ctx<'_>) {
        if let Some(id) = self.asked {
            ctx.read(Request::Profile(id));
        }
    }

    /// Takes the contact. The cursor stays on its number, wherever that is now.
    pub(super) fn show(&mut self, profile: Option<Box<Profile>>) {
        let on = self.phone().map(|phone| phone.id);
        let mut phones = profile.iter().flat_map(|profile| &profile.phones);
        let place = phones.position(|phone| Some(phone.id) == on);
        self.profile = profile;
        self.move_to(place.unwrap_or(self.cursor));
    }

    /// Moves the cursor, or what is seen of the contact by half a screen.
    pub(super) fn step(&mut self, motion: Motion, height: usize) {
        match motion {
            Motion::PageDown => self.scroll += height / 2,
            Motion::PageUp => self.scroll = self.scroll.saturating_sub(height / 2),
            motion => {
                self.scroll = 0;
                self.cursor = motion.apply(self.cursor, self.phones(), 1);
            }
        }
    }
}

/// What becomes of a number when one of its flags is flipped, or it is deleted; `bring_back` is the key
/// that brings a historic one back.
///
/// # Errors
/// Why it cannot be done.
pub(super) fn flipped(
    phone: &Phone,
    action: Action,
    bring_back: &str,
) -> Result<Option<Write>, String> {
    let stamped = PhoneAttributes {
        updated_in_db_at: Some(phone.updated_in_db_at),
        ..PhoneAttributes::default()
    };
    let sent = match action {
        Action::MakePrimary if phone.historic => {
            return Err(format!(
                "a historic number cannot be primary; {bring_back} brings it back first"
            ));
        }
        Action::MakePrimary if phone.primary => {
            return Err("this is the primary number already".to_owned());
        }
        Action::MakePrimary => PhoneAttributes {
            primary: Some(true),
            ..stamped
        },
        Action::Accurate => PhoneAttributes {
            valid_values: Some(!phone.valid_values),
            ..stamped
        },
        Action::Historic => PhoneAttributes {
            historic: Some(!phone.historic),
            ..stamped
        },
        Action::DeleteNumber => {
            let write = Write::DeletePhone(phone.id, phone.updated_in_db_at);
            return Ok(Some(write));
        }
        _ => return Ok(None),
    };
    Ok(Some(Write::Phone(phone.id, sent)))
}
