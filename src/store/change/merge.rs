//! Contacts that may be duplicates: found, merged, or kept apart for good.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use rusqlite::Connection;

use crate::domain::bulk::BulkPlan;
use crate::domain::contact::{Contact, ContactId, Detail, DetailKind};
use crate::domain::duplicates::{self, Group, Likeness, Merge, Merged, evidence, merged, name_key};
use crate::domain::edit::Done;
use crate::domain::full_contact::FullContact;
use crate::domain::import::CardFormat;
use crate::domain::member::plain;
use crate::domain::number;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::title;
use crate::domain::words::count;

use crate::store::base::Store;
use crate::store::change::bulk::PlanLines;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::query::lookup;
use crate::store::write::writer::Writer;

impl Store {
    /// Groups of contacts that may be one person: those with the same number and name first, then
    /// with the same number, then with the same name. Contacts that were kept apart are not among them.
    ///
    /// # Errors
    /// If the database cannot be read, or the watch stops it.
    pub fn duplicates(&self) -> Result<Vec<Group>, Refusal> {
        self.snapshot(|connection| {
            let mut pace = self.overseer.begin();
            let names = Names::read(connection)?;
            let mut groups = by_number(connection, &names)?;
            groups.extend(by_name(connection, &names, &groups)?);
            let of = groups.len();
            for (done, group) in groups.iter_mut().enumerate() {
                pace.tell(done, of)?;
                complete(connection, group)?;
            }
            groups.sort_by_cached_key(place);
            Ok(groups)
        })
    }

    /// The contacts of a group with their phones, in its order.
    ///
    /// # Errors
    /// Not found where one is gone.
    pub fn people(&self, ids: &[ContactId]) -> Result<Vec<FullContact>, Refusal> {
        self.snapshot(|connection| people(connection, ids))
    }

    /// Marks a number as one that several contacts are meant to have: it makes them no duplicates any
    /// more.
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn mark_shared(&mut self, identities: &[String]) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            let mut shown = Vec::new();
            for identity in identities {
                let condition = "identity = ?1";
                let phones = lookup::held(writer.connection(), condition, &[identity])?;
                shown.extend(phones.first().map(|holder| holder.phone.shown()));
                for before in phones.into_iter().map(|holder| holder.phone) {
                    if !before.shared {
                        let mut after = before.clone();
                        after.shared = true;
                        writer.update_phone(before, after)?;
                    }
                }
            }
            Ok(((), title::shared(&shown.join(", "))))
        })
    }

    /// Marks contacts of one name as different people.
    ///
    /// # Errors
    /// Not found where one is gone.
    pub fn mark_namesakes(&mut self, ids: &[ContactId]) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            let mut names = Vec::new();
            for id in ids {
                let before = record::get_contact(writer.connection(), *id)?;
                names.push(before.name.clone());
                if !before.namesake {
                    let mut after = before.clone();
                    after.namesake = true;
                    writer.update_contact(before, after)?;
                }
            }
            Ok(((), title::namesakes(&names)))
        })
    }
}

/// The place of a group among the others.
fn place(group: &Group) -> (usize, Option<String>) {
    let rank = match &group.likeness {
        Likeness::NumberAndName(_) => 0,
        Likeness::Number(_) => 1,
        Likeness::Name(evidence) if !evidence.is_empty() => 2,
        Likeness::Name(_) | Likeness::Marked => 3,
    };
    (rank, group.names.first().map(|name| name_key(name)))
}

/// The groups with the same name and the same number.
pub(in crate::store) fn sure(connection: &Connection) -> Answer<Vec<Group>> {
    let names = Names::read(connection)?;
    let mut groups = by_number(connection, &names)?;
    groups.retain(|group| group.likeness.is_sure());
    Ok(groups)
}

/// How those groups are merged.
pub(in crate::store) fn sure_merges(connection: &Connection) -> Answer<Vec<Merge>> {
    let mut groups = sure(connection)?;
    for group in &mut groups {
        complete(connection, group)?;
    }
    groups.sort_by_cached_key(place);
    let merge = |group: Group| Merge {
        contacts: group.contacts,
        picks: BTreeMap::new(),
    };
    Ok(groups.into_iter().map(merge).collect())
}

/// The contacts with their phones.
fn people(connection: &Connection, ids: &[ContactId]) -> Answer<Vec<FullContact>> {
    let ids = ids.iter();
    ids.map(|id| record::full_contact(connection, *id))
        .collect()
}

