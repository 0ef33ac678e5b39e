//! A QR code of a contact: to call a number, to write an email, or to take the contact along.

use std::borrow::Cow;

use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::domain::full_contact::FullContact;
use crate::domain::phone::{Phone, PhoneId};
use crate::domain::qr::{self, Blocks, Code, Ground};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Reply, Request};
use crate::tui::widgets::frame::{middle, popup};
use crate::tui::widgets::text::{width, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{AnyPage, Outcome, Page, Ui};

/// What a scan does.
#[derive(Clone, Debug, PartialEq)]
struct Shown {
    /// What the code says.
    text: String,
    /// What is read under it.
    words: String,
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Qr {
    contact: FullContact,
    /// None before the card has come.
    shown: Option<Shown>,
    /// Which of the numbers or of the emails it is, to go on from.
    at: usize,
}

impl Qr {
    /// The code of a number, or where there is none, of the contact.
    pub(crate) fn page(contact: FullContact, number: Option<PhoneId>) -> AnyPage {
        let place = |id| contact.phones.iter().position(|phone| phone.id == id);
        let at = number.and_then(place);
        let mut page = Self {
            shown: None,
            contact,
            at: 0,
        };
        if let Some(at) = at {
            page.show_number(at);
        }
        Box::new(page)
    }

    fn ask_card(&self, ctx: &mut Ctx<'_>) {
        ctx.read(Request::SmallCard(self.contact.contact.id));
    }

    fn show_number(&mut self, place: usize) {
        let phones = &self.contact.phones;
        if let Some(phone) = phones.get(place).or_else(|| phones.first()) {
            self.at = if place < phones.len() { place } else { 0 };
            self.shown = Some(of_number(phone));
        }
    }

    fn show_email(&mut self, place: usize) {
        let emails: Vec<&str> = self.contact.contact.emails().collect();
        if let Some(email) = emails.get(place).or_else(|| emails.first()) {
            self.at = if place < emails.len() { place } else { 0 };
            self.shown = Some(Shown {
                text: qr::mail(email),
                words: format!("email {email}"),
            });
        }
    }

    /// The place to go on to: that after the one that is shown, of the same kind.
    fn next(&self, is_shown: impl Fn(&str) -> bool) -> usize {
        match &self.shown {
            Some(shown) if is_shown(&shown.text) => self.at + 1,
            _ => 0,
        }
    }
}

fn of_number(phone: &Phone) -> Shown {
    let words = format!(
        "{} {}",
        phone.location.as_deref().unwrap_or_default(),
        phone.shown()
    );
    let historic = if phone.historic { ", historic" } else { "" };
    Shown {
        text: qr::call(phone),
        words: format!("{}{historic}", words.trim()),
    }
}

impl Page for Qr {
    fn scope(&self) -> Scope {
        Scope::Qr
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.shown.is_none() {
            self.ask_card(ctx);
        }
        Outcome::Stay
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::SmallCard(text) = reply {
            let words = "name, company, numbers in use and emails, as a card".to_owned();
            self.shown = Some(Shown { text, words });
        }
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::QrContact => self.ask_card(ctx),
            Action::QrNumber => self.show_number(self.next(|text| text.starts_with("tel:"))),
            Action::QrEmail => self.show_email(self.next(|text| text.starts_with("mailto:"))),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn unavailable(&self, action: Action, _session: &Session) -> Option<Cow<'static, str>> {
        let missing = match action {
            Action::QrNumber => self.contact.phones.is_empty().then_some("no number here"),
            Action::QrEmail => self
                .contact
                .contact
                .emails()
                .next()
                .is_none()
                .then_some("no email here"),
            _ => None,
        };
        missing.map(Cow::from)
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let (theme, area) = (ui.theme, ui.areas.content);
        let blocks = if theme.glyphs.cursor.is_ascii() {
            Blocks::Ascii
        } else {
            Blocks::Half
        };
        let shown = self.shown.as_ref();
        let words = shown.map_or("", |shown| shown.words.as_str());
        let code = shown.map(|shown| Code::of(&shown.text));
        let rows = match &code {
            Some(Some(code)) => code.rows(Ground::Dark, blocks),
            _ => Vec::new(),
        };
        let wide = rows.first().map_or(0, |row| width(row));
        let room = usize::from(area.width.saturating_sub(4));
        let is_fitting =
            !rows.is_empty() && wide <= room && rows.len() + 3 <= usize::from(area.height);
        let mut lines: Vec<Line<'_>> = Vec::new();
        let text = if is_fitting {
            lines.extend(
                rows.iter()
                    .map(|row| Line::styled(row.clone(), theme.code()).centered()),
            );
            words.to_owned()
        } else if rows.is_empty() {
            let too_much = "this contact has too much for a QR code";
            if code.is_some() { too_much } else { "" }.to_owned()
        } else {
            format!(
                "{}: the code needs a screen of {} columns and {} rows",
                words,
                wide + 4,
                rows.len() + 8
            )
        };
        let inside = room.min(wide.max(46));
        let words = wrap(&text, inside);
        lines.extend(
            words
                .into_iter()
                .map(|line| Line::styled(line, theme.style(Role::Text)).centered()),
        );
        let height = u16::try_from(lines.len() + 2).unwrap_or(area.height);
        let columns = u16::try_from(inside + 4).unwrap_or(area.width);
        let place = middle(area, columns, height);
        let inside = popup(place, &self.contact.contact.name, "", "", theme, ui.frame);
        ui.frame.render_widget(Paragraph::new(lines), inside);
    }
}
