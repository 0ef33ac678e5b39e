//! Groups of contacts, which become tags. The card of a group is kept, so that it can go out again.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::domain::contact::{CardId, ContactId};
use crate::domain::content::ContentHash;
use crate::domain::import::{Extent, GroupCard, KeptGroup};
use crate::domain::member::plain;
use crate::domain::notice::NoticeKind;
use crate::domain::refusal::Refusal;
use crate::domain::tag::{is_same_tag, tag_key};

use crate::store::base::Store;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::undo::bin::BINNED;
use crate::store::write::writer::Writer;

use super::run::Run;

/// A group card that is kept.
struct Known {
    id: CardId,
    card: Vec<u8>,
    members: Vec<String>,
}

/// The newest card of a group, with its tag.
struct Newest {
    tag: String,
    card: Vec<u8>,
    members: Vec<String>,
}

/// A contact with a tag: its id and its `UID`.
type Bearer = (ContactId, Option<String>);

impl Store {
    /// The cards of groups that are kept, the newest of each, with who has their tags now; with `only`,
    /// of those whose tag one of these contacts has, and with no other members.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn groups(&self, only: Option<&HashSet<ContactId>>) -> Result<Vec<KeptGroup>, Refusal> {
        self.snapshot(|connection| {
            let newest = newest(connection)?;
            if newest.is_empty() {
                return Ok(Vec::new());
            }
            let bearers = bearers(connection)?;
            let deleted = deleted(connection)?;
            let kept = newest.into_iter().map(|group| {
                let bearers = bearers.get(&tag_key(&group.tag));
                let bearers = bearers.map_or(&[][..], Vec::as_slice);
                kept_group(connection, group, bearers, &deleted, only)
            });
            Ok(kept
                .collect::<Answer<Vec<_>>>()?
                .into_iter()
                .flatten()
                .collect())
        })
    }

    /// The tags of each contact that the cards of groups say as they go out.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn tags_of_groups(&self) -> Result<HashMap<ContactId, Vec<String>>, Refusal> {
        self.snapshot(tags_of_groups)
    }
}

/// The newest card of each group.
fn newest(connection: &Connection) -> Answer<Vec<Newest>> {
    let mut groups = connection.prepare_cached(
        "SELECT k.bytes, g.members, g.tag FROM group_card g JOIN card k ON k.id = g.card
         LEFT JOIN undo_point p ON p.id = g.step
         WHERE coalesce(p.undone, 0) = 0 ORDER BY g.id DESC",
    )?;
    let mut seen = HashSet::new();
    let mut newest = Vec::new();
    let mut rows = groups.query([])?;
    while let Some(row) = rows.next()? {
        let card: Vec<u8> = row.get(0)?;
        let tag: String = row.get(2)?;
        if seen.insert((tag_key(&tag), uid_line(&card).map(<[u8]>::to_vec))) {
            let members = record::json(row, 1)?;
            newest.push(Newest { tag, card, members });
        }
    }
    newest.reverse();
    Ok(newest)
}

/// The contacts with each tag, however it is written.
fn bearers(connection: &Connection) -> Answer<HashMap<String, Vec<Bearer>>> {
    let mut tagged = connection
        .prepare_cached("SELECT id, uid, tags FROM contact WHERE tags <> '[]' ORDER BY id")?;
    let mut rows = tagged.query([])?;
    let mut bearers: HashMap<String, Vec<Bearer>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (id, uid) = (ContactId(record::uuid(row, 0)?), row.get(1)?);
        let tags: Vec<String> = record::json(row, 2)?;
        let keys: HashSet<String> = tags.iter().map(|tag| tag_key(tag)).collect();
        for key in keys {
            let uid: &Option<String> = &uid;
            bearers.entry(key).or_default().push((id, uid.clone()));
        }
    }
    Ok(bearers)
}

