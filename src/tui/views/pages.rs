//! The pages that stand over the main screen as they are drawn: a preview of changes, the history, the
//! bin, the health of the book.

use std::fmt::Write as _;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::bulk::PlanLine;
use crate::domain::import::{count, thousands};
use crate::tui::model::Model;
use crate::tui::screens::bin::Bin;
use crate::tui::screens::health::HealthPage;
use crate::tui::screens::history::{Change, History, Told};
use crate::tui::screens::plan::{Plan, Task};
use crate::tui::widgets::frame::{NARROW, cursor, indented, page, scrolled};
use crate::tui::widgets::text::{elide, fit, width};
use crate::tui::widgets::theme::{Role, Theme};
use crate::tui::widgets::time::Calendar;

/// The preview of changes: what is left as it is first, then every change with before and after.
pub(crate) fn plan(plan: &Plan, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let tally = plan.plan.tally;
    let mut below = match &plan.task {
        Task::Bulk(_) => format!("{} change", count(tally.changed, "contact")),
        Task::Merge(groups) => format!(
            "{} become {}",
            count(tally.changed, "contact"),
            thousands(groups.len())
        ),
    };
    if tally.skipped > 0 {
        let _ = write!(below, ", {} left alone", thousands(tally.skipped));
    }
    if tally.same > 0 {
        let _ = write!(below, ", {} so already", thousands(tally.same));
    }
    let title = format!("Preview: {}", plan.words());
    let inside = page(&title, "nothing is written yet", &below, theme, area, frame);
    let columns = usize::from(inside.width);
    let skipped = &plan.plan.skipped;
    let height = usize::from(inside.height);
    let lines: Vec<Line<'_>> = (plan.top..plan.known())
        .take(height)
        .filter_map(|at| {
            if let Some(one) = skipped.get(at) {
                let text = format!("left alone: {}: {}", one.name, one.why);
                return Some(indented(&text, Role::Warn, columns, theme));
            }
            let line = plan.plan.lines.get(at - skipped.len())?;
            let before = at.checked_sub(skipped.len() + 1);
            let before = before.and_then(|at| plan.plan.lines.get(at));
            let again = before.is_some_and(|before| before.contact == line.contact);
            Some(change(line, again && at > plan.top, columns, theme))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inside);
}

/// A change with its before and after; the name is not repeated under itself.
fn change(line: &PlanLine, again: bool, columns: usize, theme: &Theme) -> Line<'static> {
    let ellipsis = theme.glyphs.ellipsis;
    if columns < usize::from(NARROW) {
        let name = if again {
            String::new()
        } else {
            format!("{}: ", line.name)
        };
        let (field, arrow) = (&line.field, theme.glyphs.arrow);
        let text = format!("{name}{field} {} {arrow} {}", line.from, line.to);
        return indented(&text, Role::Text, columns, theme);
    }
    let names = 22;
    let name = if again { "" } else { &line.name };
    let what = match &line.number {
        Some(number) => format!("{number} {}", line.field),
        None => line.field.clone(),
    };
    let whats = if columns >= 72 { 28 } else { 16 };
    let mut spans = vec![
        Span::raw("  "),
        Span::styled(fit(name, names, ellipsis), theme.style(Role::Text)),
        Span::raw(" "),
        Span::styled(fit(&what, whats, ellipsis), theme.style(Role::Dim)),
        Span::raw(" "),
    ];
    let room = columns.saturating_sub(names + whats + 8);
    let from = elide(&line.from, room / 2, ellipsis);
    let to = elide(&line.to, room.saturating_sub(width(&from)), ellipsis).into_owned();
    spans.push(Span::styled(from.into_owned(), theme.style(Role::Dim)));
    spans.push(Span::styled(
        format!(" {} ", theme.glyphs.arrow),
        theme.style(Role::Rule),
    ));
    spans.push(Span::styled(to, theme.style(Role::Good)));
    Line::from(spans)
}

/// The history: who changed what, when, from what to what.
pub(crate) fn history(
    model: &Model,
    history: &History,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let inside = page("History", &history.name, "", theme, area, frame);
    let Some(steps) = &history.steps else { return };
    let columns = usize::from(inside.width);
    let calendar = model.calendar();
    let mut lines = Vec::new();
    let mut on = 0;
    for (at, step) in steps.iter().enumerate() {
        if at == history.cursor {
            on = lines.len();
        }
        lines.push(head(step, at == history.cursor, &calendar, columns, theme));
        let changes = step.lines.iter();
        lines.extend(changes.map(|one| detail(one, columns, theme)));
        if at == history.cursor {
            // As much of what the step did as there is room for.
            on += step.lines.len().min(usize::from(inside.height) / 2);
        }
    }
    if steps.is_empty() {
        lines.push(indented("nothing was done yet", Role::Dim, columns, theme));
    }
    scrolled(lines, on, inside, frame);
}

