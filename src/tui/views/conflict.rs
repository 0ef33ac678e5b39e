//! The conflict dialog as it is drawn.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::merge::{Changed, FieldMerge, Side};
use crate::domain::refusal::Stored;
use crate::domain::safe::safe;
use crate::domain::title::{field_words, value_words};
use crate::tui::model::Model;
use crate::tui::screens::conflict::Conflict;
use crate::tui::widgets::frame::middle;
use crate::tui::widgets::frame::popup;
use crate::tui::widgets::text::{fit, wrap};
use crate::tui::widgets::theme::{Role, Theme};

/// Draws the dialog.
pub(crate) fn draw(
    model: &Model,
    dialog: &Conflict,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let calendar = model.calendar();
    let noun = match dialog.stored {
        Stored::Phone(_) => "number",
        Stored::Contact(_) => "contact",
    };
    let (opened, stored) = (
        calendar.clock(dialog.opened),
        calendar.clock(dialog.stamp()),
    );
    let height = u16::try_from(dialog.fields.len())
        .unwrap_or(u16::MAX)
        .saturating_add(11);
    let place = middle(area, 74, height);
    let left = match dialog.undecided() {
        0 => "all decided".to_owned(),
        undecided => format!("{undecided} left to decide"),
    };
    let times = format!("{opened} {} {stored}", theme.glyphs.arrow);
    let title = if noun == "number" {
        "Number changed elsewhere"
    } else {
        "Contact changed elsewhere"
    };
    let inside = popup(place, title, &times, &left, theme, frame);
    let columns = usize::from(inside.width);
    let text = theme.style(Role::Text);
    let low = inside.height < height.saturating_sub(2);
    let mut lines = Vec::new();
    if !low {
        lines.push(Line::default());
        let told = format!(
            "Someone else changed this {noun} while you were editing it. You opened it as stored at {opened}; it was stored anew at {stored}."
        );
        lines.extend(
            wrap(&told, columns.saturating_sub(4))
                .into_iter()
                .map(|line| Line::styled(format!("  {line}"), text)),
        );
        lines.push(Line::default());
    }
    let side = columns.saturating_sub(18 + 17) / 2;
    lines.push(Line::styled(
        format!("  {:<14} {:<side$} STORED", "", "YOURS"),
        theme.style(Role::Section),
    ));
    let head = lines.len();
    for (at, field) in dialog.fields.iter().enumerate() {
        lines.push(row(field, at == dialog.cursor, side, theme));
    }
    if low {
        // What is not decided has to be in sight.
        let over = (head + dialog.cursor + 1).saturating_sub(usize::from(inside.height));
        lines.drain(head.min(lines.len())..(head + over).min(lines.len()));
    } else {
        lines.push(Line::default());
        let saved: Vec<String> = dialog
            .fields
            .iter()
            .filter(|field| field.mine != field.stored)
            .map(|field| match field.value() {
                Some(value) => format!(
                    "{} {}",
                    field_words(&field.field),
                    safe(&value_words(value))
                ),
                None => format!("{} ?", field_words(&field.field)),
            })
            .collect();
        let saved = saved.join(&format!(" {} ", theme.glyphs.middle));
        lines.push(Line::from(vec![
            Span::styled("  WILL SAVE    ", theme.style(Role::Section)),
            Span::styled(
                fit(&saved, columns.saturating_sub(17), theme.glyphs.ellipsis),
                text,
            ),
        ]));
        lines.push(Line::default());
        lines.push(Line::styled(
            "  Nothing has been written. Your text is safe until you choose.",
            theme.style(Role::Dim),
        ));
    }
    frame.render_widget(Paragraph::new(lines), inside);
}

fn row(field: &FieldMerge, on: bool, side: usize, theme: &Theme) -> Line<'static> {
    let glyphs = &theme.glyphs;
    let [left, right] = glyphs.pick;
    let cell = |value: &serde_json::Value, taken: bool| {
        let text = fit(
            &safe(&value_words(value)),
            side.saturating_sub(5),
            glyphs.ellipsis,
        );
        let style = theme.style(if taken { Role::Match } else { Role::Text });
        let (before, after) = if taken { (left, right) } else { (" ", " ") };
        let text = text.trim_end().to_owned();
        let used = crate::tui::widgets::text::width(&text) + 4;
        vec![
            Span::styled(format!("{before} "), style),
            Span::styled(text, style),
            Span::styled(
                format!(" {after}{}", " ".repeat(side.saturating_sub(used))),
                style,
            ),
        ]
    };
    let differs = field.mine != field.stored;
    let (who, role) = match field.changed {
        Changed::Both => ("both changed", Role::Warn),
        Changed::Mine => ("you changed", Role::Dim),
        Changed::Stored => ("they changed", Role::Dim),
        Changed::Nobody => ("same", Role::Dim),
    };
    let mut spans = vec![
        Span::styled(
            if on { glyphs.cursor } else { " " },
            theme.style(Role::Focus),
        ),
        Span::styled(
            format!(" {:<13} ", field_words(&field.field)),
            theme.style(if on { Role::Strong } else { Role::Dim }),
        ),
    ];
    spans.extend(cell(&field.mine, differs && field.side == Some(Side::Mine)));
    spans.extend(cell(
        &field.stored,
        differs && field.side == Some(Side::Stored),
    ));
    spans.push(Span::styled(
        if differs && field.side.is_none() {
            format!("? {who}")
        } else {
            who.to_owned()
        },
        theme.style(role),
    ));
    Line::from(spans)
}
