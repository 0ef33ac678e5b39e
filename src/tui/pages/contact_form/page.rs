//! The contact form as a page: what its keys do, and what it does with answers.

use std::borrow::Cow;

use crate::domain::contact::DetailKind;
use crate::domain::detail::BIRTHDAY;
use crate::domain::edit::Profile;
use crate::domain::fields::CONTACT;
use crate::domain::refusal::{Refusal, Stored};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::pages::chooser::Chooser;
use crate::tui::pages::conflict::Conflict;
use crate::tui::pages::country::set_home;
use crate::tui::pages::detail_form::{DetailForm, DetailOwner};
use crate::tui::pages::page::{
    AnyPage, NOTHING_TO_CHANGE, Outcome, Page, Returned, Ui, left, save_refused, save_resolved,
};
use crate::tui::pages::phone_form::{NUMBER_GONE, Owner, PhoneForm, contact_gone};
use crate::tui::pages::returned::{Picked, Resolution};
use crate::tui::protocol::{Purpose, Reply, Request, Tone, Write};
use crate::tui::widgets::areas::Panes;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::rules;
use crate::tui::widgets::theme::{Role, Theme};

use super::state::{ContactForm, ContactPlace, NAME};
use super::view;

impl ContactForm {
    /// Opens the form of a new detail.
    fn add(&self, kind: DetailKind, label: &str) -> Outcome {
        let mut form = DetailForm::new(DetailOwner::Row(None), kind, label);
        form.beside = Some(Box::new(self.beside(None)));
        Outcome::Open(Box::new(form))
    }

    /// Saves it, unless nothing was changed.
    fn save(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.stored.is_some() && !self.is_dirty() {
            ctx.say(Tone::Plain, NOTHING_TO_CHANGE);
            return Outcome::Close;
        }
        let faults = self.unsendable();
        if faults.is_empty() {
            let mut rows = self.numbers.iter().filter(|row| !row.deleted);
            if rows.any(|row| row.form.needs_home()) && Chooser::asks_home(ctx) {
                return Outcome::Open(Chooser::of_home());
            }
            ctx.save(Write::Contact(Box::new(self.edit())));
        } else {
            // Left out, it would be lost without a message.
            let refusal = Refusal::invalid(faults);
            ctx.say(Tone::Bad, refusal.to_string());
            self.faults = refusal.faults;
        }
        Outcome::Stay
    }

    /// Enter: a line end in the note, the number's own form on a number, else on.
    fn enter(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let form = match self.place {
            ContactPlace::Text(_) if self.in_note() => {
                self.paste("\n", ctx);
                return Outcome::Stay;
            }
            ContactPlace::Text(_) | ContactPlace::Favourite => {
                self.step(true);
                return Outcome::Stay;
            }
            ContactPlace::More => {
                self.unfold();
                return Outcome::Stay;
            }
            ContactPlace::AddEmail => return self.add(DetailKind::Email, ""),
            ContactPlace::AddAddress => return self.add(DetailKind::Address, ""),
            ContactPlace::AddBirthday => return self.add(DetailKind::Date, BIRTHDAY),
            ContactPlace::AddDetail => return Outcome::Open(Chooser::of_kind()),
            ContactPlace::Detail(row) => {
                let Some(place) = self.details.get(row) else {
                    return Outcome::Stay;
                };
                let owner = DetailOwner::Row(Some(row));
                let mut form = DetailForm::of_detail(owner, &place.detail);
                form.beside = Some(Box::new(self.beside(Some(row))));
                return Outcome::Open(Box::new(form.pointing_to(place.related_name.as_deref())));
            }
            ContactPlace::AddNumber => PhoneForm::new(Owner::Row(None), self.home),
            ContactPlace::Number(row) => match self.numbers.get(row) {
                Some(number) => PhoneForm {
                    owner: Owner::Row(Some(row)),
                    ..number.form.clone()
                },
                None => return Outcome::Stay,
            },
        };
        let contact = self.stored.as_ref().map(|contact| contact.id);
        Outcome::Open(Box::new(PhoneForm { contact, ..form }))
    }

