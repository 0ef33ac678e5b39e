//! Somebody else changed the record while it was edited: mine and stored, field by field.
//!
//! What only one side changed is settled; what both changed starts undecided, so that Enter cannot
//! destroy either by habit. The form under it keeps all that was typed; it gets what was decided, and
//! writes it.

use std::borrow::Cow;
use std::iter;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use serde_json::{Map, Value, json};

use crate::domain::change_line;
use crate::domain::contact::Detail;
use crate::domain::detail::{DetailId, prefer_only};
use crate::domain::fields::{self, CONTACT, PHONE, RecordField, of_form};
use crate::domain::merge::{Changed, FieldMerge, Side, three_way};
use crate::domain::refusal::Stored;
use crate::domain::safe::safe;
use crate::domain::timestamp::Timestamp;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::Tone;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::{Flow, Top};
use crate::tui::widgets::frame::{framed, middle, more_in_popup, popup};
use crate::tui::widgets::text::{fit, wrap};
use crate::tui::widgets::theme::{Glyphs, Role};

use super::page::{AnyPage, Outcome, Page, Question, Returned, Ui};
use super::returned::Resolution;

/// The dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The fields.
    pub fields: Vec<FieldMerge>,
    /// The field under the cursor.
    pub cursor: usize,
    /// What is at the top.
    top: Top,
    /// The stamp under which the record was opened.
    opened: Timestamp,
    /// The record as it is stored now.
    stored: Stored,
}

impl Conflict {
    /// The dialog for the fields of a record that a person changes, as it was read under a stamp and as it is
    /// typed, that ran into `stored`.
    #[must_use]
    pub fn page<R, S>(
        fields: &'static [RecordField<R, S>],
        (base, opened): (&Map<String, Value>, Timestamp),
        typed: &Map<String, Value>,
        stored: &Stored,
    ) -> AnyPage {
        let now = match stored {
            Stored::Phone(phone) => fields::attributes(&PHONE, &**phone),
            Stored::Contact(contact) => fields::attributes(&CONTACT, &**contact),
        };
        let of_form = of_form(fields);
        // A text changes what no form has.
        let others = fields.iter();
        let others = others.filter(|field| field.is_typed() && field.name != "details");
        let others: Vec<&str> = others
            .filter(|field| field.label.is_none())
            .map(|field| field.name)
            .collect();
        let fields = of_form.into_iter().map(|field| field.name);
        let fields = fields.chain(others.iter().copied()).map(str::to_owned);
        // Each detail is decided by itself.
        let [base, typed, now] = [base, typed, &now].map(apart);
        let details = [&base, &now, &typed].into_iter().flat_map(Map::keys);
        let details = details
            .filter(|field| field.starts_with(OF_DETAIL))
            .cloned();
        let mut fields: Vec<String> = fields.collect();
        for detail in details {
            if !fields.contains(&detail) {
                fields.push(detail);
            }
        }
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        let mut fields = three_way(&fields, &base, &typed, &now);
        // What is not there on either side says nothing.
        fields.retain(|field| {
            let is_blank = field.mine.is_null() && field.stored.is_null();
            let is_always =
                !field.field.starts_with(OF_DETAIL) && !others.contains(&field.field.as_str());
            !is_blank && (is_always || field.mine != field.stored)
        });
        let cursor = fields.iter().position(|field| field.side.is_none());
        Box::new(Self {
            fields,
            cursor: cursor.unwrap_or(0),
            top: Top::default(),
            opened,
            stored: stored.clone(),
        })
    }

    /// The stamp of what is stored now.
    const fn stamp(&self) -> Timestamp {
        match &self.stored {
            Stored::Phone(phone) => phone.updated_in_db_at,
            Stored::Contact(contact) => contact.updated_in_db_at,
        }
    }

