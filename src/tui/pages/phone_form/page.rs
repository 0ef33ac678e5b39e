//! The number form as a page: what its keys do, and what it does with answers.

use std::borrow::Cow;

use crate::domain::edit::Profile;
use crate::domain::fields::PHONE;
use crate::domain::number::{Reading, Verdict};
use crate::domain::phone::LABELS;
use crate::domain::refusal::{Fault, Refusal, Stored};
use crate::domain::safe::safe;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::pages::chooser::Chooser;
use crate::tui::pages::conflict::Conflict;
use crate::tui::pages::country::{is_named, offer_countries, set_home};
use crate::tui::pages::page::{
    AnyPage, NOTHING_TO_CHANGE, Outcome, Page, Returned, Ui, left, save_refused,
};
use crate::tui::pages::returned::{AS_STORED, Picked};
use crate::tui::protocol::{Purpose, Reply, Request, Tone, Write};
use crate::tui::widgets::choice::{ChoiceField, FirstMark};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::field::Field;

use super::state::{Owner, PhoneEntry, PhoneForm, PhonePlace};
use super::view;

/// Shows which labels begin with what is typed: the usual ones, then those of the book. Any other text is
/// as good.
fn offer_labels(label: &mut ChoiceField, session: &Session) {
    let typed = label.text().trim().to_lowercase();
    label.settle(label.text().trim().to_owned());
    let values = session.values.iter();
    let used = values.flat_map(|values| &values.labels).map(String::as_str);
    let mut lines: Vec<String> = Vec::new();
    for line in LABELS.into_iter().chain(used) {
        let is_new = !lines.iter().any(|known| known == line);
        if is_new && line.to_lowercase().starts_with(&typed) {
            lines.push(line.to_owned());
        }
    }
    if lines.iter().all(|line| *line == label.text().trim()) {
        label.close();
    } else {
        label.open(lines, FirstMark::Nothing);
    }
}

impl PhoneForm {
    /// The choice that has the cursor.
    const fn choice(&self) -> Option<&ChoiceField> {
        match self.place {
            PhonePlace::Country => Some(&self.entry.country),
            PhonePlace::Label => Some(&self.entry.label),
            _ => None,
        }
    }

    const fn choice_mut(&mut self) -> Option<&mut ChoiceField> {
        match self.place {
            PhonePlace::Country => Some(&mut self.entry.country),
            PhonePlace::Label => Some(&mut self.entry.label),
            _ => None,
        }
    }

    /// Whether the list of the choice that has the cursor is open.
    fn is_choosing(&self) -> bool {
        self.choice().is_some_and(ChoiceField::is_open)
    }

    /// Goes to the next field or to the one before, unless no country is called what is typed.
    fn go(&mut self, action: Action, ctx: &mut Ctx<'_>) {
        if !self.leave(ctx) {
            return;
        }
        self.place = self.place.step(if action == Action::PreviousField {
            PhonePlace::ALL.len() - 1
        } else {
            1
        });
        let session = &*ctx.session;
        if let Some(choice) = self.choice_mut() {
            choice.field.select();
        }
        if self.place == PhonePlace::Label && self.entry.label.text().is_empty() {
            offer_labels(&mut self.entry.label, session);
        }
        self.ask_holders(ctx);
    }

    /// Takes the country that matches best, and a label as it is typed. False where no country is called so.
    fn leave(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let place = self.place;
        let Some(choice) = self.choice_mut() else {
            return true;
        };
        choice.field.unselect();
        if place == PhonePlace::Label || !choice.is_open() {
            choice.close();
            return true;
        }
        match choice.marked().map(str::to_owned) {
            Some(line) => choice.set(line),
            None if choice.text().trim().is_empty() => choice.set(""),
            None => {
                let text = format!("no country matches {}", safe(choice.text().trim()));
                ctx.say(Tone::Bad, text);
                return false;
            }
        }
        true
    }

    /// Takes the marked line of the open list; where none is marked, it is the key that saves.
    fn choose(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let is_country = self.place == PhonePlace::Country;
        let Some(choice) = self.choice_mut() else {
            return self.save(ctx);
        };
        if let Some(line) = choice.marked().map(str::to_owned) {
            choice.set(line);
            choice.field.select();
            self.ask_holders(ctx);
            return Outcome::Stay;
        }
        if is_country {
            self.leave(ctx);
            return Outcome::Stay;
        }
        self.save(ctx)
    }

