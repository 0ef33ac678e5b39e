//! The whole screen: its head, the pages that are seen, and its last rows. Pure; it stores nothing.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::app::App;
use super::footer;
use super::keymap::Action;
use super::pages::{Page, Ui};
use super::widgets::areas::Areas;
use super::widgets::frame::{NARROW, two_ends};
use super::widgets::text::{elide, wrap};
use super::widgets::theme::{Role, Theme};

/// The rows that a page over another one has at least.
const LEAST: u16 = 5;

/// Draws the program.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let areas = Areas::split(app.session.size);
    if areas.is_nothing() {
        return too_small(app, theme, frame);
    }
    let behind = theme.behind();
    let shown = app.pages.shown();
    let top = shown.len().saturating_sub(1);
    let looks = |at: usize| if at == top { theme } else { &behind };
    head(app, &shown, looks(0), areas, frame);
    // A toast of several lines stands below the frame of a page that is over another one, and not over it.
    let rise = footer::rise(app, theme, areas);
    let content = areas.content.height;
    let lifted = Areas {
        content: Rect {
            height: content.saturating_sub(rise).max(content.min(LEAST)),
            ..areas.content
        },
        ..areas
    };
    let mut under = None;
    for (at, page) in shown.into_iter().enumerate() {
        page.draw(&mut Ui {
            session: &app.session,
            theme: looks(at),
            areas: if page.fills() || at == 0 {
                areas
            } else {
                lifted
            },
            is_on_top: at == top,
            under,
            frame,
        });
        under = Some(page);
    }
    if app.which_key {
        footer::which_key(app, theme, areas, frame);
    }
    footer::draw(app, theme, areas, frame);
}

/// Row 1: where am I, and the totals.
fn head(app: &App, shown: &[&dyn Page], theme: &Theme, areas: Areas, frame: &mut Frame<'_>) {
    let glyphs = &theme.glyphs;
    let mut left = vec![Span::styled("  callbook", theme.style(Role::Strong))];
    if let Some(title) = shown.iter().rev().find_map(|page| page.title()) {
        let taken = if areas.head.width < NARROW { 16 } else { 44 };
        let room = usize::from(areas.head.width).saturating_sub(taken);
        let title = elide(&title, room, glyphs.ellipsis);
        let text = format!(" {} {title}", glyphs.under);
        left.push(Span::styled(text, theme.style(Role::Text)));
    }
    if app.session.busy {
        left.push(Span::styled("  working…", theme.style(Role::Dim)));
    }
    let mut right: Vec<Span<'_>> = Vec::new();
    if app.session.read_only.is_some() {
        right.push(Span::styled("read-only  ", theme.style(Role::Warn)));
    }
    let status = if app.session.is_stale(app.pages.top_id()) {
        let key = app.session.key(app.pages.top().scope(), Action::Repaint);
        let text = match key.as_str() {
            "" => "stale".to_owned(),
            key => format!("stale, {key} retries"),
        };
        Some((text, Role::Bad))
    } else {
        let page = shown.first();
        page.and_then(|page| page.status(&app.session, theme))
    };
    if let Some((text, role)) = status {
        right.push(Span::styled(text, theme.style(role)));
    }
    right.push(Span::raw(" "));
    two_ends(Line::from(left), Line::from(right), areas.head, frame);
}

/// A terminal that nothing fits into gets one sentence.
fn too_small(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.is_empty() {
        return;
    }
    let words = format!(
        "callbook needs 20x5, this is {}x{}",
        app.session.size.width, app.session.size.height
    );
    let lines: Vec<Line<'_>> = wrap(&words, usize::from(area.width))
        .into_iter()
        .map(Line::from)
        .collect();
    let height = u16::try_from(lines.len())
        .unwrap_or(area.height)
        .min(area.height);
    let place = Rect {
        y: area.y + (area.height - height) / 2,
        height,
        ..area
    };
    frame.render_widget(
        Paragraph::new(lines)
            .centered()
            .style(theme.style(Role::Text)),
        place,
    );
}
