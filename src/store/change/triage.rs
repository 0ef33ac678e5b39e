//! Why contacts need attention.

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::contact::ContactId;
use crate::domain::edit::Profile;
use crate::domain::listing::{ListQuery, Selection};
use crate::domain::number::Region;
use crate::domain::phone::Phone;
use crate::domain::refusal::Refusal;
use crate::domain::triage::{OtherHolders, Reason, SourceCount, Worklist, impossible, reason};

use crate::store::base::Store;
use crate::store::change::merge::TELLING;
use crate::store::db::failure::Answer;
use crate::store::db::record;

/// A number in use that is not confirmed.
const WAITING: &str = "NOT p.historic AND NOT p.valid_values";

impl Store {
    /// Gives every contact that needs attention to `each`, by family name, without history; says how
    /// many there are.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn waiting(&self, each: &mut dyn FnMut(&Profile)) -> Result<usize, Refusal> {
        let waiting = Selection::Shown(ListQuery {
            attention: true,
            ..ListQuery::default()
        });
        self.snapshot(|connection| {
            let ids = self.selected(connection, &waiting)?;
            for id in &ids {
                let full = record::full_contact(connection, *id)?;
                each(&Profile {
                    others: others(connection, &full.phones)?,
                    full,
                    history: Vec::new(),
                    attachments: Vec::new(),
                    related: Vec::new(),
                    remotes: Vec::new(),
                });
            }
            Ok(ids.len())
        })
    }

    /// Why contacts wait for a look, and where their numbers came from.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn worklist(&self) -> Result<Worklist, Refusal> {
        let on_two = format!(
            "NOT p.shared AND {TELLING} AND EXISTS (SELECT 1 FROM phone q
             WHERE q.identity = p.identity AND q.contact <> p.contact)"
        );
        let reasons = [
            ("same number on two contacts", on_two.as_str()),
            ("unconfirmed since import", "p.source <> 'manual'"),
            ("typed here, unconfirmed", "p.source = 'manual'"),
        ];
        self.snapshot(|connection| {
            let mut worklist = Worklist::default();
            let mut add = |words, contacts: i64| {
                if let Some(contacts) = usize::try_from(contacts).ok().filter(|some| *some > 0) {
                    worklist.reasons.push((words, contacts));
                }
            };
            add("two sources disagree", disagreeing(connection)?);
            for (words, contacts) in undiallable(connection, self.home())? {
                add(words, contacts);
            }
            for (words, condition) in reasons {
                let contacts = connection.query_row(
                    &format!(
                        "SELECT count(DISTINCT p.contact) FROM phone p
                         WHERE {WAITING} AND {condition}"
                    ),
                    [],
                    |row| row.get(0),
                )?;
                add(words, contacts);
            }
            let mut statement = connection.prepare_cached(
                "SELECT p.source, count(DISTINCT p.contact) FROM contact c
                 JOIN phone p ON p.contact = c.id
                 WHERE c.attention AND NOT p.historic
                 GROUP BY p.source ORDER BY 2 DESC, 1",
            )?;
            let origins = statement.query_map([], |row| {
                Ok(SourceCount {
                    source: row.get(0)?,
                    contacts: usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
                })
            })?;
            worklist.sources = origins.collect::<rusqlite::Result<_>>()?;
            Ok(worklist)
        })
    }
}

/// How many contacts have a number that waits and cannot be dialled as it is stored, by why that is.
fn undiallable(connection: &Connection, home: Option<Region>) -> Answer<[(&'static str, i64); 4]> {
    let mut counted = [
        ("not a possible number", 0),
        ("no country known", 0),
        ("no area code", 0),
        ("saved as typed before home was set", 0),
    ];
    let mut waiting = connection.prepare_cached(&format!(
        "SELECT {} FROM phone p WHERE {WAITING} AND p.identity NOT GLOB '+*' ORDER BY p.contact",
        *record::PHONE
    ))?;
    let mut last = [None; 4];
    for phone in waiting.query_map([], record::phone)? {
        let phone = phone?;
        let place = match impossible(&phone, home) {
            Some(Reason::Impossible(_)) => 0,
            Some(Reason::NoCountry) => 1,
            Some(Reason::LocalOnly) => 2,
            Some(Reason::NotStoredAsRead(_)) => 3,
            _ => continue,
        };
        // A contact counts once for each reason.
        if let (Some(last), Some((_, count))) = (last.get_mut(place), counted.get_mut(place))
            && last.replace(phone.contact) != Some(phone.contact)
        {
            *count += 1;
        }
    }
    Ok(counted)
}

/// How many contacts have a number that waits and nearly is another one of theirs.
fn disagreeing(connection: &Connection) -> Answer<i64> {
    // A contact may have thousands of numbers: they are grouped, not compared with one another.
    let mut groups = connection.prepare_cached(&format!(
        "SELECT DISTINCT contact FROM phone WHERE NOT historic
         AND contact IN (SELECT p.contact FROM phone p WHERE {WAITING})
         GROUP BY contact, location, length(identity)
         HAVING min(source) <> max(source) AND min(valid_values) = 0"
    ))?;
    let candidates = groups.query_map([], |row| Ok(ContactId(record::uuid(row, 0)?)))?;
    let mut disagreeing = 0;
    for id in candidates {
        let phones = record::phones_of(connection, id?)?;
        let mut reasons = phones
            .iter()
            .filter_map(|phone| reason(phone, &phones, &OtherHolders::new(), None));
        let disagrees = reasons.any(|reason| matches!(reason, Reason::Disagreement { .. }));
        disagreeing += i64::from(disagrees);
    }
    Ok(disagreeing)
}

/// The other contacts with those phones of a contact that need attention: of several, the one with the oldest number.
/// To name the first by name, all 10,000 who have a switchboard's number would be read for each.
pub(in crate::store) fn others(connection: &Connection, phones: &[Phone]) -> Answer<OtherHolders> {
    let mut others = OtherHolders::new();
    let mut holder = connection.prepare_cached(&format!(
        "SELECT c.name FROM phone p JOIN contact c ON c.id = p.contact
         WHERE p.identity = ?1 AND {TELLING} AND p.contact <> ?2 ORDER BY p.rowid LIMIT 1"
    ))?;
    for phone in phones {
        if !phone.historic && !phone.valid_values && !phone.shared {
            let values = params![phone.identity, phone.contact.0.as_bytes()];
            let name = holder.query_row(values, |row| row.get(0)).optional()?;
            others.extend(name.map(|name| (phone.id, name)));
        }
    }
    Ok(others)
}
