//! The plan of a sync as it is drawn: the cards, and what both sides say of the one under the cursor.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::config::remotes::RemoteSettings;
use crate::domain::safe::safe;
use crate::domain::sync::plan::{After, CardFate, PlannedCard, PlannedField, SyncPlan};
use crate::domain::words::thousands;
use crate::tui::ctx::Session;
use crate::tui::pages::page::Ui;
use crate::tui::widgets::areas::{Areas, Panes, TWO_PANES};
use crate::tui::widgets::frame::{cursor, indented, more_in_pane, rules, two_ends};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::{ColorPalette, Role, Theme};

use super::state::SyncPlanPage;

/// The columns of what a field is called, and of what it says then.
const LABEL: usize = 9;
const AFTER: usize = 9;

/// From which width of a pane on what is here, there and then is side by side.
const BESIDE: usize = 46;

/// How high a list has to be to have a head.
const WITH_HEAD: u16 = 10;

/// The page.
pub(super) fn draw(page: &SyncPlanPage, ui: &mut Ui<'_, '_>) {
    let (theme, session) = (ui.theme, ui.session);
    shown_line(page, session, theme, ui.areas.filter, ui.frame);
    let panes = Panes::split(ui.areas.content, page.focus, TWO_PANES);
    rules(&ui.areas, panes, Some(page.focus), theme, ui.frame);
    if panes.list.width > 0 {
        list(page, theme, panes.list, ui.frame);
    }
    let lines = card_lines(page, usize::from(panes.detail.width), theme);
    let height = usize::from(panes.detail.height);
    let top = page.scroll.min(lines.len().saturating_sub(height));
    let has_more = top + height < lines.len();
    let seen: Vec<Line<'_>> = lines.into_iter().skip(top).take(height).collect();
    ui.frame.render_widget(Paragraph::new(seen), panes.detail);
    if has_more {
        more_in_pane(panes.detail, theme, ui.frame);
    }
}

/// Whether there is room for one pane only.
pub(super) const fn is_narrow(session: &Session) -> bool {
    session.size.width < TWO_PANES
}

/// How many lines the card under the cursor has, and how many of them are seen.
pub(super) fn card_extent(page: &SyncPlanPage, session: &Session) -> (usize, usize) {
    // How things look takes no room.
    let theme = Theme::new(ColorPalette::Mono, session.glyphs);
    let content = Areas::split(session.size).content;
    let detail = Panes::split(content, page.focus, TWO_PANES).detail;
    let lines = card_lines(page, usize::from(detail.width), &theme).len();
    (lines, usize::from(detail.height))
}

/// How many cards the list shows at once.
pub(super) fn list_height(page: &SyncPlanPage, session: &Session) -> usize {
    let theme = Theme::new(ColorPalette::Mono, session.glyphs);
    let content = Areas::split(session.size).content;
    let list = Panes::split(content, page.focus, TWO_PANES).list;
    let below = counts(page, list, &theme).len();
    usize::from(list.height).saturating_sub(below + usize::from(list.height >= WITH_HEAD))
}

/// Row 2: which cards are shown, and where they are.
fn shown_line(
    page: &SyncPlanPage,
    session: &Session,
    theme: &Theme,
    area: Rect,
    frame: &mut Frame<'_>,
) {
    let shown = page.fate.map_or("everything", CardFate::words);
    let left = Line::styled(format!("  show: {shown}"), theme.style(Role::Text));
    let mut set = session.remotes.set.iter();
    let set = set.find(|set| set.name == page.remote);
    let book = set.map(RemoteSettings::book).unwrap_or_default();
    let book = book.strip_prefix("https://").unwrap_or(&book);
    let right = Line::styled(format!("{} ", safe(book)), theme.style(Role::Dim));
    two_ends(left, right, area, frame);
}

