//! Rows to records and back: the one place that knows the columns of each table.
//!
//! A table begins with the columns that have code of their own here; then come the texts, flags and times
//! of the field table, in its order. Reading and binding go through the same rows in the same order, so that
//! no number of a parameter is written by hand.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rusqlite::types::{Null, ToSqlOutput};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};
use uuid::Uuid;

use crate::domain::contact::{CardId, Contact, ContactId, ContactKind};
use crate::domain::fields::{self, Place, RecordField};
use crate::domain::full_contact::FullContact;
use crate::domain::naming::SortPrefixes;
use crate::domain::number::digits_to_find;
use crate::domain::operation::{Record, RecordKey};
use crate::domain::phone::{Mark, Phone, PhoneId};
use crate::domain::primary;
use crate::domain::refusal::Refusal;
use crate::domain::timestamp::Timestamp;

use crate::store::db::failure::Answer;
use crate::store::db::sorting;

/// The columns of a contact that have code of their own, the id first.
const CONTACT_OWN: [&str; 7] = ["id", "name", "kind", "tags", "details", "card", "source"];

/// What a contact is sorted and searched by, and what the list shows of its phones.
const CONTACT_DERIVED: [&[&str]; 2] = [&["family_key", "given_key", "search_text"], &SUMMARY];
const SUMMARY: [&str; 4] = ["digits", "main_number", "main_mark", "attention"];

/// The columns of a phone that have code of their own, the id first.
const PHONE_OWN: [&str; 6] = ["id", "contact", "number", "typed", "identity", "source"];

/// The columns of a phone that an index has. An index is written again where one of them is set, even to
/// what it was.
const INDEXED: [&str; 5] = ["contact", "number", "identity", "reversed", "is_primary"];

/// The columns of a contact, in the order of [`contact`].
pub(in crate::store) static CONTACT: LazyLock<String> = LazyLock::new(|| {
    [&CONTACT_OWN[..], &plain(&fields::CONTACT)]
        .concat()
        .join(", ")
});

/// The columns of a phone, in the order of [`phone`].
pub(in crate::store) static PHONE: LazyLock<String> =
    LazyLock::new(|| [&PHONE_OWN[..], &plain(&fields::PHONE)].concat().join(", "));

static INSERT_CONTACT: LazyLock<String> = LazyLock::new(|| insert("contact", &contact_columns()));
static UPDATE_CONTACT: LazyLock<String> =
    LazyLock::new(|| update("contact", &contact_columns(), &SUMMARY));
static INSERT_PHONE: LazyLock<String> = LazyLock::new(|| insert("phone", &phone_columns()));
static UPDATE_PHONE: LazyLock<String> = LazyLock::new(|| update("phone", &phone_columns(), &[]));
static UPDATE_UNINDEXED: LazyLock<String> =
    LazyLock::new(|| update("phone", &phone_columns(), &INDEXED));

/// The columns of a contact as they are written.
fn contact_columns() -> Vec<&'static str> {
    let plain = plain(&fields::CONTACT);
    [&CONTACT_OWN[..], &plain, &CONTACT_DERIVED.concat()].concat()
}

/// The columns of a phone as they are written.
fn phone_columns() -> Vec<&'static str> {
    [&PHONE_OWN[..], &["reversed"], &plain(&fields::PHONE)].concat()
}

/// The columns of the fields that are texts, flags or times.
fn plain<R, S>(fields: &[RecordField<R, S>]) -> Vec<&'static str> {
    let plain = fields.iter().filter(|field| !field.is_own());
    plain.map(|field| field.column).collect()
}

/// Writes these columns of a row; their parameters are numbered in their order.
fn insert(table: &str, columns: &[&str]) -> String {
    let values: Vec<String> = (1..=columns.len()).map(|at| format!("?{at}")).collect();
    let (columns, values) = (columns.join(", "), values.join(", "));
    format!("INSERT INTO {table} ({columns}) VALUES ({values})")
}

