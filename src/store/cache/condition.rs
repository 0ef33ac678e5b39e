//! Conditions of a search, such as `label:work is:historic`: which contacts they match.

use chrono::{Local, NaiveDate, NaiveTime, TimeZone as _};
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use crate::domain::contact::{ContactId, DetailKind};
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY};
use crate::domain::fold::fold;
use crate::domain::number::{self, Region};
use crate::domain::phone::Phone;
use crate::domain::primary;
use crate::domain::query::period::{DayPattern, Period, PeriodEnd};
use crate::domain::query::{Condition, Part, Quality, TextMatch};
use crate::domain::timestamp::Timestamp;

use crate::store::db::failure::Answer;
use crate::store::db::record::{self, PHONE};

/// The contacts of which something is not sent yet, each with the remote that it goes to: those that are on their
/// way, and those that were changed since the last sync, unless by that remote itself. Those without a card go to a
/// remote that takes all new contacts.
pub(in crate::store) const WAITING: &str = "
    SELECT contact, remote FROM remote_card INDEXED BY remote_card_todo
    WHERE intent IS NOT NULL AND contact IS NOT NULL AND NOT held AND refused IS NULL
    UNION
    SELECT contact, remote FROM remote_card INDEXED BY remote_card_todo
    WHERE etag IS NULL AND contact IS NOT NULL AND NOT held AND refused IS NULL
    UNION
    SELECT o.contact, r.id FROM remote r
    JOIN undo_point p ON p.id > r.seen AND p.remote IS NOT r.name
    JOIN operation o ON o.point = p.id
    LEFT JOIN remote_card l ON l.remote = r.id AND l.contact = o.contact
    WHERE r.confirmed AND coalesce(r.traits ->> 'sends', 1) AND NOT coalesce(r.traits ->> 'read_only', 0)
        AND CASE WHEN l.id IS NULL
            THEN r.traits ->> '$.goes[0]' AND r.traits ->> '$.goes[1]' IS NULL
                AND EXISTS (SELECT 1 FROM contact c WHERE c.id = o.contact)
            ELSE NOT l.held AND l.refused IS NULL END";

/// Whether a person left a card as it is: its reason begins with [`LEFT_OUT`](crate::domain::remotes::LEFT_OUT).
pub(in crate::store) const IS_LEFT_OUT: &str = "refused LIKE 'left out: %'";

/// The contacts that a remote does not take, or not as they are now, each with the remote.
fn refused() -> String {
    format!(
        "SELECT contact, remote FROM remote_card INDEXED BY remote_card_todo
         WHERE refused IS NOT NULL AND contact IS NOT NULL AND NOT ({IS_LEFT_OUT})"
    )
}

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

/// Conditions as SQL: what has to hold of a contact `c`, and of those phones `p` of it that are meant; and the
/// values of the parameters.
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

/// What has to hold of the columns of a record.
enum Clause {
    OfContact(String),
    OfPhone(String),
}

/// The parameters of a statement.
#[derive(Default)]
struct Parameters(Vec<Value>);

impl Parameters {
    fn bind(&mut self, value: Value) -> String {
        self.0.push(value);
        format!("?{}", self.0.len())
    }

    fn text(&mut self, text: &str) -> String {
        self.bind(Value::Text(text.to_owned()))
    }

    /// Conditions of which one has to hold; without any, nothing matches.
    fn any(clauses: impl Iterator<Item = String>) -> String {
        let clauses: Vec<String> = clauses.collect();
        if clauses.is_empty() {
            return "false".to_owned();
        }
        format!("({})", clauses.join(" OR "))
    }

    /// A word of a column begins so, or all of it is so.
    fn words(&mut self, column: &str, wanted: &TextMatch) -> String {
        let at = self.text(wanted.folded());
        match wanted {
            TextMatch::Part(_) => format!("instr(' ' || folded({column}), ' ' || {at}) > 0"),
            TextMatch::Whole(_) => format!("folded({column}) = {at}"),
        }
    }

    /// A column has this in it, or all of it is so.
    fn part(column: &str, wanted: &TextMatch, at: &str) -> String {
        match wanted {
            TextMatch::Part(_) => format!("instr(folded({column}), {at}) > 0"),
            TextMatch::Whole(_) => format!("folded({column}) = {at}"),
        }
    }

    fn countries(&mut self, regions: &[Region]) -> String {
        let any = regions.iter().map(|region| {
            let code = self.text(&region.calling_code().to_string());
            let region = self.text(region.code());
            format!("(p.country_code = {code} AND country(p.country_code, p.number) = {region})")
        });
        Self::any(any)
    }

