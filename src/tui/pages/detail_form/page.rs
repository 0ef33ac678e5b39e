//! The detail form as a page: what its keys do, and what it does with answers.

use std::borrow::Cow;

use crate::domain::address::PARTS;
use crate::domain::contact::{Contact, ContactAttributes, DetailKind};
use crate::domain::fields::{self, CONTACT};
use crate::domain::refusal::{Fault, Refusal, Stored};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::pages::conflict::Conflict;
use crate::tui::pages::page::{NOTHING_TO_CHANGE, Outcome, Page, Returned, Ui, left, save_refused};
use crate::tui::pages::returned::AS_STORED;
use crate::tui::protocol::{Purpose, Tone, Write};
use crate::tui::widgets::choice::FirstMark;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::field::Field;

use super::state::{DetailForm, DetailOwner, DetailPlace};
use super::view;

impl DetailForm {
    /// Whether the list of labels is open.
    fn is_choosing(&self) -> bool {
        self.place == DetailPlace::Label && self.label.is_open()
    }

    /// Shows which of the usual labels begin with what is typed. Any other text is as good.
    fn offer_labels(&mut self, session: &Session) {
        let typed = self.label.text().trim().to_lowercase();
        self.label.settle(self.label.text().trim().to_owned());
        let usual = self.kind.usual_labels().iter().copied();
        let own = session.fields.iter().map(|field| field.name.as_str());
        let own = own.filter(|_| self.kind == DetailKind::Other);
        // A person's own come first.
        let lines = own
            .chain(usual)
            .filter(|label| label.starts_with(&typed) && *label != typed);
        let lines: Vec<String> = lines.map(str::to_owned).collect();
        if lines.is_empty() {
            self.label.close();
        } else {
            self.label.open(lines, FirstMark::Nothing);
        }
    }

    /// Takes the marked label; or the name of the only one of the person's own fields that begins as it is typed:
    /// it goes out as its property under no other label.
    fn complete_label(&mut self, session: &Session) {
        let typed = self.label.text().trim().to_lowercase();
        let own = |line: &&str| session.fields.named(line).is_some();
        let line = self.label.marked().or_else(|| {
            let mut own = self.label.lines().filter(own);
            own.next()
                .filter(|_| !typed.is_empty() && own.next().is_none())
        });
        if let Some(line) = line.map(str::to_owned) {
            self.label.set(line);
        }
    }

    fn go(&mut self, action: Action, session: &Session) {
        self.label.close();
        let by = if action == Action::PreviousField {
            self.places().len() - 1
        } else {
            1
        };
        self.step(by);
        if self.place == DetailPlace::Label {
            self.label.field.select();
            if self.label.text().is_empty() {
                self.offer_labels(session);
            }
        }
    }

    /// Saves it: what belongs to a contact is written, a row goes back to its form.
    fn save(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        self.label.close();
        if self.stored.is_some() && !self.is_dirty() {
            ctx.say(Tone::Plain, NOTHING_TO_CHANGE);
            return Outcome::Close;
        }
        let detail = self.detail();
        if let Some(wrong) = self.wrong(&detail) {
            let text = detail.shown();
            let words = match self.kind {
                _ if !self.is_blank() => wrong.words(self.kind, &text),
                DetailKind::Address => {
                    "type a part of the address first, such as the city".to_owned()
                }
                _ => format!("type {} first", self.label_of(0).to_lowercase()),
            };
            ctx.say(Tone::Bad, words.clone());
            self.faults = vec![Fault::whole(words)];
            let named = wrong.part.map(|part| part.name);
            let at = PARTS.iter().position(|part| Some(part.name) == named);
            self.place = DetailPlace::Text(at.unwrap_or(0));
            return Outcome::Stay;
        }
        match &self.owner {
            DetailOwner::Row(_) => Outcome::Return(Returned::Page(Box::new(self.clone()))),
            DetailOwner::Contact(contact) => {
                ctx.save(self.write(contact));
                Outcome::Stay
            }
        }
    }

    fn write(&self, contact: &Contact) -> Write {
        let sent = ContactAttributes {
            details: Some(self.among(&contact.details)),
            is_checked: true,
            updated_in_db_at: Some(contact.updated_in_db_at),
            ..ContactAttributes::default()
        };
        Write::ContactAttributes(contact.id, Box::new(sent))
    }

