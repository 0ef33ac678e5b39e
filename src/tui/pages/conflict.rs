//! Somebody else changed the record while it was edited: mine and stored, field by field.
//!
//! What only one side changed is settled; what both changed starts undecided, so that Enter cannot
//! destroy either by habit. The form under it keeps all that was typed; it gets what was decided, and
//! writes it.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;
use serde_json::{Map, Value};

use crate::domain::fields::{self, CONTACT, PHONE, RecordField, of_form};
use crate::domain::merge::{Changed, FieldMerge, Side, three_way};
use crate::domain::refusal::Stored;
use crate::domain::safe::safe;
use crate::domain::timestamp::Timestamp;
use crate::domain::title::value_words;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::key::Code;
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::Tone;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{middle, popup};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};
use crate::tui::widgets::time::Calendar;

use super::page::{AnyPage, Outcome, Page, Question, Returned, Ui};
use super::returned::Resolution;

/// The dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The fields.
    pub fields: Vec<FieldMerge>,
    /// The field under the cursor.
    pub cursor: usize,
    /// The stamp under which the record was opened.
    opened: Timestamp,
    /// The record as it is stored now.
    stored: Stored,
}

impl Conflict {
    /// The dialog for those fields of a record that a form changes, as it was read under a stamp and as it is typed, that ran
    /// into `stored`.
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
        let fields = of_form(fields).into_iter().map(|field| field.name);
        let fields: Vec<&str> = fields.collect();
        let fields = three_way(&fields, base, typed, &now);
        let cursor = fields.iter().position(|field| field.side.is_none());
        Box::new(Self {
            fields,
            cursor: cursor.unwrap_or(0),
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
        fields
            .map(|field| (field.field.clone(), field.mine.clone()))
            .collect()
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
            Action::Left | Action::Right if ctx.key.code == Code::Right => {
                self.pick(Side::Stored);
            }
            Action::Left | Action::Right => self.pick(Side::Mine),
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

    fn move_cursor(&mut self, motion: Motion, _ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.fields.len(), 8);
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
        let calendar = ui.session.calendar();
        draw(self, &calendar, ui.theme, ui.areas.content, ui.frame);
    }
}

/// Draws the dialog.
fn draw(dialog: &Conflict, calendar: &Calendar, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
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
            "Someone else changed this {noun} while you were editing it. You opened it as stored at {opened}; it was saved again at {stored}."
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
        lines.extend(summary(dialog, columns, theme));
    }
    frame.render_widget(Paragraph::new(lines), inside);
}

/// What will be saved as things are, and that nothing is yet.
fn summary(dialog: &Conflict, columns: usize, theme: &Theme) -> Vec<Line<'static>> {
    let saved: Vec<String> = dialog
        .fields
        .iter()
        .filter(|field| field.mine != field.stored)
        .map(|field| match field.value() {
            Some(value) => format!(
                "{} {}",
                fields::words(&field.field),
                safe(&value_words(value))
            ),
            None => format!("{} ?", fields::words(&field.field)),
        })
        .collect();
    let saved = saved.join(&format!(" {} ", theme.glyphs.middle));
    vec![
        Line::default(),
        Line::from(vec![
            Span::styled("  WILL SAVE    ", theme.style(Role::Section)),
            Span::styled(
                fit(&saved, columns.saturating_sub(17), theme.glyphs.ellipsis),
                theme.style(Role::Text),
            ),
        ]),
        Line::default(),
        Line::styled(
            "  Nothing has been written. Your text is safe until you choose.",
            theme.style(Role::Dim),
        ),
    ]
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
        let used = width(&text) + 4;
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
            format!(" {:<13} ", fields::words(&field.field)),
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
