//! The list of contacts: pages, counts, places.
//!
//! A page of all contacts reads one covering index only. Where it begins is not counted from the top each
//! time: the ends of the page that was read last are kept, and the next one, which is nearly always
//! close to it, is sought from the nearer of them. What a typed text finds is the search's to say; a
//! row that was found by digits or by a condition shows the number that fits, historic ones too.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::domain::contact::ContactId;
use crate::domain::edit::ContactWithCard;
use crate::domain::listing::{
    Found, ListQuery, Order, Row, RowColumns, RowNumber, Rows, Selection, Totals,
};
use crate::domain::number::{self, Region, digits_to_find};
use crate::domain::phone::Mark;
use crate::domain::query::Query;
use crate::domain::refusal::Refusal;

use crate::store::base::Store;
use crate::store::cache::condition::MatchingPhones;
use crate::store::cache::window::{RowMark, Seek, Window};
use crate::store::db::connect::data_version;
use crate::store::db::failure::Answer;
use crate::store::db::record;

impl Store {
    /// `count` rows of the list, from the place `first` on.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn rows(&self, query: &ListQuery, first: usize, count: usize) -> Result<Rows, Refusal> {
        self.snapshot(|connection| {
            if query.query().is_everybody() {
                let mut page = self.page(connection, query, first, count)?;
                if query.attention {
                    for row in &mut page.rows {
                        show_waiting(connection, row, self.home())?;
                    }
                }
                return Ok(page);
            }
            let hits = self.hits(connection, query)?;
            let Query {
                needles,
                conditions,
                ..
            } = query.query();
            let meant = MatchingPhones::by(connection, &conditions, self.home())?;
            let mut rows = Vec::with_capacity(count);
            for rowid in hits.rows.iter().skip(first).take(count) {
                let Some(mut row) = row(connection, *rowid)? else {
                    continue;
                };
                row = judged(row, self.home());
                if !needles.number().is_empty() {
                    show_match(connection, &mut row, needles.number(), self.home())?;
                }
                if let Some(meant) = &meant
                    && let Some(phone) = meant.of(row.id)?.first()
                {
                    row.number = Some(RowNumber::matched(phone, self.home()));
                }
                let is_matched = row.number.as_ref().is_some_and(|it| it.matched.is_some());
                if query.attention && !is_matched {
                    show_waiting(connection, &mut row, self.home())?;
                }
                rows.push(row);
            }
            Ok(Rows {
                first,
                rows,
                total: Some(hits.rows.len()),
                found: hits.found,
            })
        })
    }

    /// Rows of these contacts, in this order; those that are gone have none.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub(crate) fn rows_of(&self, ids: &[ContactId]) -> Result<Rows, Refusal> {
        self.snapshot(|connection| {
            let sql = format!("SELECT {SHOWN} FROM contact WHERE id = ?1");
            let mut statement = connection.prepare_cached(&sql)?;
            let mut rows = Vec::with_capacity(ids.len());
            for id in ids {
                let row = statement.query_row([id.0.as_bytes()], shown).optional()?;
                rows.extend(row.map(|row| judged(row, self.home())));
            }
            Ok(Rows {
                total: Some(rows.len()),
                rows,
                ..Rows::default()
            })
        })
    }

    /// Adds to rows of the list what else is shown of them.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub(crate) fn add_columns(&self, rows: &mut Rows, columns: RowColumns) -> Result<(), Refusal> {
        self.snapshot(|connection| {
            if columns == RowColumns::WithEmail {
                for row in &mut rows.rows {
                    let contact = record::find_contact(connection, row.id)?;
                    let email =
                        contact.and_then(|contact| Some(contact.emails().next()?.to_owned()));
                    row.email = email;
                }
            }
            if columns != RowColumns::WithCompany {
                return Ok(());
            }
            let mut company =
                connection.prepare_cached("SELECT organisation FROM contact WHERE id = ?1")?;
            for row in &mut rows.rows {
                let found = company.query_row([row.id.0.as_bytes()], |row| row.get(0));
                row.organisation = found.optional()?.flatten();
            }
            Ok(())
        })
    }

    /// A page of all contacts, or of those that need attention.
    fn page(
        &self,
        connection: &Connection,
        query: &ListQuery,
        first: usize,
        count: usize,
    ) -> Answer<Rows> {
        let mut window = self.known(connection, query)?;
        let filter = Everybody::of(query);
        let seek = window.seek(first, count);
        let keyed = filter.page(connection, &seek, count)?;
        let ended = matches!(seek, Seek::Down(_, _)) && keyed.len() < count;
        if ended && (first == 0 || !keyed.is_empty()) {
            window.total = Some(first + keyed.len());
        }
        if let (Some((_, top)), Some((_, bottom))) = (keyed.first(), keyed.last()) {
            let bottom = RowMark {
                place: first + keyed.len() - 1,
                ..bottom.clone()
            };
            let top = RowMark {
                place: first,
                ..top.clone()
            };
            window.marks = vec![top, bottom];
        }
        let total = window.total;
        self.window.set(Some(window));
        Ok(Rows {
            first,
            rows: { keyed.into_iter() }
                .map(|(row, _)| judged(row, self.home()))
                .collect(),
            total,
            found: Found::Exactly,
        })
    }

    /// How many rows the list has.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn count(&self, query: &ListQuery) -> Result<usize, Refusal> {
        self.snapshot(|connection| {
            if !query.query().is_everybody() {
                return Ok(self.hits(connection, query)?.rows.len());
            }
            let mut window = self.known(connection, query)?;
            let total = match window.total {
                Some(total) => total,
                None => Everybody::of(query).count(connection)?,
            };
            window.total = Some(total);
            self.window.set(Some(window));
            Ok(total)
        })
    }

    /// The totals of the header.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn totals(&self) -> Result<Totals, Refusal> {
        self.snapshot(|connection| {
            Ok(Totals {
                contacts: number(connection, "SELECT count(*) FROM contact", &[])?,
                attention: number(
                    connection,
                    "SELECT count(*) FROM contact WHERE attention",
                    &[],
                )?,
            })
        })
    }

    /// Gives each contact of a selection with its phones and its card to `each`, as they all stood at
    /// one moment; says how many there were.
    ///
    /// # Errors
    /// Not found where a marked one is gone; what `each` refuses; where the database cannot be read.
    pub fn each(
        &self,
        selection: &Selection,
        each: &mut dyn FnMut(ContactWithCard) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
        self.snapshot(|connection| {
            let ids = self.selected(connection, selection)?;
            for id in &ids {
                let full = record::full_contact(connection, *id)?;
                let card = record::card_of(connection, &full.contact)?;
                each(ContactWithCard { full, card })?;
            }
            Ok(ids.len())
        })
    }

    /// The contacts of `count` rows of the list, from the place `first` on.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn ids(
        &self,
        query: &ListQuery,
        first: usize,
        count: usize,
    ) -> Result<Vec<ContactId>, Refusal> {
        self.snapshot(|connection| {
            let all = self.selected(connection, &Selection::Shown(query.clone()))?;
            Ok(all.into_iter().skip(first).take(count).collect())
        })
    }

    /// The contacts of a selection, in its order.
    pub(in crate::store) fn selected(
        &self,
        connection: &Connection,
        selection: &Selection,
    ) -> Answer<Vec<ContactId>> {
        match selection {
            Selection::Marked(ids) => Ok(ids.clone()),
            Selection::MarkedInList(ids, order) => in_order(connection, ids, *order),
            Selection::Shown(query) if query.query().is_everybody() => {
                Everybody::of(query).ids(connection)
            }
            Selection::Shown(query) => self.found_ids(connection, query),
        }
    }

    /// The place of a contact in the list that `query` asks for, or none where it does not show it.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn place(&self, query: &ListQuery, id: ContactId) -> Result<Option<usize>, Refusal> {
        self.snapshot(|connection| {
            if query.query().is_everybody() {
                return Everybody::of(query).place(connection, id);
            }
            let row: Option<u32> = connection
                .prepare_cached("SELECT rowid FROM contact WHERE id = ?1")?
                .query_row([id.0.as_bytes()], |row| row.get(0))
                .optional()?;
            let hits = self.hits(connection, query)?;
            Ok(row.and_then(|row| hits.rows.iter().position(|hit| *hit == row)))
        })
    }

    /// What is known of a list, if it is the one that was read last and still so.
    fn known(&self, connection: &Connection, query: &ListQuery) -> Answer<Window> {
        let version = data_version(connection)?;
        let known = self.window.take();
        let known = known.filter(|known| known.version == version && known.query == *query);
        Ok(known.unwrap_or_else(|| Window {
            query: query.clone(),
            version,
            marks: Vec::new(),
            total: None,
        }))
    }
}

