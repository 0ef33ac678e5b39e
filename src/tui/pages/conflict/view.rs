//! The conflict as it is drawn: what happened, what each side says of a field, and what will be saved.

use std::iter;

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use serde_json::Value;

use crate::domain::change_line;
use crate::domain::merge::{Changed, FieldMerge, Side};
use crate::domain::refusal::Stored;
use crate::domain::safe::safe;
use crate::tui::ctx::Session;
use crate::tui::pages::page::Ui;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::{Flow, Top};
use crate::tui::widgets::frame::{framed, middle, more_in_popup, popup};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::{Glyphs, Role};

use super::{Conflict, name_of, value_of};

/// A line in parts, each with how it looks.
type Parts = Vec<(String, Role)>;

/// The least and the most columns of a field's name.
const NAME: [usize; 2] = [14, 20];

/// The columns of who changed it.
const WHO: usize = 15;

/// Under so many columns the two sides are below one another.
const BESIDE: usize = 60;

/// Where the dialog is, and its lines.
pub(super) struct Layout {
    place: Rect,
    /// The lines of each field, the first with what is above them, the last with what is below.
    items: Vec<Vec<Parts>>,
    /// How many lines are below the fields.
    tail: usize,
}

impl Layout {
    /// How many lines a field has, with what is above and below.
    fn lines(&self, item: usize) -> usize {
        self.items.get(item).map_or(0, Vec::len)
    }

    /// The same without what is below.
    fn own_lines(&self, item: usize) -> usize {
        let is_last = item + 1 == self.items.len();
        self.lines(item) - if is_last { self.tail } else { 0 }
    }

    fn flow<'a>(&self, lines: &'a dyn Fn(usize) -> usize) -> Flow<'a> {
        Flow {
            items: self.items.len(),
            height: usize::from(framed(self.place).height),
            lines,
        }
    }

    /// What is seen: the row under the cursor whole, unless it is so high that it is moved through.
    fn top(&self, top: Top, cursor: usize) -> Top {
        let (all, own) = (|item| self.lines(item), |item| self.own_lines(item));
        let top = self.flow(&all).within(top);
        if top.item == cursor && top.line > 0 {
            return top;
        }
        let least = self.flow(&own).showing(Top::default(), cursor);
        let first = Top {
            item: cursor,
            line: 0,
        };
        top.max(least).min(first)
    }

    /// What is seen after a motion, and the field that the cursor is on then.
    pub(super) fn stepped(&self, top: Top, cursor: usize, motion: Motion) -> (Top, usize) {
        let lines = |item| self.lines(item);
        self.flow(&lines)
            .stepped(self.top(top, cursor), cursor, motion)
    }
}

impl Conflict {
    /// Where the dialog is, and its lines.
    pub(super) fn layout(&self, area: Rect, session: &Session) -> Layout {
        let columns = 78.max(area.width.saturating_mul(2) / 3).min(area.width);
        let inside = usize::from(columns.saturating_sub(2));
        let look = Look {
            columns: inside,
            name: self.name_columns(),
            session,
        };
        let mut items: Vec<Vec<Parts>> = self
            .fields
            .iter()
            .enumerate()
            .map(|(at, field)| {
                let on = at == self.cursor;
                if inside < BESIDE {
                    look.below_one_another(field, on)
                } else {
                    look.beside(field, on)
                }
            })
            .collect();
        let mut head = self.intro(inside, session);
        let sides = (inside >= BESIDE).then(|| {
            let (name, side) = (look.name, look.side());
            let sides = format!("  {:<name$}  {:<side$}STORED", "", "YOURS");
            vec![(sides, Role::Section)]
        });
        let first = items.first().map_or(0, Vec::len);
        // On a low screen the title says it: what is to be decided matters.
        if head.len() + usize::from(sides.is_some()) + first + 2 > usize::from(area.height) {
            head.clear();
        }
        head.extend(sides);
        if let Some(first) = items.first_mut() {
            first.splice(..0, head);
        }
        let mut below = self.same(inside);
        below.extend(self.summary(inside, session.glyphs.middle));
        let tail = below.len();
        if let Some(last) = items.last_mut() {
            last.extend(below);
        }
        let lines: usize = items.iter().map(Vec::len).sum();
        let height = u16::try_from(lines + 2).unwrap_or(u16::MAX);
        Layout {
            place: middle(area, columns, height),
            items,
            tail,
        }
    }

