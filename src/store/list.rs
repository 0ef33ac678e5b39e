//! The list of contacts: pages, filter, counts, places.
//!
//! A page and a filter read one covering index only. Where a page begins is not counted from the
//! top each time: the ends of the page that was read last are kept, and the next one, which is
//! nearly always close to it, is sought from the nearer of them. Digits look through all numbers of
//! a contact, historic ones too, and the row then shows the number that matched.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::domain::contact::ContactId;
use crate::domain::edit::Whole;
use crate::domain::listing::{ListQuery, Needles, Order, Row, Rows, Selection, Totals};
use crate::domain::refusal::Refusal;

use super::Store;
use super::contacts;
use super::data_version;
use super::failure::Answer;
use super::record;

/// What is known of a list from what was read of it last. It holds as long as nobody writes: a
/// write of this store forgets it, another's changes `version`.
pub(super) struct Window {
    query: ListQuery,
    version: i64,
    marks: Vec<Mark>,
    total: Option<usize>,
}

/// A row whose place is known.
#[derive(Clone)]
struct Mark {
    place: usize,
    key: Value,
    id: ContactId,
}

/// Where a page is read from.
enum Seek<'w> {
    /// From a mark, or from the top, so many rows on.
    Down(Option<&'w Mark>, usize),
    /// Backwards from a mark, or from the end, so many rows from the page's last one; and how many
    /// rows the page has.
    Up(Option<&'w Mark>, usize, usize),
}

impl Window {
    /// The shortest way to the rows from `first` on.
    fn seek(&self, first: usize, count: usize) -> Seek<'_> {
        let last = first + count.saturating_sub(1);
        let down = self.marks.iter().filter(|mark| mark.place <= first);
        let down = down.map(|mark| (first - mark.place, Some(mark)));
        let up = self.marks.iter().filter(|mark| mark.place >= last);
        let up = up.map(|mark| (mark.place - last, Some(mark), count));
        let end = self.total.filter(|total| first < *total).map(|total| {
            let rows = count.min(total - first);
            (total - first - rows, None, rows)
        });
        let down = down.chain([(first, None)]).min_by_key(|way| way.0);
        let up = up.chain(end).min_by_key(|way| way.0);
        match (down, up) {
            (Some((way, _)), Some((back, mark, rows))) if back < way => Seek::Up(mark, back, rows),
            (Some((way, mark)), _) => Seek::Down(mark, way),
            (None, _) => Seek::Down(None, first),
        }
    }
}

impl Store {
    /// `count` rows of the list, from the place `first` on.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn rows(&self, query: &ListQuery, first: usize, count: usize) -> Result<Rows, Refusal> {
        self.snapshot(|connection| {
            let mut window = self.known(connection, query)?;
            let filter = Filter::of(query);
            let seek = window.seek(first, count);
            let mut keyed = filter.page(connection, &seek, count)?;
            let ended = matches!(seek, Seek::Down(_, _)) && keyed.len() < count;
            if ended && (first == 0 || !keyed.is_empty()) {
                window.total = Some(first + keyed.len());
            }
            if let (Some((_, top)), Some((_, bottom))) = (keyed.first(), keyed.last()) {
                let bottom = Mark {
                    place: first + keyed.len() - 1,
                    ..bottom.clone()
                };
                let top = Mark {
                    place: first,
                    ..top.clone()
                };
                window.marks = vec![top, bottom];
            }
            self.window.set(Some(window));
            if !filter.needles.digits.is_empty() {
                for (row, _) in &mut keyed {
                    show_match(connection, row, &filter.needles)?;
                }
            }
            let rows = keyed.into_iter().map(|(row, _)| row).collect();
            Ok(Rows { first, rows })
        })
    }

    /// How many rows the list has.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn count(&self, query: &ListQuery) -> Result<usize, Refusal> {
        self.snapshot(|connection| {
            let mut window = self.known(connection, query)?;
            let total = match window.total {
                Some(total) => total,
                None => Filter::of(query).count(connection)?,
            };
            window.total = Some(total);
            self.window.set(Some(window));
            Ok(total)
        })
    }

    /// The totals of the header.
    ///
    /// # Errors
    /// Where the database cannot be read.
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
        each: &mut dyn FnMut(Whole) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
        self.snapshot(|connection| {
            let ids = match selection {
                Selection::Marked(ids) => ids.clone(),
                Selection::Shown(query) => Filter::of(query).ids(connection)?,
            };
            for id in &ids {
                let contact = contacts::find(connection, *id)?;
                let phones = record::phones_of(connection, *id)?;
                let card = match contact.card {
                    Some(card) => Some(contacts::card(connection, card)?),
                    None => None,
                };
                each(Whole {
                    contact,
                    phones,
                    card,
                })?;
            }
            Ok(ids.len())
        })
    }

    /// The place of a contact in the list that `query` asks for, or none where it does not show it.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn place(&self, query: &ListQuery, id: ContactId) -> Result<Option<usize>, Refusal> {
        self.snapshot(|connection| Filter::of(query).place(connection, id))
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

