//! The checks of a database: corruption, broken rules of phones, unsafe locations.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::domain::contact::ContactId;
use crate::domain::edit::Done;
use crate::domain::full_contact::FullContact;
use crate::domain::refusal::Refusal;
use crate::domain::words::count;

use crate::store::base::Store;
use crate::store::db::backups;
use crate::store::db::connect;
use crate::store::db::failure::{Answer, Trying};
use crate::store::db::files;
use crate::store::db::held::Held;
use crate::store::db::journal_mode;
use crate::store::db::objects;
use crate::store::db::open;
use crate::store::db::options::FileSystem;
use crate::store::db::pace;
use crate::store::db::record::{self, CONTACT};
use crate::store::db::sound::{IntegrityFault, faults};
use crate::store::write::writer::Writer;

/// Something that the examination found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong, and what to do where the doctor cannot.
    pub words: String,
    /// Whether the doctor can put it right.
    pub curable: bool,
}

/// A contact whose phones break a rule (Phone resource, 3), with the words for it.
const RULES: [(&str, &str); 3] = [
    (
        "more than one primary number",
        "SELECT contact FROM phone WHERE is_primary GROUP BY contact HAVING count(*) > 1",
    ),
    (
        "a historic primary number",
        "SELECT DISTINCT contact FROM phone WHERE is_primary AND historic",
    ),
    (
        "numbers in use and no primary one",
        "SELECT contact FROM phone GROUP BY contact
         HAVING sum(NOT historic) > 0 AND sum(is_primary) = 0",
    ),
];

/// Parts of paths that other programs write to, which a database does not survive.
const SYNCED: [&str; 8] = [
    "Dropbox",
    "Mobile Documents",
    "OneDrive",
    "Nextcloud",
    "ownCloud",
    "Google Drive",
    "pCloudDrive",
    "Syncthing",
];

impl Store {
    /// Examines the database. Reads only.
    ///
    /// # Errors
    /// If it cannot be read at all.
    pub fn examine(&self) -> Result<Vec<Finding>, Refusal> {
        let mut findings = self.snapshot(|connection| {
            let mut findings = sound(connection)?;
            let faults = objects::faults(connection)?.into_iter();
            findings.extend(faults.map(|(words, curable)| Finding { words, curable }));
            for (words, sql) in RULES {
                let broken = ids(connection, sql)?.len();
                if broken > 0 {
                    findings.push(curable(format!(
                        "{} with {words}",
                        count(broken, "contact")
                    )));
                }
            }
            let stale = stale(connection)?.len();
            if stale > 0 {
                let words = format!("{} with outdated list rows", count(stale, "contact"));
                findings.push(curable(words));
            }
            Ok(findings)
        })?;
        findings.extend(place(&self.path));
        if journal_mode::file_system(&self.path, &self.options) == FileSystem::Network {
            findings.push(incurable(format!(
                "{} is on a network file system, where locks are unreliable; move it with --db",
                self.path.display()
            )));
        }
        Ok(findings)
    }

    /// Puts right what can be, after a backup: who is primary, what the list knows of contacts, who
    /// may read the files.
    ///
    /// # Errors
    /// If there can be no backup, or the database cannot be written.
    pub fn cure(&mut self) -> Result<Done<()>, Refusal> {
        self.back_up()?;
        self.mend_schema()?;
        for (path, mode) in open_to_others(&self.path) {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
        }
        self.write(|writer| {
            // By the indexes is looked up what else is wrong.
            if !faults(writer.connection())?.is_empty() {
                writer.connection().execute_batch("REINDEX")?;
            }
            let mut wrong = stale(writer.connection())?;
            for (_, sql) in RULES {
                wrong.extend(ids(writer.connection(), sql)?);
            }
            for id in wrong {
                writer.refresh(id)?;
            }
            Ok(((), "Repaired what callbook doctor found".to_owned()))
        })
    }
}

impl Store {
    /// Has the schema be callbook's alone, which also lets a book be written that was open for reading
    /// only because it was not.
    fn mend_schema(&mut self) -> Result<(), Refusal> {
        if self.read(objects::faults)?.is_empty() {
            return Ok(());
        }
        let mut mend = || -> Answer<()> {
            let access = OpenFlags::SQLITE_OPEN_READ_WRITE;
            objects::mend(&mut connect::connect(&self.path, access)?)?;
            let opened = open::open(&self.path, &self.options)?;
            self.held = RefCell::new(Held::of(&opened.connection, &self.path)?);
            self.connection = opened.connection;
            self.read_only = opened.read_only;
            pace::stop_by(&mut self.connection, &self.overseer.stop)
        };
        mend().map_err(|failure| failure.refusal(&self.path, Trying::Write))
    }
}