/// As [`insert`], of the row whose id is the first column, but for some columns.
fn update(table: &str, columns: &[&str], but: &[&str]) -> String {
    let set = columns.iter().enumerate().skip(1);
    let set = set.filter(|(_, column)| !but.contains(column));
    let set: Vec<String> = set
        .map(|(at, column)| format!("{column} = ?{}", at + 1))
        .collect();
    format!("UPDATE {table} SET {} WHERE id = ?1", set.join(", "))
}

/// Reads the texts, flags and times of a record from the column `from` on.
fn read_plain<R, S>(
    fields: &[RecordField<R, S>],
    row: &Row<'_>,
    from: usize,
    mut record: R,
) -> rusqlite::Result<R> {
    let plain = fields.iter().filter(|field| !field.is_own());
    for (column, field) in (from..).zip(plain) {
        match &field.place {
            Place::Text(text) => *(text.of_mut)(&mut record) = row.get(column)?,
            Place::Flag(flag) => *(flag.of_mut)(&mut record) = row.get(column)?,
            Place::Time(at) => *(at.of_mut)(&mut record) = time(row, column)?,
            Place::Own(_) => {}
        }
    }
    Ok(record)
}

/// The values of a record's texts, flags and times.
fn values<'r, R, S>(
    fields: &'static [RecordField<R, S>],
    record: &'r R,
) -> impl Iterator<Item = ToSqlOutput<'r>> {
    fields.iter().filter_map(move |field| match &field.place {
        Place::Text(text) => Some(nullable((text.of)(record).as_deref())),
        Place::Flag(flag) => Some((*(flag.of)(record)).into()),
        Place::Time(at) => Some((at.of)(record).micros().into()),
        Place::Own(_) => None,
    })
}

fn nullable(text: Option<&str>) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(text.into())
}

/// Runs a statement with these values.
fn run<'v>(
    connection: &Connection,
    sql: &str,
    values: impl IntoIterator<Item = ToSqlOutput<'v>>,
) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    statement.execute(params_from_iter(values)).map(drop)
}

/// A UUID out of a column.
pub(in crate::store) fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    Ok(Uuid::from_bytes(row.get(column)?))
}

/// A text of a column, unchanged.
pub(in crate::store) fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(column)?.as_str()?)
}

/// The bytes of a text out of a column, as they lie there.
pub(in crate::store) fn bytes<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r [u8]> {
    Ok(row.get_ref(column)?.as_bytes()?)
}

pub(in crate::store) fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
    row.get(column).map(Timestamp::from_micros)
}

pub(in crate::store) fn json<T: serde::de::DeserializeOwned>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    serde_json::from_str(&text).map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(
            column,
            rusqlite::types::Type::Text,
            Box::new(error),
        )
    })
}

/// A phone out of a row with the columns [`PHONE`].
pub(in crate::store) fn phone(row: &Row<'_>) -> rusqlite::Result<Phone> {
    let own = Phone {
        id: PhoneId(uuid(row, 0)?),
        contact: ContactId(uuid(row, 1)?),
        number: row.get(2)?,
        typed: row.get(3)?,
        identity: row.get(4)?,
        source: row.get(5)?,
        ..Phone::default()
    };
    read_plain(&fields::PHONE, row, PHONE_OWN.len(), own)
}

/// A contact out of a row with the columns [`CONTACT`].
pub(in crate::store) fn contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    let own = Contact {
        id: ContactId(uuid(row, 0)?),
        name: row.get(1)?,
        kind: contact_kind(row, 2)?,
        tags: json(row, 3)?,
        details: json(row, 4)?,
        card: row.get::<_, Option<i64>>(5)?.map(CardId),
        source: row.get(6)?,
        ..Contact::default()
    };
    read_plain(&fields::CONTACT, row, CONTACT_OWN.len(), own)
}

/// The kind of a contact out of a column that holds nothing else.
fn contact_kind(row: &Row<'_>, column: usize) -> rusqlite::Result<ContactKind> {
    let word = text(row, column)?;
    ContactKind::named(word).ok_or_else(|| {
        let unknown = format!("unknown kind of contact: {word}").into();
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, unknown)
    })
}

/// The phone with this id.
pub(in crate::store) fn find_phone(
    connection: &Connection,
    id: PhoneId,
) -> rusqlite::Result<Option<Phone>> {
    connection
        .prepare_cached(&format!("SELECT {} FROM phone WHERE id = ?1", *PHONE))?
        .query_row([id.0.as_bytes()], phone)
        .optional()
}

