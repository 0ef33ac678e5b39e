//! Conditions of a search, such as `label:work is:historic`: which contacts they match.

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::domain::contact::ContactId;
use crate::domain::fold::fold;
use crate::domain::number::{self, Region};
use crate::domain::phone::Phone;
use crate::domain::primary;
use crate::domain::query::{Condition, Quality};
use crate::domain::timestamp::Timestamp;

use crate::store::db::failure::Answer;
use crate::store::db::record::{self, PHONE};

/// A set of rows.
#[derive(Debug, Default)]
pub(in crate::store) struct Allowed(Vec<u64>);

impl Allowed {
    /// Whom all these conditions allow; with `attention`, of those who need it.
    pub(in crate::store) fn read(
        connection: &Connection,
        conditions: &[Condition],
        attention: bool,
        home: Option<Region>,
    ) -> Answer<Self> {
        let mut allowed = Self::default();
        let sql = sql(conditions, attention);
        add_functions(connection, home)?;
        let mut statement = connection.prepare(&sql.contacts())?;
        let rows = statement.query_map(params_from_iter(sql.values), |row| row.get(0))?;
        for row in rows {
            allowed.put(row?);
        }
        Ok(allowed)
    }

    fn put(&mut self, row: u32) {
        let at = row as usize / 64;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(at) {
            *bits |= 1 << (row % 64);
        }
    }

    pub(in crate::store) fn has(&self, row: u32) -> bool {
        let bits = self.0.get(row as usize / 64);
        bits.is_some_and(|bits| bits & (1 << (row % 64)) != 0)
    }
}

/// Conditions as SQL: what has to hold of a contact `c` and of one phone `p` of it, and the values of
/// the parameters.
struct Sql {
    of_contact: Vec<String>,
    of_phone: Vec<String>,
    values: Vec<Value>,
}

impl Sql {
    /// Whom the conditions allow.
    fn contacts(&self) -> String {
        format!(
            "SELECT c.rowid FROM contact c WHERE {}",
            self.of_contact.join(" AND ")
        )
    }

    /// A contact's phones of which the conditions hold, its id being the last parameter.
    fn phones(&self) -> String {
        let columns = PHONE.replace(", ", ", p.");
        let (holds, id) = (self.of_phone.join(" AND "), self.values.len() + 1);
        format!("SELECT p.{columns} FROM phone p WHERE {holds} AND p.contact = ?{id}")
    }
}

/// The numbers of contacts of which conditions on numbers hold.
pub(in crate::store) struct MatchingPhones<'c> {
    connection: &'c Connection,
    sql: String,
    values: Vec<Value>,
}

impl<'c> MatchingPhones<'c> {
    /// Those of which all these conditions hold; none where no condition is about a number.
    pub(in crate::store) fn by(
        connection: &'c Connection,
        conditions: &[Condition],
        home: Option<Region>,
    ) -> Answer<Option<Self>> {
        let sql = sql(conditions, false);
        if sql.of_phone.is_empty() {
            return Ok(None);
        }
        add_functions(connection, home)?;
        Ok(Some(Self {
            connection,
            sql: sql.phones(),
            values: sql.values,
        }))
    }

    /// Those of a contact, in their default order.
    pub(in crate::store) fn of(&self, contact: ContactId) -> Answer<Vec<Phone>> {
        let mut statement = self.connection.prepare_cached(&self.sql)?;
        let id = Value::Blob(contact.0.as_bytes().to_vec());
        let values = self.values.iter().chain([&id]);
        let phones = statement.query_map(params_from_iter(values), record::phone)?;
        let mut phones = phones.collect::<rusqlite::Result<Vec<_>>>()?;
        primary::sort(&mut phones);
        Ok(phones)
    }
}

