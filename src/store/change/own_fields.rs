//! Fields of a person's own in a book: which properties of cards are details of it.
//!
//! The book itself knows them, so that every program with it reads and writes cards in the same way, whatever its
//! configuration: where one reads a line as a detail and another does not, the other would take the line for one
//! that was deleted, or write it twice.

use std::collections::BTreeMap;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params};

use crate::domain::contact::{ContactId, Detail, DetailKind};
use crate::domain::detail::settle;
use crate::domain::import::{CardFormat, NewlyRead};
use crate::domain::own_fields::{OwnField, OwnFields};
use crate::domain::refusal::Refusal;
use crate::domain::rehearsal::Seen;
use crate::domain::words::count;

use crate::store::base::Store;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::writer::Writer;

/// What a book knows of the lines that are details of it.
#[derive(Default)]
struct Known {
    fields: OwnFields,
    /// Whether further lines were read, be it that this is undone.
    has_read_further: bool,
    /// Whether lines of the standards were read, be it that this is undone.
    has_read_standard: bool,
}

/// Stands for all further lines where the name and the property of a field do.
const FURTHER: &str = "*";

/// Stands for all lines of the standards.
const STANDARD: &str = "+";

/// What a configuration says of fields that the book does not know.
struct News {
    known: OwnFields,
    new: Vec<OwnField>,
}

impl Store {
    /// The properties of cards that are details of this book.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn own_fields(&self) -> Result<OwnFields, Refusal> {
        self.read(|connection| Ok(known(connection)?.fields))
    }

    /// Has the book know the fields of a configuration: contacts whose cards have a line of a new one get it as a
    /// detail, in one step. A field that is not in the configuration any more stays known: read as a plain line again,
    /// what was deleted of it would be back. A book that cannot be read or written now stays as it is until the next time; whatever is asked of
    /// it next says why.
    pub fn learn_fields(&mut self, format: &dyn CardFormat) {
        let fields = format.own_fields();
        let is_new = self.read(|connection| Ok(news(connection, fields)?.is_some()));
        if self.read_only().is_some() || !is_new.unwrap_or(false) {
            return;
        }
        let _ = self.write_much(Seen::Nothing, |writer| {
            let Some(news) = news(writer.connection(), fields)? else {
                return Ok(((), String::new()));
            };
            Ok(((), writer.learn(&news, format)?))
        });
    }
}

/// The fields that a book knows: of what a property or a name was in turn, the newest that is not undone.
fn known(connection: &Connection) -> Answer<Known> {
    let mut fields = connection.prepare_cached(
        "SELECT f.name, f.property, coalesce(p.undone, 0) FROM own_field f
         LEFT JOIN undo_point p ON p.id = f.step ORDER BY f.id DESC",
    )?;
    let mut rows = fields.query([])?;
    let mut known = Known::default();
    while let Some(row) = rows.next()? {
        let (name, property): (String, String) = (row.get(0)?, row.get(1)?);
        let is_undone = row.get::<_, i64>(2)? != 0;
        if name == FURTHER {
            known.has_read_further = true;
            known.fields = if is_undone {
                known.fields.without_further()
            } else {
                known.fields.with_further()
            };
        } else if name == STANDARD {
            known.has_read_standard = true;
            known.fields = known.fields.with_standard(!is_undone);
        } else if !is_undone {
            // It is refused where a newer one has its name or its property.
            let _ = known.fields.add(OwnField { name, property });
        }
    }
    Ok(known)
}

/// What a configuration says that the book does not know; none where it says nothing new.
fn news(connection: &Connection, fields: &OwnFields) -> Answer<Option<News>> {
    let Known {
        fields: known,
        has_read_further,
        has_read_standard,
    } = known(connection)?;
    let is_new = |field: &&OwnField| known.name_of(&field.property) != Some(&*field.name);
    let mut new: Vec<OwnField> = fields.iter().filter(is_new).cloned().collect();
    // Where that was undone, it is not done by itself again.
    for (is_new, all) in [
        (fields.has_further() && !has_read_further, FURTHER),
        (fields.has_standard() && !has_read_standard, STANDARD),
    ] {
        new.extend(is_new.then(|| OwnField {
            name: all.to_owned(),
            property: all.to_owned(),
        }));
    }
    Ok((!new.is_empty()).then_some(News { known, new }))
}

/// The contacts with a detail that has this label, of the kind that fields are of.
const OF_CONTACTS: &str = "FROM contact c WHERE instr(c.details, '\"other\"') AND EXISTS (
    SELECT 1 FROM json_each(c.details) d WHERE d.value ->> 'kind' = 'other' AND d.value ->> 'label' = ?1)";

/// What becomes of a contact.
#[derive(Default)]
struct Learned {
    /// What its card says in new fields.
    said: Vec<NewlyRead>,
    /// Labels of it that are called otherwise now.
    renamed: Vec<(String, String)>,
}

