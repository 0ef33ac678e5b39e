//! Groups of contacts, which become tags. The card of a group is kept, so that it can go out again.

use rusqlite::{OptionalExtension, params};
use uuid::Uuid;

use crate::domain::contact::ContactId;
use crate::domain::content::ContentHash;
use crate::domain::import::GroupCard;
use crate::domain::notice::NoticeKind;
use crate::domain::operation::Key;

use super::super::contacts;
use super::super::failure::Answer;
use super::super::record;
use super::super::write::Writer;
use super::Run;

/// A group card that is kept.
struct Known {
    card: Vec<u8>,
    members: Vec<String>,
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
        let before = older.map(|older| older.members).unwrap_or_default();
        for member in &group.members {
            let Some(id) = self.member(member)? else {
                let example = || member.clone();
                run.notices.add(NoticeKind::MissingMembers, tag, example);
                continue;
            };
            if !before.contains(member) {
                let name = self.tag(id, tag, Tagged::On)?;
                run.notices.add(NoticeKind::GroupTag, tag, || name);
            }
        }
        for member in before
            .iter()
            .filter(|member| !group.members.contains(*member))
        {
            if let Some(id) = self.member(member)? {
                self.tag(id, tag, Tagged::Off)?;
            }
        }
        let step = self.begun(run.title)?;
        let card = self.keep_card(&group.card)?;
        let members = serde_json::Value::from(group.members.as_slice()).to_string();
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
            "SELECT k.bytes, g.members FROM group_card g JOIN card k ON k.id = g.card
             LEFT JOIN undo_point p ON p.id = g.step
             WHERE g.tag = ?1 AND coalesce(p.undone, 0) = 0 ORDER BY g.id DESC",
        )?;
        let known = known.query_map([tag], |row| {
            Ok(Known {
                card: row.get(0)?,
                members: record::json(row, 1)?,
            })
        })?;
        for known in known {
            let known = known?;
            if uid_line(&known.card) == uid_line(card) {
                return Ok(Some(known));
            }
        }
        Ok(None)
    }

    /// The contact with a `UID`, with or without `urn:uuid:` before it; one that was made here has its
    /// id for one.
    fn member(&self, uid: &str) -> Answer<Option<ContactId>> {
        let found = self
            .connection()
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
            Some(id) if self.is_there(Key::Contact(id))? => Some(id),
            _ => None,
        })
    }

    /// Gives a contact a tag, or takes it; gives its name.
    fn tag(&mut self, id: ContactId, tag: &str, tagged: Tagged) -> Answer<String> {
        let before = contacts::find(self.connection(), id)?;
        let name = before.name.clone();
        let mut after = before.clone();
        after.tags.retain(|known| known != tag);
        if tagged == Tagged::On {
            after.tags.push(tag.to_owned());
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
enum Tagged {
    On,
    Off,
}

/// The line of a card that begins with `UID`; it tells two groups of one name apart.
fn uid_line(card: &[u8]) -> Option<&[u8]> {
    let mut lines = card.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    lines.find(|line| {
        let name = line.split(|byte| matches!(byte, b':' | b';')).next();
        name.is_some_and(|name| name.eq_ignore_ascii_case(b"UID"))
    })
}
