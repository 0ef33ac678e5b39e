//! Rows to records and back: the one place that knows the columns of each table.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::domain::contact::{CardId, Contact, ContactId, ContactKind};
use crate::domain::number::digits_to_find;
use crate::domain::operation::{Key, Record};
use crate::domain::phone::{Mark, Phone, PhoneId};
use crate::domain::primary;
use crate::domain::refusal::Refusal;
use crate::domain::timestamp::Timestamp;

use crate::store::db::failure::Answer;

/// The columns of a phone, in the order of [`phone`].
pub(in crate::store) const PHONE: &str = "id, contact, country_code, number, typed, identity, location, is_primary, historic, \
     valid_values, source, created_at, updated_at, updated_in_db_at, shared";

/// The columns of a contact, in the order of [`contact`].
pub(in crate::store) const CONTACT: &str = "id, name, given_name, family_name, nickname, organisation, title, note, tags, favourite, \
     details, uid, card, source, created_at, updated_at, updated_in_db_at, namesake, \
     sort_as, kind";

/// A UUID out of a column.
pub(in crate::store) fn uuid(row: &Row<'_>, column: usize) -> rusqlite::Result<Uuid> {
    Ok(Uuid::from_bytes(row.get(column)?))
}

/// A text out of a column, as it lies there.
pub(in crate::store) fn text<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r str> {
    Ok(row.get_ref(column)?.as_str()?)
}

/// The bytes of a text out of a column, as they lie there.
pub(in crate::store) fn bytes<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<&'r [u8]> {
    Ok(row.get_ref(column)?.as_bytes()?)
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<Timestamp> {
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
    Ok(Phone {
        id: PhoneId(uuid(row, 0)?),
        contact: ContactId(uuid(row, 1)?),
        country_code: row.get(2)?,
        number: row.get(3)?,
        typed: row.get(4)?,
        identity: row.get(5)?,
        location: row.get(6)?,
        primary: row.get(7)?,
        historic: row.get(8)?,
        valid_values: row.get(9)?,
        source: row.get(10)?,
        created_at: time(row, 11)?,
        updated_at: time(row, 12)?,
        updated_in_db_at: time(row, 13)?,
        shared: row.get(14)?,
    })
}

/// A contact out of a row with the columns [`CONTACT`].
pub(in crate::store) fn contact(row: &Row<'_>) -> rusqlite::Result<Contact> {
    Ok(Contact {
        id: ContactId(uuid(row, 0)?),
        name: row.get(1)?,
        given_name: row.get(2)?,
        family_name: row.get(3)?,
        nickname: row.get(4)?,
        organisation: row.get(5)?,
        title: row.get(6)?,
        note: row.get(7)?,
        tags: json(row, 8)?,
        favourite: row.get(9)?,
        details: json(row, 10)?,
        uid: row.get(11)?,
        card: row.get::<_, Option<i64>>(12)?.map(CardId),
        source: row.get(13)?,
        created_at: time(row, 14)?,
        updated_at: time(row, 15)?,
        updated_in_db_at: time(row, 16)?,
        namesake: row.get(17)?,
        sort_as: row.get(18)?,
        kind: contact_kind(row, 19)?,
    })
}

/// The kind of a contact out of a column that holds nothing else.
fn contact_kind(row: &Row<'_>, column: usize) -> rusqlite::Result<ContactKind> {
    let word = text(row, column)?;
    ContactKind::named(word).ok_or_else(|| {
        let unknown = format!("no kind of contact: {word}").into();
        rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, unknown)
    })
}

/// The phone with this id.
pub(in crate::store) fn find_phone(
    connection: &Connection,
    id: PhoneId,
) -> rusqlite::Result<Option<Phone>> {
    connection
        .prepare_cached(&format!("SELECT {PHONE} FROM phone WHERE id = ?1"))?
        .query_row([id.0.as_bytes()], phone)
        .optional()
}