    /// Asks which other contacts have the name, where it is a new one.
    fn ask_namesakes(&mut self, ctx: &mut Ctx<'_>) {
        let name = self.text(NAME).to_owned();
        let stored = self.stored.as_ref();
        self.namesakes.clear();
        if name.is_empty() || stored.is_some_and(|contact| contact.name == name) {
            // An answer about the previous name says nothing about this one.
            return ctx.forget(&Request::Named(name, None));
        }
        ctx.read(Request::Named(name, stored.map(|contact| contact.id)));
    }

    /// The dialog for a record that was changed elsewhere, where the form is about that record.
    fn conflict(&self, stored: &Stored) -> Option<AnyPage> {
        match stored {
            Stored::Contact(contact) => {
                let opened = self.stored.as_ref().filter(|mine| mine.id == contact.id)?;
                let base = (&self.base(), opened.updated_in_db_at);
                Some(Conflict::page(&CONTACT, base, &self.record(), stored))
            }
            Stored::Phone(_) => {
                let mut rows = self.numbers.iter();
                rows.find_map(|row| row.form.conflict(stored))
            }
        }
    }

    /// Writes what was decided of one record, with all else that the form changes.
    fn write_resolved(&self, decided: &Resolution, ctx: &mut Ctx<'_>) -> Outcome {
        let mut edit = self.edit();
        decided.put(&mut edit);
        save_resolved(edit, ctx)
    }

    /// Takes what is there of the record of a draft. What is gone is added again when it is saved; a row
    /// that was not touched goes too.
    fn recall(&mut self, profile: Option<&Profile>, ctx: &mut Ctx<'_>) {
        let Some(stored) = &self.stored else { return };
        if profile.is_none() {
            ctx.say(Tone::Bad, contact_gone(&stored.name));
            return self.make_new();
        }
        let mut rows = self.numbers.iter_mut();
        for row in rows.by_ref().filter(|row| row.form.is_gone(profile)) {
            row.deleted |= !row.form.is_dirty();
            row.form.stored = None;
            ctx.say(Tone::Bad, NUMBER_GONE);
        }
    }
}

impl ContactForm {
    /// The form of a new contact with the number of a form whose contact is gone.
    #[must_use]
    pub(crate) fn of_number(page: &dyn Page) -> Option<Self> {
        let number = page.as_page::<PhoneForm>()?;
        let Owner::Contact(_, name) = &number.owner else {
            return None;
        };
        let mut form = Self::new(name, number.home);
        form.put_number(PhoneForm {
            owner: Owner::Row(None),
            ..number.clone()
        });
        Some(form)
    }
}

impl Page for ContactForm {
    fn scope(&self) -> Scope {
        if self.is_choosing() {
            Scope::Choice
        } else {
            Scope::ContactForm
        }
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        self.look();
        ctx.ask_values();
        if let Some(contact) = self.stored.as_ref().filter(|_| self.recalled) {
            ctx.read(Request::Recalled(contact.id));
        }
        self.ask_namesakes(ctx);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match (action, self.place) {
            (Action::NextField | Action::PreviousField, _) => {
                self.step(action == Action::NextField);
            }
            (Action::Toggle, ContactPlace::Favourite) => self.favourite = !self.favourite,
            (Action::Toggle, ContactPlace::Number(row)) => self.make_primary(row),
            (Action::Toggle, ContactPlace::Detail(row)) => self.prefer(row),
            (Action::Toggle, ContactPlace::More) => self.unfold(),
            (Action::Toggle, _) => {}
            (Action::Save, _) => return self.save(ctx),
            (Action::Enter, _) => return self.enter(ctx),
            (Action::Choose, _) => {
                if !self.take_tag() {
                    self.step(true);
                }
            }
            (Action::ChooseNext, _) => self.step(true),
            (Action::DeleteRow, ContactPlace::Number(row)) => {
                if let Some(number) = self.numbers.get_mut(row) {
                    number.deleted = !number.deleted;
                }
            }
            (Action::DeleteRow, ContactPlace::Detail(row)) => {
                if let Some(place) = self.details.get_mut(row) {
                    place.deleted = !place.deleted;
                }
            }
            (Action::DeleteRow, _) => ctx.say(Tone::Plain, "go to a number or a detail first"),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, _ctx: &mut Ctx<'_>) {
        self.offered_tags.mark(motion);
    }

    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        if self.is_choosing() {
            self.offered_tags.close();
            return Outcome::Stay;
        }
        left(self)
    }

