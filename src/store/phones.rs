//! The Phone resource: list, create, get, update, delete (Phone resource, 2).

use rusqlite::ToSql;

use crate::domain::contact::ContactId;
use crate::domain::edit::{Done, Holder};
use crate::domain::number;
use crate::domain::phone::{Phone, PhoneAttributes, PhoneId};
use crate::domain::phone_list::{Direction, FilterValue, PhoneFilter, PhonePage, PhoneQuery};
use crate::domain::refusal::{Fault, Refusal, Stored};
use crate::domain::timestamp::Timestamp;
use crate::domain::title;

use super::Store;
use super::failure::storing;
use super::record::{self, PHONE};
use super::write::{StepKind, Writer};

impl Store {
    /// A page of phones, of one owner or of all.
    ///
    /// # Errors
    /// Not found where there is no such owner.
    pub fn list_phones(&self, query: &PhoneQuery) -> Result<PhonePage, Refusal> {
        if let Some(owner) = query.owner {
            self.contact(owner)?;
        }
        let (condition, values) = condition(query);
        let values: Vec<&dyn ToSql> = values.iter().map(AsRef::as_ref).collect();
        let count = format!("SELECT count(*) FROM phone WHERE {condition}");
        let total: i64 = self
            .connection
            .query_row(&count, values.as_slice(), |row| row.get(0))
            .map_err(|error| storing(&error))?;
        let skip = query.per_page.saturating_mul(query.page - 1);
        let page = format!(
            "SELECT {PHONE} FROM phone WHERE {condition} ORDER BY {} LIMIT {} OFFSET {}",
            order(query),
            query.per_page,
            i64::try_from(skip).unwrap_or(i64::MAX)
        );
        let phones = self
            .connection
            .prepare(&page)
            .and_then(|mut statement| {
                statement
                    .query_map(values.as_slice(), record::phone)?
                    .collect()
            })
            .map_err(|error| storing(&error))?;
        Ok(PhonePage {
            phones,
            query: query.clone(),
            total_count: u64::try_from(total).unwrap_or_default(),
        })
    }

    /// Adds a phone to a contact. `faults` are the faults of form that reading the document found.
    ///
    /// # Errors
    /// Not found without such a contact; invalid with every fault; conflict where the id is taken.
    pub fn create_phone(
        &mut self,
        owner: ContactId,
        sent: PhoneAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Phone>, Refusal> {
        let done = self.write(StepKind::Change, |writer| {
            let contact = writer.contact(owner)?;
            let phone = writer.create_phone(owner, sent, faults)?;
            Ok((
                phone.id,
                format!("Added {} to {}", phone.shown(), contact.name),
            ))
        })?;
        Ok(Done {
            value: self.phone(done.value)?,
            point: done.point,
        })
    }

    /// The phone with this id.
    ///
    /// # Errors
    /// Not found.
    pub fn phone(&self, id: PhoneId) -> Result<Phone, Refusal> {
        let found = record::find_phone(&self.connection, id).map_err(|error| storing(&error))?;
        found.ok_or_else(|| Refusal::not_found("phone number", id))
    }

    /// Changes a phone: only what was sent.
    ///
    /// # Errors
    /// Not found; invalid with every fault; conflict where somebody wrote it since its stamp.
    pub fn update_phone(
        &mut self,
        id: PhoneId,
        sent: PhoneAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Phone>, Refusal> {
        let done = self.write(StepKind::Change, |writer| {
            let (before, after) = writer.revise_phone(id, sent, faults)?;
            let contact = writer.contact(after.contact)?;
            Ok(((), title::phone_changed(&before, &after, &contact.name)))
        })?;
        Ok(Done {
            value: self.phone(id)?,
            point: done.point,
        })
    }

    /// Deletes a phone; where a stamp is sent, only if it is the stored one.
    ///
    /// # Errors
    /// Not found; conflict.
    pub fn delete_phone(
        &mut self,
        id: PhoneId,
        stamp: Option<Timestamp>,
    ) -> Result<Done<()>, Refusal> {
        self.write(StepKind::Change, |writer| {
            let phone = writer.remove_phone(id, stamp)?;
            let contact = writer.contact(phone.contact)?;
            Ok(((), format!("Deleted {} of {}", phone.shown(), contact.name)))
        })
    }

    /// Everybody who has this number, in whatever spelling it is typed, but for one contact.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn holders(&self, typed: &str, except: Option<ContactId>) -> Result<Vec<Holder>, Refusal> {
        let identity = number::canonical(typed, None, self.options.home).identity;
        let columns = PHONE
            .split(", ")
            .map(|column| format!("p.{}", column.trim()))
            .collect::<Vec<_>>()
            .join(", ");
        let sql = format!(
            "SELECT {columns}, c.name FROM phone p JOIN contact c ON c.id = p.contact WHERE p.identity = ?1 ORDER BY c.family_key LIMIT 20"
        );
        let holders = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                statement
                    .query_map([identity], |row| {
                        let phone = record::phone(row)?;
                        Ok(Holder {
                            contact: phone.contact,
                            name: row.get(14)?,
                            phone,
                        })
                    })?
                    .collect::<rusqlite::Result<Vec<_>>>()
            });
        let mut holders = holders.map_err(|error| storing(&error))?;
        holders.retain(|holder| Some(holder.contact) != except);
        Ok(holders)
    }
}