/// The contact with this id.
pub(in crate::store) fn find_contact(
    connection: &Connection,
    id: ContactId,
) -> rusqlite::Result<Option<Contact>> {
    connection
        .prepare_cached(&format!("SELECT {CONTACT} FROM contact WHERE id = ?1"))?
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

/// The contact with this id.
pub(in crate::store) fn get_contact(connection: &Connection, id: ContactId) -> Answer<Contact> {
    let found = find_contact(connection, id)?;
    Ok(found.ok_or_else(|| Refusal::not_found("contact", id))?)
}

/// The record of either table, if it is there.
pub(in crate::store) fn find(
    connection: &Connection,
    key: Key,
) -> rusqlite::Result<Option<Record>> {
    Ok(match key {
        Key::Phone(id) => find_phone(connection, id)?.map(|phone| Record::Phone(Box::new(phone))),
        Key::Contact(id) => {
            find_contact(connection, id)?.map(|contact| Record::Contact(Box::new(contact)))
        }
    })
}

/// A contact's phones, in their default order.
pub(in crate::store) fn phones_of(
    connection: &Connection,
    id: ContactId,
) -> rusqlite::Result<Vec<Phone>> {
    let mut statement =
        connection.prepare_cached(&format!("SELECT {PHONE} FROM phone WHERE contact = ?1"))?;
    let mut phones = statement
        .query_map([id.0.as_bytes()], phone)?
        .collect::<rusqlite::Result<Vec<_>>>()?;
    primary::sort(&mut phones);
    Ok(phones)
}

/// Writes a new phone.
pub(in crate::store) fn insert_phone(
    connection: &Connection,
    phone: &Phone,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO phone (id, contact, country_code, number, typed, identity, reversed,
            location, is_primary, historic, valid_values, source, created_at, updated_at,
            updated_in_db_at, shared)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)";
    write_phone(connection, sql, phone)
}

/// Writes a phone in the place of the one with its id.
pub(in crate::store) fn update_phone(
    connection: &Connection,
    before: &Phone,
    phone: &Phone,
) -> rusqlite::Result<()> {
    // An index is written anew where one of its columns is set, even to what it was.
    let unindexed = before.number == phone.number
        && before.identity == phone.identity
        && before.contact == phone.contact
        && before.primary == phone.primary;
    if unindexed {
        connection
            .prepare_cached(
                "UPDATE phone SET country_code = ?2, typed = ?3, location = ?4, historic = ?5,
                    valid_values = ?6, source = ?7, created_at = ?8, updated_at = ?9,
                    updated_in_db_at = ?10, shared = ?11
                 WHERE id = ?1",
            )?
            .execute(params![
                phone.id.0.as_bytes(),
                phone.country_code,
                phone.typed,
                phone.location,
                phone.historic,
                phone.valid_values,
                phone.source,
                phone.created_at.micros(),
                phone.updated_at.micros(),
                phone.updated_in_db_at.micros(),
                phone.shared,
            ])?;
        return Ok(());
    }
    let sql = "UPDATE phone SET contact = ?2, country_code = ?3, number = ?4, typed = ?5,
            identity = ?6, reversed = ?7, location = ?8, is_primary = ?9, historic = ?10,
            valid_values = ?11, source = ?12, created_at = ?13, updated_at = ?14,
            updated_in_db_at = ?15, shared = ?16
         WHERE id = ?1";
    write_phone(connection, sql, phone)
}

fn write_phone(connection: &Connection, sql: &str, phone: &Phone) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute(params![
        phone.id.0.as_bytes(),
        phone.contact.0.as_bytes(),
        phone.country_code,
        phone.number,
        phone.typed,
        phone.identity,
        reversed(phone),
        phone.location,
        phone.primary,
        phone.historic,
        phone.valid_values,
        phone.source,
        phone.created_at.micros(),
        phone.updated_at.micros(),
        phone.updated_in_db_at.micros(),
        phone.shared,
    ])?;
    Ok(())
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
    contact: &Contact,
    phones: &[Phone],
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
                contact.family_key(),
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
pub(in crate::store) fn delete(connection: &Connection, key: Key) -> rusqlite::Result<()> {
    let sql = match key {
        Key::Phone(_) => "DELETE FROM phone WHERE id = ?1",
        Key::Contact(_) => "DELETE FROM contact WHERE id = ?1",
    };
    connection
        .prepare_cached(sql)?
        .execute([key.uuid().as_bytes()])?;
    Ok(())
}

