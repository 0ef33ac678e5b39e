//! Brings the contacts of books up to schema 6 into the form of schema 7, in which addresses and dates have parts
//! and each detail has an id.
//!
//! Those books have one text for each detail, and one for a company with its departments. Where the card of a
//! contact still gives that text, its parts are taken from there; else the text is parted where that is sure. The
//! log is brought into the same form, so that each step can be undone as before. Cards are not touched.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::{Map, Value, json};

use crate::domain::contact::{ContactAttributes, Detail, DetailKind};
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY, settle};
use crate::domain::fields::{CONTACT, texts};
use crate::exchange::vcard;

use super::failure::{Answer, Failure};
use super::record;

/// The texts that schema 7 brought, but for department and role, which older books have in another place.
const NEW_TEXTS: [&str; 5] = [
    "prefix",
    "additional_name",
    "suffix",
    "phonetic_given_name",
    "phonetic_family_name",
];

/// The label of a detail that is a field now.
const ROLE: &str = "role";

/// Brings every contact and the whole log into the new form.
pub(super) fn make_whole(connection: &Connection) -> Answer<()> {
    make_contacts_whole(connection)?;
    make_log_whole(connection)?;
    record::fold_contacts(connection)
}

fn make_contacts_whole(connection: &Connection) -> Answer<()> {
    let mut all = connection.prepare(
        "SELECT c.id, c.details, c.organisation, k.bytes FROM contact c LEFT JOIN card k ON k.id = c.card
         WHERE c.details <> '[]' OR c.card IS NOT NULL",
    )?;
    let mut put = connection.prepare(
        "UPDATE contact SET details = ?2, organisation = ?3, department = ?4, role = ?5, prefix = ?6,
            additional_name = ?7, suffix = ?8, phonetic_given_name = ?9, phonetic_family_name = ?10
         WHERE id = ?1",
    )?;
    // The ids first: an update would come by again.
    let ids = all.query_map([], |row| record::uuid(row, 0))?;
    let ids = ids.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut one = connection.prepare(
        "SELECT c.details, c.organisation, k.bytes FROM contact c LEFT JOIN card k ON k.id = c.card WHERE c.id = ?1",
    )?;
    for id in ids {
        let (details, organisation, card) = one.query_row([id.as_bytes()], |row| {
            let details: Value = record::json(row, 0)?;
            let organisation: Option<String> = row.get(1)?;
            let card: Option<Vec<u8>> = row.get(2)?;
            Ok((details, organisation, card))
        })?;
        let parts = CardParts::of(card.as_deref());
        let (details, role) = parts.details(&details);
        let (organisation, department) = parts.company(organisation.as_deref());
        let details = serde_json::to_string(&details).map_err(|error| unreadable(&error))?;
        let [prefix, additional, suffix, given, family] = NEW_TEXTS.map(|name| parts.text(name));
        put.execute(params![
            id.as_bytes(),
            details,
            organisation,
            department,
            role,
            prefix,
            additional,
            suffix,
            given,
            family
        ])?;
    }
    Ok(())
}

fn make_log_whole(connection: &Connection) -> Answer<()> {
    let mut all = connection.prepare(
        "SELECT point, seq, contact, kind, fields FROM operation
         WHERE entity = 'contact' AND (kind = 'delete' AND fields IS NOT NULL OR kind = 'update'
            AND (instr(fields, '\"details\"') > 0 OR instr(fields, '\"organisation\"') > 0))
         ORDER BY contact, point, seq",
    )?;
    let mut put =
        connection.prepare("UPDATE operation SET fields = ?3 WHERE point = ?1 AND seq = ?2")?;
    let mut card_of = connection.prepare(
        "SELECT k.bytes FROM card k WHERE k.id = coalesce(
            (SELECT card FROM contact WHERE id = ?1),
            (SELECT fields ->> 'card' FROM operation
             WHERE contact = ?1 AND entity = 'contact' AND kind = 'delete' ORDER BY point DESC LIMIT 1))",
    )?;
    let rows = all.query_map([], |row| {
        let place: (i64, i64) = (row.get(0)?, row.get(1)?);
        Ok((place, record::uuid(row, 2)?))
    })?;
    let rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut one =
        connection.prepare("SELECT kind, fields FROM operation WHERE point = ?1 AND seq = ?2")?;
    let mut known = None;
    for ((point, seq), contact) in rows {
        let parts = match known.take() {
            Some((id, parts)) if id == contact => parts,
            _ => {
                let card: Option<Vec<u8>> = card_of
                    .query_row([contact.as_bytes()], |row| row.get(0))
                    .optional()?;
                CardParts::of(card.as_deref())
            }
        };
        let (kind, mut fields) = one.query_row([point, seq], |row| {
            let kind: String = row.get(0)?;
            let fields: Value = record::json(row, 1)?;
            Ok((kind, fields))
        })?;
        match &mut fields {
            Value::Object(record) if kind == "delete" => parts.make_record_whole(record),
            Value::Array(changes) if kind == "update" => parts.make_changes_whole(changes),
            _ => {}
        }
        put.execute(params![point, seq, fields.to_string()])?;
        known = Some((contact, parts));
    }
    Ok(())
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::Log(error.to_string())
}

/// What the card of a contact gives in parts.
#[derive(Default)]
struct CardParts {
    said: ContactAttributes,
    /// Its details by what an older version read of them.
    details: HashMap<OldDetail, Detail>,
}