/// The contact with this id.
pub(in crate::store) fn find_contact(
    connection: &Connection,
    id: ContactId,
) -> rusqlite::Result<Option<Contact>> {
    connection
        .prepare_cached(&format!("SELECT {} FROM contact WHERE id = ?1", *CONTACT))?
        .query_row([id.0.as_bytes()], contact)
        .optional()
}

/// The card with this id.
pub(in crate::store) fn card(connection: &Connection, id: CardId) -> Answer<Vec<u8>> {
    let card = connection
        .prepare_cached("SELECT bytes FROM card WHERE id = ?1")?
        .query_row([id.0], |row| row.get(0))
        .optional()?;
    Ok(card.ok_or_else(|| Refusal::not_found("card", id.0))?)
}

/// The card that a contact came from.
pub(in crate::store) fn card_of(
    connection: &Connection,
    contact: &Contact,
) -> Answer<Option<Vec<u8>>> {
    contact.card.map(|id| card(connection, id)).transpose()
}

/// The contact with this id.
pub(in crate::store) fn get_contact(connection: &Connection, id: ContactId) -> Answer<Contact> {
    let found = find_contact(connection, id)?;
    Ok(found.ok_or_else(|| Refusal::not_found("contact", id))?)
}

/// The record of either table, if it is there.
pub(in crate::store) fn find(
    connection: &Connection,
    key: RecordKey,
) -> rusqlite::Result<Option<Record>> {
    Ok(match key {
        RecordKey::Phone(id) => {
            find_phone(connection, id)?.map(|phone| Record::Phone(Box::new(phone)))
        }
        RecordKey::Contact(id) => {
            find_contact(connection, id)?.map(|contact| Record::Contact(Box::new(contact)))
        }
    })
}

/// A contact's phones, in their default order.
pub(in crate::store) fn phones_of(
    connection: &Connection,
    id: ContactId,
) -> rusqlite::Result<Vec<Phone>> {
    let sql = format!("SELECT {} FROM phone WHERE contact = ?1", *PHONE);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut phones = statement
        .query_map([id.0.as_bytes()], phone)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    primary::sort(&mut phones);
    Ok(phones)
}

/// The contact with this id, with its phones.
pub(in crate::store) fn full_contact(
    connection: &Connection,
    id: ContactId,
) -> Answer<FullContact> {
    Ok(FullContact {
        contact: get_contact(connection, id)?,
        phones: phones_of(connection, id)?,
    })
}

/// Writes a new phone.
pub(in crate::store) fn insert_phone(
    connection: &Connection,
    phone: &Phone,
) -> rusqlite::Result<()> {
    write_phone(connection, &INSERT_PHONE, phone)
}

/// Writes a phone in the place of the one with its id.
pub(in crate::store) fn update_phone(
    connection: &Connection,
    before: &Phone,
    phone: &Phone,
) -> rusqlite::Result<()> {
    let unindexed = before.number == phone.number
        && before.identity == phone.identity
        && before.contact == phone.contact
        && before.primary == phone.primary;
    let sql = if unindexed {
        &UPDATE_UNINDEXED
    } else {
        &UPDATE_PHONE
    };
    write_phone(connection, sql, phone)
}

fn write_phone(connection: &Connection, sql: &str, phone: &Phone) -> rusqlite::Result<()> {
    let own = [
        phone.id.0.as_bytes().as_slice().into(),
        phone.contact.0.as_bytes().as_slice().into(),
        phone.number.as_str().into(),
        phone.typed.as_str().into(),
        phone.identity.as_str().into(),
        phone.source.as_str().into(),
        reversed(phone).into(),
    ];
    let plain = values(&fields::PHONE, phone);
    run(connection, sql, own.into_iter().chain(plain))
}

/// Writes again what a phone is looked up by.
pub(in crate::store) fn refresh_phone(
    connection: &Connection,
    phone: &Phone,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached("UPDATE phone SET reversed = ?2 WHERE id = ?1")?
        .execute(params![phone.id.0.as_bytes(), reversed(phone)])?;
    Ok(())
}

