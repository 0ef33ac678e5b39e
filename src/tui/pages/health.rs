//! The page of the book's health: counts and bars, each of which leads to its list.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::health::{Bar, Health};
use crate::domain::refusal::Refusal;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::page::{Outcome, Page, Returned, Ui};

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct HealthPage {
    /// What was counted, once it has come.
    pub health: Option<Health>,
    /// The bar under the cursor.
    pub cursor: usize,
}

impl HealthPage {
    /// The bars that are known.
    fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.health
            .iter()
            .flat_map(Health::bars)
            .map(|(_, bar)| bar)
    }
}

impl Page for HealthPage {
    fn scope(&self) -> Scope {
        Scope::Health
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if ctx.wait_for(Request::Health, Purpose::Stay) {
            Outcome::Stay
        } else {
            Outcome::Close
        }
    }

    fn perform(&mut self, action: Action, _ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Open => {
                let bar = self.bars().nth(self.cursor);
                bar.map_or(Outcome::Stay, |bar| {
                    Outcome::Return(Returned::Filter(bar.filter.clone()))
                })
            }
            _ => Outcome::Unused,
        }
    }

    fn move_cursor(&mut self, motion: Motion, _ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.bars().count(), 8);
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::Health(health) = reply {
            self.health = Some(*health);
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        // A count that was given up leaves nothing to see.
        match self.health {
            None => Outcome::Close,
            Some(_) => Outcome::Stay,
        }
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        draw(self, ui.theme, ui.areas.content, ui.frame);
    }
}

/// The health of the book: counts and bars.
fn draw(page_of: &HealthPage, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let Some(health) = &page_of.health else {
        let inside = page("Health of the book", "", "", theme, area, frame);
        let columns = usize::from(inside.width);
        let waits = indented("being counted…", Role::Dim, columns, theme);
        frame.render_widget(Paragraph::new(waits), inside);
        return;
    };
    let right = format!(
        "{}, {}",
        count(health.contacts, "contact"),
        count(health.numbers, "number")
    );
    let inside = page("Health of the book", &right, "", theme, area, frame);
    let columns = usize::from(inside.width);
    let words = if columns >= 72 { 26 } else { columns / 3 };
    let room = columns.saturating_sub(words + 20).min(50);
    let [_, full] = theme.glyphs.gauge;
    let mut lines = Vec::new();
    if health.without_number > 0 {
        let text = format!(
            "{} without a number",
            count(health.without_number, "contact")
        );
        lines.push(indented(&text, Role::Dim, columns, theme));
    }
    let (mut at, mut on) = (0, 0);
    for part in &health.parts {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(indented(
            &part.title.to_uppercase(),
            Role::Section,
            columns,
            theme,
        ));
        for bar in &part.bars {
            let here = at == page_of.cursor;
            if here {
                on = lines.len();
            }
            at += 1;
            let role = if here { Role::Cursor } else { Role::Text };
            let share = bar.share(health.numbers);
            let whole = here && width(&bar.word) > words;
            lines.push(Line::from(vec![
                cursor(here, theme),
                Span::raw(" "),
                Span::styled(
                    fit(&bar.word, words, theme.glyphs.ellipsis),
                    theme.style(role),
                ),
                Span::styled(
                    format!(" {:>9} {share:>3}% ", thousands(bar.numbers)),
                    theme.style(Role::Dim),
                ),
                Span::styled(
                    full.repeat(bar.length(health.numbers, room)),
                    theme.style(tone(&bar.filter)),
                ),
            ]));
            if whole {
                let parts = wrap(&bar.word, columns.saturating_sub(4)).into_iter();
                lines.extend(parts.map(|part| indented(&part, Role::Dim, columns, theme)));
            }
        }
    }
    scrolled(lines, on, inside, frame);
}

/// The colour of a bar: good, to be confirmed, wrong.
fn tone(filter: &str) -> Role {
    match filter {
        "is:confirmed" => Role::Good,
        "is:unconfirmed" | "country:none" => Role::Warn,
        "is:impossible" => Role::Bad,
        _ => Role::Focus,
    }
}
