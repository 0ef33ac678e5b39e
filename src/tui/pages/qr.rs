//! A QR code of a contact: to call a number, to write an email, or to take the contact along.

use std::borrow::Cow;

use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};

use crate::domain::full_contact::FullContact;
use crate::domain::phone::{Phone, PhoneId};
use crate::domain::qr::{self, Blocks, Code, Ground};
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Reply, Request};
use crate::tui::widgets::areas::Areas;
use crate::tui::widgets::frame::{middle, popup};
use crate::tui::widgets::text::{width, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{AnyPage, Outcome, Page, Ui};

/// What the code is of.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Content {
    /// The number at this place.
    Number(usize),
    /// The email at this place.
    Email(usize),
    /// The contact, as a card.
    Card,
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Qr {
    contact: FullContact,
    content: Content,
    /// The small card, once it has come.
    card: Option<String>,
}

impl Qr {
    /// The code of a number; without one, that of the contact.
    pub(crate) fn page(contact: FullContact, number: Option<PhoneId>) -> AnyPage {
        let place = |id| contact.phones.iter().position(|phone| phone.id == id);
        let place = number.and_then(place);
        Box::new(Self {
            content: place.map_or(Content::Card, Content::Number),
            contact,
            card: None,
        })
    }

    /// The code of an email.
    pub(crate) fn of_email(contact: FullContact, email: &str) -> AnyPage {
        let place = contact.contact.emails().position(|own| own == email);
        Box::new(Self {
            content: place.map_or(Content::Card, Content::Email),
            contact,
            card: None,
        })
    }

    /// The code that there is room for, and what is read under it: of a card, without parts from its end where it has
    /// no room else.
    fn code(&self, areas: Areas, blocks: Blocks) -> Option<(Option<Code>, String)> {
        let (text, words) = self.shown()?;
        let fits = |code: &Code| {
            let rows = code.rows(Ground::Dark, blocks);
            let wide = rows.first().map_or(0, |row| width(row));
            Place::of(wide, rows.len(), areas).is_some()
        };
        if let Some(code) = Code::framed(&text, fits) {
            return Some((Some(code), words));
        }
        if self.content == Content::Card {
            let mut card = SmallCard::of(&text);
            while card.leave_out() {
                if let Some(code) = Code::framed(&card.text(), fits) {
                    return Some((
                        Some(code),
                        format!("{words}; left out: {}", card.left_out()),
                    ));
                }
            }
        }
        Some((Code::of(&text), words))
    }

    /// What the code says, and what is read under it; none before the card has come.
    fn shown(&self) -> Option<(String, String)> {
        match self.content {
            Content::Number(place) => self.contact.phones.get(place).map(of_number),
            Content::Email(place) => {
                let email = self.contact.contact.emails().nth(place)?;
                Some((qr::mail(email), format!("email {email}")))
            }
            Content::Card => {
                let words = "name, company, numbers in use and emails, as a card".to_owned();
                Some((self.card.clone()?, words))
            }
        }
    }
}

/// A small card of which parts are left out until its code has room.
struct SmallCard<'c> {
    lines: Vec<&'c str>,
    /// What was left out, as one and as several, with how many of it.
    left_out: Vec<(&'static str, usize)>,
}

impl<'c> SmallCard<'c> {
    fn of(card: &'c str) -> Self {
        let mut lines: Vec<&str> = Vec::new();
        let mut start = 0;
        let ends = card.match_indices('\n').map(|(at, _)| at + 1);
        for end in ends {
            let is_folded = card
                .get(end..)
                .is_some_and(|rest| rest.starts_with([' ', '\t']));
            if !is_folded {
                lines.extend(card.get(start..end));
                start = end;
            }
        }
        Self {
            lines,
            left_out: Vec::new(),
        }
    }

    fn text(&self) -> String {
        self.lines.concat()
    }

    /// The places of the lines of a property.
    fn places(&self, name: &str) -> Vec<usize> {
        let is_it = |line: &str| {
            let rest = line.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with([':', ';']))
        };
        let lines = self.lines.iter().enumerate();
        lines
            .filter(|(_, line)| is_it(line))
            .map(|(at, _)| at)
            .collect()
    }

    /// Leaves out one more part: further emails and numbers, from the end, then the email, then the company. The first
    /// number stays.
    fn leave_out(&mut self) -> bool {
        let order = [
            ("EMAIL", "email", 1),
            ("TEL", "number", 1),
            ("EMAIL", "email", 0),
            ("ORG", "company", 0),
        ];
        for (name, word, kept) in order {
            let places = self.places(name);
            let Some(last) = places.last().filter(|_| places.len() > kept) else {
                continue;
            };
            self.lines.remove(*last);
            match self.left_out.iter_mut().find(|(own, _)| *own == word) {
                Some((_, number)) => *number += 1,
                None => self.left_out.push((word, 1)),
            }
            return true;
        }
        false
    }

    fn left_out(&self) -> String {
        let parts = self.left_out.iter().map(|(word, number)| match *word {
            "company" => "the company".to_owned(),
            word => count(*number, word),
        });
        parts.collect::<Vec<_>>().join(", ")
    }
}