    /// How many fields are still to be decided.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.fields
            .iter()
            .filter(|field| field.side.is_none())
            .count()
    }

    /// Takes the other side of the field under the cursor.
    fn pick(&mut self, side: Side) {
        if let Some(field) = self
            .fields
            .get_mut(self.cursor)
            .filter(|field| field.mine != field.stored)
        {
            field.side = Some(side);
        }
    }

    /// Takes one side for every field.
    fn pick_all(&mut self, side: Side) {
        for field in self
            .fields
            .iter_mut()
            .filter(|field| field.mine != field.stored)
        {
            field.side = Some(side);
        }
    }

    /// The attributes that are to be written: the fields that are taken from here.
    fn mine(&self, is_taken: impl Fn(&FieldMerge) -> bool) -> Map<String, Value> {
        let differs = |field: &&FieldMerge| field.mine != field.stored && is_taken(field);
        let fields = self.fields.iter().filter(differs);
        let (details, fields): (Vec<&FieldMerge>, Vec<&FieldMerge>) =
            fields.partition(|field| field.field.starts_with(OF_DETAIL));
        let mut mine: Map<String, Value> = fields
            .into_iter()
            .map(|field| (field.field.clone(), field.mine.clone()))
            .collect();
        if let (Stored::Contact(contact), false) = (&self.stored, details.is_empty()) {
            let details = together(&contact.details, &details);
            mine.insert("details".to_owned(), json!(details));
        }
        mine
    }

    fn resolved(&self, mine: Map<String, Value>, stamp: Option<Timestamp>) -> Outcome {
        Outcome::Return(Returned::Resolved(Resolution {
            stored: self.stored.clone(),
            mine,
            stamp,
        }))
    }
}

impl Page for Conflict {
    fn scope(&self) -> Scope {
        Scope::Conflict
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Left => self.pick(Side::Mine),
            Action::Right => self.pick(Side::Stored),
            Action::AllMine => self.pick_all(Side::Mine),
            Action::AllStored => self.pick_all(Side::Stored),
            Action::Overwrite => return Outcome::Ask(Question::Overwrite),
            Action::Save if self.undecided() > 0 => {
                ctx.say(Tone::Plain, "choose a side first: both changed this field");
            }
            Action::Save => {
                return self.resolved(
                    self.mine(|field| field.side == Some(Side::Mine)),
                    Some(self.stamp()),
                );
            }
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let (place, items) = self.layout(ctx.areas().content, ctx.session);
        let lines = |item: usize| items.get(item).map_or(0, Vec::len);
        let flow = self.flow(framed(place), &lines);
        (self.top, self.cursor) = flow.stepped(self.top, self.cursor, motion);
    }

    fn returned(&mut self, value: Returned, _ctx: &mut Ctx<'_>) -> Outcome {
        match value {
            Returned::Yes(Question::Overwrite) => self.resolved(self.mine(|_| true), None),
            _ => Outcome::Stay,
        }
    }

    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        Some(match (binding.action, self.undecided()) {
            (Action::Save, undecided @ 1..) => {
                format!("{} ({undecided} to decide)", binding.hint).into()
            }
            _ => binding.hint.into(),
        })
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        draw(self, ui);
    }
}

/// What the field of one detail begins with, before its id.
const OF_DETAIL: &str = "details/";

/// A record in which each detail is a field of its own.
fn apart(record: &Map<String, Value>) -> Map<String, Value> {
    let mut apart = record.clone();
    let details = apart.remove("details");
    let details = details.and_then(|details| serde_json::from_value::<Vec<Detail>>(details).ok());
    let mut new = 0;
    for detail in details.into_iter().flatten() {
        let id = if detail.id.is_none() {
            new += 1;
            format!("new {new}")
        } else {
            detail.id.to_string()
        };
        apart.insert(format!("{OF_DETAIL}{id}"), json!(detail));
    }
    apart
}

