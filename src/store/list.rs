//! The list of contacts: pages, filter, counts, places.
//!
//! A page and a filter read one covering index only. Digits look through all numbers of a contact,
//! historic ones too, and the row then shows the number that matched.

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, params_from_iter};

use crate::domain::contact::ContactId;
use crate::domain::listing::{ListQuery, Needles, Order, Row, Rows, Totals};
use crate::domain::number;
use crate::domain::refusal::Refusal;

use super::Store;
use super::failure::storing;
use super::record;

impl Store {
    /// `count` rows of the list, from the place `first` on.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn rows(&self, query: &ListQuery, first: usize, count: usize) -> Result<Rows, Refusal> {
        let needles = query.needles();
        let (condition, values) = condition(query, &needles);
        let sql = format!(
            "SELECT id, name, favourite, main_number, main_mark FROM contact {} WHERE {condition} ORDER BY {} LIMIT {count} OFFSET {first}",
            index(query.order),
            order(query.order),
        );
        let rows = self
            .connection
            .prepare_cached(&sql)
            .and_then(|mut statement| {
                statement
                    .query_map(params_from_iter(values), |row| {
                        let number: Option<String> = row.get(3)?;
                        Ok(Row {
                            id: ContactId(record::uuid(row, 0)?),
                            name: row.get(1)?,
                            favourite: row.get(2)?,
                            number: number.zip(record::mark(row.get(4)?)),
                        })
                    })?
                    .collect::<rusqlite::Result<Vec<_>>>()
            });
        let mut rows = rows.map_err(|error| storing(&error))?;
        if !needles.digits.is_empty() {
            for row in &mut rows {
                self.show_match(row, &needles)
                    .map_err(|error| storing(&error))?;
            }
        }
        Ok(Rows { first, rows })
    }

    /// Puts the number that matched into a row.
    fn show_match(&self, row: &mut Row, needles: &Needles) -> rusqlite::Result<()> {
        let phones = record::phones_of(&self.connection, row.id)?;
        let matched = phones.iter().find(|phone| {
            let digits = number::digits(&phone.number);
            needles
                .digits
                .iter()
                .any(|needle| digits.contains(needle.as_str()))
        });
        if let Some(phone) = matched {
            row.number = Some((phone.shown(), phone.mark()));
        }
        Ok(())
    }

    /// How many rows the list has.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn count(&self, query: &ListQuery) -> Result<usize, Refusal> {
        let (condition, values) = condition(query, &query.needles());
        let sql = format!("SELECT count(*) FROM contact WHERE {condition}");
        self.number(&sql, values)
    }

    /// The totals of the header.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn totals(&self) -> Result<Totals, Refusal> {
        Ok(Totals {
            contacts: self.number("SELECT count(*) FROM contact", Vec::new())?,
            attention: self.number("SELECT count(*) FROM contact WHERE attention", Vec::new())?,
        })
    }

    /// The place of a contact in the list, or none where the list does not show it.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn place(&self, query: &ListQuery, id: ContactId) -> Result<Option<usize>, Refusal> {
        let (condition, mut values) = condition(query, &query.needles());
        let key = values.len() + 1;
        values.push(Value::Blob(id.0.as_bytes().to_vec()));
        let sql = format!("SELECT true FROM contact WHERE {condition} AND id = ?{key}");
        let there = self
            .connection
            .query_row(&sql, params_from_iter(&values), |_| Ok(()))
            .optional()
            .map_err(|error| storing(&error))?;
        if there.is_none() {
            return Ok(None);
        }
        let column = match query.order {
            Order::Name => "family_key",
            Order::Given => "given_key",
            Order::Changed => "updated_at",
        };
        let before = if query.order == Order::Changed {
            ">"
        } else {
            "<"
        };
        let sql = format!(
            "SELECT count(*) FROM contact WHERE {condition}
             AND ({column}, id) {before} (SELECT {column}, id FROM contact WHERE id = ?{key})"
        );
        self.number(&sql, values).map(Some)
    }

    fn number(&self, sql: &str, values: Vec<Value>) -> Result<usize, Refusal> {
        let number: i64 = self
            .connection
            .prepare_cached(sql)
            .and_then(|mut statement| {
                statement.query_row(params_from_iter(values), |row| row.get(0))
            })
            .map_err(|error| storing(&error))?;
        Ok(usize::try_from(number).unwrap_or_default())
    }
}

const fn index(order: Order) -> &'static str {
    match order {
        Order::Name => "INDEXED BY contact_by_name",
        Order::Given => "INDEXED BY contact_by_given",
        Order::Changed => "INDEXED BY contact_by_change",
    }
}

const fn order(order: Order) -> &'static str {
    match order {
        Order::Name => "family_key, id",
        Order::Given => "given_key, id",
        Order::Changed => "updated_at DESC, id DESC",
    }
}

/// The condition of a query with its values.
fn condition(query: &ListQuery, needles: &Needles) -> (String, Vec<Value>) {
    let mut parts = vec!["true".to_owned()];
    let mut values = Vec::new();
    let mut holds = |column: &str, text: &str| {
        values.push(Value::Text(text.to_owned()));
        format!("instr({column}, ?{}) > 0", values.len())
    };
    for word in &needles.words {
        parts.push(holds("search_text", word));
    }
    let spellings: Vec<String> = needles
        .digits
        .iter()
        .map(|digits| holds("digits", digits))
        .collect();
    if !spellings.is_empty() {
        // A name may hold digits too.
        let named = needles
            .digits
            .first()
            .map(|digits| holds("search_text", digits));
        parts.push(format!(
            "({})",
            spellings
                .into_iter()
                .chain(named)
                .collect::<Vec<_>>()
                .join(" OR ")
        ));
    }
    if query.attention {
        parts.push("attention".to_owned());
    }
    (parts.join(" AND "), values)
}
