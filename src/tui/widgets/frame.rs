//! What every page draws with: a popup's frame, lines with two ends, and the cursor of a line.

use std::ops::Range;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use super::areas::{Areas, Pane, Panes, ROOMY};
use super::text::{elide, width};
use super::theme::{Role, Theme};

/// Under so many columns, what is least of a line stays away.
pub(crate) const NARROW: u16 = 56;

/// Where a page over all of the content is, with its frame.
fn page_place(area: Rect) -> Rect {
    let margin = u16::from(area.width >= NARROW);
    Rect {
        x: area.x + margin,
        width: area.width.saturating_sub(2 * margin),
        ..area
    }
}

/// What is inside the frame of such a page.
pub(crate) fn page_inside(area: Rect) -> Rect {
    framed(page_place(area))
}

/// What is inside a frame.
pub(crate) const fn framed(area: Rect) -> Rect {
    Rect {
        x: area.x.saturating_add(1),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(2),
    }
}

/// The first row that is seen of a form: those that are to be seen, and in the lowest window the row with the
/// terminal's cursor before what is around it.
pub(crate) fn form_top(seen: &Range<usize>, caret: Option<(usize, usize)>, height: usize) -> usize {
    let top = seen.end.saturating_sub(height).min(seen.start);
    match caret {
        Some((row, _)) => top.max((row + 1).saturating_sub(height)).min(row),
        None => top,
    }
}

/// Shows that there is more below what is seen of a pane: in its last line, or in the frame under it.
fn more_below(x: u16, y: u16, theme: &Theme, frame: &mut Frame<'_>) {
    let place = Rect::new(x, y, 1, 1).intersection(frame.area());
    let sign = Line::styled(theme.glyphs.more, theme.style(Role::Focus));
    frame.render_widget(Paragraph::new(sign), place);
}

/// The same on the frame of a popup, for what is inside of it.
pub(crate) fn more_in_popup(inside: Rect, theme: &Theme, frame: &mut Frame<'_>) {
    more_below(
        inside.right().saturating_sub(2),
        inside.bottom(),
        theme,
        frame,
    );
}

/// The same for a pane without a frame of its own.
pub(crate) fn more_in_pane(area: Rect, theme: &Theme, frame: &mut Frame<'_>) {
    let (x, y) = (
        area.right().saturating_sub(1),
        area.bottom().saturating_sub(1),
    );
    more_below(x, y, theme, frame);
}

/// A page over all of the content. Gives what is inside.
pub(crate) fn page(
    title: &str,
    right: &str,
    below: &str,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame<'_>,
) -> Rect {
    popup(page_place(area), title, right, below, theme, frame)
}

/// Draws lines so that the one with the cursor is seen.
pub(crate) fn scrolled(lines: Vec<Line<'_>>, on: usize, inside: Rect, frame: &mut Frame<'_>) {
    let height = usize::from(inside.height);
    let top = (on + 2).saturating_sub(height);
    let top = top.min(lines.len().saturating_sub(height));
    let seen: Vec<Line<'_>> = lines.into_iter().skip(top).take(height).collect();
    frame.render_widget(Paragraph::new(seen), inside);
}

pub(crate) fn cursor(on: bool, theme: &Theme) -> Span<'static> {
    let sign = if on { theme.glyphs.cursor } else { " " };
    Span::styled(sign.to_owned(), theme.style(Role::Focus))
}

/// A line with something at its left and something at its right; the right one gives way.
pub(crate) fn two_ends(left: Line<'_>, right: Line<'_>, area: Rect, frame: &mut Frame<'_>) {
    let room = usize::from(area.width).saturating_sub(left.width() + 1);
    frame.render_widget(Paragraph::new(left), area);
    let wide = right.width();
    if wide <= room {
        let wide = u16::try_from(wide).unwrap_or(area.width);
        frame.render_widget(
            Paragraph::new(right),
            Rect {
                x: area.right() - wide,
                width: wide,
                ..area
            },
        );
    }
}

/// A line of text, two columns in, cut to what fits.
pub(crate) fn indented(text: &str, role: Role, columns: usize, theme: &Theme) -> Line<'static> {
    let text = elide(text, columns.saturating_sub(3), theme.glyphs.ellipsis).into_owned();
    Line::from(vec![Span::raw("  "), Span::styled(text, theme.style(role))])
}

/// A line of one sign across an area.
pub(crate) fn hairline(sign: &str, style: Style, area: Rect, frame: &mut Frame<'_>) {
    frame.render_widget(
        Paragraph::new(Line::styled(sign.repeat(usize::from(area.width)), style)),
        area,
    );
}