/// The tags of each contact that the cards of groups say as they go out.
pub(super) fn tags_of_groups(connection: &Connection) -> Answer<HashMap<ContactId, Vec<String>>> {
    let mut tags: HashMap<ContactId, Vec<String>> = HashMap::new();
    let newest = newest(connection)?;
    if newest.is_empty() {
        return Ok(tags);
    }
    let bearers = bearers(connection)?;
    for Newest { tag, .. } in newest {
        for bearer in bearers.get(&tag_key(&tag)).into_iter().flatten() {
            // Of several with one UID only the first is known by it.
            if find_member(connection, &member_name(bearer))? == Some(bearer.0) {
                tags.entry(bearer.0).or_default().push(tag.clone());
            }
        }
    }
    Ok(tags)
}

/// What the contacts in the bin are known by.
fn deleted(connection: &Connection) -> Answer<HashSet<String>> {
    let mut binned = connection.prepare_cached(&format!(
        "SELECT o.key, json_extract(o.fields, '$.uid') {BINNED} AND o.entity = 'contact'"
    ))?;
    let mut rows = binned.query([])?;
    let mut deleted = HashSet::new();
    while let Some(row) = rows.next()? {
        deleted.insert(record::uuid(row, 0)?.to_string());
        let uid: Option<String> = row.get(1)?;
        deleted.extend(uid.map(|uid| plain(&uid)));
    }
    Ok(deleted)
}

/// What the card of a group calls a contact.
fn member_name((id, uid): &Bearer) -> String {
    let uid = uid.clone().unwrap_or_else(|| id.to_string());
    uid.strip_prefix("urn:uuid:").unwrap_or(&uid).to_owned()
}

/// A group as it is now; none where it has no member that is exported.
fn kept_group(
    connection: &Connection,
    group: Newest,
    bearers: &[Bearer],
    deleted: &HashSet<String>,
    only: Option<&HashSet<ContactId>>,
) -> Answer<Option<KeptGroup>> {
    let is_exported = |id: &ContactId| only.is_none_or(|only| only.contains(id));
    let tagged = bearers.iter().filter(|(id, _)| is_exported(id)).cloned();
    let tagged: Vec<Bearer> = tagged.collect();
    if only.is_some() && tagged.is_empty() {
        return Ok(None);
    }
    let mut extent = if tagged.len() < bearers.len() {
        Extent::Part
    } else {
        Extent::Whole
    };
    let has_tag: HashSet<ContactId> = tagged.iter().map(|(id, _)| *id).collect();
    let mut there = HashSet::new();
    let mut lost = Vec::new();
    for member in &group.members {
        match find_member(connection, member)? {
            Some(id) => {
                there.insert(id);
                if !has_tag.contains(&id) {
                    lost.push(member.clone());
                }
            }
            None if deleted.contains(&plain(member)) => lost.push(member.clone()),
            // A member that is not in the book stays: nothing is known of it here.
            None if only.is_none() => {}
            None => {
                lost.push(member.clone());
                extent = Extent::Part;
            }
        }
    }
    let gained = tagged.iter().filter(|(id, _)| !there.contains(id));
    let gained = gained.map(member_name);
    Ok(Some(KeptGroup {
        name: group.tag,
        extent,
        card: group.card,
        lost,
        gained: gained.collect(),
    }))
}