fn sign(fate: CardFate, theme: &Theme) -> &'static str {
    let arrow = theme.glyphs.arrow;
    match fate {
        CardFate::Same => "=",
        CardFate::ComesHere if arrow == "→" => "←",
        CardFate::ComesHere => "<-",
        CardFate::GoesThere => arrow,
        CardFate::Joined => "~",
        CardFate::KeptApart => "2",
        CardFate::ToDecide => "!",
        CardFate::LeftOut => theme.glyphs.middle,
        CardFate::Deleted => "x",
    }
}

const fn role(fate: CardFate) -> Role {
    match fate {
        CardFate::Same => Role::Dim,
        CardFate::KeptApart => Role::Text,
        CardFate::ComesHere | CardFate::GoesThere => Role::Good,
        CardFate::Joined | CardFate::ToDecide => Role::Warn,
        CardFate::LeftOut | CardFate::Deleted => Role::Bad,
    }
}

/// The counts under the list, as many as there are of each kind.
fn counts(page: &SyncPlanPage, area: Rect, theme: &Theme) -> Vec<Line<'static>> {
    let Some(plan) = &page.plan else {
        return Vec::new();
    };
    let mut lines: Vec<Line<'static>> = Vec::new();
    let mut line: Vec<Span<'static>> = Vec::new();
    let room = usize::from(area.width).saturating_sub(2);
    let is_short = area.height < WITH_HEAD;
    for fate in CardFate::ALL {
        let cards = plan.of(fate);
        if cards == 0 {
            continue;
        }
        let words = if is_short {
            thousands(cards)
        } else {
            fate.counted(cards)
        };
        let text = format!("{} {words}", sign(fate, theme));
        let used: usize = line.iter().map(Span::width).sum();
        if !line.is_empty() && used + width(&text) + 2 > room {
            lines.push(Line::from(std::mem::take(&mut line)));
        }
        line.push(Span::styled(format!("  {text}"), theme.style(role(fate))));
    }
    if !line.is_empty() {
        lines.push(Line::from(line));
    }
    if plan.of(CardFate::Deleted) == 0 && !is_short {
        let columns = usize::from(area.width);
        lines.push(indented("nothing is deleted", Role::Dim, columns, theme));
    }
    lines.insert(0, Line::default());
    lines
}

fn list(page: &SyncPlanPage, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let columns = usize::from(area.width);
    let Some(plan) = &page.plan else {
        let told = format!("reading what is there, on {}…", safe(&page.remote));
        let line = indented(&told, Role::Dim, columns, theme);
        return frame.render_widget(Paragraph::new(line), area);
    };
    let below = counts(page, area, theme);
    let name = name_room(columns);
    let mut lines = Vec::new();
    if area.height >= WITH_HEAD {
        let why = if plan.is_first { "MATCHED BY" } else { "WHY" };
        let head = format!("    {} {why}", fit("NAME", name, ""));
        lines.push(Line::styled(head, theme.style(Role::Section)));
    }
    let height = usize::from(area.height).saturating_sub(below.len() + lines.len());
    let until = lines.len() + height;
    lines.extend((page.top..page.top + height).map_while(|place| {
        let card = page.card(place)?;
        Some(row(card, place == page.cursor, columns, theme))
    }));
    if page.shown.is_empty() {
        let none = if plan.cards.is_empty() {
            "nothing to do: both sides say the same"
        } else {
            "none of this kind"
        };
        lines.push(indented(none, Role::Dim, columns, theme));
    }
    lines.resize(until, Line::default());
    lines.extend(below);
    frame.render_widget(Paragraph::new(lines), area);
}

/// The columns of a name.
fn name_room(columns: usize) -> usize {
    let rest = columns.saturating_sub(6);
    rest - rest * 2 / 5
}

