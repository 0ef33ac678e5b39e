//! Somebody else changed the record while it was edited: mine and stored, field by field.
//!
//! What only one side changed is settled; what both changed starts undecided, so that Enter cannot
//! destroy either by habit. The form under it keeps all that was typed; it gets what was decided, and
//! writes it.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use crate::domain::change_line;
use crate::domain::contact::Detail;
use crate::domain::detail::{DetailId, prefer_only};
use crate::domain::fields::{self, CONTACT, PHONE, RecordField, of_form};
use crate::domain::merge::{FieldMerge, Side, three_way};
use crate::domain::refusal::Stored;
use crate::domain::timestamp::Timestamp;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::Tone;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::Top;

use super::page::{AnyPage, Outcome, Page, Question, Returned, Ui};
use super::returned::Resolution;

mod view;

/// The dialog.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The fields: those that differ first.
    pub fields: Vec<FieldMerge>,
    /// The names of the fields that are the same on both sides, where they are too many for a row each.
    same: Vec<String>,
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
        fields.sort_by_key(|field| field.mine == field.stored);
        let differ = fields.partition_point(|field| field.mine != field.stored);
        let mut same = Vec::new();
        if fields.len() - differ > MOST_SAME {
            same = fields
                .drain(differ..)
                .map(|field| name_of(&field))
                .collect();
            same.dedup();
        }
        let cursor = fields.iter().position(|field| field.side.is_none());
        Box::new(Self {
            fields,
            same,
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
        let layout = self.layout(ctx.areas().content, ctx.session);
        (self.top, self.cursor) = layout.stepped(self.top, self.cursor, motion);
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
        view::draw(self, ui);
    }
}

/// So many fields that are the same on both sides have a row each; of more, one line has the names.
const MOST_SAME: usize = 5;

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
