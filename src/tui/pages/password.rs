//! The password of a remote: a line to type it into, which shows nothing of it.

use std::fmt;

use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::config::remotes::{Place, RemoteSettings};
use crate::domain::safe::safe;
use crate::domain::secret::Secret;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::Effect;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{middle, popup};
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Role;

use super::page::{AnyPage, Outcome, Page, Ui};

/// The page.
#[derive(Clone, PartialEq)]
pub struct Password {
    remote: String,
    /// Of whom it is, and where.
    whose: String,
    field: Field,
    trouble: Option<&'static str>,
    /// What the page under it does then.
    then: Action,
}

impl fmt::Debug for Password {
    /// What is typed is left out.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Password")
            .field("remote", &self.remote)
            .finish_non_exhaustive()
    }
}

impl Password {
    /// Asks for the password of a remote, and has the page under it do something then.
    #[must_use]
    pub(super) fn page(settings: &RemoteSettings, then: Action) -> AnyPage {
        let whose = match &settings.place {
            Place::Server(server) => {
                let host = server.url.split("://").last().unwrap_or_default();
                let host = host.split('/').next().unwrap_or_default();
                match &server.user {
                    Some(user) => format!("{} on {}", safe(user), safe(host)),
                    None => safe(host).into_owned(),
                }
            }
            Place::Folder(_) => String::new(),
        };
        Box::new(Self {
            remote: settings.name.clone(),
            whose,
            field: Field::default(),
            trouble: None,
            then,
        })
    }
}

impl Page for Password {
    fn scope(&self) -> Scope {
        Scope::Password
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        if action != Action::Save {
            return Outcome::Unused;
        }
        if self.field.text().is_empty() {
            self.trouble = Some("type the password");
            return Outcome::Stay;
        }
        let secret = Secret::new(self.field.text().to_owned());
        ctx.push(Effect::Password(self.remote.clone(), secret));
        let now = ctx.session.now;
        ctx.session.remotes.typed.insert(self.remote.clone(), now);
        Outcome::Run(self.then, ctx.key)
    }

    fn text(&self) -> Option<&Field> {
        Some(&self.field)
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        Some(&mut self.field)
    }

    fn typed(&mut self, _ctx: &mut Ctx<'_>) {
        self.trouble = None;
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let place = middle(ui.areas.content, 60, 8);
        let title = format!("Password of {}", safe(&self.remote));
        let inside = popup(place, &title, "", "", theme, ui.frame);
        let columns = usize::from(inside.width.saturating_sub(6));
        let hidden = |text: &str| theme.glyphs.middle.repeat(text.graphemes(true).count());
        // As many signs as fit, the last ones, so that it is seen that more are typed.
        let room = columns.saturating_sub(1);
        let shown = |text: &str| {
            let signs = hidden(text);
            let skipped = signs.chars().count().saturating_sub(room);
            signs.chars().skip(skipped).collect::<String>()
        };
        let typed = shown(self.field.text());
        let before = shown(self.field.before()).chars().count();
        let line = |text: &str, role: Role| Line::styled(format!("   {text}"), theme.style(role));
        let mut lines = vec![
            line(&typed, Role::Text),
            line(&theme.glyphs.heavy.repeat(columns), Role::Focus),
        ];
        let usual = format!("{}; kept only until callbook ends", self.whose);
        let told = self.trouble.map_or(usual.as_str(), |trouble| trouble);
        let role = self.trouble.map_or(Role::Dim, |_| Role::Bad);
        let told = wrap(told, columns).into_iter().take(4);
        lines.extend(told.map(|text| line(&text, role)));
        ui.frame.render_widget(Paragraph::new(lines), inside);
        let x = inside.x + 3 + u16::try_from(before).unwrap_or(0);
        ui.caret(x, inside.y, inside);
    }
}
