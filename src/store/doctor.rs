//! The examination of a database: whether it is sound, keeps the rules of phones, and lies well.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rusqlite::Connection;

use crate::domain::contact::ContactId;
use crate::domain::edit::Done;
use crate::domain::import::count;
use crate::domain::refusal::Refusal;

use super::Store;
use super::failure::Answer;
use super::record::{self, CONTACT};
use super::schema;
use super::write::Writer;

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
    /// Where it cannot be read at all.
    pub fn examine(&self) -> Result<Vec<Finding>, Refusal> {
        let mut findings = self.snapshot(|connection| {
            let mut findings = sound(connection)?;
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
                let words = format!("{} that the list shows wrongly", count(stale, "contact"));
                findings.push(curable(words));
            }
            Ok(findings)
        })?;
        findings.extend(place(&self.path));
        Ok(findings)
    }

    /// Puts right what can be, after a backup: who is primary, what the list knows of contacts, who
    /// may read the files.
    ///
    /// # Errors
    /// Where there can be no backup, or the database cannot be written.
    pub fn cure(&mut self) -> Result<Done<()>, Refusal> {
        self.back_up()?;
        for (path, mode) in open_to_others(&self.path) {
            let _ = fs::set_permissions(path, fs::Permissions::from_mode(mode));
        }
        self.write(|writer| {
            let mut wrong = stale(writer.connection())?;
            for (_, sql) in RULES {
                wrong.extend(ids(writer.connection(), sql)?);
            }
            for id in wrong {
                writer.refresh(id)?;
            }
            Ok(((), "Put in order what the doctor found".to_owned()))
        })
    }
}

impl Writer<'_> {
    /// Settles a contact anew, and writes what the list knows of it.
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

fn curable(words: String) -> Finding {
    Finding {
        words,
        curable: true,
    }
}

/// What the database itself finds wrong.
fn sound(connection: &Connection) -> Answer<Vec<Finding>> {
    let mut findings = Vec::new();
    let mut check = connection.prepare("PRAGMA integrity_check(20)")?;
    for verdict in check.query_map([], |row| row.get::<_, String>(0))? {
        let verdict = verdict?;
        if verdict != "ok" {
            let words = format!("the file is damaged: {verdict}; restore a backup");
            findings.push(Finding {
                words,
                curable: false,
            });
        }
    }
    let mut keys = connection.prepare("PRAGMA foreign_key_check")?;
    let orphans = keys.query_map([], |row| row.get::<_, String>(0))?;
    for table in orphans.collect::<rusqlite::Result<std::collections::BTreeSet<_>>>()? {
        let words = format!("rows of {table} belong to nobody; restore a backup");
        findings.push(Finding {
            words,
            curable: false,
        });
    }
    Ok(findings)
}

fn ids(connection: &Connection, sql: &str) -> Answer<Vec<ContactId>> {
    let mut statement = connection.prepare(sql)?;
    let ids = statement.query_map([], |row| Ok(ContactId(record::uuid(row, 0)?)))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// Contacts of whom the list or the lookup says something else than their rows.
fn stale(connection: &Connection) -> Answer<Vec<ContactId>> {
    let mut all = connection.prepare(&format!("SELECT {CONTACT} FROM contact"))?;
    let mut stale = Vec::new();
    for contact in all.query_map([], record::contact)? {
        let contact = contact?;
        let phones = record::phones_of(connection, contact.id)?;
        if !record::is_shown_rightly(connection, &contact, &phones)? {
            stale.push(contact.id);
        }
    }
    Ok(stale)
}

/// Files that others than their owner may read, with the mode that they are to have.
fn open_to_others(path: &Path) -> Vec<(std::path::PathBuf, u32)> {
    let folder = super::backup::folder(path);
    let files = [(path.to_owned(), 0o600), (folder, 0o700)];
    files
        .into_iter()
        .filter(|(path, _)| {
            let mode = path.metadata().map(|known| known.permissions().mode());
            mode.is_ok_and(|mode| mode & 0o077 != 0)
        })
        .collect()
}

/// What is wrong with where the database lies.
fn place(path: &Path) -> Vec<Finding> {
    let mut findings: Vec<Finding> = open_to_others(path)
        .into_iter()
        .map(|(path, _)| curable(format!("{} can be read by others", path.display())))
        .collect();
    let incurable = |words: String| Finding {
        words,
        curable: false,
    };
    let text = path.to_string_lossy();
    if let Some(name) = SYNCED.iter().find(|name| text.contains(**name)) {
        findings.push(incurable(format!(
            "{text} is in a folder that another program synchronises ({name}), which can damage it; move it with --db"
        )));
    }
    if schema::is_on_network(path) {
        findings.push(incurable(format!(
            "{text} is on a network file system, where locks are not to be relied on; move it with --db"
        )));
    }
    findings
}
