//! The small popups: help and palette, the file name, a question, the history, the which-key strip.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph};

use crate::domain::import::count;
use crate::tui::act::why_not;
use crate::tui::model::Model;
use crate::tui::screens::plan::completions;
use crate::tui::screens::prompt::{Prompt, Purpose};
use crate::tui::screens::question::Question;
use crate::tui::screens::search::{Kind, Search};
use crate::tui::widgets::frame::middle;
use crate::tui::widgets::frame::{caret, popup};
use crate::tui::widgets::text::{elide, fit, wrap};
use crate::tui::widgets::theme::{Role, Theme};

use super::footer::shown;

/// Help, or the palette.
pub(crate) fn search(
    model: &Model,
    search: &Search,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let help = search.kind == Kind::Help;
    let found = search.matches(&model.keymap);
    let title = if help { "Keys" } else { "Command" };
    let version = format!("callbook {}", env!("CARGO_PKG_VERSION"));
    let below = if help {
        String::new()
    } else {
        format!(
            "{} of {}",
            found.len(),
            count(search_all(search, model), "command")
        )
    };
    let inside = popup(
        middle(area, 76, 22),
        title,
        if help { &version } else { "" },
        &below,
        theme,
        frame,
    );
    let columns = usize::from(inside.width);
    let prompt = if help { "/" } else { ":" };
    let (typed, column) = search.text.window(columns.saturating_sub(16));
    let line = Line::from(vec![
        Span::styled(format!("  {prompt} "), theme.style(Role::Key)),
        Span::styled(typed, theme.style(Role::Text)),
    ]);
    frame.render_widget(
        Paragraph::new(line),
        Rect {
            height: 1.min(inside.height),
            ..inside
        },
    );
    caret(
        inside.x + 4 + u16::try_from(column).unwrap_or(0),
        inside.y,
        inside,
        frame,
    );

    let mut lines: Vec<Line<'_>> = Vec::new();
    let mut on = 0;
    let mut section = None;
    for (at, binding) in found.iter().enumerate() {
        if help && section != Some(binding.scope) {
            section = Some(binding.scope);
            lines.push(Line::default());
            let here = if search.scopes.first() == Some(&binding.scope) {
                "HERE: "
            } else {
                ""
            };
            lines.push(Line::styled(
                format!("  {here}{}", binding.scope.title().to_uppercase()),
                theme.style(Role::Section),
            ));
        }
        let selected = at == search.cursor;
        if selected {
            on = lines.len();
        }
        let keys: Vec<String> = model
            .keymap
            .keys(binding)
            .iter()
            .map(|key| shown(key, &theme.glyphs))
            .collect();
        let keys = fit(&keys.join(" "), 14, theme.glyphs.ellipsis);
        let reason = if help {
            None
        } else {
            why_not(binding.action, model)
        };
        let style = match (selected, reason) {
            (_, Some(_)) => theme.style(Role::Dim),
            (true, None) => theme.style(Role::Cursor),
            (false, None) => theme.style(Role::Text),
        };
        let cursor = Span::styled(
            if selected { theme.glyphs.cursor } else { " " },
            theme.style(Role::Focus),
        );
        lines.push(if help {
            let words = elide(
                binding.help,
                columns.saturating_sub(20),
                theme.glyphs.ellipsis,
            )
            .into_owned();
            Line::from(vec![
                cursor,
                Span::styled(format!("  {keys} "), theme.style(Role::Key)),
                Span::styled(words, style),
            ])
        } else {
            let words = fit(
                binding.help,
                columns.saturating_sub(20),
                theme.glyphs.ellipsis,
            );
            let end = reason.map_or_else(|| keys.trim_end().to_owned(), str::to_owned);
            let room = columns.saturating_sub(4);
            let words = fit(
                &words,
                room.saturating_sub(crate::tui::widgets::text::width(&end) + 1),
                theme.glyphs.ellipsis,
            );
            Line::from(vec![
                cursor,
                Span::styled(format!("  {words} "), style),
                Span::styled(end, theme.style(Role::Dim)),
            ])
        });
    }
    if found.is_empty() {
        lines.push(Line::default());
        lines.push(Line::styled(
            "  nothing is called that",
            theme.style(Role::Dim),
        ));
    }
    let body = Rect {
        y: inside.y + 1,
        height: inside.height.saturating_sub(1),
        ..inside
    };
    let scroll = (on + 2).saturating_sub(usize::from(body.height));
    let seen: Vec<Line<'_>> = lines
        .into_iter()
        .skip(scroll)
        .take(usize::from(body.height))
        .collect();
    frame.render_widget(Paragraph::new(seen), body);
}

