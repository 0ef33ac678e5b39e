//! The last rows: what was just done, and the keys of the page on top; and over them what may follow the
//! keys of a prefix.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::domain::progress::Progress;
use crate::domain::safe::safe;
use crate::domain::words::{count, thousands};

use super::app::App;
use super::keymap::{Action, Binding, Scope};
use super::protocol::{Toast, Tone};
use super::widgets::areas::Areas;
use super::widgets::frame::{NARROW, popup, two_ends};
use super::widgets::hints::key_text;
use super::widgets::text::{fit, width, wrap, wrapped_within};
use super::widgets::theme::{Role, Theme};

/// The most hints in a row.
const MOST: usize = 8;

/// Draws both rows; on a low terminal the toast takes the place of the hints.
pub(super) fn draw(app: &App, theme: &Theme, areas: Areas, frame: &mut Frame<'_>) {
    let shared = areas.toast == areas.hints;
    if let Some(progress) = &app.session.progress {
        let escape = app.session.escape_key(app.pages.top().scope());
        bar(progress, escape, theme, areas.toast, frame);
        if !shared {
            hints(app, theme, areas.hints, frame);
        }
        return;
    }
    // Where there is one row for both, the keys that wait are shown: they decide what the next key does.
    let waits = shared && !app.pending().is_empty();
    if let Some(toast) = app.session.toast.as_ref().filter(|_| !waits) {
        let undo = toast.undo.is_some() && offers_undo(app);
        let right = if undo {
            undo_hint(app, theme)
        } else {
            Line::default()
        };
        let room = room(app, toast, theme, areas);
        let last = said(toast, room, theme, areas, frame);
        two_ends(last, right, areas.toast, frame);
        if shared {
            return;
        }
    } else if let Some(remark) = app.pages.top().remark()
        && !shared
    {
        let line = Line::from(vec![
            Span::styled("  ! ", theme.style(Role::Warn)),
            Span::styled(remark, theme.style(Role::Text)),
        ]);
        frame.render_widget(Paragraph::new(line), areas.toast);
    }
    hints(app, theme, areas.hints, frame);
}

/// How many rows of the pages a toast of several lines takes.
pub(super) fn rise(app: &App, theme: &Theme, areas: Areas) -> u16 {
    let Some(toast) = &app.session.toast else {
        return 0;
    };
    // On a low terminal each row of a page is needed.
    if app.session.progress.is_some() || areas.toast == areas.hints {
        return 0;
    }
    let lines = toast_lines(toast, room(app, toast, theme, areas), theme, areas);
    u16::try_from(lines.len().saturating_sub(1)).unwrap_or_default()
}

/// The columns of a toast.
fn room(app: &App, toast: &Toast, theme: &Theme, areas: Areas) -> usize {
    let undo = toast.undo.is_some() && offers_undo(app);
    let taken = if undo {
        undo_hint(app, theme).width() + 7
    } else {
        5
    };
    usize::from(areas.toast.width).saturating_sub(taken)
}

fn toast_lines(toast: &Toast, room: usize, theme: &Theme, areas: Areas) -> Vec<String> {
    let mut lines = wrap(&safe(&toast.text), room);
    // The head of the screen stays.
    let most = usize::from(areas.toast.y.saturating_sub(areas.rule.y + 1)).max(1);
    wrapped_within(&mut lines, most, room, theme.glyphs.ellipsis);
    lines
}

/// Whether undo can be had where the person is: there is no key for it where letters are text.
fn offers_undo(app: &App) -> bool {
    let scope = app.pages.top().scope();
    app.pages.is_bare() || app.session.own_key(scope, Action::Undo).is_some()
}

/// How what was just done is undone: the key, or where a person left undo without one, the palette.
fn undo_hint(app: &App, theme: &Theme) -> Line<'static> {
    let scope = app.pages.top().scope();
    let (key, word) = match app.session.own_key(scope, Action::Undo) {
        Some(key) => (key.to_owned(), " undo "),
        None => (app.session.key(scope, Action::Undo), " "),
    };
    Line::from(vec![
        Span::styled(key, theme.style(Role::Key)),
        Span::styled(word, theme.style(Role::Dim)),
    ])
}