/// All contacts, or those that need attention, in an order.
struct Everybody {
    order: Order,
    index: &'static str,
    condition: &'static str,
}

/// Some contacts as a list in an order has them; those that are not there are the last.
fn in_order(connection: &Connection, ids: &[ContactId], order: Order) -> Answer<Vec<ContactId>> {
    let list = Everybody::of(&ListQuery {
        order,
        ..ListQuery::default()
    });
    let sql = format!("SELECT {} FROM contact WHERE id = ?1", list.key());
    let mut key = connection.prepare_cached(&sql)?;
    let mut known = Vec::new();
    let mut gone = Vec::new();
    for id in ids {
        let key = key.query_row([id.0.as_bytes()], |row| {
            Ok(match row.get_ref(0)? {
                ValueRef::Integer(number) => (number, Vec::new()),
                ValueRef::Text(bytes) | ValueRef::Blob(bytes) => (0, bytes.to_vec()),
                ValueRef::Null | ValueRef::Real(_) => (0, Vec::new()),
            })
        });
        match key.optional()? {
            Some(key) => known.push((key, *id)),
            None => gone.push(*id),
        }
    }
    known.sort_unstable();
    if list.is_falling() {
        known.reverse();
    }
    let known = known.into_iter().map(|(_, id)| id);
    Ok(known.chain(gone).collect())
}

