//! A question with yes and no, asked only where undo cannot help; never answered by the key that
//! asked it.

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::safe::safe;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::widgets::frame::{popup, popup_place};
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Role;

pub use super::page::Question;
use super::page::{Outcome, Page, Returned, Ui};

impl Page for Question {
    fn scope(&self) -> Scope {
        Scope::Question
    }

    fn perform(&mut self, action: Action, _ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Yes => Outcome::Return(Returned::Yes(self.clone())),
            Action::No => Outcome::Close,
            _ => Outcome::Unused,
        }
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let content = ui.areas.content;
        let columns = usize::from(popup_place(content, 52, 0).width.saturating_sub(6));
        let told = wrap(&safe(&self.text()), columns);
        let height = u16::try_from(told.len() + 4).unwrap_or(content.height);
        let place = popup_place(content, 52, height.max(6));
        let inside = popup(place, "Sure?", "", "", theme, ui.frame);
        let key = |action| ui.session.key(Scope::Question, action);
        let mut lines = vec![Line::default()];
        lines.extend(
            told.into_iter()
                .map(|line| Line::styled(format!("  {line}"), theme.style(Role::Text))),
        );
        lines.push(Line::from(vec![
            Span::styled(format!("  {}", key(Action::Yes)), theme.style(Role::Key)),
            Span::styled(" yes   ", theme.style(Role::Dim)),
            Span::styled(key(Action::No), theme.style(Role::Key)),
            Span::styled(" no", theme.style(Role::Dim)),
        ]));
        ui.frame.render_widget(Paragraph::new(lines), inside);
    }
}