/// A detail as older versions had it: the word of its kind, its label, its text.
type OldDetail = (String, Option<String>, String);

impl CardParts {
    fn of(card: Option<&[u8]>) -> Self {
        let read = card.and_then(|card| vcard::read(card).next());
        let Some(Ok(read)) = read else {
            return Self::default();
        };
        let said = read.said.contact;
        let details = said.details.iter().flatten().rev();
        let details = details.map(|detail| (old_form(detail), detail.clone()));
        Self {
            details: details.collect(),
            said,
        }
    }

    /// A text of the contact that the card gives.
    fn text(&self, name: &str) -> Option<String> {
        let mut texts = texts(&CONTACT);
        let text = texts.find(|text| text.field.name == name)?;
        text.sent(&self.said).map(str::to_owned)
    }

    /// The company and the department of what an older version had for both.
    fn company(&self, organisation: Option<&str>) -> (Option<String>, Option<String>) {
        let [company, department] = ["organisation", "department"].map(|name| self.text(name));
        let parts = [&company, &department].into_iter().flatten();
        let whole: Vec<&str> = parts.map(String::as_str).collect();
        if department.is_some() && organisation == Some(&*whole.join(", ")) {
            return (company, department);
        }
        (organisation.map(str::to_owned), None)
    }

    /// The details and the role of what an older version had for both.
    fn details(&self, old: &Value) -> (Vec<Detail>, Option<String>) {
        let mut details = Vec::new();
        let mut role = None;
        for old in old.as_array().into_iter().flatten() {
            let text = |name: &str| old.get(name).and_then(Value::as_str).map(str::to_owned);
            let (kind, label) = (text("kind").unwrap_or_default(), text("label"));
            let value = text("value").unwrap_or_default();
            let is_role = kind == "other" && label.as_deref() == Some(ROLE);
            if is_role && role.is_none() {
                role = Some(value);
                continue;
            }
            let of_card = self
                .details
                .get(&(kind.clone(), label.clone(), value.clone()));
            details.push(match of_card {
                Some(detail) => detail.clone(),
                None => new_form(&kind, label, &value),
            });
        }
        settle(&mut details, &[]);
        (details, role)
    }

    /// Brings a contact that was deleted into the new form.
    fn make_record_whole(&self, record: &mut Map<String, Value>) {
        let (details, role) = self.details(record.get("details").unwrap_or(&Value::Null));
        let organisation = record.get("organisation").and_then(Value::as_str);
        let (company, department) = self.company(organisation);
        record.insert("details".to_owned(), json!(details));
        record.insert("organisation".to_owned(), json!(company));
        record.insert("department".to_owned(), json!(department));
        record.insert(ROLE.to_owned(), json!(role));
        for name in NEW_TEXTS {
            record.insert(name.to_owned(), json!(self.text(name)));
        }
    }

    /// Brings the changes of a contact into the new form.
    fn make_changes_whole(&self, changes: &mut Vec<Value>) {
        let mut whole = Vec::with_capacity(changes.len());
        for change in changes.drain(..) {
            let [from, to] = ["from", "to"].map(|end| change.get(end).cloned().unwrap_or_default());
            match change.get("field").and_then(Value::as_str) {
                Some("details") => {
                    let (from, from_role) = self.details(&from);
                    let (to, to_role) = self.details(&to);
                    whole.extend(changed("details", &json!(from), &json!(to)));
                    whole.extend(changed(ROLE, &json!(from_role), &json!(to_role)));
                }
                Some("organisation") => {
                    let (from, from_department) = self.company(from.as_str());
                    let (to, to_department) = self.company(to.as_str());
                    whole.extend(changed("organisation", &json!(from), &json!(to)));
                    let [from, to] = [from_department, to_department].map(|text| json!(text));
                    whole.extend(changed("department", &from, &to));
                }
                _ => whole.push(change),
            }
        }
        *changes = whole;
    }
}

/// A change of a field, where it is one.
fn changed(field: &str, from: &Value, to: &Value) -> Option<Value> {
    (from != to).then(|| json!({"field": field, "from": from, "to": to}))
}

/// What an older version read of what is a detail now.
fn old_form(detail: &Detail) -> OldDetail {
    let label = detail.label.clone();
    let (kind, label) = match detail.kind {
        DetailKind::Date if detail.is_date(BIRTHDAY) => (BIRTHDAY, None),
        DetailKind::Date if detail.is_date(ANNIVERSARY) => (ANNIVERSARY, None),
        DetailKind::Date => (ANNIVERSARY, label),
        DetailKind::Relation => ("other", label),
        kind => (kind.word(), label),
    };
    (kind.to_owned(), label, detail.text().into_owned())
}

/// A detail of an older version that its card does not give.
fn new_form(kind: &str, label: Option<String>, value: &str) -> Detail {
    let (kind, label) = match kind {
        BIRTHDAY => (DetailKind::Date, Some(BIRTHDAY.to_owned())),
        ANNIVERSARY => (
            DetailKind::Date,
            label.or_else(|| Some(ANNIVERSARY.to_owned())),
        ),
        // What those versions read of a relation.
        "other"
            if label
                .as_deref()
                .is_some_and(|label| DetailKind::Relation.usual_labels().contains(&label)) =>
        {
            (DetailKind::Relation, label)
        }
        word => (DetailKind::named(word).unwrap_or(DetailKind::Other), label),
    };
    Detail::read(kind, label, value)
}