fn row(card: &PlannedCard, on: bool, columns: usize, theme: &Theme) -> Line<'static> {
    let ellipsis = theme.glyphs.ellipsis;
    let name = name_room(columns);
    let role_of_name = if on { Role::Cursor } else { Role::Text };
    let why = columns.saturating_sub(name + 6);
    Line::from(vec![
        cursor(on, theme),
        Span::styled(
            format!("{:>2} ", sign(card.fate, theme)),
            theme.style(role(card.fate)),
        ),
        Span::styled(fit(&named(card), name, ellipsis), theme.style(role_of_name)),
        Span::styled(
            format!(" {}", fit(&safe(&card.why), why, ellipsis)),
            theme.style(Role::Dim),
        ),
    ])
}

fn named(card: &PlannedCard) -> String {
    if card.name.is_empty() {
        "(no name)".to_owned()
    } else {
        safe(&card.name).into_owned()
    }
}

/// All lines of the card under the cursor, where there is room for it.
fn card_lines(page: &SyncPlanPage, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let (Some(plan), Some(card)) = (&page.plan, page.card(page.cursor)) else {
        return Vec::new();
    };
    if columns < 8 {
        return Vec::new();
    }
    let wrapped = |text: &str, role: Role| {
        let lines = wrap(text, columns.saturating_sub(4)).into_iter();
        let lines = lines.map(|line| indented(&line, role, columns, theme));
        lines.collect::<Vec<_>>()
    };
    let mut lines = wrapped(&named(card), Role::Strong);
    let why = match &card.number {
        Some(number) => format!("known by name and {}", safe(number)),
        None => safe(&card.why).into_owned(),
    };
    lines.extend(wrapped(&why, Role::Dim));
    lines.push(Line::default());
    if columns >= BESIDE && !card.fields.is_empty() {
        let room = value_room(columns);
        let head = format!(
            "  {} {} {} AFTER",
            " ".repeat(LABEL),
            fit("HERE", room, ""),
            fit("THERE", room, "")
        );
        lines.push(Line::styled(head, theme.style(Role::Section)));
    }
    let is_left = page.is_left_out();
    let is_apart = card.fate == CardFate::KeptApart || is_left;
    for field in &card.fields {
        lines.extend(field_lines(field, is_apart, columns, theme));
    }
    if !card.fields.is_empty() {
        lines.push(Line::default());
    }
    if card.likely.is_some() && plan.is_first && !page.is_read_only {
        lines.extend(wrapped(&one_or_two(card.fate, theme), Role::Text));
        lines.push(Line::default());
    }
    lines.extend(wrapped(told(plan, card), Role::Dim));
    lines
}

/// Whether a card and the contact that it seems to be of are one person, or two, or are left as they are.
fn one_or_two(fate: CardFate, theme: &Theme) -> String {
    let of = |is_chosen: bool| if is_chosen { theme.glyphs.dot } else { " " };
    let (is_apart, is_left) = (fate == CardFate::KeptApart, fate == CardFate::LeftOut);
    format!(
        "({}) one person  ({}) two  ({}) leave out",
        of(!is_apart && !is_left),
        of(is_apart),
        of(is_left)
    )
}

/// What becomes of a card, in words.
fn told(plan: &SyncPlan, card: &PlannedCard) -> &'static str {
    match (card.fate, plan.is_first) {
        _ if card.is_group => {
            "A group. Its members here have its name as a tag, and it stays as it is there."
        }
        (CardFate::Same, _) => "Both sides say the same. From now on they are one.",
        (CardFate::ComesHere, true) => "A new contact here.",
        (CardFate::ComesHere, false) => "It is taken over here.",
        (CardFate::GoesThere, true) => "A new card there.",
        (CardFate::GoesThere, false) => "It is sent there.",
        (CardFate::Joined, _) => "One contact and one card, which say the same then.",
        (CardFate::KeptApart, _) => {
            "They stay two people: a contact of its own is made here of the card."
        }
        (CardFate::ToDecide, _) => {
            "What differs is decided later, in the conflicts. Until then each side keeps its own."
        }
        (CardFate::LeftOut, _) if card.href.is_some() && card.contact.is_some() => {
            "Both stay as they are. Nothing comes or goes until the card there changes."
        }
        (CardFate::LeftOut, _) if card.href.is_some() => {
            "It stays as it is there, and comes here with its next change."
        }
        (CardFate::LeftOut, _) if card.contact.is_some() => {
            "It stays as it is here, and goes there with its next change."
        }
        (CardFate::LeftOut, _) => "It stays as it is there, and nothing here comes of it.",
        (CardFate::Deleted, _) if card.fields.iter().all(|field| field.here.is_empty()) => {
            "Its card is deleted there, as the contact was here."
        }
        (CardFate::Deleted, _) => {
            "The contact goes to the bin here, and can be brought back from there."
        }
    }
}