    /// A detail of a contact of which this holds.
    fn detail(&mut self, kind: DetailKind, holds: &str) -> String {
        let kind = self.text(kind.word());
        format!(
            "c.details <> '[]' AND EXISTS (SELECT 1 FROM json_each(c.details) AS d
             WHERE d.value ->> 'kind' = {kind} AND {holds})"
        )
    }

    /// A date of a contact with this label of which this holds.
    fn date(&mut self, label: &str, holds: &str) -> String {
        let label = self.text(label);
        self.detail(
            DetailKind::Date,
            &format!("d.value ->> 'label' = {label} AND {holds}"),
        )
    }

    /// What a condition that is not negated asks.
    fn clause(&mut self, condition: &Condition) -> Clause {
        Clause::OfPhone(match condition {
            Condition::Not(inner) => return self.clause(inner),
            Condition::Tel(spellings) => Self::any(spellings.iter().map(|digits| {
                let reversed: String = digits.chars().rev().collect();
                format!("instr(p.reversed, {}) > 0", self.text(&reversed))
            })),
            Condition::Label(label) => self.words("p.location", label),
            Condition::Source(source) => {
                let at = self.text(source.folded());
                Self::part("p.source", source, &at)
            }
            Condition::Country(regions) => self.countries(regions),
            Condition::NoCountry => "p.country_code IS NULL".to_owned(),
            Condition::Year(year) => format!(
                "p.updated_at >= {} AND p.updated_at < {}",
                Timestamp::of_year(*year).micros(),
                Timestamp::of_year(*year + 1).micros()
            ),
            Condition::Is(Quality::Primary) => "p.is_primary".to_owned(),
            Condition::Is(Quality::Historic) => "p.historic".to_owned(),
            Condition::Is(Quality::Accurate) => "p.valid_values".to_owned(),
            Condition::Is(Quality::Unconfirmed) => "NOT p.valid_values".to_owned(),
            Condition::Is(Quality::Impossible) => {
                "p.identity NOT LIKE '+%' AND impossible(p.number, p.country_code)".to_owned()
            }
            of_contact => return Clause::OfContact(self.of_contact(of_contact)),
        })
    }

    fn of_contact(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Is(Quality::Favourite) => "c.favourite".to_owned(),
            Condition::Is(Quality::Company) => "c.kind = 'company'".to_owned(),
            Condition::Is(Quality::Waiting) => {
                format!("c.id IN (SELECT w.contact FROM ({WAITING} UNION {}) w)", refused())
            }
            Condition::Is(Quality::Conflict) => "c.id IN (SELECT r.contact FROM remote_conflict f
                JOIN remote_card r ON r.id = f.remote_card WHERE r.contact IS NOT NULL AND NOT f.closed)"
                .to_owned(),
            Condition::In(remote) => format!(
                "c.id IN (SELECT l.contact FROM remote_card l JOIN remote r ON r.id = l.remote
                 WHERE l.contact IS NOT NULL AND l.etag IS NOT NULL AND {})",
                self.words("r.name", remote)
            ),
            Condition::Tag(tag) => format!(
                "c.tags <> '[]' AND EXISTS (SELECT 1 FROM json_each(c.tags) WHERE {})",
                self.words("value", tag)
            ),
            Condition::Has(part) => self.has(*part),
            Condition::Created(period) => self.within("c.created_at", *period),
            Condition::Changed(period) => self.within("c.updated_at", *period),
            Condition::Birthday(pattern) => {
                let DayPattern { year, month, day } = *pattern;
                let parts = [
                    ("year", year.map(i64::from)),
                    ("month", month.map(i64::from)),
                    ("day", day.map(i64::from)),
                ];
                let parts = parts.into_iter().filter_map(|(part, number)| {
                    let number = self.bind(Value::Integer(number?));
                    Some(format!("d.value ->> '$.value.{part}' = {number}"))
                });
                let fits: Vec<String> = parts.collect();
                self.date(BIRTHDAY, &fits.join(" AND "))
            }
            Condition::Own(name, said) => {
                let label = self.text(name);
                let said = said.as_ref();
                let said = said.map(|said| self.words("d.value ->> 'value'", said));
                let holds = said.unwrap_or_else(|| "true".to_owned());
                self.detail(
                    DetailKind::Other,
                    &format!("d.value ->> 'label' = {label} AND {holds}"),
                )
            }
            // All others are about numbers.
            _ => "true".to_owned(),
        }
    }

    fn has(&mut self, part: Part) -> String {
        let detail = match part {
            Part::Number => {
                return "EXISTS (SELECT 1 FROM phone WHERE phone.contact = c.id)".to_owned();
            }
            Part::Company => return "c.organisation IS NOT NULL".to_owned(),
            Part::Note => return "c.note IS NOT NULL".to_owned(),
            Part::Tag => return "c.tags <> '[]'".to_owned(),
            Part::Email => DetailKind::Email,
            Part::Address => DetailKind::Address,
            Part::Birthday => return self.date(BIRTHDAY, "true"),
            Part::Anniversary => return self.date(ANNIVERSARY, "true"),
            Part::Link => DetailKind::Link,
            Part::Chat => DetailKind::Chat,
            Part::Relation => DetailKind::Relation,
        };
        self.detail(detail, "true")
    }

    /// A column of times lies within a period of the calendar here.
    fn within(&mut self, column: &str, period: Period) -> String {
        let ends = [(">=", period.from), ("<", period.until)];
        let ends = ends.into_iter().filter_map(|(sign, end)| {
            // What is relative was resolved; conditions on numbers are all that are read without that.
            let PeriodEnd::Day(day) = end? else {
                return None;
            };
            let at = Value::Integer(midnight(day).micros());
            Some(format!("{column} {sign} {}", self.bind(at)))
        });
        let ends: Vec<String> = ["true".to_owned()].into_iter().chain(ends).collect();
        ends.join(" AND ")
    }
}