/// The stored details with those that are taken from here.
fn together(stored: &[Detail], mine: &[&FieldMerge]) -> Vec<Detail> {
    let mut details = stored.to_vec();
    for field in mine {
        let id = field.field.strip_prefix(OF_DETAIL).and_then(DetailId::read);
        let place = details.iter().position(|detail| Some(detail.id) == id);
        let taken: Option<Detail> = serde_json::from_value(field.mine.clone()).ok();
        match (place, taken) {
            (Some(place), Some(detail)) => {
                if let Some(known) = details.get_mut(place) {
                    *known = detail;
                }
            }
            (Some(place), None) => drop(details.remove(place)),
            (None, Some(detail)) => details.push(detail),
            (None, None) => {}
        }
    }
    // One that is preferred here is so in the place of another one.
    let preferred = mine
        .iter()
        .filter_map(|field| serde_json::from_value::<Detail>(field.mine.clone()).ok());
    for own in preferred.filter(|detail| detail.preferred) {
        prefer_only(&mut details, own.kind, |other| other.says(&own));
    }
    details
}

/// The name of a field for people.
fn name_of(field: &FieldMerge) -> String {
    if !field.field.starts_with(OF_DETAIL) {
        return fields::words(&field.field).to_owned();
    }
    let detail = [&field.mine, &field.stored].into_iter();
    let mut detail =
        detail.filter_map(|value| serde_json::from_value::<Detail>(value.clone()).ok());
    detail
        .next()
        .map_or_else(String::new, |detail| detail.kind.word().to_owned())
}

/// A value of a field for people; none where there is nothing.
fn value_of(field: &FieldMerge, value: &Value) -> Option<String> {
    if !field.field.starts_with(OF_DETAIL) {
        return change_line::value(&field.field, value);
    }
    let detail: Detail = serde_json::from_value(value.clone()).ok()?;
    let label = detail
        .label
        .as_deref()
        .map(|label| format!("{label} "))
        .unwrap_or_default();
    let preferred = if detail.preferred { ", preferred" } else { "" };
    Some(format!("{label}{}{preferred}", detail.shown()))
}

/// A line in parts, each with how it looks.
type Parts = Vec<(String, Role)>;

/// The columns of a field's name.
const NAME: usize = 14;

/// The columns of who changed it.
const WHO: usize = 15;

/// Under so many columns the two sides are below one another.
const BESIDE: usize = 60;

impl Conflict {
    /// Where the dialog is, and its lines: those of each field, the first with what is above them, the last with
    /// what is below.
    fn layout(&self, area: Rect, session: &Session) -> (Rect, Vec<Vec<Parts>>) {
        let columns = 78.max(area.width.saturating_mul(2) / 3).min(area.width);
        let inside = usize::from(columns.saturating_sub(2));
        let mut items: Vec<Vec<Parts>> = self
            .fields
            .iter()
            .enumerate()
            .map(|(at, field)| {
                let on = at == self.cursor;
                if inside < BESIDE {
                    below_one_another(field, on, inside, session)
                } else {
                    beside(field, on, inside, session)
                }
            })
            .collect();
        let mut head = self.intro(inside, session);
        let rows: usize = items.iter().map(Vec::len).sum();
        let summary = self.summary(inside, session.glyphs.middle);
        let wanted = head.len() + rows + summary.len() + 4;
        // On a low screen the title says it: what is to be decided matters.
        if wanted > usize::from(area.height) {
            head.clear();
        }
        if inside >= BESIDE {
            let side = side(inside);
            let sides = format!("  {:<NAME$}  {:<side$}STORED", "", "YOURS");
            head.push(vec![(sides, Role::Section)]);
        }
        if let Some(first) = items.first_mut() {
            first.splice(..0, head);
        }
        if let Some(last) = items.last_mut() {
            last.extend(summary);
        }
        let lines: usize = items.iter().map(Vec::len).sum();
        let height = u16::try_from(lines + 2).unwrap_or(u16::MAX);
        (middle(area, columns, height), items)
    }

