//! A popup with one choice: a field, and under it the list of what it may become.

use std::borrow::Cow;

use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::domain::contact::DetailKind;
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY};
use crate::domain::number::Region;
use crate::domain::safe::safe;
use crate::domain::tables::{column_field, fields_known};
use crate::tui::ctx::{Ctx, HomeQuestion, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::Tone;
use crate::tui::widgets::choice::{ChoiceField, FirstMark};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{popup, popup_place, popup_width};
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Role;

use super::country::{country_line, likely_countries, offer_countries};
use super::page::{AnyPage, Outcome, Page, Returned, Ui};
use super::returned::Picked;

/// The columns of the popup, where there are as many.
const WIDTH: u16 = 60;

/// The height under which no line stays blank.
const LOW: u16 = 10;

/// How many lines of the list are shown at most.
const LINES: usize = 8;

/// What a choice is about.
#[derive(Clone, Debug, PartialEq)]
enum About {
    Country,
    Home,
    /// A column, by its place and name, with the fields that it can be.
    Column(usize, String, &'static [&'static str]),
    /// The kind of a detail.
    Kind,
}

/// What can be added to a contact, each with its kind and the label that it has at first.
const KINDS: [(&str, DetailKind, &str); 8] = [
    ("address", DetailKind::Address, ""),
    ("birthday", DetailKind::Date, BIRTHDAY),
    ("anniversary", DetailKind::Date, ANNIVERSARY),
    ("date", DetailKind::Date, ""),
    ("link", DetailKind::Link, ""),
    ("chat", DetailKind::Chat, ""),
    ("relation", DetailKind::Relation, ""),
    ("other", DetailKind::Other, ""),
];

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chooser {
    about: About,
    choice: ChoiceField,
}

impl Chooser {
    /// Asks for the country that national numbers are read with.
    #[must_use]
    pub(crate) fn of_country(now: Option<Region>) -> AnyPage {
        let choice = ChoiceField::new(now.map(country_line).unwrap_or_default());
        Self::page(About::Country, choice)
    }

    /// Whether the home country is to be asked for; it is asked for once.
    pub(super) fn asks_home(ctx: &mut Ctx<'_>) -> bool {
        let question = std::mem::replace(&mut ctx.session.asks_home, HomeQuestion::Settled);
        question == HomeQuestion::Open
    }

    /// Asks for the home country.
    #[must_use]
    pub(crate) fn of_home() -> AnyPage {
        Self::page(About::Home, ChoiceField::new(String::new()))
    }

    /// Asks what a column holds.
    #[must_use]
    pub(crate) fn of_column(
        at: usize,
        name: String,
        now: &str,
        fields: &'static [&'static str],
    ) -> AnyPage {
        Self::page(About::Column(at, name, fields), ChoiceField::new(now))
    }

    /// Asks what is to be added to a contact.
    #[must_use]
    pub(crate) fn of_kind() -> AnyPage {
        Self::page(About::Kind, ChoiceField::new(String::new()))
    }

    fn page(about: About, choice: ChoiceField) -> AnyPage {
        Box::new(Self { about, choice })
    }

    /// Shows what begins with what is typed; all of it, while what is chosen now is.
    fn offer(&mut self, session: &Session) {
        match &self.about {
            About::Country | About::Home => offer_countries(&mut self.choice, session),
            About::Kind => {
                let typed = self.choice.text().trim().to_lowercase();
                let kinds = KINDS.iter().map(|(word, ..)| *word);
                let own = session.fields.iter().map(|field| field.name.as_str());
                let lines = kinds.chain(own).filter(|word| word.starts_with(&typed));
                let lines = lines.map(str::to_owned).collect();
                self.choice.open(lines, FirstMark::Best);
            }
            About::Column(_, _, fields) => {
                let typed = self.choice.text().trim().to_lowercase();
                let begins = |field: &&&str| field.starts_with(&typed);
                let has = |field: &&&str| !begins(field) && field.contains(&typed);
                let lines = fields.iter().filter(begins);
                let lines = lines.chain(fields.iter().filter(has));
                let lines: Vec<String> = lines.map(|field| (*field).to_owned()).collect();
                let mark = if typed.is_empty() || lines.is_empty() {
                    FirstMark::Nothing
                } else {
                    FirstMark::Best
                };
                self.choice.open(lines, mark);
            }
        }
    }

    /// Hands down the marked line, or what is typed where that is enough.
    fn take(&self, ctx: &mut Ctx<'_>) -> Outcome {
        let typed = self.choice.text().trim();
        let line = self.choice.marked().unwrap_or(typed);
        let chosen = match &self.about {
            About::Country if line.is_empty() => Picked::Country(None),
            About::Home if line.is_empty() => Picked::Home(None),
            About::Country | About::Home => {
                let likely = likely_countries(ctx.session);
                let named = crate::domain::number::named_country(line, &likely);
                let Some(region) = named else {
                    let text = format!("no country matches {}", safe(typed));
                    ctx.say(Tone::Bad, text);
                    return Outcome::Stay;
                };
                match self.about {
                    About::Home => Picked::Home(Some(region)),
                    _ => Picked::Country(Some(region)),
                }
            }
            About::Kind => {
                let mut kinds = KINDS.iter();
                let kind = kinds.find(|(word, ..)| *word == line);
                let kind = kind.map(|(_, kind, label)| (*kind, *label));
                let own = ctx.session.fields.named(line);
                let own = own.map(|field| (DetailKind::Other, field.name.as_str()));
                let Some((kind, label)) = kind.or(own) else {
                    let text = format!("nothing to add is called {}", safe(typed));
                    ctx.say(Tone::Bad, text);
                    return Outcome::Stay;
                };
                Picked::Kind(kind, label.to_owned())
            }
            About::Column(..) if line.is_empty() || line == self.choice.settled() => {
                return Outcome::Close;
            }
            About::Column(at, ..) => {
                let Some(field) = column_field(line) else {
                    let text =
                        format!("unknown kind of column {}; {}", safe(typed), fields_known());
                    ctx.say(Tone::Bad, text);
                    return Outcome::Stay;
                };
                Picked::Column(*at, field)
            }
        };
        Outcome::Return(Returned::Picked(chosen))
    }
}