/// The day that it is here at an instant.
pub(in crate::store) fn day_of(at: Timestamp) -> NaiveDate {
    at.to_utc().with_timezone(&Local).date_naive()
}

/// When a day begins here; where clocks are set on at that hour, in UTC.
fn midnight(day: NaiveDate) -> Timestamp {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = Local.from_local_datetime(&midnight).earliest();
    Timestamp::from_utc(local.map_or_else(|| midnight.and_utc(), |at| at.to_utc()))
}

fn sql(conditions: &[Condition], attention: bool) -> Sql {
    let mut parameters = Parameters::default();
    let mut of_contact = vec!["true".to_owned()];
    let (mut of_phone, mut not_of_phone) = (Vec::new(), Vec::new());
    let (mut contact_source, mut other_sources) = (None, Vec::new());
    if attention {
        of_contact.push("c.attention".to_owned());
    }
    for condition in conditions {
        let (asked, is_negated) = match condition {
            Condition::Not(asked) => (asked.as_ref(), true),
            asked => (asked, false),
        };
        // What is not known is not so: NULL has to be neither here nor there.
        match (parameters.clause(asked), is_negated) {
            (Clause::OfContact(clause), false) => of_contact.push(clause),
            (Clause::OfContact(clause), true) => of_contact.push(format!("({clause}) IS NOT TRUE")),
            (Clause::OfPhone(clause), false) => of_phone.push(clause),
            (Clause::OfPhone(clause), true) => not_of_phone.push(clause),
        }
        if let Condition::Source(source) = asked {
            // The parameter that was bound last.
            let at = format!("?{}", parameters.0.len());
            let clause = Parameters::part("c.source", source, &at);
            if is_negated {
                other_sources.push(format!("({clause}) IS NOT TRUE"));
            } else {
                contact_source = Some(clause);
            }
        }
    }
    let with = |clauses: &[String]| {
        format!(
            "c.id IN (SELECT p.contact FROM phone p WHERE {})",
            clauses.join(" AND ")
        )
    };
    let others = not_of_phone
        .iter()
        .map(|clause| format!("({clause}) IS NOT TRUE"));
    let meant: Vec<String> = of_phone.iter().cloned().chain(others).collect();
    match (of_phone.as_slice(), contact_source) {
        // A contact from a source matches even without a number.
        ([_], Some(source)) if not_of_phone.is_empty() => {
            of_contact.push(format!("({} OR {source})", with(&of_phone)));
        }
        ([], _) => {
            of_contact.extend(
                not_of_phone
                    .iter()
                    .map(|clause| format!("NOT {}", with(std::slice::from_ref(clause)))),
            );
            of_contact.extend(other_sources);
        }
        _ => of_contact.push(with(&meant)),
    }
    Sql {
        of_contact,
        of_phone: meant,
        values: parameters.0,
    }
}

/// Gives SQL the folding of texts, the countries of numbers, and which numbers are not
/// possible.
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