/// Writes a new contact that has these phones.
pub(in crate::store) fn insert_contact(
    connection: &Connection,
    contact: &Contact,
    phones: &[Phone],
) -> rusqlite::Result<()> {
    let summary = Summary::of(phones);
    connection
        .prepare_cached(
            "INSERT INTO contact (id, name, given_name, family_name, nickname, organisation, title,
                note, tags, favourite, details, uid, card, source, created_at, updated_at,
                updated_in_db_at, family_key, given_key, search_text, digits, main_number,
                main_mark, attention, namesake, sort_as, kind)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27)",
        )?
        .execute(params![
            contact.id.0.as_bytes(),
            contact.name,
            contact.given_name,
            contact.family_name,
            contact.nickname,
            contact.organisation,
            contact.title,
            contact.note,
            to_json(&contact.tags)?,
            contact.favourite,
            to_json(&contact.details)?,
            contact.uid,
            contact.card.map(|card| card.0),
            contact.source,
            contact.created_at.micros(),
            contact.updated_at.micros(),
            contact.updated_in_db_at.micros(),
            contact.family_key(),
            contact.given_key(),
            contact.search_text(),
            summary.digits,
            summary.main_number,
            summary.main_mark,
            summary.attention,
            contact.namesake,
            contact.sort_as,
            contact.kind.word(),
        ])?;
    Ok(())
}

/// Writes a contact in the place of the one with its id.
pub(in crate::store) fn update_contact(
    connection: &Connection,
    contact: &Contact,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE contact SET name = ?2, given_name = ?3, family_name = ?4, nickname = ?5,
                organisation = ?6, title = ?7, note = ?8, tags = ?9, favourite = ?10, details = ?11,
                uid = ?12, card = ?13, source = ?14, created_at = ?15, updated_at = ?16,
                updated_in_db_at = ?17, family_key = ?18, given_key = ?19, search_text = ?20,
                namesake = ?21, sort_as = ?22, kind = ?23
             WHERE id = ?1",
        )?
        .execute(params![
            contact.id.0.as_bytes(),
            contact.name,
            contact.given_name,
            contact.family_name,
            contact.nickname,
            contact.organisation,
            contact.title,
            contact.note,
            to_json(&contact.tags)?,
            contact.favourite,
            to_json(&contact.details)?,
            contact.uid,
            contact.card.map(|card| card.0),
            contact.source,
            contact.created_at.micros(),
            contact.updated_at.micros(),
            contact.updated_in_db_at.micros(),
            contact.family_key(),
            contact.given_key(),
            contact.search_text(),
            contact.namesake,
            contact.sort_as,
            contact.kind.word(),
        ])?;
    Ok(())
}

/// Makes anew what is sorted and searched, of every contact.
pub(in crate::store) fn fold_contacts(connection: &Connection) -> Answer<()> {
    let mut all = connection.prepare(&format!("SELECT {CONTACT} FROM contact"))?;
    let mut put = connection.prepare(
        "UPDATE contact SET family_key = ?2, given_key = ?3, search_text = ?4 WHERE id = ?1",
    )?;
    // Read before any of it is written: an update would come by again.
    let contacts = all.query_map([], |row| {
        let contact = contact(row)?;
        let keys = (contact.family_key(), contact.given_key());
        Ok((contact.id, keys, contact.search_text()))
    })?;
    for (id, (family, given), text) in contacts.collect::<rusqlite::Result<Vec<_>>>()? {
        put.execute(params![id.0.as_bytes(), family, given, text])?;
    }
    Ok(())
}

/// Makes anew what contacts are found by of numbers that were stored as they were typed.
pub(in crate::store) fn find_numbers_again(connection: &Connection) -> Answer<()> {
    let typed = format!("SELECT {PHONE} FROM phone WHERE identity NOT LIKE '+%'");
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

/// The mark as a column holds it; 0 stands for no number.
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