    fn intro(&self, columns: usize, session: &Session) -> Vec<Parts> {
        let noun = match self.stored {
            Stored::Phone(_) => "number",
            Stored::Contact(_) => "contact",
        };
        let [opened, stored] = self.times(session);
        let told = format!(
            "Someone else changed this {noun} while you were editing it. You opened it as stored at {opened}; it was saved again at {stored}."
        );
        let told = wrap(&told, columns.saturating_sub(4)).into_iter();
        let told = told.map(|line| vec![(format!("  {line}"), Role::Text)]);
        let blank = || iter::once(Parts::new());
        blank().chain(told).chain(blank()).collect()
    }

    /// When it was opened, and when it was stored since.
    fn times(&self, session: &Session) -> [String; 2] {
        let calendar = session.calendar();
        [self.opened, self.stamp()].map(|at| calendar.clock(at))
    }

    /// What will be saved as things are, and that nothing is yet.
    fn summary(&self, columns: usize, middle: &str) -> Vec<Parts> {
        let differ = self
            .fields
            .iter()
            .filter(|field| field.mine != field.stored);
        let saved: Vec<String> = differ
            .map(|field| match field.value() {
                Some(value) => format!("{} {}", name_of(field), shown(field, value)),
                None => format!("{} ?", name_of(field)),
            })
            .collect();
        let saved = saved.join(&format!(" {middle} "));
        let mut head = Some("  WILL SAVE    ".to_owned());
        let mut lines = vec![Parts::new()];
        lines.extend(
            wrap(&saved, columns.saturating_sub(17))
                .into_iter()
                .map(|line| {
                    let before = head.take().unwrap_or_else(|| " ".repeat(15));
                    vec![(before, Role::Section), (line, Role::Text)]
                }),
        );
        lines.push(Parts::new());
        let told = "Nothing has been written. Your text is safe until you choose.";
        let told = wrap(told, columns.saturating_sub(4)).into_iter();
        lines.extend(told.map(|line| vec![(format!("  {line}"), Role::Dim)]));
        lines
    }

    fn flow<'a>(&self, inside: Rect, lines: &'a dyn Fn(usize) -> usize) -> Flow<'a> {
        Flow {
            items: self.fields.len(),
            height: usize::from(inside.height),
            lines,
        }
    }
}

/// Draws the dialog.
fn draw(dialog: &Conflict, ui: &mut Ui<'_, '_>) {
    let theme = ui.theme;
    let (place, items) = dialog.layout(ui.areas.content, ui.session);
    let left = match dialog.undecided() {
        0 => "all decided".to_owned(),
        undecided => format!("{undecided} left to decide"),
    };
    let [opened, stored] = dialog.times(ui.session);
    let times = format!("{opened} {} {stored}", theme.glyphs.arrow);
    let title = match dialog.stored {
        Stored::Phone(_) => "Number changed elsewhere",
        Stored::Contact(_) => "Contact changed elsewhere",
    };
    let inside = popup(place, title, &times, &left, theme, ui.frame);
    let heights = |item: usize| items.get(item).map_or(0, Vec::len);
    let flow = dialog.flow(inside, &heights);
    let top = flow.showing_part(flow.within(dialog.top), dialog.cursor);
    let has_more = flow.has_more(top);
    let lines = items.into_iter().skip(top.item).flatten().skip(top.line);
    let line = |parts: Parts| {
        let spans = parts.into_iter();
        let spans = spans.map(|(text, role)| Span::styled(text, theme.style(role)));
        Line::from(spans.collect::<Vec<_>>())
    };
    let seen: Vec<Line<'_>> = lines.take(usize::from(inside.height)).map(line).collect();
    ui.frame.render_widget(Paragraph::new(seen), inside);
    if has_more {
        more_in_popup(inside, theme, ui.frame);
    }
}

/// A value of a field as people read it.
fn shown(field: &FieldMerge, value: &Value) -> String {
    let shown = value_of(field, value);
    safe(&shown.unwrap_or_else(|| "none".to_owned())).into_owned()
}

/// The values of both sides; of long ones the part in which they differ.
fn sides(field: &FieldMerge, session: &Session) -> [String; 2] {
    let shown = [&field.mine, &field.stored].map(|value| shown(field, value));
    let [mine, stored] = &shown;
    change_line::differing(mine, stored, session.glyphs.ellipsis).unwrap_or(shown)
}