    /// How many columns the names of the fields have.
    fn name_columns(&self) -> usize {
        let [least, most] = NAME;
        let names = self.fields.iter().map(|field| width(&name_of(field)));
        names.max().unwrap_or(0).clamp(least, most)
    }

    /// The fields that have no row, since both sides say the same.
    fn same(&self, columns: usize) -> Vec<Parts> {
        if self.same.is_empty() {
            return Vec::new();
        }
        let told = format!("the same on both sides: {}", self.same.join(", "));
        let told = wrap(&told, columns.saturating_sub(4)).into_iter();
        told.map(|line| vec![(format!("  {line}"), Role::Dim)])
            .collect()
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
}

/// Draws the dialog.
pub(super) fn draw(dialog: &Conflict, ui: &mut Ui<'_, '_>) {
    let theme = ui.theme;
    let layout = dialog.layout(ui.areas.content, ui.session);
    let top = layout.top(dialog.top, dialog.cursor);
    let lines = |item| layout.lines(item);
    let has_more = layout.flow(&lines).has_more(top);
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
    let inside = popup(layout.place, title, &times, &left, theme, ui.frame);
    let items = layout.items.into_iter().skip(top.item);
    let lines = items.flatten().skip(top.line);
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

/// With what the rows are drawn.
struct Look<'a> {
    /// The columns of the dialog.
    columns: usize,
    /// Those of a field's name.
    name: usize,
    session: &'a Session,
}

impl Look<'_> {
    /// The name of a field with the cursor before it.
    fn named(&self, field: &FieldMerge, on: bool) -> Parts {
        let glyphs = &self.session.glyphs;
        let cursor = if on { glyphs.cursor } else { " " };
        let name = fit(&name_of(field), self.name, glyphs.ellipsis);
        let role = if on { Role::Strong } else { Role::Dim };
        vec![(cursor.to_owned(), Role::Focus), (format!(" {name}"), role)]
    }

    /// The columns of a side beside the other one.
    const fn side(&self) -> usize {
        self.columns.saturating_sub(self.name + 2 + WHO) / 2
    }

    /// A field with both sides beside one another.
    fn beside(&self, field: &FieldMerge, on: bool) -> Vec<Parts> {
        let (glyphs, each) = (&self.session.glyphs, self.side());
        let [mine, stored] = sides(field, self.session);
        let mine = cell(&mine, is_taken(field, Side::Mine), each, glyphs);
        let stored = cell(&stored, is_taken(field, Side::Stored), each, glyphs);
        let blank = || (" ".repeat(each), Role::Text);
        let lines = (0..mine.len().max(stored.len())).map(|at| {
            let mut line = if at == 0 {
                self.named(field, on)
            } else {
                vec![(" ".repeat(self.name + 2), Role::Text)]
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
    fn below_one_another(&self, field: &FieldMerge, on: bool) -> Vec<Parts> {
        let glyphs = &self.session.glyphs;
        let mut first = self.named(field, on);
        first.push((" ".to_owned(), Role::Text));
        first.push(who(field));
        let mut lines = vec![first];
        if field.mine == field.stored {
            return lines;
        }
        let values = sides(field, self.session);
        let room = self.columns.saturating_sub(11);
        for ((name, side), value) in [("yours", Side::Mine), ("stored", Side::Stored)]
            .into_iter()
            .zip(values)
        {
            let mut name = Some(format!("    {name:<7}"));
            let cell = cell(&value, is_taken(field, side), room, glyphs);
            lines.extend(cell.into_iter().map(|line| {
                let before = name.take().unwrap_or_else(|| " ".repeat(11));
                vec![(before, Role::Dim), line]
            }));
        }
        lines
    }
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