/// Whether what the list and the lookup read of a contact is what its rows say.
pub(in crate::store) fn is_shown_rightly(
    connection: &Connection,
    FullContact { contact, phones }: &FullContact,
) -> rusqlite::Result<bool> {
    let summary = Summary::of(phones);
    let (shown, digits): (bool, String) = connection
        .prepare_cached(
            "SELECT family_key = ?2 AND given_key = ?3 AND search_text = ?4 AND main_number IS ?5
                AND main_mark = ?6 AND attention = ?7, digits
             FROM contact WHERE id = ?1",
        )?
        .query_row(
            params![
                contact.id.0.as_bytes(),
                family_key(connection, contact)?,
                contact.given_key(),
                contact.search_text(),
                summary.main_number,
                summary.main_mark,
                summary.attention,
            ],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
    // The order of the numbers in it means nothing.
    let sorted = |digits: &str| {
        let mut numbers: Vec<String> = digits.split(' ').map(str::to_owned).collect();
        numbers.sort_unstable();
        numbers
    };
    if !shown || sorted(&digits) != sorted(&summary.digits) {
        return Ok(false);
    }
    let mut found = connection.prepare_cached("SELECT reversed FROM phone WHERE id = ?1")?;
    for phone in phones {
        let known: String = found.query_row([phone.id.0.as_bytes()], |row| row.get(0))?;
        if known != reversed(phone) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A phone's digits from the last to the first.
fn reversed(phone: &Phone) -> String {
    digits_to_find(&phone.number).chars().rev().collect()
}

/// Deletes the row with this key. A contact that still has phones is kept by the database.
pub(in crate::store) fn delete(connection: &Connection, key: RecordKey) -> rusqlite::Result<()> {
    let sql = match key {
        RecordKey::Phone(_) => "DELETE FROM phone WHERE id = ?1",
        RecordKey::Contact(_) => "DELETE FROM contact WHERE id = ?1",
    };
    connection
        .prepare_cached(sql)?
        .execute([key.uuid().as_bytes()])?;
    Ok(())
}

/// Writes a new contact that has these phones.
pub(in crate::store) fn insert_contact(
    connection: &Connection,
    FullContact { contact, phones }: &FullContact,
) -> rusqlite::Result<()> {
    let summary = Summary::of(phones);
    let shown = [
        summary.digits.into(),
        nullable(summary.main_number.as_deref()),
        summary.main_mark.into(),
        summary.attention.into(),
    ];
    let values = contact_values(connection, contact)?.chain(shown);
    run(connection, &INSERT_CONTACT, values)
}

/// Writes a contact in the place of the one with its id.
pub(in crate::store) fn update_contact(
    connection: &Connection,
    contact: &Contact,
) -> rusqlite::Result<()> {
    run(
        connection,
        &UPDATE_CONTACT,
        contact_values(connection, contact)?,
    )
}

/// The key that a contact is sorted by under the family name. Which one it is is asked of the connection only
/// where that matters, since it does for few names.
pub(in crate::store) fn family_key(
    connection: &Connection,
    contact: &Contact,
) -> rusqlite::Result<String> {
    let prefixes = if contact.is_sorted_by_prefix() {
        sorting::prefixes(connection)?
    } else {
        SortPrefixes::default()
    };
    Ok(contact.family_key(prefixes))
}

/// What is written of a contact itself.
fn contact_values<'a>(
    connection: &Connection,
    contact: &'a Contact,
) -> rusqlite::Result<impl Iterator<Item = ToSqlOutput<'a>> + use<'a>> {
    let own = [
        contact.id.0.as_bytes().as_slice().into(),
        contact.name.as_str().into(),
        contact.kind.word().into(),
        to_json(&contact.tags)?.into(),
        to_json(&contact.details)?.into(),
        contact.card.map_or(Null.into(), |card| card.0.into()),
        contact.source.as_str().into(),
    ];
    let keys = [
        family_key(connection, contact)?.into(),
        contact.given_key().into(),
        contact.search_text().into(),
    ];
    let plain = values(&fields::CONTACT, contact);
    Ok(own.into_iter().chain(plain).chain(keys))
}

/// Rebuilds the sort and search columns of every contact.
pub(in crate::store) fn fold_contacts(connection: &Connection) -> Answer<()> {
    let mut all = connection.prepare(&format!("SELECT {} FROM contact", *CONTACT))?;
    let mut put = connection.prepare(
        "UPDATE contact SET family_key = ?2, given_key = ?3, search_text = ?4 WHERE id = ?1",
    )?;
    // Read before any of it is written: an update would come by again.
    let contacts = all.query_map([], |row| {
        let contact = contact(row)?;
        let keys = (family_key(connection, &contact)?, contact.given_key());
        Ok((contact.id, keys, contact.search_text()))
    })?;
    for (id, (family, given), text) in contacts.collect::<rusqlite::Result<Vec<_>>>()? {
        put.execute(params![id.0.as_bytes(), family, given, text])?;
    }
    Ok(())
}

/// Rebuilds the lookup digits of numbers that are stored as typed.
pub(in crate::store) fn find_numbers_again(connection: &Connection) -> Answer<()> {
    let typed = format!("SELECT {} FROM phone WHERE identity NOT LIKE '+%'", *PHONE);
    let mut typed = connection.prepare(&typed)?;
    let phones = typed.query_map([], phone)?;
    let mut owners = BTreeSet::new();
    // Read before any of it is written: an update would come by again.
    for phone in phones.collect::<rusqlite::Result<Vec<_>>>()? {
        refresh_phone(connection, &phone)?;
        owners.insert(phone.contact);
    }
    for owner in owners {
        put_summary(connection, owner, &phones_of(connection, owner)?, None)?;
    }
    Ok(())
}

fn to_json<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value)
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}