/// The place after one, of so many; after the last, and where there was none, the first.
const fn next(place: Option<usize>, many: usize) -> usize {
    match place {
        Some(place) if place + 1 < many => place + 1,
        _ => 0,
    }
}

fn of_number(phone: &Phone) -> (String, String) {
    let label = phone.location.as_deref().unwrap_or_default();
    let words = format!("{label} {}", phone.shown());
    let historic = if phone.historic { ", historic" } else { "" };
    (qr::call(phone), format!("{}{historic}", words.trim()))
}

impl Page for Qr {
    fn scope(&self) -> Scope {
        Scope::Qr
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.read(Request::SmallCard(self.contact.contact.id));
        Outcome::Stay
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::SmallCard(card) = reply {
            self.card = Some(card);
        }
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, _ctx: &mut Ctx<'_>) -> Outcome {
        self.content = match (action, self.content) {
            (Action::QrContact, _) => Content::Card,
            (Action::QrNumber, content) => {
                let place = match content {
                    Content::Number(place) => Some(place),
                    _ => None,
                };
                Content::Number(next(place, self.contact.phones.len()))
            }
            (Action::QrEmail, content) => {
                let place = match content {
                    Content::Email(place) => Some(place),
                    _ => None,
                };
                Content::Email(next(place, self.contact.contact.emails().count()))
            }
            _ => return Outcome::Unused,
        };
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
        let shown = self.code(ui.areas, blocks);
        let words = shown.as_ref().map_or("", |(_, words)| words.as_str());
        let code = shown.as_ref().map(|(code, _)| code);
        let rows = match &code {
            Some(Some(code)) => code.rows(Ground::Dark, blocks),
            _ => Vec::new(),
        };
        let wide = rows.first().map_or(0, |row| width(row));
        let drawn = rows.iter();
        let drawn = drawn.map(|row| Line::styled(row.clone(), theme.code()).centered());
        let mut lines: Vec<Line<'_>> = drawn.collect();
        let mut below = "";
        let place = Place::of(wide, rows.len(), ui.areas);
        let said = match place {
            Some(Place::Framed) => words.to_owned(),
            Some(Place::FramedClosely) => {
                below = words;
                String::new()
            }
            Some(Place::Bare) => {
                let area = whole_screen(ui.areas);
                let place = middle(area, columns(wide + BESIDE), area.height);
                let [left, right] =
                    Layout::horizontal([Constraint::Length(columns(wide)), Constraint::Fill(1)])
                        .spacing(2)
                        .areas(place);
                ui.frame.render_widget(Clear, area);
                ui.frame.render_widget(Paragraph::new(lines), left);
                let name = wrap(&self.contact.contact.name, right.width.into()).into_iter();
                let name = name.map(|line| Line::styled(line, theme.style(Role::Strong)));
                let words = wrap(words, right.width.into()).into_iter();
                let words = words.map(|line| Line::styled(line, theme.style(Role::Text)));
                let beside: Vec<Line<'_>> = name.chain(words).collect();
                return ui.frame.render_widget(Paragraph::new(beside), right);
            }
            None if rows.is_empty() => {
                let too_much = "this contact has too much for a QR code";
                if code.is_some() { too_much } else { "" }.to_owned()
            }
            None => {
                lines.clear();
                format!(
                    "{words}: the code needs a screen of {} columns and {} rows",
                    wide + BESIDE,
                    rows.len() + UNDER,
                )
            }
        };
        let inside = usize::from(area.width.saturating_sub(4)).min(wide.max(46));
        let said = wrap(&said, inside).into_iter();
        lines.extend(
            said.filter(|line| !line.is_empty())
                .map(|line| Line::styled(line, theme.style(Role::Text)).centered()),
        );
        let height = u16::try_from(lines.len() + 2).unwrap_or(area.height);
        let place = middle(area, columns(inside + 4), height);
        let name = &self.contact.contact.name;
        let inside = popup(place, name, "", below, theme, ui.frame);
        ui.frame.render_widget(Paragraph::new(lines), inside);
    }
}

/// The columns that a code needs where its words stand beside it.
const BESIDE: usize = 18;

/// The rows under a code that has all of the screen but its toast and its hints.
const UNDER: usize = 2;

/// All of the screen but its toast and its hints.
fn whole_screen(areas: Areas) -> Rect {
    areas.head.union(areas.foot)
}

/// Where a code is drawn.
enum Place {
    /// In a frame, with its words under it.
    Framed,
    /// In a frame that has the words.
    FramedClosely,
    /// Without a frame, over all of the screen, with its words beside it.
    Bare,
}

impl Place {
    /// Where a code of so many columns and rows has room, if anywhere.
    fn of(wide: usize, rows: usize, areas: Areas) -> Option<Self> {
        let room = |area: Rect, columns: usize, lines: usize| {
            columns <= usize::from(area.width) && lines <= usize::from(area.height)
        };
        match () {
            () if rows == 0 => None,
            () if room(areas.content, wide + 4, rows + 3) => Some(Self::Framed),
            () if room(areas.content, wide + 4, rows + 2) => Some(Self::FramedClosely),
            () if room(whole_screen(areas), wide + BESIDE, rows) => Some(Self::Bare),
            () => None,
        }
    }
}

fn columns(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}