    /// What is done where the contact was changed elsewhere: where this detail is as it was, it is saved beside
    /// the other change; else a person chooses.
    fn meets(&mut self, now: &Contact, ctx: &mut Ctx<'_>) -> Option<Outcome> {
        let DetailOwner::Contact(opened) = &self.owner else {
            return None;
        };
        if opened.id != now.id {
            return None;
        }
        let is_as_read = self
            .stored
            .as_ref()
            .is_none_or(|stored| now.details.contains(stored));
        if is_as_read {
            self.owner = DetailOwner::Contact(Box::new(now.clone()));
            ctx.session.toast = None;
            ctx.save(self.write(now));
            return Some(Outcome::Stay);
        }
        let base = fields::attributes(&CONTACT, &**opened);
        let mine = Contact {
            details: self.among(&opened.details),
            ..(**opened).clone()
        };
        let mine = fields::attributes(&CONTACT, &mine);
        let stored = Stored::Contact(Box::new(now.clone()));
        ctx.session.toast = None;
        let opened = (&base, opened.updated_in_db_at);
        Some(Outcome::Open(Conflict::page(
            &CONTACT, opened, &mine, &stored,
        )))
    }
}

impl Page for DetailForm {
    fn scope(&self) -> Scope {
        if self.is_choosing() {
            Scope::Choice
        } else {
            Scope::DetailForm
        }
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.place == DetailPlace::Label {
            self.offer_labels(ctx.session);
        }
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::NextField | Action::PreviousField => self.go(action, ctx.session),
            Action::ChooseNext => {
                self.complete_label(ctx.session);
                self.go(action, ctx.session);
            }
            Action::Choose => match self.label.marked().map(str::to_owned) {
                Some(line) => {
                    self.label.set(line);
                    self.label.field.select();
                }
                None => return self.save(ctx),
            },
            Action::Toggle if self.place == DetailPlace::Preferred => {
                self.preferred = !self.preferred;
            }
            Action::Toggle => {}
            Action::Save => return self.save(ctx),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, _ctx: &mut Ctx<'_>) {
        self.label.mark(motion);
    }

    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        if self.is_choosing() {
            self.label.close();
            return Outcome::Stay;
        }
        left(self)
    }

    /// Where no line is marked, the key of the list saves.
    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        let is_marked = self.label.marked().is_some();
        Some(match binding.action {
            Action::Choose if !is_marked => "save".into(),
            Action::Toggle if self.place != DetailPlace::Preferred => return None,
            _ => binding.hint.into(),
        })
    }

    fn text(&self) -> Option<&Field> {
        match self.place {
            DetailPlace::Label => Some(&self.label.field),
            DetailPlace::Text(at) => self.texts.get(at),
            DetailPlace::Preferred => None,
        }
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        match self.place {
            DetailPlace::Label => Some(&mut self.label.field),
            DetailPlace::Text(at) => self.texts.get_mut(at),
            DetailPlace::Preferred => None,
        }
    }

    fn typed(&mut self, ctx: &mut Ctx<'_>) {
        self.faults.clear();
        if self.place == DetailPlace::Label {
            self.offer_labels(ctx.session);
        }
    }

    fn paste(&mut self, text: &str, ctx: &mut Ctx<'_>) {
        if self.is_in_street() {
            self.take_street(text);
        } else if let Some(field) = self.text_mut() {
            field.paste(text);
        }
        self.typed(ctx);
    }

    fn text_number(&self) -> Option<usize> {
        match self.place {
            DetailPlace::Text(at) => Some(at),
            DetailPlace::Label | DetailPlace::Preferred => None,
        }
    }

    fn edited(&mut self, number: usize, text: &str, ctx: &mut Ctx<'_>) {
        let cursor = std::mem::replace(&mut self.place, DetailPlace::Text(number));
        if let Some(field) = self.text_mut() {
            field.set("");
        }
        self.paste(text, ctx);
        self.place = cursor;
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose != Purpose::Save {
            return Outcome::Stay;
        }
        if let Some(Stored::Contact(now)) = &refusal.stored
            && let Some(outcome) = self.meets(now, ctx)
        {
            return outcome;
        }
        save_refused(refusal, None, &mut self.faults, ctx)
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        let Returned::Resolved(decided) = value else {
            return Outcome::Stay;
        };
        let Stored::Contact(now) = &decided.stored else {
            return Outcome::Stay;
        };
        if decided.is_as_stored() {
            ctx.say(Tone::Plain, AS_STORED);
            return Outcome::Close;
        }
        ctx.save(Write::ContactAttributes(
            now.id,
            Box::new(decided.contact()),
        ));
        Outcome::Stay
    }

    fn is_unsaved(&self) -> bool {
        self.is_dirty()
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        view::draw(self, ui);
    }
}