/// The keys of the names of all contacts.
struct Names {
    keys: HashMap<ContactId, u32>,
    /// The contacts of each key.
    holders: Vec<Vec<ContactId>>,
}

impl Names {
    fn read(connection: &Connection) -> Answer<Self> {
        let mut all =
            connection.prepare("SELECT id, name FROM contact INDEXED BY contact_by_name")?;
        let mut rows = all.query([])?;
        let mut names = Self {
            keys: HashMap::new(),
            holders: Vec::new(),
        };
        let mut known: HashMap<String, u32> = HashMap::new();
        while let Some(row) = rows.next()? {
            let id = ContactId(record::uuid(row, 0)?);
            let key = name_key(record::text(row, 1)?);
            if key.is_empty() {
                continue;
            }
            let next = u32::try_from(names.holders.len()).unwrap_or(u32::MAX);
            let key = *known.entry(key).or_insert(next);
            if key == next {
                names.holders.push(Vec::new());
            }
            if let Some(holders) = names.holders.get_mut(key as usize) {
                holders.push(id);
            }
            names.keys.insert(id, key);
        }
        Ok(names)
    }
}

/// A number that identifies people: not a short one such as 112, and not one without digits.
pub(in crate::store) const TELLING: &str =
    "(identity GLOB '+*' OR identity GLOB '[0-9]*' AND length(identity) >= 6)";

/// Groups that share a number: those with one name among them, and all of a number with several.
fn by_number(connection: &Connection, names: &Names) -> Answer<Vec<Group>> {
    // A contact has a number once: the same number twice is of two contacts.
    let mut twice = connection.prepare(&format!(
        "SELECT identity FROM phone INDEXED BY phone_identity WHERE {TELLING}
         GROUP BY identity HAVING count(*) > 1"
    ))?;
    let mut holding = connection
        .prepare("SELECT contact, shared FROM phone WHERE identity = ?1 ORDER BY contact")?;
    let mut sure = Union::default();
    let mut found: BTreeMap<ContactId, String> = BTreeMap::new();
    let mut others: BTreeMap<Vec<ContactId>, String> = BTreeMap::new();
    let mut rows = twice.query([])?;
    while let Some(row) = rows.next()? {
        let identity = record::text(row, 0)?;
        let holders = holding.query_map([identity], |row| {
            Ok((ContactId(record::uuid(row, 0)?), row.get::<_, bool>(1)?))
        })?;
        let holders = holders.collect::<rusqlite::Result<Vec<_>>>()?;
        if holders.iter().any(|(_, shared)| *shared) {
            continue;
        }
        let mut by_name: BTreeMap<Option<u32>, Vec<ContactId>> = BTreeMap::new();
        for (id, _) in &holders {
            let key = names.keys.get(id).copied();
            by_name.entry(key).or_default().push(*id);
        }
        for same in by_name.values() {
            for pair in same.windows(2) {
                if let [one, other] = pair {
                    sure.join(*one, *other);
                    found.entry(*one).or_insert_with(|| identity.to_owned());
                }
            }
        }
        if by_name.len() > 1 {
            let all = holders.iter().map(|(id, _)| *id).collect();
            others.entry(all).or_insert_with(|| identity.to_owned());
        }
    }
    let shown = |identity: &str| number::display(identity);
    let mut groups: Vec<Group> = sure
        .groups()
        .into_iter()
        .map(|contacts| {
            let identity = contacts.iter().find_map(|id| found.get(id));
            let number = identity.map(|identity| shown(identity)).unwrap_or_default();
            group(Likeness::NumberAndName(number), contacts)
        })
        .collect();
    groups.extend(
        others
            .into_iter()
            .map(|(contacts, identity)| group(Likeness::Number(shown(&identity)), contacts)),
    );
    Ok(groups)
}

/// Groups of one name that no number holds together already, but for those who are known to be
/// different people.
fn by_name(connection: &Connection, names: &Names, found: &[Group]) -> Answer<Vec<Group>> {
    let mut sure: HashMap<ContactId, usize> = HashMap::new();
    for (at, group) in found.iter().enumerate() {
        if group.likeness.is_sure() {
            sure.extend(group.contacts.iter().map(|id| (*id, at)));
        }
    }
    let mut namesake = connection.prepare("SELECT namesake FROM contact WHERE id = ?1")?;
    let mut groups = Vec::new();
    for holders in names.holders.iter().filter(|holders| holders.len() > 1) {
        let places: HashSet<Option<usize>> =
            holders.iter().map(|id| sure.get(id).copied()).collect();
        if places.len() == 1 && !places.contains(&None) {
            continue;
        }
        let mut apart = 0;
        for id in holders {
            let known: bool = namesake.query_row([id.0.as_bytes()], |row| row.get(0))?;
            apart += usize::from(known);
        }
        if apart < holders.len() {
            groups.push(group(Likeness::Name(Vec::new()), holders.clone()));
        }
    }
    Ok(groups)
}

