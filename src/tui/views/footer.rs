//! The last rows: what was just done, and the keys of what has the focus.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::import::{Progress, count, thousands};
use crate::domain::safe::safe;
use crate::tui::act::why_not;
use crate::tui::keymap::{Action, Scope};
use crate::tui::layout::{Areas, is_empty};
use crate::tui::model::{Model, Screen, Tone};
use crate::tui::widgets::frame::two_ends;
use crate::tui::widgets::text::{elide, width};
use crate::tui::widgets::theme::{Glyphs, Role, Theme};

/// The most hints in a row.
const MOST: usize = 8;

/// Draws both rows; on a low terminal the toast takes the place of the hints.
pub(crate) fn draw(model: &Model, theme: &Theme, areas: Areas, frame: &mut Frame<'_>) {
    let shared = areas.toast == areas.hints;
    if let Some(progress) = &model.progress {
        bar(progress, theme, areas.toast, frame);
        if !shared {
            hints(model, theme, areas.hints, frame);
        }
        return;
    }
    if let Some(toast) = &model.toast {
        let (style, sign) = tone(theme, toast.tone);
        let undo = toast.undo.is_some() && model.over.is_empty();
        let room = usize::from(areas.toast.width).saturating_sub(if undo { 14 } else { 5 });
        let left = Line::from(vec![
            Span::styled(format!("  {sign} "), style),
            Span::styled(
                elide(&toast.text, room, theme.glyphs.ellipsis).into_owned(),
                theme.style(Role::Text),
            ),
        ]);
        let right = if undo {
            Line::from(vec![
                Span::styled("u", theme.style(Role::Key)),
                Span::styled(" undo ", theme.style(Role::Dim)),
            ])
        } else {
            Line::default()
        };
        two_ends(left, right, areas.toast, frame);
        if shared {
            return;
        }
    } else if let Some(remark) = remark(model)
        && !shared
    {
        let line = Line::from(vec![
            Span::styled("  ! ", theme.style(Role::Warn)),
            Span::styled(remark, theme.style(Role::Text)),
        ]);
        frame.render_widget(Paragraph::new(line), areas.toast);
    }
    hints(model, theme, areas.hints, frame);
}

/// How far what takes long has come.
fn bar(progress: &Progress, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let read = format!(
        "{} · {} a second",
        count(progress.contacts, "contact"),
        thousands(progress.rate())
    );
    let right = Line::from(vec![
        Span::styled("esc", theme.style(Role::Key)),
        Span::styled(" stops ", theme.style(Role::Dim)),
    ]);
    let room = usize::from(area.width).saturating_sub(width(&read) + 22);
    let bar = match progress.part() {
        Some(part) if room >= 8 => {
            let columns = room.min(30);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_precision_loss,
                clippy::cast_sign_loss,
                reason = "columns are few, and a part is from 0 to 1"
            )]
            let done = (part * columns as f64) as usize;
            let rest = columns.saturating_sub(done);
            vec![
                Span::styled(theme.glyphs.heavy.repeat(done), theme.style(Role::Focus)),
                Span::styled(theme.glyphs.light.repeat(rest), theme.style(Role::Dim)),
                Span::raw("  "),
            ]
        }
        _ => Vec::new(),
    };
    let mut left = vec![Span::raw("  ")];
    left.extend(bar);
    left.push(Span::styled(read, theme.style(Role::Text)));
    two_ends(Line::from(left), right, area, frame);
}

/// What the form on top remarks: somebody else has the number too.
fn remark(model: &Model) -> Option<String> {
    let Some(Screen::PhoneForm(form)) = model.over.last() else {
        return None;
    };
    let holder = form.holders.first()?;
    let label = holder
        .phone
        .location
        .as_deref()
        .map_or_else(String::new, |label| format!(" ({})", safe(label)));
    Some(format!(
        "{} is also a number of {}{label}",
        holder.phone.shown(),
        safe(&holder.name)
    ))
}