impl Writer<'_> {
    /// Calls details that are called by the property of a field by its name.
    pub(super) fn call_fields<'d>(
        &self,
        details: impl Iterator<Item = &'d mut Detail>,
    ) -> Answer<()> {
        let is_property = |detail: &&mut Detail| {
            let label = detail.label.as_deref().unwrap_or_default();
            let start = label.get(..2).unwrap_or_default();
            detail.kind == DetailKind::Other && start.eq_ignore_ascii_case("X-")
        };
        let mut called = details.filter(is_property).peekable();
        if called.peek().is_some() {
            known(self.connection())?.fields.call(called);
        }
        Ok(())
    }

    /// Reads new fields from the cards; says what that did.
    fn learn(&mut self, news: &News, format: &dyn CardFormat) -> Answer<String> {
        let connection = self.connection();
        let mut learned: BTreeMap<ContactId, Learned> = BTreeMap::new();
        let mut unread = Vec::new();
        let reads_further = news.known.has_further();
        let mut renamed: Vec<(String, String)> = Vec::new();
        for field in &news.new {
            let OwnField { name, property } = field;
            // The property that had the name has its own again.
            let other = { news.known.named(name) }.filter(|other| other.property != *property);
            let goes_on =
                |other: &OwnField| news.new.iter().any(|new| new.property == other.property);
            if let Some(other) = other.filter(|other| reads_further && !goes_on(other)) {
                renamed.push((name.clone(), other.property.clone()));
            }
            let further = news.known.is_further(property).then_some(&**property);
            // Where its lines are details already, what the cards said once may be edited or deleted since.
            match news.known.name_of(property).or(further) {
                Some(before) => renamed.push((before.to_owned(), name.clone())),
                None => unread.push(field.clone()),
            }
        }
        for names in renamed {
            for id in with_label(connection, &names.0)? {
                learned.entry(id).or_default().renamed.push(names.clone());
            }
        }
        if !unread.is_empty() {
            read_cards(connection, format, &unread, &mut learned)?;
        }
        let mut contacts = 0;
        for (id, learned) in learned {
            let before = record::get_contact(connection, id)?;
            let mut after = before.clone();
            learned.put_into(&mut after.details);
            if after != before {
                settle(&mut after.details, &before.details);
                self.update_contact(before, after)?;
                contacts += 1;
            }
        }
        let names = news.new.iter().map(|field| field.name.as_str());
        let names: Vec<&str> = names
            .filter(|name| ![FURTHER, STANDARD].contains(name))
            .collect();
        let fields = match names.len() {
            0 => "more lines of the cards".to_owned(),
            1 => format!("the field {}", names.join("")),
            _ => format!("the fields {}", names.join(", ")),
        };
        let title = format!("Read {fields} of {}", count(contacts, "contact"));
        let step = if contacts > 0 {
            Some(self.begun(&title)?)
        } else {
            None
        };
        for OwnField { name, property } in &news.new {
            let keep = "INSERT INTO own_field (property, name, step) VALUES (?1, ?2, ?3)";
            connection.execute(keep, params![property, name, step])?;
        }
        Ok(title)
    }
}

impl Learned {
    fn put_into(self, details: &mut Vec<Detail>) {
        for detail in details
            .iter_mut()
            .filter(|own| own.kind == DetailKind::Other)
        {
            let is_called = |(from, _): &&(String, String)| detail.label.as_ref() == Some(from);
            if let Some((_, to)) = self.renamed.iter().find(is_called) {
                detail.label = Some(to.clone());
            }
        }
        for NewlyRead { detail, before } in self.said {
            let identity = detail.identity();
            if details.iter().any(|own| own.identity() == identity) {
                continue;
            }
            let Some(before) = before else {
                details.push(detail);
                continue;
            };
            let mut own = details.iter_mut();
            if let Some(own) = own.find(|own| own.says_but_for_preferred(&before)) {
                let id = own.id;
                *own = Detail { id, ..detail };
            }
        }
    }
}

fn with_label(connection: &Connection, name: &str) -> Answer<Vec<ContactId>> {
    let mut ids = connection.prepare(&format!("SELECT c.id {OF_CONTACTS}"))?;
    let ids = ids.query_map([name], |row| record::uuid(row, 0).map(ContactId))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Reads what cards say in these fields: of a contact that is on remotes the cards that were last read there, for what
/// changes on a line that nobody here reads changes there only.
fn read_cards(
    connection: &Connection,
    format: &dyn CardFormat,
    fields: &[OwnField],
    learned: &mut BTreeMap<ContactId, Learned>,
) -> Answer<()> {
    let all = format.own_fields();
    let mut cards = connection.prepare(
        "SELECT c.id, b.bytes FROM contact c
         JOIN remote_card r ON r.contact = c.id JOIN card b ON b.id = r.base AND length(b.bytes) > 0
         UNION ALL
         SELECT c.id, k.bytes FROM contact c JOIN card k ON k.id = c.card
         WHERE NOT EXISTS (SELECT 1 FROM remote_card r JOIN card b ON b.id = r.base AND length(b.bytes) > 0
            WHERE r.contact = c.id)",
    )?;
    let mut rows = cards.query([])?;
    while let Some(row) = rows.next()? {
        let ValueRef::Blob(card) = row.get_ref(1)? else {
            continue;
        };
        let mut said = format.own_details(card);
        said.retain(|read| {
            let label = read.detail.label.as_deref().unwrap_or_default();
            let mut fields = fields.iter();
            fields.any(|field| match &*field.name {
                FURTHER => read.before.is_some() || all.is_further(label),
                STANDARD => all.is_standard(label),
                name => label == name,
            })
        });
        if !said.is_empty() {
            let id = record::uuid(row, 0).map(ContactId)?;
            learned.entry(id).or_default().said.extend(said);
        }
    }
    Ok(())
}
