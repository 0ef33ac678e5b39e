//! `view`: the model as a frame. Pure; it stores nothing, and asks [`super::layout`] where things
//! are.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::import::{count, thousands};

use super::layout::{Areas, is_empty, layout};
use super::model::{Focus, Model, Screen};
use super::views::{
    conflict, contact_form, damaged, detail, duplicates, footer, import, list, pages, phone_form,
    popups, triage,
};
use super::widgets::frame::{hairline, two_ends};
use super::widgets::text::elide;
use super::widgets::theme::{Role, Theme};

/// Draws the model.
pub fn view(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let areas = layout(model);
    if areas.is_nothing() {
        return too_small(model, theme, frame);
    }
    let behind = if model.over.shown().any(|page| !page.fills()) {
        theme.behind()
    } else {
        *theme
    };
    head(model, &behind, areas, frame);
    rules(model, &behind, areas, frame);
    match model.over.first() {
        Some(Screen::ContactForm(form)) => {
            contact_form::draw(form, &behind, areas.content(), frame);
        }
        Some(Screen::Import(plan)) => import::draw(plan, &behind, areas, frame),
        Some(Screen::Duplicates(screen)) => {
            duplicates::draw(screen, model.focus, &behind, areas, frame);
        }
        _ if is_empty(model) => nobody(model, &behind, areas.content(), frame),
        _ => {
            list::draw(model, &behind, areas, frame);
            match &model.triage {
                Some(triage) => {
                    triage::reasons(triage, &behind, areas.why, frame);
                    triage::draw(model, &behind, areas.detail, frame);
                }
                None => detail::draw(model, &behind, areas.detail, frame),
            }
        }
    }
    let above = model.over.shown().count();
    for (at, screen) in model.over.shown().enumerate() {
        let theme = if at + 1 == above {
            *theme
        } else {
            theme.behind()
        };
        match screen {
            Screen::PhoneForm(form) => {
                phone_form::draw(model, form, &theme, areas.content(), frame);
            }
            Screen::Conflict(dialog) => {
                conflict::draw(model, dialog, &theme, areas.content(), frame);
            }
            Screen::Search(search) => popups::search(model, search, &theme, areas.content(), frame),
            Screen::Prompt(prompt) => popups::prompt(model, prompt, &theme, areas.content(), frame),
            Screen::Question(question) => {
                popups::question(*question, &theme, areas.content(), frame);
            }
            Screen::History(history) => {
                pages::history(model, history, &theme, areas.content(), frame);
            }
            Screen::Bin(bin) => pages::bin(model, bin, &theme, areas.content(), frame),
            Screen::Plan(plan) => pages::plan(plan, &theme, areas.content(), frame),
            Screen::Damaged(page) => damaged::draw(model, page, &theme, areas.content(), frame),
            Screen::Health(page) => pages::health(page, &theme, areas.content(), frame),
            Screen::Sources(sources) => {
                triage::sources(model, sources, &theme, areas.content(), frame);
            }
            Screen::ContactForm(_) | Screen::Import(_) | Screen::Duplicates(_) => {}
        }
    }
    if model.which_key {
        popups::which_key(model, theme, areas.content(), frame);
    }
    footer::draw(model, theme, areas, frame);
}

/// Row 1 and 2: where am I, and the totals; the filter, and its count.
fn head(model: &Model, theme: &Theme, areas: Areas, frame: &mut Frame<'_>) {
    let glyphs = &theme.glyphs;
    let narrow = areas.head.width < 56;
    let mut left = vec![Span::styled("  callbook", theme.style(Role::Strong))];
    let under = match (model.over.first(), model.focus, &model.detail.profile) {
        (Some(Screen::ContactForm(form)), _, _) => Some(if form.stored.is_some() {
            "Edit contact".to_owned()
        } else {
            "Add a contact".to_owned()
        }),
        (Some(Screen::Import(plan)), _, _) => Some(format!("Import {}", plan.name)),
        (Some(Screen::Duplicates(_)), _, _) => Some("Duplicates".to_owned()),
        (Some(Screen::PhoneForm(form)), _, _) => form.owner.name().map(str::to_owned),
        (_, Focus::Detail, Some(profile)) => Some(profile.contact.name.clone()),
        _ if model.triage.is_some() => Some("Fix numbers".to_owned()),
        _ => None,
    };
    if let Some(under) = under {
        let room = usize::from(areas.head.width).saturating_sub(if narrow { 16 } else { 44 });
        left.push(Span::styled(
            format!(" {} {}", glyphs.under, elide(&under, room, glyphs.ellipsis)),
            theme.style(Role::Text),
        ));
    }
    if model.busy {
        left.push(Span::styled("  working…", theme.style(Role::Dim)));
    }
    let mut right: Vec<Span<'_>> = Vec::new();
    if model.read_only.is_some() {
        right.push(Span::styled("read-only  ", theme.style(Role::Warn)));
    }
    if let Some(Screen::ContactForm(form)) = model.over.first() {
        if form.is_dirty() {
            right.push(Span::styled(
                format!("{} unsaved", glyphs.dot),
                theme.style(Role::Warn),
            ));
        }
    } else if let Some(Screen::Import(plan)) = model.over.first() {
        right.push(Span::styled(
            count(plan.plan.rows.len() + plan.plan.unreadable_untold, "card"),
            theme.style(Role::Dim),
        ));
    } else if !model.list.marks.is_empty() {
        right.push(Span::styled(
            format!("{} marked", thousands(model.list.marks.len())),
            theme.style(Role::Match),
        ));
    } else if let Some(triage) = &model.triage {
        right.push(Span::styled(
            triage::progress(model, triage, theme),
            theme.style(Role::Dim),
        ));
    } else if let Some(totals) = model.totals {
        match (totals.contacts, totals.attention) {
            (0, _) => right.push(Span::styled("no contacts", theme.style(Role::Dim))),
            (contacts, 0) => right.push(Span::styled(
                count(contacts, "contact"),
                theme.style(Role::Dim),
            )),
            (_, attention) if narrow => right.push(Span::styled(
                format!("{} to fix", thousands(attention)),
                theme.style(Role::Dim),
            )),
            (contacts, attention) => {
                let text = format!(
                    "{} {} {} to fix",
                    count(contacts, "contact"),
                    glyphs.middle,
                    thousands(attention)
                );
                right.push(Span::styled(text, theme.style(Role::Dim)));
            }
        }
    }
    right.push(Span::raw(" "));
    two_ends(Line::from(left), Line::from(right), areas.head, frame);

    match model.over.first() {
        Some(Screen::ContactForm(_)) => return,
        Some(Screen::Import(plan)) => return import::kind_line(plan, theme, areas.filter, frame),
        Some(Screen::Duplicates(screen)) => {
            return duplicates::why_line(screen, theme, areas.filter, frame);
        }
        _ if is_empty(model) => return,
        _ => {}
    }
    list::filter_line(model, theme, areas.filter, frame);
}