const fn group(likeness: Likeness, contacts: Vec<ContactId>) -> Group {
    Group {
        likeness,
        contacts,
        names: Vec::new(),
    }
}

/// More than so many of one name are not looked at for what else they share.
const COMPARED: usize = 20;

/// The contacts, that of which most is known first: it is the one to keep.
fn most_known_first(connection: &Connection, ids: &[ContactId]) -> Answer<Vec<FullContact>> {
    let mut people = people(connection, ids)?;
    duplicates::most_known_first(&mut people);
    Ok(people)
}

/// Puts the one to keep first, and adds the names and what they share.
fn complete(connection: &Connection, group: &mut Group) -> Answer<()> {
    let people = most_known_first(connection, &group.contacts)?;
    if let Likeness::Name(found) = &mut group.likeness
        && people.len() <= COMPARED
    {
        *found = evidence(&people);
    }
    group.contacts = people.iter().map(|one| one.contact.id).collect();
    group.names = people.into_iter().map(|one| one.contact.name).collect();
    Ok(())
}

/// Contacts that belong together, by the pairs that were joined.
#[derive(Default)]
struct Union(HashMap<ContactId, ContactId>);

impl Union {
    /// Whom a contact was joined to in the end. The way there is made shorter each time: without that,
    /// a number of 10,000 contacts would be 10,000 steps for each of them.
    fn root(&mut self, id: ContactId) -> ContactId {
        let mut at = id;
        while let Some(up) = self.0.get(&at).copied().filter(|up| *up != at) {
            let above = self.0.get(&up).copied().unwrap_or(up);
            self.0.insert(at, above);
            at = above;
        }
        at
    }

    fn join(&mut self, one: ContactId, other: ContactId) {
        let (one, other) = (self.root(one), self.root(other));
        self.0.insert(one, one);
        self.0.insert(other, one);
    }

    fn groups(mut self) -> Vec<Vec<ContactId>> {
        let mut groups: BTreeMap<ContactId, BTreeSet<ContactId>> = BTreeMap::new();
        let all: Vec<ContactId> = self.0.keys().copied().collect();
        for id in all {
            groups.entry(self.root(id)).or_default().insert(id);
        }
        let groups = groups.into_values();
        groups.map(|group| group.into_iter().collect()).collect()
    }
}