impl Everybody {
    const fn of(query: &ListQuery) -> Self {
        let index = match query.order {
            Order::Name if query.attention => "contact_attention",
            _ if query.attention => "contact_by_name",
            Order::Name => "contact_by_name",
            Order::Given => "contact_by_given",
            Order::Changed => "contact_by_change",
        };
        Self {
            order: query.order,
            index,
            condition: if query.attention { "attention" } else { "true" },
        }
    }

    /// The column that the list is sorted by; ids decide among equals.
    const fn key(&self) -> &'static str {
        match self.order {
            Order::Name => "family_key",
            Order::Given => "given_key",
            Order::Changed => "updated_at",
        }
    }

    /// Reads a page, each row with its mark, whose place is still to be set.
    fn page(
        &self,
        connection: &Connection,
        seek: &Seek<'_>,
        count: usize,
    ) -> Answer<Vec<(Row, RowMark)>> {
        let (mark, skip, limit, down) = match seek {
            Seek::Down(mark, skip) => (mark, *skip, count, true),
            Seek::Up(mark, skip, rows) => (mark, *skip, *rows, false),
        };
        // What changed last comes first, so that its way down is the falling one.
        let rising = down != self.is_falling();
        let (direction, side) = if rising {
            ("ASC", ">=")
        } else {
            ("DESC", "<=")
        };
        let key = self.key();
        let mut values = Vec::new();
        let mut condition = self.condition.to_owned();
        if let Some(mark) = mark {
            values.push(mark.key.clone());
            values.push(Value::Blob(mark.id.0.as_bytes().to_vec()));
            let (key_at, id_at) = (values.len() - 1, values.len());
            condition = format!("{condition} AND ({key}, id) {side} (?{key_at}, ?{id_at})");
        }
        for number in [limit, skip] {
            values.push(Value::Integer(i64::try_from(number).unwrap_or(i64::MAX)));
        }
        let (limit_at, skip_at) = (values.len() - 1, values.len());
        let sql = format!(
            "SELECT {SHOWN}, {key}
             FROM contact INDEXED BY {} WHERE {condition}
             ORDER BY {key} {direction}, id {direction} LIMIT ?{limit_at} OFFSET ?{skip_at}",
            self.index
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            let shown = shown(row)?;
            let id = shown.id;
            let mark = RowMark {
                place: 0,
                key: row.get(6)?,
                id,
            };
            Ok((shown, mark))
        })?;
        let mut rows = rows.collect::<rusqlite::Result<Vec<_>>>()?;
        if !down {
            rows.reverse();
        }
        Ok(rows)
    }

    /// The ids of all rows, in order.
    fn ids(&self, connection: &Connection) -> Answer<Vec<ContactId>> {
        let key = self.key();
        let direction = if self.is_falling() { "DESC" } else { "ASC" };
        let sql = format!(
            "SELECT id FROM contact INDEXED BY {} WHERE {} ORDER BY {key} {direction}, id {direction}",
            self.index, self.condition
        );
        let mut statement = connection.prepare(&sql)?;
        let ids = statement.query_map([], |row| record::uuid(row, 0).map(ContactId))?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
    }

    /// Whether the greatest comes first.
    const fn is_falling(&self) -> bool {
        matches!(self.order, Order::Changed)
    }

    fn count(&self, connection: &Connection) -> Answer<usize> {
        let sql = if self.condition == "true" {
            "SELECT count(*) FROM contact".to_owned()
        } else {
            format!(
                "SELECT count(*) FROM contact INDEXED BY {} WHERE {}",
                self.index, self.condition
            )
        };
        number(connection, &sql, &[])
    }

    fn place(&self, connection: &Connection, id: ContactId) -> Answer<Option<usize>> {
        let (key, condition) = (self.key(), self.condition);
        let mut values = vec![Value::Blob(id.0.as_bytes().to_vec())];
        let id_at = values.len();
        let found: Option<Value> = connection
            .prepare_cached(&format!(
                "SELECT {key} FROM contact WHERE {condition} AND id = ?{id_at}"
            ))?
            .query_row(params_from_iter(&values), |row| row.get(0))
            .optional()?;
        let Some(found) = found else { return Ok(None) };
        values.push(found);
        let key_at = values.len();
        let before = match self.order {
            Order::Changed => ">",
            Order::Name | Order::Given => "<",
        };
        let sql = format!(
            "SELECT count(*) FROM contact INDEXED BY {} WHERE {condition}
             AND ({key}, id) {before} (?{key_at}, ?{id_at})",
            self.index
        );
        number(connection, &sql, &values).map(Some)
    }
}