/// What the list needs to know of a contact's phones.
struct Summary {
    /// The digits of all its numbers, a space between two numbers.
    digits: String,
    /// The number that is shown: the primary one, else the newest historic one.
    main_number: Option<String>,
    main_mark: u8,
    attention: bool,
}

impl Summary {
    fn of(phones: &[Phone]) -> Self {
        let digits: Vec<String> = phones
            .iter()
            .map(|phone| digits_to_find(&phone.number))
            .filter(|digits| !digits.is_empty())
            .collect();
        let primary = phones.iter().find(|phone| phone.primary);
        let newest = || {
            phones
                .iter()
                .max_by_key(|phone| (phone.created_at, phone.id))
        };
        let main = primary.or_else(newest);
        Self {
            digits: digits.join(" "),
            main_number: main.map(Phone::shown),
            main_mark: main.map_or(0, |phone| {
                code(Mark::of(phone.valid_values, phone.can_be_dialled()))
            }),
            attention: phones
                .iter()
                .any(|phone| !phone.historic && !phone.valid_values),
        }
    }
}

/// Writes what the list needs to know of a contact's phones, and when the contact was touched by a
/// write to one of them.
pub(in crate::store) fn put_summary(
    connection: &Connection,
    id: ContactId,
    phones: &[Phone],
    touched: Option<Timestamp>,
) -> rusqlite::Result<()> {
    let summary = Summary::of(phones);
    connection
        .prepare_cached(
            "UPDATE contact SET digits = ?2, main_number = ?3, main_mark = ?4, attention = ?5,
                updated_at = coalesce(?6, updated_at)
             WHERE id = ?1",
        )?
        .execute(params![
            id.0.as_bytes(),
            summary.digits,
            summary.main_number,
            summary.main_mark,
            summary.attention,
            touched.map(Timestamp::micros),
        ])?;
    Ok(())
}

/// The mark as a column holds it; 0 means no number.
pub(in crate::store) const fn code(mark: Mark) -> u8 {
    match mark {
        Mark::Accurate => 1,
        Mark::Unconfirmed => 2,
        Mark::Impossible => 3,
    }
}

/// The mark that a column holds.
pub(in crate::store) const fn mark(code: u8) -> Option<Mark> {
    match code {
        1 => Some(Mark::Accurate),
        2 => Some(Mark::Unconfirmed),
        3 => Some(Mark::Impossible),
        _ => None,
    }
}
