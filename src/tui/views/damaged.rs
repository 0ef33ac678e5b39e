//! The page of a database that is damaged, as it is drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::domain::damage::Found;
use crate::domain::import::{count, thousands};
use crate::domain::safe::safe;
use crate::tui::model::Model;
use crate::tui::screens::damaged::Damaged;
use crate::tui::widgets::frame::indented;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::{Role, Theme};

use crate::tui::widgets::frame::{NARROW, page};

/// Draws the page. Where it is low, what can be done without leaves first: the blank lines, what is
/// explained, then the file, which the person knows.
pub(crate) fn draw(
    model: &Model,
    shown: &Damaged,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame<'_>,
) {
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
    put(2, Role::Strong, &model.path);
    put(0, Role::Bad, &safe(&shown.damage.why));
    put(4, Role::Text, "");
    put(3, Role::Section, "THE NEWEST SOUND BACKUP");
    match &shown.damage.found {
        None => put(0, Role::Dim, "verifying the backups…"),
        Some(found) => {
            put(0, Role::Strong, &backup(model, found));
            if found.passed_over > 0 {
                let passed = match (&found.sound, found.passed_over) {
                    (None, 1) => "the only one is damaged too".to_owned(),
                    (None, many) => format!("{} there are, all damaged", thousands(many)),
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
                    "It can be put in the place of the damaged file, which is put aside beside it, \
                     as it is. What was changed after the backup is in the damaged file only.",
                ),
                None if columns < usize::from(NARROW) => {
                    put(0, Role::Text, "callbook restore FILE, or move it away");
                }
                None => put(
                    1,
                    Role::Text,
                    "Move the file away to start anew, or put in its place a copy that you have \
                     elsewhere: callbook restore FILE",
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
fn backup(model: &Model, found: &Found) -> String {
    let Some(sound) = &found.sound else {
        return "there is none".to_owned();
    };
    let calendar = model.calendar();
    let kibibytes = usize::try_from(sound.bytes.div_ceil(1024)).unwrap_or(usize::MAX);
    let day = calendar.day(sound.at);
    let mut when = calendar.when(sound.at);
    if when == day {
        // So long ago that it is told by its day.
        when = count(calendar.days(sound.at), "day");
        when.push_str(" ago");
    }
    let time = calendar.time(sound.at);
    format!("{day} {time}, {when}, {} KiB", thousands(kibibytes))
}
