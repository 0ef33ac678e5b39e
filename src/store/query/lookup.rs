//! The contacts with a number, in any spelling, in use or not, and those with a name.
//!
//! The same number comes first; then the same without regard to its extension and to what is dialled
//! after it; then one that was stored without its country; and where all that finds nothing, those
//! that end in the digits.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, Row, ToSql, params};
use uuid::Uuid;

use crate::domain::contact::{Contact, ContactId, DetailKind};
use crate::domain::detail::DetailId;
use crate::domain::edit::{Holder, NamedContact};
use crate::domain::fold::fold;
use crate::domain::naming::{given_keys, written_names};
use crate::domain::number;
use crate::domain::refusal::Refusal;

use crate::store::base::Store;
use crate::store::db::failure::Answer;
use crate::store::db::record::{self, PHONE};

/// How many digits at the end tell a number from others.
const ENDING: usize = 7;

/// How many holders of a number are returned.
const HOLDERS: usize = 50;

impl Store {
    /// The names of the contacts that the relations of a contact point to by their `UID`s.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn related(&self, contact: &Contact) -> Result<Vec<(DetailId, String)>, Refusal> {
        self.read(|connection| {
            let mut related = Vec::new();
            for relation in contact.details_of(DetailKind::Relation) {
                let found = with_uid(connection, &relation.text())?;
                let found = found.filter(|found| found.contact != contact.id);
                related.extend(found.map(|found| (relation.id, found.name)));
            }
            Ok(related)
        })
    }

    /// Everybody who has this number, in whatever spelling it is typed or stored.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn lookup(&self, typed: &str) -> Result<Vec<Holder>, Refusal> {
        let home = self.options.home;
        self.snapshot(|connection| {
            let same = number::canonical(typed, None, home).identity;
            let found = held(connection, "p.identity = ?1", params![same])?;
            if !found.is_empty() {
                return Ok(found);
            }
            for reading in number::readings(typed, home) {
                let found = abroad_and_at_home(connection, &reading)?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            let digits = number::digits_to_find(&typed.replace("(0)", ""));
            // A number may begin with zeros; only then are they what is dialled before it.
            for digits in [digits.as_str(), digits.trim_start_matches('0')] {
                let found = ending(connection, digits)?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            for (trunk, rest) in number::without_trunk(&digits) {
                let mut found = ending(connection, rest)?;
                found.retain(|holder| {
                    let code = holder.phone.country_code.as_deref();
                    code.is_some_and(|code| number::has_trunk(code, trunk))
                });
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            Ok(Vec::new())
        })
    }
}

impl Store {
    /// The contacts of this name, whichever part of it is written first, but for one contact.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn named(
        &self,
        name: &str,
        except: Option<ContactId>,
    ) -> Result<Vec<NamedContact>, Refusal> {
        let written = written_names(name);
        let keys: BTreeSet<String> = written.iter().flat_map(|name| given_keys(name)).collect();
        let folded: Vec<String> = written.iter().map(|name| fold(name)).collect();
        self.snapshot(|connection| {
            let sql = format!(
                "SELECT id, name FROM contact WHERE given_key = ?1 ORDER BY id LIMIT {HOLDERS}"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut found = Vec::new();
            found.extend(with_uid(connection, name)?.filter(|one| Some(one.contact) != except));
            for key in &keys {
                let rows = statement.query_map([key], |row| {
                    Ok(NamedContact {
                        contact: ContactId(record::uuid(row, 0)?),
                        name: row.get(1)?,
                    })
                })?;
                for named in rows {
                    let named = named?;
                    // A key leaves signs and articles at the beginning out.
                    let is_named = folded.contains(&fold(&named.name));
                    if is_named && Some(named.contact) != except && !found.contains(&named) {
                        found.push(named);
                    }
                }
            }
            Ok(found)
        })
    }
}

/// Those with this number whatever its extension, or as it is written at home or from abroad where no
/// country was known.
fn abroad_and_at_home(connection: &Connection, reading: &number::Reading) -> Answer<Vec<Holder>> {
    let base = reading.e164.split(';').next().unwrap_or_default();
    let whole = reversed(base.trim_start_matches('+'));
    // ':' is the sign after '9': an international prefix may stand before the calling code.
    let mut found = held(
        connection,
        "p.reversed <> '' AND p.reversed >= ?1 AND p.reversed < ?2
         AND (p.reversed = ?1 OR p.identity NOT LIKE '+%')",
        params![whole, format!("{whole}:")],
    )?;
    for national in number::at_home(reading) {
        found.extend(held(
            connection,
            "p.reversed <> '' AND p.reversed = ?1 AND p.identity NOT LIKE '+%'",
            params![reversed(&national)],
        )?);
    }
    Ok(found)
}

fn reversed(digits: &str) -> String {
    digits.chars().rev().collect()
}

/// Those whose number ends in these digits.
fn ending(connection: &Connection, digits: &str) -> Answer<Vec<Holder>> {
    if digits.len() < ENDING {
        return Ok(Vec::new());
    }
    let from = reversed(digits);
    // ':' is the sign after '9'.
    let to = format!("{from}:");
    Ok(held(
        connection,
        "p.reversed <> '' AND p.reversed >= ?1 AND p.reversed < ?2",
        params![from, to],
    )?)
}

/// The phones that a condition picks, with their owners, by name.
pub(in crate::store) fn held(
    connection: &Connection,
    condition: &str,
    values: &[&dyn ToSql],
) -> rusqlite::Result<Vec<Holder>> {
    let phone: Vec<String> = PHONE
        .split(',')
        .map(|column| format!("p.{}", column.trim()))
        .collect();
    let name = phone.len();
    let sql = format!(
        "SELECT {}, c.name FROM phone p JOIN contact c ON c.id = p.contact
         WHERE {condition} ORDER BY c.family_key, c.id LIMIT {HOLDERS}",
        phone.join(", ")
    );
    let holder = |row: &Row<'_>| {
        let phone = record::phone(row)?;
        Ok(Holder {
            contact: phone.contact,
            name: row.get(name)?,
            phone,
        })
    };
    connection
        .prepare_cached(&sql)?
        .query_map(values, holder)?
        .collect()
}

/// The contact that goes by a `UID`, its own or that of its card, as a relation names it.
pub(in crate::store) fn with_uid(
    connection: &Connection,
    uid: &str,
) -> Answer<Option<NamedContact>> {
    let Some(short) = uid.strip_prefix("urn:uuid:") else {
        return Ok(None);
    };
    let id = Uuid::parse_str(short).unwrap_or_default();
    let mut statement = connection.prepare_cached(
        "SELECT id, name FROM contact WHERE uid = ?1 OR uid = ?2 OR id = ?3 LIMIT 1",
    )?;
    let found = statement.query_row(params![uid, short, id.as_bytes()], |row| {
        Ok(NamedContact {
            contact: ContactId(record::uuid(row, 0)?),
            name: row.get(1)?,
        })
    });
    Ok(found.optional()?)
}
