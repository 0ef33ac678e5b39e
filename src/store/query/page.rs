//! Pages of records (Phone resource, 2, LIST): a query as SQL.

use rusqlite::types::Value;
use rusqlite::{Connection, Row, params_from_iter};

use crate::domain::contact::Contact;
use crate::domain::page::{Direction, FilterValue, ListPage, PageQuery};
use crate::domain::phone::Phone;
use crate::domain::refusal::Refusal;

use crate::store::base::Store;
use crate::store::db::failure::Answer;
use crate::store::db::record::{self, CONTACT, PHONE};

/// A table that is listed by pages.
struct Listed<T> {
    table: &'static str,
    columns: &'static str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    /// The default order, which also decides among equals, so that pages never overlap.
    order: &'static str,
}

impl Store {
    /// A page of phones, of one owner or of all.
    ///
    /// # Errors
    /// Not found where there is no such owner; invalid where the page is not one.
    pub fn list_phones(&self, query: &PageQuery) -> Result<ListPage<Phone>, Refusal> {
        self.list(
            query,
            &Listed {
                table: "phone",
                columns: &PHONE,
                read: record::phone,
                order: "is_primary DESC, historic ASC, created_at DESC, id DESC",
            },
        )
    }

    /// A page of contacts; by family name by default.
    ///
    /// # Errors
    /// Invalid where the page is not one.
    pub fn list_contacts(&self, query: &PageQuery) -> Result<ListPage<Contact>, Refusal> {
        self.list(
            query,
            &Listed {
                table: "contact",
                columns: &CONTACT,
                read: record::contact,
                order: "family_key ASC, id ASC",
            },
        )
    }

    fn list<T>(&self, query: &PageQuery, listed: &Listed<T>) -> Result<ListPage<T>, Refusal> {
        query.check()?;
        self.snapshot(|connection| {
            if let Some(owner) = query.owner {
                record::get_contact(connection, owner)?;
            }
            listed.page(connection, query)
        })
    }
}

impl<T> Listed<T> {
    fn page(&self, connection: &Connection, query: &PageQuery) -> Answer<ListPage<T>> {
        let (condition, values) = condition(query);
        let Self { table, columns, .. } = self;
        let count = format!("SELECT count(*) FROM {table} WHERE {condition}");
        let total: i64 = connection
            .prepare_cached(&count)?
            .query_row(params_from_iter(&values), |row| row.get(0))?;
        let skip = query.per_page.saturating_mul(query.page - 1);
        let mut order: Vec<String> = query
            .sort
            .iter()
            .map(|(name, direction)| match direction {
                Direction::Ascending => format!("{} ASC", column(name)),
                Direction::Descending => format!("{} DESC", column(name)),
            })
            .collect();
        order.push(self.order.to_owned());
        let page = format!(
            "SELECT {columns} FROM {table} WHERE {condition} ORDER BY {} LIMIT {} OFFSET {}",
            order.join(", "),
            query.per_page,
            i64::try_from(skip).unwrap_or(i64::MAX)
        );
        let mut page = connection.prepare(&page)?;
        let records = page.query_map(params_from_iter(&values), self.read)?;
        Ok(ListPage {
            records: records.collect::<rusqlite::Result<_>>()?,
            query: query.clone(),
            total_count: u64::try_from(total).unwrap_or_default(),
        })
    }
}

/// The condition of a query with its values.
fn condition(query: &PageQuery) -> (String, Vec<Value>) {
    let mut parts = vec!["true".to_owned()];
    let mut values = Vec::new();
    if let Some(owner) = query.owner {
        values.push(Value::Blob(owner.0.as_bytes().to_vec()));
        parts.push(format!("contact = ?{}", values.len()));
    }
    for (name, value) in &query.filters {
        values.push(match value {
            FilterValue::Flag(flag) => Value::Integer((*flag).into()),
            FilterValue::Text(Some(text)) => Value::Text(text.clone()),
            FilterValue::Text(None) => Value::Null,
        });
        let at = values.len();
        parts.push(match (*name, value) {
            ("tag", FilterValue::Text(None)) => format!("tags = '[]' AND ?{at} IS NULL"),
            ("tag", _) => {
                format!("EXISTS (SELECT 1 FROM json_each(tags) WHERE json_each.value = ?{at})")
            }
            _ => format!("{} IS ?{at}", column(name)),
        });
    }
    (parts.join(" AND "), values)
}

/// The column of an attribute: `primary` is a word of SQL, and names are sorted as people do.
fn column(attribute: &str) -> &str {
    match attribute {
        "primary" => "is_primary",
        "name" => "given_key",
        "family_name" => "family_key",
        other => other,
    }
}