    /// Whether a country is chosen: half-typed text never counts as one.
    fn has_country(&mut self, ctx: &mut Ctx<'_>) -> bool {
        let country = &mut self.entry.country;
        self.entry.label.close();
        if is_named(country) {
            country.restore();
            return true;
        }
        let typed = safe(country.text().trim()).into_owned();
        let fault = Fault::whole(format!("no country is called {typed}; choose one"));
        offer_countries(country, ctx.session);
        self.place = PhonePlace::Country;
        ctx.say(Tone::Bad, fault.to_string());
        self.faults = vec![fault];
        false
    }
}

impl PhoneForm {
    /// Asks which other contacts have the number.
    fn ask_holders(&self, ctx: &mut Ctx<'_>) {
        let read = self.reading().ok();
        let Some(reading) = read.filter(Reading::is_complete) else {
            // An answer about the previous number says nothing about this one.
            return ctx.forget(&Request::Holders(String::new(), None));
        };
        let except = match self.owner {
            Owner::Contact(id, _) => Some(id),
            Owner::Row(_) => self.contact,
        };
        ctx.read(Request::Holders(reading.e164, except));
    }

    /// Puts the cursor on the field that is refused.
    fn go_to_fault(&mut self) {
        let fault = self.faults.first();
        let place = match fault.and_then(|fault| fault.attribute.as_deref()) {
            Some("number") => PhonePlace::Number,
            Some("location") => PhonePlace::Label,
            Some("country_code") => PhonePlace::Country,
            _ => return,
        };
        let was = std::mem::replace(&mut self.place, place);
        if was != place {
            self.entry.country.close();
            self.entry.label.close();
        }
    }

    /// Whether a new number is in national spelling, and no country says what it is.
    pub(in crate::tui::pages) fn needs_home(&self) -> bool {
        self.is_renumbered() && self.reading() == Err(Verdict::NoCountry)
    }

    /// Saves it: a stored contact's is written, that of a row goes back to its form.
    fn save(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if !self.has_country(ctx) {
            return Outcome::Stay;
        }
        if self.needs_home() && Chooser::asks_home(ctx) {
            return Outcome::Open(Chooser::of_home());
        }
        let write = match (&self.owner, &self.stored) {
            (Owner::Row(_), _) if self.entry.number.text().trim().is_empty() => {
                self.place = PhonePlace::Number;
                ctx.say(Tone::Bad, "type a number first");
                return Outcome::Stay;
            }
            (Owner::Row(_), _) => {
                return Outcome::Return(Returned::Page(Box::new(self.clone())));
            }
            (Owner::Contact(_, _), Some(_)) if !self.is_dirty() => {
                ctx.say(Tone::Plain, NOTHING_TO_CHANGE);
                return Outcome::Close;
            }
            (Owner::Contact(_, _), Some(phone)) => Write::Phone(phone.id, self.attributes()),
            (Owner::Contact(id, _), None) => match &self.retires {
                Some(old) => self.replacement(*id, old),
                None => Write::AddPhone(*id, self.attributes()),
            },
        };
        ctx.save(write);
        Outcome::Stay
    }

    /// The dialog for a record that was changed elsewhere, where the form is about that record.
    pub(in crate::tui::pages) fn conflict(&self, stored: &Stored) -> Option<AnyPage> {
        let Stored::Phone(phone) = stored else {
            return None;
        };
        let opened = self.stored.as_ref().filter(|mine| mine.id == phone.id)?;
        let base = (&self.base(), opened.updated_in_db_at);
        Some(Conflict::page(&PHONE, base, &self.record(), stored))
    }

    /// Takes what is there of the record of a draft. Where it is gone the form becomes one that adds it
    /// again, so that nothing typed is lost.
    fn recall(&mut self, profile: Option<&Profile>, ctx: &mut Ctx<'_>) -> Outcome {
        if !self.is_gone(profile) {
            return Outcome::Stay;
        }
        self.stored = None;
        match (profile, self.owner.clone()) {
            (Some(_), _) => ctx.say(Tone::Bad, NUMBER_GONE),
            (None, Owner::Row(_)) => {}
            (None, Owner::Contact(_, name)) => {
                ctx.say(Tone::Bad, contact_gone(&name));
                return Outcome::NewContact(Box::new(self.clone()));
            }
        }
        Outcome::Stay
    }

    /// Whether the number that it is about is gone, or its contact.
    #[must_use]
    pub fn is_gone(&self, profile: Option<&Profile>) -> bool {
        match (profile, &self.stored) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(profile), Some(mine)) => {
                profile.full.phones.iter().all(|phone| phone.id != mine.id)
            }
        }
    }
}

/// What is said where the number of a draft is gone.
pub(in crate::tui::pages) const NUMBER_GONE: &str =
    "a number was deleted elsewhere; saving adds it again with what you typed";