    /// Where no tag is marked, the key of the list goes on with what is typed.
    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        Some(match binding.action {
            Action::Choose if self.offered_tags.marked().is_none() => "next field".into(),
            Action::ChooseNext if self.offered_tags.marked().is_none() => return None,
            _ => binding.hint.into(),
        })
    }

    fn text(&self) -> Option<&Field> {
        self.texts.get(self.text_number()?)
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        let number = self.text_number()?;
        self.texts.get_mut(number)
    }

    fn typed(&mut self, ctx: &mut Ctx<'_>) {
        self.has_typed();
        // After a write they are asked for again.
        ctx.ask_values();
        self.offer_tags(ctx.session.values.as_ref());
        if self.is_in_name() {
            self.ask_namesakes(ctx);
        }
    }

    fn text_number(&self) -> Option<usize> {
        match self.place {
            ContactPlace::Text(at) => Some(at),
            _ => None,
        }
    }

    fn edited(&mut self, number: usize, text: &str, ctx: &mut Ctx<'_>) {
        let cursor = std::mem::replace(&mut self.place, ContactPlace::Text(number));
        if let Some(field) = self.text_mut() {
            field.set("");
        }
        self.paste(text, ctx);
        self.place = cursor;
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::Profile(profile) => self.recall(profile.as_deref(), ctx),
            Reply::Named(namesakes) => self.namesakes = namesakes,
            _ => {}
        }
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose != Purpose::Save {
            return Outcome::Stay;
        }
        let folded: Vec<&str> = self.folded().map(|field| field.name).collect();
        let mut faults = refusal.faults.iter();
        let is_folded = |name: &str| folded.contains(&name);
        if faults.any(|fault| fault.attribute.as_deref().is_some_and(is_folded)) {
            self.unfold();
        }
        let stored = refusal.stored.as_ref();
        let dialog = stored.and_then(|stored| self.conflict(stored));
        save_refused(refusal, dialog, &mut self.faults, ctx)
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        match value {
            Returned::Page(page) => {
                if let Some(form) = page.as_page::<PhoneForm>() {
                    self.home = ctx.session.home;
                    self.put_number(form.clone());
                }
                if let Some(form) = page.as_page::<DetailForm>() {
                    self.put_detail(form);
                }
            }
            Returned::Resolved(decided) => return self.write_resolved(&decided, ctx),
            Returned::Picked(Picked::Kind(kind, label)) => {
                return self.add(kind, &label);
            }
            Returned::Picked(Picked::Home(home)) => {
                set_home(home, ctx);
                self.home = home;
                for row in &mut self.numbers {
                    row.form.home = home;
                }
                return self.save(ctx);
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn is_unsaved(&self) -> bool {
        self.is_dirty()
    }

    fn fills(&self) -> bool {
        true
    }

    fn title(&self) -> Option<String> {
        let title = if self.stored.is_some() {
            "Edit contact"
        } else {
            "Add a contact"
        };
        Some(title.to_owned())
    }

    fn status(&self, _session: &Session, theme: &Theme) -> Option<(String, Role)> {
        let unsaved = format!("{} unsaved", theme.glyphs.dot);
        self.is_dirty().then_some((unsaved, Role::Warn))
    }

    /// Another contact has one of the numbers too.
    fn remark(&self) -> Option<String> {
        let mut rows = self.numbers.iter().filter(|row| !row.deleted);
        rows.find_map(|row| Some(format!("{} is {}", row.form.shown(), row.form.also_of()?)))
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let panes = Panes::whole(ui.areas.content);
        rules(&ui.areas, panes, None, ui.theme, ui.frame);
        view::draw(self, ui);
    }
}