/// The last row of a toast. The rows before it are drawn over what is above them, under a rule: all of
/// a long one can be read.
fn said(
    toast: &Toast,
    room: usize,
    theme: &Theme,
    areas: Areas,
    frame: &mut Frame<'_>,
) -> Line<'static> {
    let (style, sign) = looks(theme, toast.tone);
    let lines = toast_lines(toast, room, theme, areas);
    let row = |(at, text): (usize, String)| {
        let sign = if at == 0 { sign } else { " " };
        Line::from(vec![
            Span::styled(format!("  {sign} "), style),
            Span::styled(text, theme.style(Role::Text)),
        ])
    };
    let mut rows: Vec<Line<'static>> = lines.into_iter().enumerate().map(row).collect();
    let last = rows.pop().unwrap_or_default();
    if !rows.is_empty() {
        let rule = theme.glyphs.light.repeat(usize::from(areas.toast.width));
        rows.insert(0, Line::styled(rule, theme.style(Role::Rule)));
        let height = u16::try_from(rows.len()).unwrap_or_default();
        let above = Rect {
            y: areas.toast.y.saturating_sub(height),
            height,
            ..areas.toast
        };
        frame.render_widget(Clear, above);
        frame.render_widget(Paragraph::new(rows), above);
    }
    last
}