/// The columns of what is here, and of what is there.
const fn value_room(columns: usize) -> usize {
    columns.saturating_sub(LABEL + AFTER + 5) / 2
}

fn field_lines(
    field: &PlannedField,
    is_apart: bool,
    columns: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let (sign, role) = match field.after {
        _ if is_apart => (" ", Role::Dim),
        After::Same => (" ", Role::Dim),
        After::Both if field.here.is_empty() => ("+", Role::Good),
        After::Both => (" ", Role::Good),
        After::AsHere => (" ", Role::Text),
        After::AsThere | After::Other(_) => ("~", Role::Warn),
        After::ToDecide => ("!", Role::Warn),
        After::Gone => ("-", Role::Bad),
    };
    let none = theme.glyphs.none;
    let shown = |text: &str| match text {
        "" => none.to_owned(),
        text => safe(text).into_owned(),
    };
    let here = shown(&field.here);
    let card = if !field.here.is_empty() && field.there == field.here {
        "same".to_owned()
    } else {
        shown(&field.there)
    };
    let after = if is_apart {
        "its own".to_owned()
    } else {
        safe(field.after.words()).into_owned()
    };
    if columns < BESIDE {
        let mut texts = vec![("here", here, Role::Text), ("there", card, Role::Text)];
        texts.push(("then", after, role));
        return stacked(sign, role, &safe(&field.what), texts, columns, theme);
    }
    let room = value_room(columns);
    let label = wrap(&safe(&field.what), LABEL);
    let cells = [wrap(&here, room), wrap(&card, room), wrap(&after, AFTER)];
    let height = cells.iter().chain([&label]).map(Vec::len).max();
    let height = height.unwrap_or(1);
    let line = |at: usize| {
        let cell = |of: usize, room: usize| {
            let text = cells.get(of).and_then(|cell| cell.get(at));
            let text = text.map_or("", String::as_str);
            fit(text, room, theme.glyphs.ellipsis)
        };
        let sign = if at == 0 { sign } else { " " };
        let label = label.get(at).map_or("", String::as_str);
        let label = fit(label, LABEL, theme.glyphs.ellipsis);
        Line::from(vec![
            Span::styled(format!("{sign} "), theme.style(role)),
            Span::styled(format!("{label} "), theme.style(Role::Dim)),
            Span::styled(format!("{} ", cell(0, room)), theme.style(Role::Text)),
            Span::styled(format!("{} ", cell(1, room)), theme.style(Role::Text)),
            Span::styled(cell(2, AFTER), theme.style(role)),
        ])
    };
    (0..height).map(line).collect()
}

/// What is here, there and then, one under the other.
fn stacked(
    sign: &str,
    role: Role,
    label: &str,
    texts: Vec<(&str, String, Role)>,
    columns: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let ellipsis = theme.glyphs.ellipsis;
    let mut lines = vec![Line::from(vec![
        Span::styled(format!("{sign} "), theme.style(role)),
        Span::styled(
            fit(label, columns.saturating_sub(4), ellipsis),
            theme.style(Role::Section),
        ),
    ])];
    for (word, text, role) in texts {
        let mut word = word;
        for text in wrap(&text, columns.saturating_sub(12)) {
            lines.push(Line::from(vec![
                Span::styled(format!("    {word:<6}"), theme.style(Role::Dim)),
                Span::styled(text, theme.style(role)),
            ]));
            word = "";
        }
    }
    lines
}