fn search_all(search: &Search, model: &Model) -> usize {
    Search {
        text: crate::tui::widgets::field::Field::default(),
        ..search.clone()
    }
    .matches(&model.keymap)
    .len()
}

/// The path of a file to import.
pub(crate) fn prompt(
    model: &Model,
    prompt: &Prompt,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let mut offered = prompt.paths.clone();
    let changes = matches!(prompt.purpose, Purpose::Change(..));
    if changes {
        offered = completions(model.values.as_ref(), &prompt.path);
    }
    let most = if changes { 14 } else { 8 };
    let names = u16::try_from(offered.len().min(most)).unwrap_or(8);
    let inside = popup(
        middle(area, 70, 7 + names),
        match &prompt.purpose {
            Purpose::Import => "Import a vCard, CSV or JSON file",
            Purpose::Export(..) => "Export",
            Purpose::Change(..) => "Change many at once",
        },
        "",
        "",
        theme,
        frame,
    );
    let columns = usize::from(inside.width.saturating_sub(6));
    let (typed, column) = prompt.path.window(columns);
    let mut lines = vec![
        Line::default(),
        Line::styled(format!("   {typed}"), theme.style(Role::Text)),
        Line::styled(
            format!("   {}", theme.glyphs.heavy.repeat(columns)),
            theme.style(Role::Focus),
        ),
    ];
    if let Some(trouble) = &prompt.trouble {
        let told = wrap(trouble, columns);
        lines.extend(
            told.into_iter()
                .take(2)
                .map(|line| Line::styled(format!("   {line}"), theme.style(Role::Bad))),
        );
    } else {
        let told = match &prompt.purpose {
            Purpose::Import => "one undo takes back the whole import".to_owned(),
            Purpose::Export(_, who) => format!("{who}; .vcf, .csv or .json says the form"),
            Purpose::Change(_, who) => format!("{who}; all of it is shown first"),
        };
        lines.push(Line::styled(
            format!("   {}", elide(&told, columns, theme.glyphs.ellipsis)),
            theme.style(Role::Dim),
        ));
    }
    for path in offered.iter().take(most) {
        lines.push(Line::styled(
            format!("   {}", elide(path, columns, theme.glyphs.ellipsis)),
            theme.style(Role::Dim),
        ));
    }
    frame.render_widget(Paragraph::new(lines), inside);
    caret(
        inside.x + 3 + u16::try_from(column).unwrap_or(0),
        inside.y + 1,
        inside,
        frame,
    );
}

/// A question.
pub(crate) fn question(question: Question, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let place = middle(area, 52, 6);
    let inside = popup(place, "Sure?", "", "", theme, frame);
    let told = wrap(
        question.words(),
        usize::from(inside.width.saturating_sub(4)),
    );
    let mut lines = vec![Line::default()];
    lines.extend(
        told.into_iter()
            .map(|line| Line::styled(format!("  {line}"), theme.style(Role::Text))),
    );
    lines.push(Line::from(vec![
        Span::styled("  y", theme.style(Role::Key)),
        Span::styled(" yes   ", theme.style(Role::Dim)),
        Span::styled("n", theme.style(Role::Key)),
        Span::styled(" no", theme.style(Role::Dim)),
    ]));
    frame.render_widget(Paragraph::new(lines), inside);
}

/// What may follow the keys of a prefix, over the bottom of the content.
pub(crate) fn which_key(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let following = model.keymap.following(&model.scopes(), &model.waiting);
    let columns = usize::from(area.width.saturating_sub(6)).max(20);
    let each = 26;
    let across = (columns / each).max(1);
    let mut lines = Vec::new();
    for chunk in following.chunks(across) {
        let spans = chunk.iter().flat_map(|(key, binding)| {
            let word = if binding.hint.is_empty() {
                binding.help
            } else {
                binding.hint
            };
            [
                Span::styled(
                    format!(" {} ", shown(key, &theme.glyphs)),
                    theme.style(Role::Key),
                ),
                Span::styled(
                    fit(word, each - 4, theme.glyphs.ellipsis),
                    theme.style(Role::Text),
                ),
            ]
        });
        lines.push(Line::from(spans.collect::<Vec<_>>()));
    }
    let height = u16::try_from(lines.len() + 2)
        .unwrap_or(area.height)
        .min(area.height);
    let place = Rect {
        x: area.x + 1,
        y: area.bottom() - height,
        width: area.width.saturating_sub(2),
        height,
    };
    frame.render_widget(Clear, place);
    let keys: Vec<String> = model.waiting.iter().map(ToString::to_string).collect();
    let inside = popup(place, &keys.join(" "), "", "", theme, frame);
    frame.render_widget(Paragraph::new(lines), inside);
}