/// The hints of the nearest scope; who does not fit leaves, the greatest rank first.
fn hints(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let scopes = model.scopes();
    let Some(scope) = scopes.first() else { return };
    let narrow = area.width < 56;
    let all = match (model.in_text(), narrow) {
        _ if matches!(
            scope,
            Scope::Search | Scope::Question | Scope::Prompt | Scope::Filter
        ) =>
        {
            None
        }
        (true, _) => Some(("F1", "help")),
        (false, true) => Some(("?", "keys")),
        (false, false) => Some(("?", "all keys")),
    };
    let right: Vec<Span<'_>> = all.map_or_else(Vec::new, |(key, word)| {
        vec![
            Span::styled(key, theme.style(Role::Key)),
            Span::styled(format!(" {word} "), theme.style(Role::Dim)),
        ]
    });
    let right_width: usize = right.iter().map(Span::width).sum();
    if !model.waiting.is_empty() {
        let keys: Vec<String> = model.waiting.iter().map(ToString::to_string).collect();
        let left = Line::from(vec![
            Span::styled(format!("  {}-", keys.join(" ")), theme.style(Role::Key)),
            Span::styled("      esc", theme.style(Role::Key)),
            Span::styled(" cancel", theme.style(Role::Dim)),
        ]);
        return two_ends(left, Line::from(right), area, frame);
    }
    let hints: Vec<(String, String, bool)> = if is_empty(model) && model.over.is_empty() {
        [
            ("a", "add"),
            ("i", "import"),
            (":", "commands"),
            ("q", "quit"),
        ]
        .map(|(key, word)| (key.to_owned(), word.to_owned(), true))
        .to_vec()
    } else {
        model
            .keymap
            .hints(*scope)
            .into_iter()
            .filter(|(_, binding)| {
                binding.action != Action::Fix
                    || model.totals.is_some_and(|totals| totals.attention > 0)
            })
            .map(|(key, binding)| {
                (
                    keys(&key, binding.action, &theme.glyphs),
                    word(model, binding.action, binding.hint),
                    why_not(binding.action, model).is_none(),
                )
            })
            .collect()
    };
    let room = usize::from(area.width).saturating_sub(right_width + 5);
    let mut used = 2;
    let mut left = vec![Span::raw("  ")];
    for (key, word, enabled) in hints.into_iter().take(MOST) {
        let wide = width(&key) + 1 + width(&word) + 3;
        if used + wide - 3 > room {
            break;
        }
        used += wide;
        let style = if enabled {
            theme.style(Role::Key)
        } else {
            theme.style(Role::Dim)
        };
        left.push(Span::styled(key, style));
        left.push(Span::styled(format!(" {word}   "), theme.style(Role::Dim)));
    }
    two_ends(Line::from(left), Line::from(right), area, frame);
}

/// The word of a hint, with what it depends on.
fn word(model: &Model, action: Action, hint: &str) -> String {
    match (action, model.over.last()) {
        (Action::Fix, _) if model.triage.is_none() => {
            format!("fix {}", model.totals.map_or(0, |totals| totals.attention))
        }
        (Action::Save, Some(Screen::Import(import))) => {
            format!("{hint} {}", thousands(import.wanted()))
        }
        (Action::Save, Some(Screen::Conflict(conflict))) if conflict.undecided() > 0 => {
            format!("{hint} ({} to decide)", conflict.undecided())
        }
        _ => hint.to_owned(),
    }
}

/// The key of a hint; both arrows where two keys make one choice.
fn keys(key: &str, action: Action, glyphs: &Glyphs) -> String {
    match action {
        Action::ShowKind => "1-4".to_owned(),
        Action::Left => glyphs.arrows.into_iter().take(2).collect(),
        _ => shown(key, glyphs),
    }
}

/// A key as the footer writes it.
pub(crate) fn shown(key: &str, glyphs: &Glyphs) -> String {
    let [left, right, up, down] = glyphs.arrows;
    let [tab, back_tab] = glyphs.tab;
    key.split(' ')
        .map(|key| match key {
            "enter" => glyphs.enter,
            "tab" => tab,
            "shift-tab" => back_tab,
            "left" => left,
            "right" => right,
            "up" => up,
            "down" => down,
            other => other,
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// The style of a tone.
fn tone(theme: &Theme, tone: Tone) -> (Style, &'static str) {
    match tone {
        Tone::Good => (theme.style(Role::Good), theme.glyphs.accurate),
        Tone::Plain => (theme.style(Role::Text), theme.glyphs.middle),
        Tone::Bad => (theme.style(Role::Bad), theme.glyphs.impossible),
    }
}