impl Writer<'_> {
    /// Gives the members of a group its tag. The same card again changes nothing: who lost the tag here
    /// stays without it. A newer card of the group changes what it says otherwise than the older one.
    pub(super) fn take_group(&mut self, group: &GroupCard, run: &mut Run<'_>) -> Answer<()> {
        let tag = group.name.trim();
        let hash = ContentHash::of_card(&group.card);
        if tag.is_empty() || self.has_group(hash)? {
            return Ok(());
        }
        let older = self.older_group(tag, &group.card)?;
        let known = older.as_ref().map(|older| older.members.as_slice());
        let before = known.unwrap_or_default();
        let leavers = match group.extent {
            Extent::Whole => before,
            Extent::Part => &[],
        };
        for member in &group.members {
            let Some(id) = find_member(self.connection(), member)? else {
                let example = || member.clone();
                run.notices.add(NoticeKind::MissingMembers, tag, example);
                continue;
            };
            if !before.contains(member) {
                let name = self.tag(id, tag, Tagged::On)?;
                run.notices.add(NoticeKind::GroupTag, tag, || name);
            }
        }
        for member in leavers
            .iter()
            .filter(|member| !group.members.contains(*member))
        {
            if let Some(id) = find_member(self.connection(), member)? {
                self.tag(id, tag, Tagged::Off)?;
            }
        }
        let step = self.begun(run.title)?;
        let (card, members) = match &older {
            // The card that names all of them stays.
            Some(older) if group.extent == Extent::Part => (older.id, &older.members),
            _ => (self.keep_card(&group.card)?, &group.members),
        };
        let members = serde_json::Value::from(members.as_slice()).to_string();
        self.connection()
            .prepare_cached(
                "INSERT INTO group_card (tag, card, hash, members, step)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![tag, card.0, hash.0, members, step])?;
        Ok(())
    }

    /// Whether this card of a group was imported already.
    fn has_group(&self, hash: ContentHash) -> Answer<bool> {
        let mut known = self.connection().prepare_cached(
            "SELECT 1 FROM group_card g LEFT JOIN undo_point p ON p.id = g.step
             WHERE g.hash = ?1 AND coalesce(p.undone, 0) = 0",
        )?;
        Ok(known.exists([hash.0])?)
    }

    /// The newest card of the same group: with the same `UID`.
    fn older_group(&self, tag: &str, card: &[u8]) -> Answer<Option<Known>> {
        let mut known = self.connection().prepare_cached(
            "SELECT k.bytes, g.members, k.id, g.tag FROM group_card g JOIN card k ON k.id = g.card
             LEFT JOIN undo_point p ON p.id = g.step
             WHERE coalesce(p.undone, 0) = 0 ORDER BY g.id DESC",
        )?;
        let mut rows = known.query([])?;
        while let Some(row) = rows.next()? {
            if !is_same_tag(record::text(row, 3)?, tag) {
                continue;
            }
            let known = Known {
                id: CardId(row.get(2)?),
                card: row.get(0)?,
                members: record::json(row, 1)?,
            };
            if uid_line(&known.card) == uid_line(card) {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    /// Gives a contact a tag, or takes it; gives its name.
    pub(in crate::store::change) fn tag(
        &mut self,
        id: ContactId,
        tag: &str,
        tagged: Tagged,
    ) -> Answer<String> {
        let before = record::get_contact(self.connection(), id)?;
        let name = before.name.clone();
        let mut after = before.clone();
        let is_it = |known: &String| is_same_tag(known, tag);
        match tagged {
            Tagged::On if before.tags.iter().any(is_it) => {}
            Tagged::On => after.tags.push(tag.to_owned()),
            Tagged::Off => after.tags.retain(|known| !is_it(known)),
        }
        if after.tags.len() != before.tags.len() {
            after.updated_at = self.context().now;
            self.update_contact(before, after)?;
        }
        Ok(name)
    }
}

/// Whether a contact is to have a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::store::change) enum Tagged {
    On,
    Off,
}

/// The line of a card that begins with `UID`; it distinguishes groups of the same name.
fn uid_line(card: &[u8]) -> Option<&[u8]> {
    let mut lines = card.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.find(|line| {
        let name = line.split(|byte| matches!(byte, b':' | b';')).next();
        name.is_some_and(|name| name.eq_ignore_ascii_case(b"UID"))
    })
}

/// The contact with a `UID`, with or without `urn:uuid:` before it; one that was made here has its id
/// for one.
pub(in crate::store::change) fn find_member(
    connection: &Connection,
    uid: &str,
) -> Answer<Option<ContactId>> {
    let found = connection
        .prepare_cached(
            "SELECT id FROM contact WHERE uid IN (?1, 'urn:uuid:' || ?1) ORDER BY id LIMIT 1",
        )?
        .query_row([uid], |row| record::uuid(row, 0))
        .optional()?;
    if found.is_some() {
        return Ok(found.map(ContactId));
    }
    let own = Uuid::parse_str(uid).ok().map(ContactId);
    Ok(match own {
        Some(id) if record::find_contact(connection, id)?.is_some() => Some(id),
        _ => None,
    })
}