/// A row of the list.
fn row(connection: &Connection, rowid: u32) -> Answer<Option<Row>> {
    let row = connection
        .prepare_cached(&format!("SELECT {SHOWN} FROM contact WHERE rowid = ?1"))?
        .query_row([rowid], shown)
        .optional()?;
    Ok(row)
}

/// The columns of a row of the list. The first number of a contact is historic where none is primary.
const SHOWN: &str = "id, name, favourite, main_number, main_mark,
    NOT EXISTS (SELECT 1 FROM phone WHERE phone.contact = contact.id AND phone.is_primary)";

/// A row of the list out of these columns.
fn shown(row: &rusqlite::Row<'_>) -> rusqlite::Result<Row> {
    let (number, historic) = (row.get::<_, Option<String>>(3)?, row.get(5)?);
    let mark = record::mark(row.get(4)?);
    Ok(Row {
        id: ContactId(record::uuid(row, 0)?),
        name: row.get(1)?,
        favourite: row.get(2)?,
        organisation: None,
        email: None,
        number: number.zip(mark).map(|(shown, mark)| RowNumber {
            shown,
            mark,
            historic,
            matched: None,
        }),
    })
}

/// A row with the mark of its number where national numbers are of `home`: the column says only that it
/// is kept as typed, since home may change.
fn judged(mut row: Row, home: Option<Region>) -> Row {
    if let Some(number) = &mut row.number
        && number.mark == Mark::Impossible
    {
        let possible = !number::is_impossible(&number.shown, None, home);
        number.mark = Mark::of(false, possible);
    }
    row
}

/// Puts the number that matched into a row, where the one that is there does not.
fn show_match(
    connection: &Connection,
    row: &mut Row,
    runs: &[String],
    home: Option<Region>,
) -> Answer<()> {
    let has = |digits: &str| runs.iter().any(|run| digits.contains(run.as_str()));
    let there = row.number.as_ref();
    if there.is_some_and(|number| has(&digits_to_find(&number.shown))) {
        return Ok(());
    }
    let phones = record::phones_of(connection, row.id)?;
    let mut phones = phones.iter();
    if let Some(phone) = phones.find(|phone| has(&digits_to_find(&phone.number))) {
        row.number = Some(RowNumber::matched(phone, home));
    }
    Ok(())
}

/// Puts the number for which a contact needs attention into its row: the first that is not possible, else the
/// first unconfirmed one.
fn show_waiting(connection: &Connection, row: &mut Row, home: Option<Region>) -> Answer<()> {
    let phones = record::phones_of(connection, row.id)?;
    let waiting = phones
        .iter()
        .filter(|phone| !phone.historic && !phone.valid_values);
    let waiting = waiting.min_by_key(|phone| !phone.is_impossible(home));
    if let Some(phone) = waiting {
        row.number = Some(RowNumber::matched(phone, home));
    }
    Ok(())
}

fn number(connection: &Connection, sql: &str, values: &[Value]) -> Answer<usize> {
    let number: i64 = connection
        .prepare_cached(sql)?
        .query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(usize::try_from(number).unwrap_or_default())
}
