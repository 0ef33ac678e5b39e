//! The cards of groups of a remote within one transaction of a sync: their members have the group's name as a tag.

use rusqlite::{OptionalExtension as _, Row, params};
use serde_json::json;

use crate::domain::import::GroupCard;
use crate::domain::refusal::Refusal;
use crate::domain::tag::is_same_tag;

use crate::store::change::import::group::{Tagged, find_member};
use crate::store::db::failure::Answer;
use crate::store::db::record;

use super::remote_cards::RemoteBook;

/// The card of a group, as a remote has it and as far as its tags were given.
#[derive(Clone, Debug)]
pub struct LinkedGroup {
    id: i64,
    /// The name, which is the tag.
    pub tag: String,
    members: Vec<String>,
    given: Given,
}

/// The tag that members were given, and the `UID`s of these members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Given {
    tag: String,
    members: Vec<String>,
    /// Those of them that had it already: it stays theirs.
    own: Vec<String>,
}

impl RemoteBook<'_, '_> {
    /// Keeps the card of a group; [`Self::settle_groups`] tags its members.
    pub fn put_group(
        &mut self,
        href: &str,
        place: &[u8],
        etag: &str,
        group: &GroupCard,
    ) -> Result<(), Refusal> {
        let put = || -> Answer<()> {
            let connection = self.writer.connection();
            let there = connection
                .prepare_cached("SELECT base FROM remote_card WHERE remote = ?1 AND place = ?2")?
                .query_row(params![self.remote, place], |row| row.get(0))
                .optional()?;
            let card = self.keep(there.flatten(), Some(&group.card))?;
            let says = json!({ "name": group.name.trim(), "members": group.members });
            connection
                .prepare_cached(
                    "INSERT INTO remote_card (remote, href, place, etag, kind, base, intent_says, run, looked)
                     VALUES (?1, ?2, ?3, ?4, 'group', ?5, ?6, ?7, 0)
                     ON CONFLICT (remote, place) DO UPDATE SET etag = excluded.etag, kind = excluded.kind,
                        base = excluded.base, intent_says = excluded.intent_says, refused = NULL, looked = 0",
                )?
                .execute(params![
                    self.remote,
                    href,
                    place,
                    etag,
                    card,
                    says.to_string(),
                    self.run().as_bytes()
                ])?;
            Ok(())
        };
        self.answered(put())
    }

    /// The name of the group whose card is at a place.
    pub fn group_at(&mut self, place: &[u8]) -> Result<Option<String>, Refusal> {
        self.maybe(
            "SELECT intent_says ->> 'name' FROM remote_card WHERE remote = ?1 AND place = ?2 AND kind = 'group'",
            params![self.remote, place],
        )
    }

    /// The groups of the remote.
    pub fn groups(&mut self) -> Result<Vec<LinkedGroup>, Refusal> {
        let groups = || -> Answer<Vec<LinkedGroup>> {
            // They are never looked at, and so among the few that an index finds.
            let mut groups = self.writer.connection().prepare_cached(
                "SELECT id, intent_says ->> 'name', intent_says -> 'members',
                    coalesce(agreed ->> 'name', ''), coalesce(agreed -> 'members', '[]'),
                    coalesce(agreed -> 'own', '[]')
                 FROM remote_card WHERE remote = ?1 AND NOT looked AND kind = 'group' ORDER BY id",
            )?;
            let group = |row: &Row<'_>| {
                Ok(LinkedGroup {
                    id: row.get(0)?,
                    tag: row.get(1)?,
                    members: record::json(row, 2)?,
                    given: Given {
                        tag: row.get(3)?,
                        members: record::json(row, 4)?,
                        own: record::json(row, 5)?,
                    },
                })
            };
            let groups = groups.query_map([self.remote], group)?;
            Ok(groups.collect::<rusqlite::Result<_>>()?)
        };
        self.answered(groups())
    }

    /// Tags the members of groups as their cards say, and takes the tags off those who left. A tag that a person
    /// took off here stays off.
    pub fn settle_groups(&mut self) -> Result<(), Refusal> {
        for group in self.groups()? {
            let settled = self.settle(&group);
            self.answered(settled)?;
        }
        Ok(())
    }

    fn settle(&mut self, group: &LinkedGroup) -> Answer<()> {
        let before = &group.given;
        let is_renamed = before.tag != group.tag;
        let mut now = Given {
            tag: group.tag.clone(),
            members: Vec::new(),
            own: Vec::new(),
        };
        for member in &before.members {
            let is_left = is_renamed || !group.members.contains(member);
            if is_left
                && !before.own.contains(member)
                && let Some(id) = find_member(self.writer.connection(), member)?
            {
                self.writer.tag(id, &before.tag, Tagged::Off)?;
            }
        }
        for member in group.members.iter().filter(|_| !group.tag.is_empty()) {
            if !is_renamed && before.members.contains(member) {
                now.members.push(member.clone());
                now.own
                    .extend(before.own.iter().find(|own| *own == member).cloned());
            } else if let Some(id) = find_member(self.writer.connection(), member)? {
                let contact = record::get_contact(self.writer.connection(), id)?;
                if contact.tags.iter().any(|own| is_same_tag(own, &group.tag)) {
                    now.own.push(member.clone());
                }
                self.writer.tag(id, &group.tag, Tagged::On)?;
                now.members.push(member.clone());
            }
        }
        if now != *before {
            let given = json!({ "name": now.tag, "members": now.members, "own": now.own });
            self.writer
                .connection()
                .prepare_cached("UPDATE remote_card SET agreed = ?2 WHERE id = ?1")?
                .execute(params![group.id, given.to_string()])?;
        }
        Ok(())
    }

    /// Takes the tag of a group off its members, where its card is gone.
    pub fn drop_group(&mut self, place: &[u8]) -> Result<(), Refusal> {
        let gone: Option<i64> = self.maybe(
            "SELECT id FROM remote_card WHERE remote = ?1 AND place = ?2 AND kind = 'group'",
            params![self.remote, place],
        )?;
        let Some(gone) = gone else {
            return Ok(());
        };
        let groups = self.groups()?;
        if let Some(group) = groups.into_iter().find(|group| group.id == gone) {
            let nobody = LinkedGroup {
                members: Vec::new(),
                ..group
            };
            let settled = self.settle(&nobody);
            self.answered(settled)?;
        }
        Ok(())
    }
}
