//! What a book's schema consists of: what the migrations made. A trigger, a view or a table that
//! another program put there is found when the book is opened, and dropped by the doctor.

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest as _, Sha256};

use crate::store::db::connect;
use crate::store::db::failure::{self, Answer};
use crate::store::db::schema;

/// The SHA-256 of the newest schema, so that it is compared in no time when a book is opened.
const NEWEST: &str = "c71e30497f3d512bd5cce7d5f2776eb4636bbd645ed7151f9536990d194d5e71";

/// A table, index, view or trigger of a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Object {
    kind: String,
    name: String,
    table: String,
    sql: String,
}

impl fmt::Display for Object {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} \"{}\"", self.kind, self.name)
    }
}

impl Object {
    fn is_same_thing(&self, other: &Self) -> bool {
        (&self.kind, &self.name) == (&other.kind, &other.name)
    }

    /// Whether they are the same but for comments and white space.
    fn is_made_alike(&self, other: &Self) -> bool {
        self.is_same_thing(other)
            && self.table == other.table
            && statement_words(&self.sql) == statement_words(&other.sql)
    }
}

/// The words of a statement, without its comments.
fn statement_words(sql: &str) -> Vec<&str> {
    let lines = sql.lines();
    let said = lines.map(|line| line.split_once("--").map_or(line, |(said, _)| said));
    said.flat_map(str::split_whitespace).collect()
}

/// How a schema differs from the one that the migrations make.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::store) struct Difference {
    /// What no migration made, and is more than an index over columns.
    pub(in crate::store) foreign: Vec<Object>,
    /// What is there, and made otherwise.
    pub(in crate::store) changed: Vec<Object>,
    /// What is not there.
    pub(in crate::store) missing: Vec<Object>,
}

/// Compares a schema with what the migrations up to a version make.
pub(in crate::store) fn difference(connection: &Connection, version: i32) -> Answer<Difference> {
    let there = objects(connection)?;
    if version == schema::newest() && digest(&there) == NEWEST {
        return Ok(Difference::default());
    }
    let wanted = objects(&schema::schema_of(version)?)?;
    let mut difference = Difference::default();
    for object in &there {
        match wanted.iter().find(|wanted| wanted.is_same_thing(object)) {
            Some(wanted) if wanted.is_made_alike(object) => {}
            Some(_) => difference.changed.push(object.clone()),
            None if is_plain_index(connection, object)? => {}
            None => difference.foreign.push(object.clone()),
        }
    }
    let is_there = |wanted: &Object| there.iter().any(|object| object.is_same_thing(wanted));
    difference.missing = wanted.into_iter().filter(|one| !is_there(one)).collect();
    Ok(difference)
}

/// Why a book is opened for reading only, if its schema is the reason.
///
/// # Errors
/// If a table is missing: nothing can be read then.
pub(in crate::store) fn why_read_only(
    connection: &Connection,
    version: i32,
    path: &Path,
) -> Answer<Option<String>> {
    let Difference {
        foreign, missing, ..
    } = difference(connection, version)?;
    if let Some(table) = missing.iter().find(|object| object.kind == "table") {
        return Err(failure::damaged(path, &format!("the {table} is missing")));
    }
    if foreign.is_empty() {
        return Ok(None);
    }
    Ok(Some(format!(
        "{} has objects that callbook did not make ({}); nothing is written to it until callbook doctor --fix \
         has dropped them, after a backup",
        path.display(),
        named(&foreign)
    )))
}

/// What the doctor says of a schema, each with whether [`mend`] puts it right.
pub(in crate::store) fn faults(connection: &Connection) -> Answer<Vec<(String, bool)>> {
    let Difference {
        foreign,
        changed,
        missing,
    } = difference(connection, connect::version(connection)?)?;
    let foreign = foreign
        .iter()
        .map(|one| (format!("callbook did not make the {one}"), true));
    let changed = changed.iter().map(|one| {
        let is_index = one.kind == "index";
        let way_out = if is_index { "" } else { "; restore a backup" };
        (
            format!("the {one} is not as callbook made it{way_out}"),
            is_index,
        )
    });
    let missing = missing
        .iter()
        .map(|one| (format!("the {one} is missing"), true));
    Ok(foreign.chain(changed).chain(missing).collect())
}