fn head(
    step: &Told,
    on: bool,
    calendar: &Calendar,
    columns: usize,
    theme: &Theme,
) -> Line<'static> {
    let ellipsis = theme.glyphs.ellipsis;
    let stands = step.standing.word().is_empty();
    let role = match (on, stands) {
        (true, _) => Role::Cursor,
        (false, true) => Role::Text,
        (false, false) => Role::Dim,
    };
    let narrow = columns < usize::from(NARROW);
    let mut by = format!("  by {}", step.point.actor.word());
    if narrow {
        by.clear();
    }
    if let Some(rows) = step.rows.filter(|_| columns >= 72) {
        by = format!("  {}{by}", count(rows, "row"));
    }
    if !stands {
        by = format!("{by}  {}", step.standing.word());
    }
    let when = if narrow { 0 } else { 16 };
    let room = columns.saturating_sub(when + width(&by) + 5);
    Line::from(vec![
        cursor(on, theme),
        Span::raw(" "),
        Span::styled(
            fit(&calendar.when(step.point.at), when, ellipsis),
            theme.style(Role::Dim),
        ),
        Span::raw(" "),
        Span::styled(
            elide(&step.point.title, room, ellipsis).into_owned(),
            theme.style(role),
        ),
        Span::styled(by, theme.style(Role::Dim)),
    ])
}

fn detail(change: &Change, columns: usize, theme: &Theme) -> Line<'static> {
    let mut text = change.what.clone();
    if !change.whose.is_empty() {
        text = format!("{}: {text}", change.whose);
    }
    if let Some((from, to)) = &change.from_to {
        text = format!("{text} {from} {} {to}", theme.glyphs.arrow);
    }
    let indent = if columns < usize::from(NARROW) { 4 } else { 19 };
    let room = columns.saturating_sub(indent + 2);
    let text = elide(&text, room, theme.glyphs.ellipsis).into_owned();
    Line::from(vec![
        Span::raw(" ".repeat(indent)),
        Span::styled(text, theme.style(Role::Dim)),
    ])
}

/// The bin.
pub(crate) fn bin(model: &Model, bin: &Bin, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let held = bin.binned.as_ref().map_or(0, Vec::len);
    let right = if held > 0 {
        count(held, "record")
    } else {
        String::new()
    };
    let inside = page("Bin", &right, "", theme, area, frame);
    let Some(binned) = &bin.binned else { return };
    let columns = usize::from(inside.width);
    let calendar = model.calendar();
    let ellipsis = theme.glyphs.ellipsis;
    let mut lines: Vec<Line<'_>> = binned
        .iter()
        .enumerate()
        .map(|(at, one)| {
            let on = at == bin.cursor;
            let role = if on { Role::Cursor } else { Role::Text };
            let narrow = columns < usize::from(NARROW);
            let when = if narrow {
                String::new()
            } else {
                calendar.when(one.point.at)
            };
            let room = columns.saturating_sub(24 + width(&when));
            Line::from(vec![
                cursor(on, theme),
                Span::raw(" "),
                Span::styled(fit(&one.name, room, ellipsis), theme.style(role)),
                Span::raw(" "),
                Span::styled(fit(&one.what, 19, ellipsis), theme.style(Role::Dim)),
                Span::styled(format!(" {when}"), theme.style(Role::Dim)),
            ])
        })
        .collect();
    if binned.is_empty() {
        let told = "nothing was deleted, or all of it is back";
        lines.push(indented(told, Role::Dim, columns, theme));
    }
    scrolled(lines, bin.cursor, inside, frame);
}

/// The health of the book: counts and bars.
pub(crate) fn health(page_of: &HealthPage, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
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
            let share = bar.numbers * 100 / health.numbers.max(1);
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
        }
    }
    scrolled(lines, on, inside, frame);
}

/// The colour of a bar: what is well, what waits, what is wrong.
fn tone(filter: &str) -> Role {
    match filter {
        "is:accurate" => Role::Good,
        "is:unconfirmed" | "country:none" => Role::Warn,
        "is:impossible" => Role::Bad,
        _ => Role::Focus,
    }
}