/// A popup's frame: rounded, with its title, and something at its right end. Gives the area inside.
pub(crate) fn popup(
    area: Rect,
    title: &str,
    right: &str,
    below: &str,
    theme: &Theme,
    frame: &mut Frame<'_>,
) -> Rect {
    let glyphs = &theme.glyphs;
    let [top_left, top_right, bottom_left, bottom_right] = glyphs.corners;
    frame.render_widget(Clear, area);
    cut_wide(area, frame);
    let inside = usize::from(area.width.saturating_sub(2));
    let rule = theme.style(Role::Rule);
    // The title is one sign from the left corner, the text at the right one from its corner.
    let edge = |corners: [&str; 2], left: &str, style: Style, right: &str| {
        let padded = |text: &str, room: usize| match text {
            "" => String::new(),
            text => format!(" {} ", elide(text, room.saturating_sub(4), glyphs.ellipsis)),
        };
        let left = padded(left, inside);
        let right = padded(right, inside.saturating_sub(width(&left)));
        let fill = inside.saturating_sub(width(&left) + width(&right) + 2);
        let line = |count: usize| Span::styled(glyphs.light.repeat(count), rule);
        let [start, end] = corners.map(|corner| Span::styled(corner.to_owned(), rule));
        let right = Span::styled(right, theme.style(Role::Dim));
        Line::from(vec![
            start,
            line(1),
            Span::styled(left, style),
            line(fill),
            right,
            line(1),
            end,
        ])
    };
    let strong = theme.style(Role::Strong);
    let top = edge([top_left, top_right], title, strong, right);
    frame.render_widget(
        Paragraph::new(top),
        Rect {
            height: 1.min(area.height),
            ..area
        },
    );
    for y in area.y + 1..area.bottom().saturating_sub(1) {
        for x in [area.x, area.right().saturating_sub(1)] {
            frame.render_widget(
                Paragraph::new(Line::styled(glyphs.bar, rule)),
                Rect::new(x, y, 1, 1),
            );
        }
    }
    let warn = theme.style(Role::Warn);
    let bottom = edge([bottom_left, bottom_right], below, warn, "");
    frame.render_widget(
        Paragraph::new(bottom),
        Rect {
            y: area.bottom().saturating_sub(1),
            height: 1.min(area.height),
            ..area
        },
    );
    framed(area)
}

/// Takes away wide letters that reach from the left into an area: half of one would hide its edge.
/// Most are two columns wide, but signs that the script joins to one letter may be more.
fn cut_wide(area: Rect, frame: &mut Frame<'_>) {
    for y in area.y..area.bottom() {
        for x in 0..area.x {
            if let Some(cell) = frame.buffer_mut().cell_mut((x, y))
                && width(cell.symbol()) > usize::from(area.x - x)
            {
                cell.set_symbol(" ");
            }
        }
    }
}

/// How wide a popup is that needs so many columns: wider where there is much room.
pub(crate) fn popup_width(area: Rect, width: u16) -> u16 {
    if area.width >= ROOMY {
        width + width / 2
    } else {
        width.min(area.width)
    }
}

/// A popup in the middle of an area, wider where there is much room.
pub(crate) fn popup_place(area: Rect, width: u16, height: u16) -> Rect {
    middle(area, popup_width(area, width), height)
}

/// A popup of a size in the middle of an area, as far as it fits.
pub(crate) fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    )
}

/// The rules over and under the panes, heavy over the one with the keys, and the bar between them.
pub(crate) fn rules(
    areas: &Areas,
    panes: Panes,
    heavy: Option<Pane>,
    theme: &Theme,
    frame: &mut Frame<'_>,
) {
    let glyphs = &theme.glyphs;
    let light = theme.style(Role::Rule);
    for (pane, of) in [(panes.list, Pane::List), (panes.detail, Pane::Detail)] {
        let (sign, style) = if heavy == Some(of) {
            (glyphs.heavy, theme.style(Role::Focus))
        } else {
            (glyphs.light, light)
        };
        let over = Rect {
            y: areas.rule.y,
            height: 1,
            ..pane
        };
        hairline(sign, style, over, frame);
    }
    hairline(glyphs.light, light, areas.foot, frame);
    if panes.bar.width > 0 {
        let [above, below] = glyphs.tee;
        let rows = areas.rule.y..=areas.foot.y;
        for y in rows {
            let sign = match y {
                y if y == areas.rule.y => above,
                y if y == areas.foot.y => below,
                _ => glyphs.bar,
            };
            let place = Rect::new(panes.bar.x, y, 1, 1);
            frame.render_widget(Paragraph::new(Line::styled(sign, light)), place);
        }
    }
}
