//! The page of a damaged database: what is wrong, and the backup that can be restored.
//!
//! What is typed already stays under it: it is kept, or saved when the database is back.

use std::borrow::Cow;

use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::domain::damage::{FoundBackup, Sound};
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Effect, Purpose, Reply, Request, Tone};
use crate::tui::widgets::frame::{NARROW, indented, page};
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Role;
use crate::tui::widgets::time::Calendar;

use super::page::{Outcome, Page, Ui};

/// The page. What is wrong is known to the session.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Damaged {
    /// Why the backup could not be restored, if that was tried.
    trouble: Option<String>,
}

/// The backup that is offered.
fn sound(session: &Session) -> Option<&Sound> {
    session.damage.as_ref()?.found.as_ref()?.sound.as_ref()
}

impl Page for Damaged {
    fn scope(&self) -> Scope {
        Scope::Damaged
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        if action != Action::PutBack {
            return Outcome::Unused;
        }
        self.trouble = None;
        if let Some(path) = sound(ctx.session).map(|sound| sound.path.clone()) {
            ctx.wait_for(Request::PutBack(path), Purpose::Stay);
        }
        Outcome::Stay
    }

    fn escape(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.say(Tone::Plain, "q leaves");
        Outcome::Stay
    }

    fn quit(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.push(Effect::Quit);
        Outcome::Stay
    }

    fn unavailable(&self, action: Action, session: &Session) -> Option<Cow<'static, str>> {
        let found = session
            .damage
            .as_ref()
            .and_then(|damage| damage.found.as_ref());
        match (action, found) {
            (Action::PutBack, None) => Some("still verifying the backups".into()),
            (Action::PutBack, Some(found)) if found.sound.is_none() => {
                Some("there is no sound backup to restore".into())
            }
            _ => None,
        }
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        let Reply::PutBack(aside) = reply else {
            return Outcome::Stay;
        };
        // What was asked of the damaged database was never answered.
        ctx.session.start_over();
        let there = aside.map(|aside| format!("; what was there is in {aside}"));
        ctx.say(Tone::Good, format!("Restored{}", there.unwrap_or_default()));
        Outcome::Close
    }

    fn refused(&mut self, _purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.session.toast = None;
        self.trouble = Some(refusal.to_string());
        Outcome::Stay
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        draw(self, ui);
    }
}

/// Draws the page. Where it is low, what can be done without leaves first: the blank lines, what is
/// explained, then the file, which the person knows.
fn draw(shown: &Damaged, ui: &mut Ui<'_, '_>) {
    let (session, theme) = (ui.session, ui.theme);
    let Some(damage) = &session.damage else {
        return;
    };
    let (area, frame) = (ui.areas.content, &mut *ui.frame);
    let inside = page("The database is damaged", "", "", theme, area, frame);
    let columns = usize::from(inside.width);
    let mut lines: Vec<(u8, Line<'static>)> = Vec::new();
    let mut put = |rank: u8, role: Role, text: &str| {
        let told = wrap(text, columns.saturating_sub(4));
        lines.extend(
            told.into_iter()
                .map(|line| (rank, indented(&line, role, columns, theme))),
        );
    };
    put(4, Role::Text, "");
    put(2, Role::Strong, &session.path);
    put(0, Role::Bad, &safe(&damage.why));
    put(4, Role::Text, "");
    put(3, Role::Section, "THE NEWEST SOUND BACKUP");
    match &damage.found {
        None => put(0, Role::Dim, "verifying the backups…"),
        Some(found) => {
            put(0, Role::Strong, &backup(&session.calendar(), found));
            if found.passed_over > 0 {
                let passed = match (&found.sound, found.passed_over) {
                    (None, 1) => "the only backup is damaged too".to_owned(),
                    (None, many) => format!("all {} are damaged", thousands(many)),
                    (Some(_), 1) => "1 newer one is damaged too".to_owned(),
                    (Some(_), many) => format!("{} newer ones are damaged too", thousands(many)),
                };
                put(1, Role::Warn, &passed);
            }
            put(4, Role::Text, "");
            match found.sound {
                Some(_) => put(
                    3,
                    Role::Dim,
                    "It can replace the damaged file, which is moved aside and kept unchanged. What was \
                     changed after the backup is in the damaged file only.",
                ),
                None if columns < usize::from(NARROW) => {
                    put(0, Role::Text, "callbook restore FILE, or move it away");
                }
                None => put(
                    1,
                    Role::Text,
                    "Move the file away to start a new book, or restore a copy from elsewhere:\n\
                     callbook restore FILE",
                ),
            }
        }
    }
    if let Some(trouble) = &shown.trouble {
        put(4, Role::Text, "");
        put(0, Role::Bad, trouble);
    }
    let height = usize::from(inside.height);
    for rank in (1..=4).rev() {
        while lines.len() > height {
            match lines.iter().rposition(|(other, _)| *other == rank) {
                Some(at) => drop(lines.remove(at)),
                None => break,
            }
        }
    }
    let lines: Vec<Line<'_>> = lines.into_iter().map(|(_, line)| line).collect();
    frame.render_widget(Paragraph::new(lines), inside);
}

/// The backup in a line: when it was made, how long ago, how large it is.
fn backup(calendar: &Calendar, found: &FoundBackup) -> String {
    let Some(sound) = &found.sound else {
        return "no sound backup".to_owned();
    };
    let kibibytes = usize::try_from(sound.bytes.div_ceil(1024)).unwrap_or(usize::MAX);
    let day = calendar.day(sound.at);
    let mut when = calendar.when(sound.at);
    if when == day {
        // So long ago that its day is shown.
        when = count(calendar.days(sound.at), "day");
        when.push_str(" ago");
    }
    let time = calendar.time(sound.at);
    format!("{day} {time}, {when}, {} KiB", thousands(kibibytes))
}