/// Objects in words, the first few.
fn named(objects: &[Object]) -> String {
    let first: Vec<String> = objects.iter().take(5).map(Object::to_string).collect();
    let more = objects.len().saturating_sub(first.len());
    let more = (more > 0).then(|| format!(", and {more} more"));
    format!("{}{}", first.join(", "), more.unwrap_or_default())
}

/// Has a schema be what its migrations make, but for tables that are made otherwise or missing.
pub(in crate::store) fn mend(connection: &mut Connection) -> Answer<()> {
    // A row of a foreign table that names one of ours does not keep its table.
    connection.execute_batch("PRAGMA foreign_keys = OFF")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let version = connect::version(&transaction)?;
    // Dropping a module's table drops its inner tables too, so the remaining ones are listed again.
    while let Some(object) = dropped_next(&transaction, version)? {
        let name = object.name.replace('"', "\"\"");
        transaction.execute_batch(&format!("DROP {} \"{name}\"", object.kind))?;
    }
    for object in difference(&transaction, version)?.missing {
        if object.kind == "index" {
            transaction.execute_batch(&object.sql)?;
        }
    }
    Ok(transaction.commit()?)
}

/// What is to be dropped, and can be before the rest.
fn dropped_next(connection: &Connection, version: i32) -> Answer<Option<Object>> {
    let Difference {
        foreign, changed, ..
    } = difference(connection, version)?;
    let indexes = changed.into_iter().filter(|one| one.kind == "index");
    Ok(foreign.into_iter().chain(indexes).min_by_key(order))
}

/// What is dropped first: what acts, then a module's table before those that it keeps its rows in.
fn order(object: &Object) -> u8 {
    match object.kind.as_str() {
        "trigger" => 0,
        "view" => 1,
        "table"
            if statement_words(&object.sql)
                .get(1)
                .is_some_and(|word| word.eq_ignore_ascii_case("virtual")) =>
        {
            2
        }
        "table" => 3,
        _ => 4,
    }
}

/// What a schema consists of, but for what `SQLite` keeps for itself.
fn objects(connection: &Connection) -> Answer<Vec<Object>> {
    let mut objects = connection.prepare(
        "SELECT type, name, tbl_name, coalesce(sql, '') FROM sqlite_schema
         WHERE NOT (type IN ('table', 'index') AND name LIKE 'sqlite\\_%' ESCAPE '\\')
         ORDER BY type, name",
    )?;
    let objects = objects.query_map([], |row| {
        Ok(Object {
            kind: row.get(0)?,
            name: row.get(1)?,
            table: row.get(2)?,
            sql: row.get(3)?,
        })
    })?;
    Ok(objects.collect::<rusqlite::Result<_>>()?)
}

/// Whether an object is an index over columns of all rows of a table: it changes nothing.
fn is_plain_index(connection: &Connection, object: &Object) -> Answer<bool> {
    if object.kind != "index" {
        return Ok(false);
    }
    let columns = "SELECT
        coalesce((SELECT min(cid) FROM pragma_index_xinfo(?1)), -2) >= -1
        AND NOT (SELECT partial FROM pragma_index_list(?2) WHERE name = ?1)";
    let plain: Option<bool> =
        connection.query_row(columns, [&object.name, &object.table], |row| row.get(0))?;
    Ok(plain.unwrap_or(false))
}

/// The SHA-256 of a schema, in hexadecimal digits.
fn digest(objects: &[Object]) -> String {
    let mut hash = Sha256::new();
    for Object {
        kind,
        name,
        table,
        sql,
    } in objects
    {
        for part in [kind, name, table, sql] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
    }
    hash.finalize()
        .iter()
        .fold(String::new(), |mut digits, byte| {
            let _ = fmt::Write::write_fmt(&mut digits, format_args!("{byte:02x}"));
            digits
        })
}

#[cfg(test)]
mod tests {
    use super::{Difference, NEWEST, difference, digest, objects};
    use crate::store::db::schema;

    #[test]
    fn the_sum_of_the_newest_schema_is_the_one_that_is_compared() {
        let newest = schema::schema_of(schema::newest()).unwrap();
        assert_eq!(
            digest(&objects(&newest).unwrap()),
            NEWEST,
            "after a new migration, put the first of them into NEWEST"
        );
    }

    #[test]
    fn every_schema_is_what_its_migrations_make() {
        for version in 1..=schema::newest() {
            let made = schema::schema_of(version).unwrap();
            assert_eq!(difference(&made, version).unwrap(), Difference::default());
        }
    }
}