/// The rule over the panes, heavy over the one with the keys, the bar between and the rule below.
fn rules(model: &Model, theme: &Theme, areas: Areas, frame: &mut Frame<'_>) {
    let glyphs = &theme.glyphs;
    let light = theme.style(Role::Rule);
    let heavy = theme.style(Role::Focus);
    let form = matches!(model.over.first(), Some(Screen::ContactForm(_)));
    if form {
        hairline(glyphs.light, light, areas.rule, frame);
    } else {
        let list_focused = model.focus != Focus::Detail;
        let over = |pane: Rect| Rect {
            y: areas.rule.y,
            height: 1,
            ..pane
        };
        for (pane, focused) in [(areas.list, list_focused), (areas.detail, !list_focused)] {
            if pane.width > 0 {
                let (sign, style) = if focused {
                    (glyphs.heavy, heavy)
                } else {
                    (glyphs.light, light)
                };
                hairline(sign, style, over(pane), frame);
            }
        }
    }
    hairline(glyphs.light, light, areas.foot, frame);
    if areas.bar.width > 0 {
        let [above, below] = glyphs.tee;
        for y in areas.bar.y..areas.bar.bottom() {
            frame.render_widget(
                Paragraph::new(Line::styled(glyphs.bar, light)),
                Rect::new(areas.bar.x, y, 1, 1),
            );
        }
        frame.render_widget(
            Paragraph::new(Line::styled(above, light)),
            Rect::new(areas.bar.x, areas.rule.y, 1, 1),
        );
        frame.render_widget(
            Paragraph::new(Line::styled(below, light)),
            Rect::new(areas.bar.x, areas.foot.y, 1, 1),
        );
    }
}

/// Nobody in the book: what to do about it.
fn nobody(model: &Model, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let key = |key: &str, words: &str| {
        Line::from(vec![
            Span::styled(format!("{key:<5}"), theme.style(Role::Key)),
            Span::styled(words.to_owned(), theme.style(Role::Text)),
        ])
    };
    let dim = |text: String| Line::styled(text, theme.style(Role::Dim));
    let mut lines = vec![
        Line::styled("Nobody here yet.", theme.style(Role::Strong)),
        Line::default(),
        key("a", "add your first contact"),
        key("i", "import a vCard file"),
        key(":", "everything else"),
    ];
    if area.height >= 14 {
        lines.extend([
            Line::default(),
            dim("From the shell".to_owned()),
            Line::styled("callbook import contacts.vcf", theme.style(Role::Text)),
            Line::styled(
                "callbook add \"Ada Lovelace\" +44 20 7946 0018",
                theme.style(Role::Text),
            ),
            Line::default(),
            dim("Your data is one SQLite file:".to_owned()),
            dim(model.path.clone()),
        ]);
    }
    let wide = lines.iter().map(Line::width).max().unwrap_or(0);
    let place = super::widgets::frame::middle(
        area,
        u16::try_from(wide).unwrap_or(area.width),
        u16::try_from(lines.len()).unwrap_or(area.height),
    );
    frame.render_widget(Paragraph::new(lines), place);
}

/// A terminal that nothing fits into gets one sentence.
fn too_small(model: &Model, theme: &Theme, frame: &mut Frame<'_>) {
    let area = frame.area();
    if area.is_empty() {
        return;
    }
    let words = format!(
        "callbook needs 20x5, this is {}x{}",
        model.size.width, model.size.height
    );
    let lines: Vec<Line<'_>> = super::widgets::text::wrap(&words, usize::from(area.width))
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