/// What is said where the contact of a draft is gone.
pub(in crate::tui::pages) fn contact_gone(name: &str) -> String {
    format!("{name} was deleted elsewhere; ^S adds it again with what you typed")
}

impl Page for PhoneForm {
    fn scope(&self) -> Scope {
        if self.is_choosing() {
            Scope::Choice
        } else {
            Scope::NumberForm
        }
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let contact = match (&self.owner, &self.stored) {
            (Owner::Contact(id, _), _) => Some(*id),
            (Owner::Row(_), stored) => stored.as_ref().map(|phone| phone.contact),
        };
        match contact.filter(|_| self.recalled) {
            Some(id) => ctx.read(Request::Recalled(id)),
            None => self.ask_holders(ctx),
        }
        ctx.ask_values();
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::NextField | Action::PreviousField | Action::ChooseNext => self.go(action, ctx),
            Action::Choose => return self.choose(ctx),
            Action::Toggle => self.toggle(),
            Action::Save => return self.save(ctx),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, _ctx: &mut Ctx<'_>) {
        if let Some(choice) = self.choice_mut() {
            choice.mark(motion);
        }
    }

    /// An open list closes first, and with it goes what is half typed of a country.
    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        let place = self.place;
        match self.choice_mut().filter(|choice| choice.is_open()) {
            Some(country) if place == PhonePlace::Country => {
                country.unsettle();
                country.restore();
                country.field.select();
            }
            Some(label) => label.close(),
            None => return left(self),
        }
        Outcome::Stay
    }

    /// Where no line of a list of labels is marked, its key saves what is typed.
    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        let is_unmarked = self.choice().is_some_and(|label| label.marked().is_none());
        Some(match (binding.action, self.place) {
            (Action::Choose, PhonePlace::Label) if is_unmarked => "save".into(),
            _ => binding.hint.into(),
        })
    }

    fn text(&self) -> Option<&Field> {
        let PhoneEntry {
            country,
            number,
            label,
            ..
        } = &self.entry;
        [&country.field, number, &label.field]
            .get(self.place.number())
            .copied()
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        let PhoneEntry {
            country,
            number,
            label,
            ..
        } = &mut self.entry;
        [&mut country.field, number, &mut label.field]
            .into_iter()
            .nth(self.place.number())
    }

    fn typed(&mut self, ctx: &mut Ctx<'_>) {
        self.has_typed();
        match self.place {
            PhonePlace::Country => offer_countries(&mut self.entry.country, ctx.session),
            PhonePlace::Label => offer_labels(&mut self.entry.label, ctx.session),
            PhonePlace::Number => self.ask_holders(ctx),
            _ => {}
        }
    }

    fn text_number(&self) -> Option<usize> {
        self.text().map(|_| self.place.number())
    }

    fn edited(&mut self, number: usize, text: &str, ctx: &mut Ctx<'_>) {
        let place = PhonePlace::ALL.get(number).copied().unwrap_or_default();
        let cursor = std::mem::replace(&mut self.place, place);
        if let Some(field) = self.text_mut() {
            field.set("");
        }
        self.paste(text, ctx);
        self.place = cursor;
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::Holders(holders) => self.holders = holders,
            Reply::Profile(profile) => return self.recall(profile.as_deref(), ctx),
            _ => {}
        }
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose != Purpose::Save {
            return Outcome::Stay;
        }
        let stored = refusal.stored.as_ref();
        if let (Some(Stored::Phone(phone)), Some(old)) = (stored, &mut self.retires) {
            // It becomes historic as it is now, when this is saved again.
            *old = phone.as_ref().clone();
        }
        let dialog = stored.and_then(|stored| self.conflict(stored));
        let outcome = save_refused(refusal, dialog, &mut self.faults, ctx);
        self.go_to_fault();
        outcome
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        match value {
            Returned::Picked(Picked::Home(home)) => {
                set_home(home, ctx);
                self.home = home;
                return self.save(ctx);
            }
            Returned::Resolved(decided) if decided.is_as_stored() => {
                ctx.say(Tone::Plain, AS_STORED);
                return Outcome::Close;
            }
            Returned::Resolved(decided) => {
                if let Stored::Phone(phone) = &decided.stored {
                    ctx.save(Write::Phone(phone.id, decided.phone()));
                }
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn is_unsaved(&self) -> bool {
        self.is_dirty()
    }

    fn title(&self) -> Option<String> {
        self.owner.name().map(str::to_owned)
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        view::draw(self, ui);
    }
}
