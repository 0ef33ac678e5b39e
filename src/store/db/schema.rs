//! The schema of a book: the migrations that made it, and how an older one is brought up to date.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior, params};
use uuid::Uuid;

use crate::domain::content::ContentHash;
use crate::store::db::connect::{APPLICATION_ID, connect, version};
use crate::store::db::failure::{Answer, refused};
use crate::store::db::record;
use crate::store::db::whole_contacts::make_whole;

/// What leads to a version of the schema from the one before.
#[derive(Clone)]
pub(in crate::store) struct Migration {
    version: i32,
    sql: &'static str,
    /// What SQL cannot do. It is done once the whole schema is there, for it reads records as they
    /// are now.
    then: fn(&Connection) -> Answer<()>,
}

/// Every migration, in order.
pub(in crate::store) const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: include_str!("../../../assets/migrations/001.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 2,
        sql: include_str!("../../../assets/migrations/002.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 3,
        sql: include_str!("../../../assets/migrations/003.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 4,
        sql: include_str!("../../../assets/migrations/004.sql"),
        then: name_book,
    },
    Migration {
        version: 5,
        sql: include_str!("../../../assets/migrations/005.sql"),
        then: know_cards,
    },
    Migration {
        version: 6,
        sql: include_str!("../../../assets/migrations/006.sql"),
        // Numbers are found by fewer digits since.
        then: record::find_numbers_again,
    },
    Migration {
        version: 7,
        sql: include_str!("../../../assets/migrations/007.sql"),
        // Names are folded again too, once for all versions that fold them in another way: before this the
        // contacts of an older book cannot be read as they are now.
        then: make_whole,
    },
    Migration {
        version: 8,
        sql: include_str!("../../../assets/migrations/008.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 9,
        sql: include_str!("../../../assets/migrations/009.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 10,
        sql: include_str!("../../../assets/migrations/010.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 11,
        sql: include_str!("../../../assets/migrations/011.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 12,
        sql: include_str!("../../../assets/migrations/012.sql"),
        then: |_| Ok(()),
    },
];

/// Gives a book its id.
fn name_book(connection: &Connection) -> Answer<()> {
    let id = Uuid::now_v7();
    connection.execute(
        "INSERT INTO book (id, uuid) VALUES (1, ?1)",
        [id.as_bytes()],
    )?;
    Ok(())
}

/// Notes of the contacts of an older book which cards they came as, so that the same cards are known.
fn know_cards(connection: &Connection) -> Answer<()> {
    // The cards that contacts have now, and those that newer cards took the place of.
    let mut cards = connection.prepare(
        "SELECT c.id, k.bytes FROM contact c JOIN card k ON k.id = c.card
         UNION ALL
         SELECT o.contact, k.bytes FROM operation o, json_each(o.fields) f
         JOIN card k ON k.id = f.value ->> 'from'
         WHERE o.entity = 'contact' AND o.kind = 'update' AND f.value ->> 'field' = 'card'",
    )?;
    let mut note =
        connection.prepare("INSERT OR IGNORE INTO imported (hash, contact) VALUES (?1, ?2)")?;
    let mut rows = cards.query([])?;
    while let Some(row) = rows.next()? {
        let id = record::uuid(row, 0)?;
        let card = ContentHash::of_card(record::bytes(row, 1)?);
        note.execute(params![card.0, id.as_bytes()])?;
    }
    Ok(())
}

/// A private copy of a database in the newest schema, which is gone when it is closed.
pub(in crate::store) fn migrated_copy(database: &Connection) -> Answer<Connection> {
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    // The empty name: SQLite keeps what does not fit into its memory in a file without a name.
    let mut copy = connect(Path::new(""), access)?;
    rusqlite::backup::Backup::new(database, &mut copy)?.run_to_completion(
        COPIED_AT_ONCE,
        Duration::ZERO,
        None,
    )?;
    migrate(&mut copy, MIGRATIONS, || Ok(()))?;
    Ok(copy)
}

/// How many pages are copied at once.
const COPIED_AT_ONCE: i32 = 1_024;

/// The schema of a version, in memory.
pub(in crate::store) fn schema_of(version: i32) -> Answer<Connection> {
    let mut schema = Connection::open_in_memory()?;
    let until = MIGRATIONS.iter().take_while(|one| one.version <= version);
    let transaction = schema.transaction()?;
    for migration in until {
        transaction.execute_batch(migration.sql)?;
    }
    transaction.commit()?;
    Ok(schema)
}

pub(in crate::store) fn newest() -> i32 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

pub(in crate::store) fn refuse_newer(path: &Path, found: i32) -> Answer<()> {
    if found <= newest() {
        return Ok(());
    }
    Err(refused(
        path,
        &format!(
            "made by a newer callbook (schema {found}), this one knows schema {}; update callbook",
            newest()
        ),
    ))
}

/// Brings the schema up to date, all steps in one transaction, after a backup of what was there.
pub(in crate::store) fn migrate(
    connection: &mut Connection,
    migrations: &[Migration],
    back_up: impl FnOnce() -> Answer<()>,
) -> Answer<()> {
    let newest = migrations.last().map_or(0, |migration| migration.version);
    if version(connection)? >= newest {
        return Ok(());
    }
    // The lock is taken first: what is backed up is what is changed.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have done it while this one waited for the lock.
    let found = version(&transaction)?;
    if found >= newest {
        return Ok(());
    }
    if found > 0 {
        back_up()?;
    } else {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    let new = || migrations.iter().filter(|one| one.version > found);
    for migration in new() {
        transaction.execute_batch(migration.sql)?;
    }
    for migration in new() {
        (migration.then)(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", newest)?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::{MIGRATIONS, Migration, migrate, newest};
    use crate::domain::operation::Actor;
    use crate::domain::timestamp::Timestamp;
    use crate::store::Options;
    use crate::store::db::open::open;

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        let options = Options {
            home: None,
            actor: Actor::Command,
            clock: Box::new(|| Timestamp::from_micros(0)),
            file_system: None,
            sort_prefixes: None,
        };
        let mut opened = open(&path, &options).unwrap();
        let mut migrations = MIGRATIONS.to_vec();
        migrations.push(Migration {
            version: newest() + 1,
            sql: "CREATE TABLE later (id INTEGER); INSERT INTO nowhere VALUES (1);",
            then: |_| Ok(()),
        });
        let mut backed_up = 0;
        let count = || {
            backed_up += 1;
            Ok(())
        };
        assert!(migrate(&mut opened.connection, &migrations, count).is_err());
        assert_eq!(backed_up, 1);
        drop(opened);
        assert!(open(&path, &options).is_ok());
    }
}