fn who(field: &FieldMerge) -> (String, Role) {
    let (who, role) = match field.changed {
        Changed::Both => ("both changed", Role::Warn),
        Changed::Mine => ("you changed", Role::Dim),
        Changed::Stored => ("they changed", Role::Dim),
        Changed::Nobody => ("same", Role::Dim),
    };
    let open = if field.side.is_none() { "? " } else { "" };
    (format!("{open}{who}"), role)
}

/// Whether a side is the one that is taken.
fn is_taken(field: &FieldMerge, side: Side) -> bool {
    field.mine != field.stored && field.side == Some(side)
}

/// The name of a field with the cursor before it.
fn named(field: &FieldMerge, on: bool, glyphs: &Glyphs) -> Parts {
    let cursor = if on { glyphs.cursor } else { " " };
    let name = name_of(field);
    let role = if on { Role::Strong } else { Role::Dim };
    vec![
        (cursor.to_owned(), Role::Focus),
        (format!(" {name:<NAME$}"), role),
    ]
}

/// The columns of a side beside the other one.
const fn side(columns: usize) -> usize {
    columns.saturating_sub(NAME + 2 + WHO) / 2
}

/// A value between the signs of the side that is taken, where it is, each line of it filled to its columns.
fn cell(text: &str, taken: bool, columns: usize, glyphs: &Glyphs) -> Vec<(String, Role)> {
    let [left, right] = if taken { glyphs.pick } else { [" ", " "] };
    let role = if taken { Role::Match } else { Role::Text };
    let lines = wrap(text, columns.saturating_sub(5));
    let last = lines.len().saturating_sub(1);
    let lines = lines.into_iter().enumerate();
    lines
        .map(|(at, line)| {
            let before = if at == 0 { left } else { " " };
            let after = if at == last { right } else { " " };
            (fit(&format!("{before} {line} {after}"), columns, ""), role)
        })
        .collect()
}

/// A field with both sides beside one another.
fn beside(field: &FieldMerge, on: bool, columns: usize, session: &Session) -> Vec<Parts> {
    let (glyphs, each) = (&session.glyphs, side(columns));
    let [mine, stored] = sides(field, session);
    let mine = cell(&mine, is_taken(field, Side::Mine), each, glyphs);
    let stored = cell(&stored, is_taken(field, Side::Stored), each, glyphs);
    let blank = || (" ".repeat(each), Role::Text);
    let lines = (0..mine.len().max(stored.len())).map(|at| {
        let mut line = if at == 0 {
            named(field, on, glyphs)
        } else {
            vec![(" ".repeat(NAME + 2), Role::Text)]
        };
        line.push(mine.get(at).cloned().unwrap_or_else(blank));
        line.push(stored.get(at).cloned().unwrap_or_else(blank));
        if at == 0 {
            line.push(who(field));
        }
        line
    });
    lines.collect()
}

/// A field with its sides below one another; one line where they are the same.
fn below_one_another(
    field: &FieldMerge,
    on: bool,
    columns: usize,
    session: &Session,
) -> Vec<Parts> {
    let glyphs = &session.glyphs;
    let mut first = named(field, on, glyphs);
    first.push(who(field));
    let mut lines = vec![first];
    if field.mine == field.stored {
        return lines;
    }
    let values = sides(field, session);
    for ((name, side), value) in [("yours", Side::Mine), ("stored", Side::Stored)]
        .into_iter()
        .zip(values)
    {
        let mut name = Some(format!("    {name:<7}"));
        let cell = cell(
            &value,
            is_taken(field, side),
            columns.saturating_sub(11),
            glyphs,
        );
        lines.extend(cell.into_iter().map(|line| {
            let before = name.take().unwrap_or_else(|| " ".repeat(11));
            vec![(before, Role::Dim), line]
        }));
    }
    lines
}