impl Writer<'_> {
    /// Adds a phone.
    pub(super) fn create_phone(
        &mut self,
        owner: ContactId,
        sent: PhoneAttributes,
        faults: Vec<Fault>,
    ) -> Result<Phone, Refusal> {
        let first = record::phones_of(self.connection(), owner)
            .map_err(|error| storing(&error))?
            .is_empty();
        let phone = sent.create(owner, first, &self.context(), faults)?;
        self.insert_phone(phone.clone())?;
        Ok(phone)
    }

    /// Changes a phone; gives what it was and what it became, before the rules are settled.
    pub(super) fn revise_phone(
        &mut self,
        id: PhoneId,
        sent: PhoneAttributes,
        faults: Vec<Fault>,
    ) -> Result<(Phone, Phone), Refusal> {
        let before = self.phone(id)?;
        let after = sent.revise(&before, &self.context(), faults)?;
        self.update_phone(before.clone(), after.clone())?;
        Ok((before, after))
    }

    /// Deletes a phone; where a stamp is sent, only if it is the stored one.
    pub(super) fn remove_phone(
        &mut self,
        id: PhoneId,
        stamp: Option<Timestamp>,
    ) -> Result<Phone, Refusal> {
        let phone = self.phone(id)?;
        if stamp.is_some_and(|stamp| stamp != phone.updated_in_db_at) {
            return Err(Refusal::stale(Stored::Phone(Box::new(phone))));
        }
        self.delete_phone(phone.clone())?;
        Ok(phone)
    }

    fn phone(&self, id: PhoneId) -> Result<Phone, Refusal> {
        let found = record::find_phone(self.connection(), id).map_err(|error| storing(&error))?;
        found.ok_or_else(|| Refusal::not_found("phone number", id))
    }
}

/// The condition of a query with its values.
fn condition(query: &PhoneQuery) -> (String, Vec<Box<dyn ToSql>>) {
    let mut parts = vec!["true".to_owned()];
    let mut values: Vec<Box<dyn ToSql>> = Vec::new();
    if let Some(owner) = query.owner {
        values.push(Box::new(*owner.0.as_bytes()));
        parts.push(format!("contact = ?{}", values.len()));
    }
    for (filter, value) in &query.filters {
        match value {
            FilterValue::Flag(flag) => values.push(Box::new(*flag)),
            FilterValue::Text(text) => values.push(Box::new(text.clone())),
        }
        parts.push(format!("{} IS ?{}", column(filter.name()), values.len()));
    }
    (parts.join(" AND "), values)
}

/// The column of an attribute; `primary` is a word of SQL.
fn column(attribute: &str) -> &str {
    if attribute == PhoneFilter::Primary.name() {
        "is_primary"
    } else {
        attribute
    }
}

fn order(query: &PhoneQuery) -> String {
    let mut keys: Vec<String> = query
        .sort
        .iter()
        .map(|(sort, direction)| {
            let direction = if *direction == Direction::Ascending {
                "ASC"
            } else {
                "DESC"
            };
            format!("{} {direction}", column(sort.name()))
        })
        .collect();
    // The default order also decides among equals, so that pages never overlap.
    keys.push("is_primary DESC, historic ASC, created_at DESC, id DESC".to_owned());
    keys.join(", ")
}
