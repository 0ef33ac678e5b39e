//! Saving the filter under a name: a line to type it into, and the lines that are added to the configuration.

use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::config::filters::line_of;
use crate::domain::query::SavedFilter;
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, Tone};
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{middle, popup};
use crate::tui::widgets::text::{elide, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{AnyPage, Outcome, Page, Ui};

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SaveFilter {
    /// The filter.
    text: String,
    name: Field,
    /// Why the last try did not work.
    trouble: Option<String>,
}

impl SaveFilter {
    /// Asks for the name of a filter.
    #[must_use]
    pub fn page(text: &str) -> AnyPage {
        Box::new(Self {
            text: text.to_owned(),
            ..Self::default()
        })
    }

    fn filter(&self) -> SavedFilter {
        SavedFilter {
            name: self.name.text().trim().to_owned(),
            text: self.text.clone(),
        }
    }
}

impl Page for SaveFilter {
    fn scope(&self) -> Scope {
        Scope::SaveFilter
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        if action != Action::Save {
            return Outcome::Unused;
        }
        let filter = self.filter();
        if filter.name.is_empty() {
            self.trouble = Some("type a name for the filter".to_owned());
        } else {
            let file = ctx.session.config_file.clone();
            ctx.wait_for(Request::SaveFilter(file, filter), Purpose::Stay);
        }
        Outcome::Stay
    }

    fn text(&self) -> Option<&Field> {
        Some(&self.name)
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        Some(&mut self.name)
    }

    fn typed(&mut self, _ctx: &mut Ctx<'_>) {
        self.trouble = None;
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        let Reply::FilterSaved(filter, file) = reply else {
            return Outcome::Stay;
        };
        let key = ctx.session.key(Scope::Contacts, Action::Palette);
        let text = format!("Saved filter {} in {file}; {key} lists it", filter.name);
        ctx.session.filters.push(filter);
        ctx.session.filters.sort();
        ctx.say(Tone::Good, text);
        Outcome::Close
    }

    fn refused(&mut self, _purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        // It is shown here, where the name can be changed.
        ctx.session.toast = None;
        self.trouble = Some(refusal.to_string());
        Outcome::Stay
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let ellipsis = theme.glyphs.ellipsis;
        let place = middle(ui.areas.content, 70, 9);
        let inside = popup(place, "Save the filter", "", "", theme, ui.frame);
        let columns = usize::from(inside.width.saturating_sub(6));
        let (typed, column) = self.name.window(columns);
        let line = |text: &str, role: Role| Line::styled(format!("   {text}"), theme.style(role));
        let mut lines = vec![
            line(&typed, Role::Text),
            line(&theme.glyphs.heavy.repeat(columns), Role::Focus),
        ];
        if let Some(trouble) = &self.trouble {
            let told = wrap(trouble, columns).into_iter().take(4);
            lines.extend(told.map(|text| line(&text, Role::Bad)));
        } else {
            let file = ui.session.config_file.display().to_string();
            let added = format!("adds to {}", crate::config::shown(file.as_ref()));
            let written = line_of(&self.filter());
            lines.extend([
                line(&elide(&added, columns, ellipsis), Role::Dim),
                Line::default(),
                line("[filters]", Role::Text),
            ]);
            let written = wrap(&safe(&written), columns).into_iter().take(3);
            lines.extend(written.map(|text| line(&text, Role::Text)));
        }
        ui.frame.render_widget(Paragraph::new(lines), inside);
        let x = inside.x + 3 + u16::try_from(column).unwrap_or(0);
        ui.caret(x, inside.y, inside);
    }
}