impl Writer<'_> {
    /// Merges groups: of each the first contact stays and gets what the others have, what `format` does
    /// not read of their cards included; the others are deleted, and can be found in the bin.
    pub(in crate::store) fn merge_all(
        &mut self,
        merges: &[Merge],
        format: &dyn CardFormat,
        lines: PlanLines,
    ) -> Answer<(BulkPlan, String)> {
        let mut pace = self.pace();
        let mut plan = BulkPlan::default();
        let mut names = Vec::new();
        let mut merged_away = MergedAway::default();
        for (done, merge) in merges.iter().enumerate() {
            pace.tell(done, merges.len())?;
            let people = people(self.connection(), &merge.contacts)?;
            if let Some(trail) = self.trail() {
                for one in &people {
                    trail.read(one);
                }
            }
            let home = self.context().home;
            let Some(result) = merged(&people, &merge.picks, home, uuid::Uuid::now_v7) else {
                continue;
            };
            plan.tally.changed += people.len();
            plan.tally.groups += 1;
            if lines == PlanLines::Listed {
                plan.lines.extend(result.lines(&people));
            }
            merged_away.note(&people, &result.contact);
            names.extend(self.merge(people, result, format)?);
        }
        self.relate_to_kept(&merged_away)?;
        if let [merge] = merges {
            plan.kept = merge.contacts.first().copied();
        }
        Ok((plan, title::merged(&names)))
    }

    /// Merges one group; gives the names of who was merged.
    fn merge(
        &mut self,
        people: Vec<FullContact>,
        merged: Merged,
        format: &dyn CardFormat,
    ) -> Answer<Vec<String>> {
        let now = self.context().now;
        let mut people = people.into_iter();
        let Some(kept) = people.next() else {
            return Ok(Vec::new());
        };
        let mut names = vec![kept.contact.name.clone()];
        let mut contact = merged.contact;
        for other in people {
            self.is_decided(&other.contact)?;
            if let Some(other) = record::card_of(self.connection(), &other.contact)? {
                let kept = record::card_of(self.connection(), &contact)?;
                if let Some(joined) = format.join(kept.as_deref(), &other) {
                    contact.card = Some(self.keep_card(&joined)?);
                }
            }
            names.push(other.contact.name.clone());
            self.know_as(other.contact.id, contact.id)?;
            self.delete_contact(other.contact)?;
        }
        if contact != kept.contact {
            contact.updated_at = now;
            self.update_contact(kept.contact, contact)?;
        }
        for (before, after) in merged.phones {
            match before {
                Some(before) if before == after => {}
                Some(before) => self.touch_phone(before, after)?,
                None => self.insert_phone(after)?,
            }
        }
        Ok(names)
    }

    /// Refuses to merge a contact away of which a field is to be decided: its card on the remote goes with it, and
    /// what that says is in no book yet.
    fn is_decided(&self, contact: &Contact) -> Answer<()> {
        let mut open = self.connection().prepare_cached(
            "SELECT count(*) FROM remote_conflict f JOIN remote_card c ON c.id = f.remote_card
             WHERE c.contact = ?1 AND NOT f.closed",
        )?;
        let open: i64 = open.query_row([contact.id.0.as_bytes()], |row| row.get(0))?;
        let fields = usize::try_from(open).unwrap_or_default();
        if fields == 0 {
            return Ok(());
        }
        let why = format!(
            "{} has {} to decide between here and a remote, which a merge would lose: callbook conflicts shows what \
             both say",
            contact.name,
            count(fields, "field")
        );
        Err(Refusal::new(Kind::Conflict, why).into())
    }

    /// Has the relations of others to contacts that were merged away go to those that were kept, and takes those of
    /// a contact to itself.
    fn relate_to_kept(&mut self, merged: &MergedAway) -> Answer<()> {
        if merged.0.is_empty() {
            return Ok(());
        }
        let related = self
            .connection()
            .prepare("SELECT id FROM contact WHERE details LIKE '%urn:uuid:%' ORDER BY id")?
            .query_map([], |row| record::uuid(row, 0))?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let now = self.context().now;
        for id in related {
            let before = record::get_contact(self.connection(), ContactId(id))?;
            let mut after = before.clone();
            after.details.clear();
            for detail in &before.details {
                let mut detail = detail.clone();
                if let Some((kept, uid)) = merged.kept(&detail) {
                    if kept == before.id {
                        continue;
                    }
                    // Where another contact has the identifier too, it is that one.
                    if lookup::with_uid(self.connection(), &detail.text())?.is_none() {
                        detail.value = uid.into();
                    }
                }
                let is_there = after
                    .details
                    .iter()
                    .any(|own| own.identity() == detail.identity());
                if !is_there || before.details.contains(&detail) {
                    after.details.push(detail);
                }
            }
            if after != before {
                after.updated_at = now;
                self.update_contact(before, after)?;
            }
        }
        Ok(())
    }
}

/// What contacts that were merged were known by, each with the one that was kept and its identifier.
#[derive(Default)]
struct MergedAway(HashMap<String, (ContactId, String)>);

impl MergedAway {
    fn note(&mut self, people: &[FullContact], kept: &Contact) {
        let uid = kept.uid.clone().unwrap_or_else(|| kept.own_uid());
        let uid = format!("urn:uuid:{}", uid.strip_prefix("urn:uuid:").unwrap_or(&uid));
        for one in people {
            let known = [one.contact.uid.clone(), Some(one.contact.id.to_string())];
            for known in known.into_iter().flatten() {
                self.0.insert(plain(&known), (kept.id, uid.clone()));
            }
        }
    }

    /// Who was kept of those that a relation may be to, and its identifier.
    fn kept(&self, detail: &Detail) -> Option<(ContactId, &str)> {
        let text = detail.text();
        let is_one = detail.kind == DetailKind::Relation && text.starts_with("urn:uuid:");
        let found = is_one.then(|| self.0.get(&plain(&text))).flatten();
        found.map(|(id, uid)| (*id, uid.as_str()))
    }
}