fn sql(conditions: &[Condition], attention: bool) -> Sql {
    let mut values = Vec::new();
    let mut bind = |text: &str| {
        values.push(Value::Text(text.to_owned()));
        format!("?{}", values.len())
    };
    let begins =
        |column: &str, at: String| format!("instr(' ' || folded({column}), ' ' || {at}) > 0");
    let mut of_contact = vec!["true".to_owned()];
    let mut of_phone = Vec::new();
    let mut contact_source = None;
    if attention {
        of_contact.push("c.attention".to_owned());
    }
    for condition in conditions {
        match condition {
            Condition::Tel(spellings) => {
                let spellings = spellings.iter().map(|digits| {
                    let reversed: String = digits.chars().rev().collect();
                    format!("instr(p.reversed, {}) > 0", bind(&reversed))
                });
                let any: Vec<String> = spellings.collect();
                of_phone.push(format!("({})", any.join(" OR ")));
            }
            Condition::Label(label) => of_phone.push(begins("p.location", bind(label))),
            Condition::Source(source) => {
                let at = bind(source);
                of_phone.push(format!("instr(folded(p.source), {at}) > 0"));
                contact_source = Some(format!("instr(folded(c.source), {at}) > 0"));
            }
            Condition::Tag(tag) => of_contact.push(format!(
                "c.tags <> '[]' AND EXISTS (SELECT 1 FROM json_each(c.tags) WHERE {})",
                begins("value", bind(tag))
            )),
            Condition::Country(regions) => {
                let any = regions.iter().map(|region| {
                    let code = bind(&region.calling_code().to_string());
                    let region = bind(region.code());
                    format!(
                        "(p.country_code = {code} AND country(p.country_code, p.number) = {region})"
                    )
                });
                let any: Vec<String> = any.collect();
                of_phone.push(format!("({})", any.join(" OR ")));
            }
            Condition::Year(year) => of_phone.push(format!(
                "p.updated_at >= {} AND p.updated_at < {}",
                Timestamp::of_year(*year).micros(),
                Timestamp::of_year(*year + 1).micros()
            )),
            Condition::NoCountry => of_phone.push("p.country_code IS NULL".to_owned()),
            Condition::Is(Quality::Favourite) => of_contact.push("c.favourite".to_owned()),
            Condition::Is(Quality::Primary) => of_phone.push("p.is_primary".to_owned()),
            Condition::Is(Quality::Historic) => of_phone.push("p.historic".to_owned()),
            Condition::Is(Quality::Accurate) => of_phone.push("p.valid_values".to_owned()),
            Condition::Is(Quality::Unconfirmed) => of_phone.push("NOT p.valid_values".to_owned()),
            Condition::Is(Quality::Impossible) => {
                of_phone.push(
                    "p.identity NOT LIKE '+%' AND impossible(p.number, p.country_code)".to_owned(),
                );
            }
        }
    }
    if !of_phone.is_empty() {
        let phones = format!(
            "c.id IN (SELECT p.contact FROM phone p WHERE {})",
            of_phone.join(" AND ")
        );
        // A contact from a source matches even without a number.
        of_contact.push(match contact_source {
            Some(source) if of_phone.len() == 1 => format!("({phones} OR {source})"),
            _ => phones,
        });
    }
    Sql {
        of_contact,
        of_phone,
        values,
    }
}

/// Gives SQL the folding of texts, the countries of numbers, and which are impossible or lack a country.
pub(in crate::store) fn add_functions(connection: &Connection, home: Option<Region>) -> Answer<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection.create_scalar_function("folded", 1, flags, |arguments| {
        let text: Option<String> = arguments.get(0)?;
        Ok(text.map(|text| fold(&text)))
    })?;
    connection.create_scalar_function("impossible", 2, flags, move |arguments| {
        let (number, code): (String, Option<String>) = (arguments.get(0)?, arguments.get(1)?);
        Ok(number::is_impossible(&number, code.as_deref(), home))
    })?;
    connection.create_scalar_function("country", 2, flags, |arguments| {
        let (code, number): (String, String) = (arguments.get(0)?, arguments.get(1)?);
        Ok(number::region_of(&code, &number).map(|region| region.code().to_owned()))
    })?;
    Ok(())
}