/// How far what takes long has come.
fn bar(progress: &Progress, escape: &str, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let read = format!(
        "{} · {} a second",
        count(progress.contacts, "contact"),
        thousands(progress.rate())
    );
    let right = Line::from(vec![
        Span::styled(key_text(escape, &theme.glyphs), theme.style(Role::Key)),
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

/// The hints of the nearest scope; who does not fit leaves, the greatest rank first.
fn hints(app: &App, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let page = app.pages.top();
    let narrow = area.width < NARROW;
    let words = match page.scope() {
        Scope::Palette | Scope::Question | Scope::Prompt | Scope::Filter => None,
        _ if narrow => Some("keys"),
        _ => Some("all keys"),
    };
    let right: Vec<Span<'_>> = words.map_or_else(Vec::new, |word| {
        let key = app.session.key(page.scope(), Action::Help);
        vec![
            Span::styled(key_text(&key, &theme.glyphs), theme.style(Role::Key)),
            Span::styled(format!(" {word} "), theme.style(Role::Dim)),
        ]
    });
    let right_width: usize = right.iter().map(Span::width).sum();
    let pending = app.pending();
    if !pending.is_empty() {
        let escape = key_text(app.session.escape_key(page.scope()), &theme.glyphs);
        let left = Line::from(vec![
            Span::styled(format!("  {pending}-"), theme.style(Role::Key)),
            Span::styled(format!("      {escape}"), theme.style(Role::Key)),
            Span::styled(" cancel", theme.style(Role::Dim)),
        ]);
        return two_ends(left, Line::from(right), area, frame);
    }
    let room = usize::from(area.width).saturating_sub(right_width + 5);
    let mut used = 2;
    let mut left = vec![Span::raw("  ")];
    for hint in page.hints(&app.session).into_iter().take(MOST) {
        let (key, word) = (key_text(&hint.key, &theme.glyphs), hint.word);
        let wide = width(&key) + 1 + width(&word) + 3;
        if used + wide - 3 > room {
            break;
        }
        used += wide;
        let style = if hint.enabled {
            theme.style(Role::Key)
        } else {
            theme.style(Role::Dim)
        };
        left.push(Span::styled(key, style));
        left.push(Span::styled(format!(" {word}   "), theme.style(Role::Dim)));
    }
    two_ends(Line::from(left), Line::from(right), area, frame);
}

/// The style of a tone.
fn looks(theme: &Theme, tone: Tone) -> (Style, &'static str) {
    match tone {
        Tone::Good => (theme.style(Role::Good), theme.glyphs.accurate),
        Tone::Plain | Tone::Waits => (theme.style(Role::Text), theme.glyphs.middle),
        Tone::Bad => (theme.style(Role::Bad), theme.glyphs.impossible),
    }
}

/// How wide what may follow a prefix is written where there is room, and how much of a word has to be left.
const FOLLOWING: usize = 25;
const LEAST_WORD: usize = 4;

/// What may follow the keys of a prefix, over the bottom of the page. All of it is shown at every size:
/// where there is little room, first without a frame, then with words cut short, then keys alone.
pub(super) fn which_key(app: &App, theme: &Theme, areas: Areas, frame: &mut Frame<'_>) {
    let following = app.session.keymap.following(&app.scopes(), &app.waiting);
    let following: Vec<(String, &str)> = following
        .iter()
        .map(|(key, binding)| (key_text(key, &theme.glyphs), word_of(binding)))
        .collect();
    let widest = |part: fn(&(String, &str)) -> usize| following.iter().map(part).max().unwrap_or(0);
    let keys = widest(|(key, _)| width(key));
    let whole = keys + 3 + widest(|(_, word)| width(word));
    let area = Rect {
        y: areas.filter.y,
        height: areas.content.bottom().saturating_sub(areas.filter.y),
        ..areas.content
    };
    let (columns, rows) = (usize::from(area.width), usize::from(area.height));
    let inside = (columns.saturating_sub(6), rows.saturating_sub(2));
    // How many rows it takes in columns of this width, and in how many of them.
    let table = |(columns, rows): (usize, usize), each: usize| {
        let across = (columns / each.max(1)).max(1);
        (each <= columns && following.len().div_ceil(across) <= rows).then_some((across, each))
    };
    let framed = table(inside, FOLLOWING.max(whole)).or_else(|| table(inside, whole));
    let cut = columns / following.len().div_ceil(rows.max(1)).max(1);
    let bare = || {
        let all = table((columns, rows), whole);
        all.or_else(|| table((columns, rows), cut).filter(|_| cut >= keys + 3 + LEAST_WORD))
    };
    let lines = if let Some((across, each)) = framed.or_else(bare) {
        cells(&following, across, each, theme)
    } else {
        let keys: Vec<&str> = following.iter().map(|(key, _)| key.as_str()).collect();
        let style = theme.style(Role::Key);
        let lines = wrap(&keys.join(" "), columns).into_iter();
        lines.map(|line| Line::styled(line, style)).collect()
    };
    let height = lines.len() + if framed.is_some() { 2 } else { 0 };
    let height = u16::try_from(height).unwrap_or(area.height);
    let height = height.min(area.height);
    let edge = u16::from(framed.is_some());
    let place = Rect {
        x: area.x + edge,
        y: area.bottom() - height,
        width: area.width.saturating_sub(2 * edge),
        height,
    };
    frame.render_widget(Clear, place);
    let inside = if framed.is_some() {
        popup(place, &app.pending(), "", "", theme, frame)
    } else {
        place
    };
    frame.render_widget(Paragraph::new(lines), inside);
}

/// The word for a binding in the strip.
const fn word_of(binding: &'static Binding) -> &'static str {
    if binding.hint.is_empty() {
        binding.help
    } else {
        binding.hint
    }
}

/// Keys with their words, so many in a row, each so wide.
fn cells(
    following: &[(String, &str)],
    across: usize,
    each: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let cell = |(key, word): &(String, &str)| {
        let room = each.saturating_sub(width(key) + 3);
        [
            Span::styled(format!(" {key} "), theme.style(Role::Key)),
            Span::styled(
                format!("{} ", fit(word, room, theme.glyphs.ellipsis)),
                theme.style(Role::Text),
            ),
        ]
    };
    let rows = following.chunks(across.max(1));
    rows.map(|row| Line::from(row.iter().flat_map(cell).collect::<Vec<_>>()))
        .collect()
}