/// A query as SQL.
pub(super) struct Filter {
    pub(super) needles: Needles,
    order: Order,
    index: &'static str,
    /// The condition, and the values of its parameters from `?1` on.
    pub(super) condition: String,
    pub(super) values: Vec<Value>,
}

impl Filter {
    pub(super) fn of(query: &ListQuery) -> Self {
        let needles = query.needles();
        let mut parts = vec!["true".to_owned()];
        let mut values = Vec::new();
        let mut holds = |column: &str, text: &str| {
            values.push(Value::Text(text.to_owned()));
            format!("instr({column}, ?{}) > 0", values.len())
        };
        for word in &needles.words {
            parts.push(holds("search_text", word));
        }
        let mut spellings: Vec<String> = needles
            .digits
            .iter()
            .map(|digits| holds("digits", digits))
            .collect();
        if let Some(typed) = needles.digits.first() {
            // A name may hold digits too.
            spellings.push(holds("search_text", typed));
            parts.push(format!("({})", spellings.join(" OR ")));
        }
        if query.attention {
            parts.push("attention".to_owned());
        }
        let index = match query.order {
            _ if needles != Needles::default() => "contact_by_name",
            Order::Name if query.attention => "contact_attention",
            _ if query.attention => "contact_by_name",
            Order::Name => "contact_by_name",
            Order::Given => "contact_by_given",
            Order::Changed => "contact_by_change",
        };
        Self {
            needles,
            order: query.order,
            index,
            condition: parts.join(" AND "),
            values,
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
    ) -> Answer<Vec<(Row, Mark)>> {
        let (mark, skip, limit, down) = match seek {
            Seek::Down(mark, skip) => (mark, *skip, count, true),
            Seek::Up(mark, skip, rows) => (mark, *skip, *rows, false),
        };
        // What changed last comes first, so that its way down is the falling one.
        let rising = down != matches!(self.order, Order::Changed);
        let (direction, side) = if rising {
            ("ASC", ">=")
        } else {
            ("DESC", "<=")
        };
        let key = self.key();
        let mut values = self.values.clone();
        let mut condition = self.condition.clone();
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
            "SELECT id, name, favourite, main_number, main_mark, {key}
             FROM contact INDEXED BY {} WHERE {condition}
             ORDER BY {key} {direction}, id {direction} LIMIT ?{limit_at} OFFSET ?{skip_at}",
            self.index
        );
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| {
            let id = ContactId(record::uuid(row, 0)?);
            let number: Option<String> = row.get(3)?;
            let shown = Row {
                id,
                name: row.get(1)?,
                favourite: row.get(2)?,
                number: number.zip(record::mark(row.get(4)?)),
            };
            let mark = Mark {
                place: 0,
                key: row.get(5)?,
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
        let direction = match self.order {
            Order::Changed => "DESC",
            Order::Name | Order::Given => "ASC",
        };
        let sql = format!(
            "SELECT id FROM contact INDEXED BY {} WHERE {} ORDER BY {key} {direction}, id {direction}",
            self.index, self.condition
        );
        let mut statement = connection.prepare(&sql)?;
        let ids = statement.query_map(params_from_iter(&self.values), |row| {
            record::uuid(row, 0).map(ContactId)
        })?;
        Ok(ids.collect::<rusqlite::Result<_>>()?)
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
        number(connection, &sql, &self.values)
    }

    fn place(&self, connection: &Connection, id: ContactId) -> Answer<Option<usize>> {
        let (key, condition) = (self.key(), &self.condition);
        let mut values = self.values.clone();
        values.push(Value::Blob(id.0.as_bytes().to_vec()));
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

/// Puts the number that matched into a row.
fn show_match(connection: &Connection, row: &mut Row, needles: &Needles) -> Answer<()> {
    let phones = record::phones_of(connection, row.id)?;
    let matched = phones.iter().find(|phone| {
        let digits = record::digits(&phone.number);
        let has = |needle: &String| digits.contains(needle.as_str());
        needles.digits.iter().any(has)
    });
    if let Some(phone) = matched {
        row.number = Some((phone.shown(), phone.mark()));
    }
    Ok(())
}

fn number(connection: &Connection, sql: &str, values: &[Value]) -> Answer<usize> {
    let number: i64 = connection
        .prepare_cached(sql)?
        .query_row(params_from_iter(values), |row| row.get(0))?;
    Ok(usize::try_from(number).unwrap_or_default())
}