impl Page for Chooser {
    fn scope(&self) -> Scope {
        Scope::Choice
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.ask_values();
        let now = self.choice.text().to_owned();
        // All of the list, with what is chosen now marked in it.
        self.choice.field.set("");
        self.offer(ctx.session);
        self.choice.mark_line(&now);
        self.choice.field.set(now);
        self.choice.field.select();
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Choose | Action::ChooseNext | Action::Save => self.take(ctx),
            Action::NextField => {
                self.choice.mark(Motion::Down(1));
                Outcome::Stay
            }
            Action::PreviousField => {
                self.choice.mark(Motion::Up(1));
                Outcome::Stay
            }
            _ => Outcome::Unused,
        }
    }

    fn move_cursor(&mut self, motion: Motion, _ctx: &mut Ctx<'_>) {
        self.choice.mark(motion);
    }

    fn text(&self) -> Option<&Field> {
        Some(&self.choice.field)
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        Some(&mut self.choice.field)
    }

    fn typed(&mut self, ctx: &mut Ctx<'_>) {
        self.offer(ctx.session);
    }

    /// The list is the page: to close it is to leave, and there is no next field.
    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        match binding.action {
            Action::ChooseNext => None,
            Action::Escape => Some(Cow::Borrowed("cancel")),
            _ => Some(Cow::Borrowed(binding.hint)),
        }
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let (title, told) = match &self.about {
            About::Country => (
                "Read national numbers as numbers of".to_owned(),
                "a blank field is the home country",
            ),
            About::Home => (
                "Home country".to_owned(),
                "of national numbers; blank: none",
            ),
            About::Kind => (
                "Add to the contact".to_owned(),
                "type its first letters, or choose it",
            ),
            About::Column(_, name, _) => (
                format!("Column {}", safe(name)),
                "phone: and email: may have any label after them",
            ),
        };
        let content = ui.areas.content;
        let told = wrap(
            told,
            usize::from(popup_width(content, WIDTH).saturating_sub(8)),
        );
        let is_low = content.height < LOW;
        let around = told.len() + if is_low { 4 } else { 5 };
        let room = usize::from(content.height).saturating_sub(around);
        let rows = self.choice.height(LINES.min(room.max(1)));
        let height = u16::try_from(rows + around).unwrap_or(content.height);
        let place = popup_place(content, WIDTH, height);
        let inside = popup(place, &title, "", "", theme, ui.frame);
        let columns = usize::from(inside.width.saturating_sub(6));
        let (typed, column) = self.choice.field.window(columns);
        let role = if self.choice.field.is_selected() {
            Role::Match
        } else {
            Role::Text
        };
        let line = |text: &str, role: Role| Line::styled(format!("   {text}"), theme.style(role));
        let mut lines = vec![
            line(&typed, role),
            line(&theme.glyphs.heavy.repeat(columns), Role::Focus),
        ];
        for mut row in self.choice.rows(columns, rows, theme) {
            row.spans.insert(0, " ".into());
            lines.push(row);
        }
        if !is_low {
            lines.push(Line::default());
        }
        lines.extend(told.iter().map(|told| line(told, Role::Dim)));
        ui.frame.render_widget(Paragraph::new(lines), inside);
        let x = inside.x + 3 + u16::try_from(column).unwrap_or(0);
        ui.caret(x, inside.y, inside);
    }
}