impl Writer<'_> {
    /// Applies the rules to a contact again, and updates what the list knows of it.
    fn refresh(&mut self, id: ContactId) -> Answer<()> {
        if let Some(contact) = record::find_contact(self.connection(), id)? {
            record::update_contact(self.connection(), &contact)?;
            for phone in record::phones_of(self.connection(), id)? {
                record::refresh_phone(self.connection(), &phone)?;
            }
            self.settle_again(id);
        }
        Ok(())
    }
}

const fn incurable(words: String) -> Finding {
    Finding {
        words,
        curable: false,
    }
}

const fn curable(words: String) -> Finding {
    Finding {
        words,
        curable: true,
    }
}

/// What the database itself finds wrong.
fn sound(connection: &Connection) -> Answer<Vec<Finding>> {
    let mut findings = Vec::new();
    let (of_indexes, damage): (Vec<IntegrityFault>, Vec<IntegrityFault>) = faults(connection)?
        .into_iter()
        .partition(IntegrityFault::is_of_an_index);
    for fault in damage {
        let words = format!("the file is damaged: {fault}; restore a backup");
        findings.push(incurable(words));
    }
    for fault in of_indexes {
        findings.push(curable(format!("an index does not fit its rows: {fault}")));
    }
    let mut keys = connection.prepare("PRAGMA foreign_key_check")?;
    let orphans = keys.query_map([], |row| row.get::<_, String>(0))?;
    for table in orphans.collect::<rusqlite::Result<std::collections::BTreeSet<_>>>()? {
        let words =
            format!("rows of {table} belong to nothing that is in the book; restore a backup");
        findings.push(incurable(words));
    }
    Ok(findings)
}

fn ids(connection: &Connection, sql: &str) -> Answer<Vec<ContactId>> {
    let mut statement = connection.prepare(sql)?;
    let ids = statement.query_map([], |row| Ok(ContactId(record::uuid(row, 0)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Contacts whose entries in the list or the lookup differ from their rows.
fn stale(connection: &Connection) -> Answer<Vec<ContactId>> {
    let mut all = connection.prepare(&format!("SELECT {} FROM contact", *CONTACT))?;
    let mut stale = Vec::new();
    for contact in all.query_map([], record::contact)? {
        let contact = contact?;
        let (id, phones) = (contact.id, record::phones_of(connection, contact.id)?);
        if !record::is_shown_rightly(connection, &FullContact { contact, phones })? {
            stale.push(id);
        }
    }
    Ok(stale)
}

/// The database, what `SQLite` keeps beside it, and the backups, as far as others than their owner may
/// read them, with the mode that they are to have.
fn open_to_others(path: &Path) -> Vec<(PathBuf, u32)> {
    let folder = backups::folder(path);
    let mut files = vec![(path.to_owned(), 0o600), (folder.clone(), 0o700)];
    files.extend(["-wal", "-shm"].map(|suffix| (files::with_suffix(path, suffix), 0o600)));
    let backups = fs::read_dir(folder).into_iter().flatten().flatten();
    files.extend(backups.map(|file| (file.path(), 0o600)));
    files.retain(|(path, _)| {
        let mode = path
            .symlink_metadata()
            .map(|known| known.permissions().mode());
        mode.is_ok_and(|mode| mode & 0o077 != 0)
    });
    files
}

/// What is unsafe about the location of the database.
fn place(path: &Path) -> Vec<Finding> {
    let mut findings: Vec<Finding> = open_to_others(path)
        .into_iter()
        .map(|(path, _)| curable(format!("{} can be read by others", path.display())))
        .collect();
    let text = path.to_string_lossy();
    if let Some(name) = SYNCED.iter().find(|name| text.contains(**name)) {
        findings.push(incurable(format!(
            "{text} is in a folder that another program synchronises ({name}), which can damage it; move it with --db"
        )));
    }
    let names = fs::metadata(path).map_or(1, |file| file.nlink());
    if names > 1 {
        findings.push(incurable(format!(
            "{text} has {names} names (hard links), and is damaged if it is opened by two of them at once; delete the others"
        )));
    }
    findings
}
