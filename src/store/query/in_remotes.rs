//! The remotes that a contact is in.

use rusqlite::{Connection, params};

use crate::domain::contact::ContactId;
use crate::domain::edit::InRemote;
use crate::domain::full_contact::FullContact;
use crate::domain::sync::person::Person;
use crate::domain::timestamp::Timestamp;
use crate::store::db::failure::Answer;
use crate::store::db::record;

/// How many contacts were changed since they were as their cards on a remote are, and are not sent there.
pub(in crate::store) fn count_apart(connection: &Connection, name: &str) -> Answer<usize> {
    let mut maybe = connection.prepare_cached(
        "SELECT l.contact FROM remote_card l JOIN remote r ON r.id = l.remote
         WHERE r.name = ?1 AND l.kind = 'person' AND l.etag IS NOT NULL
            AND EXISTS (SELECT 1 FROM contact c WHERE c.id = l.contact)
            AND (l.agreed IS NOT NULL OR EXISTS (SELECT 1 FROM operation o JOIN undo_point p ON p.id = o.point
                WHERE o.contact = l.contact AND p.remote IS NOT r.name AND NOT p.undone))",
    )?;
    let maybe = maybe.query_map([name], |row| Ok(ContactId(record::uuid(row, 0)?)))?;
    let mut apart = 0;
    for contact in maybe.collect::<rusqlite::Result<Vec<_>>>()? {
        let full = record::full_contact(connection, contact)?;
        let known = of_contact(connection, &full)?;
        apart += usize::from(known.iter().any(|one| one.name == name && one.is_apart));
    }
    Ok(apart)
}

/// The remotes that have a card of a contact, by name.
pub(in crate::store) fn of_contact(
    connection: &Connection,
    full: &FullContact,
) -> Answer<Vec<InRemote>> {
    let ContactId(id) = full.contact.id;
    let mut cards = connection.prepare_cached(
        "SELECT r.name, r.synced_at, l.refused, l.id,
            (SELECT count(*) FROM remote_conflict f WHERE f.remote_card = l.id AND NOT f.closed),
            l.intent IS NOT NULL OR l.etag IS NULL
                OR NOT l.held AND coalesce(r.traits ->> 'sends', 1)
                AND EXISTS (SELECT 1 FROM operation o JOIN undo_point p ON p.id = o.point
                    WHERE o.contact = l.contact AND o.point > r.seen AND p.remote IS NOT r.name),
            l.held, coalesce(r.traits ->> 'sends', 1), l.agreed,
            -- Where it was when both agreed as the card there says, what was done since its last sync tells.
            EXISTS (SELECT 1 FROM operation o JOIN undo_point p ON p.id = o.point
                WHERE o.contact = l.contact AND p.remote IS NOT r.name AND NOT p.undone
                AND o.point > (SELECT max(s.point) FROM operation s JOIN undo_point q ON q.id = s.point
                    WHERE s.contact = l.contact AND q.remote = r.name)),
            coalesce(r.traits ->> '$.goes[1]', ''),
            (SELECT json_group_array(json_array(g.intent_says ->> 'name', EXISTS (
                    SELECT 1 FROM json_each(g.intent_says, '$.members') m
                    WHERE m.value IN (c.uid, 'urn:uuid:' || c.uid) OR 'urn:uuid:' || m.value = c.uid)))
                FROM remote_card g JOIN contact c ON c.id = l.contact
                WHERE g.remote = r.id AND NOT g.looked AND g.kind = 'group'),
            l.intent_says IS NULL
         FROM remote_card l JOIN remote r ON r.id = l.remote
         WHERE l.contact = ?1 AND l.kind = 'person' ORDER BY r.name",
    )?;
    let cards = cards.query_map(params![id.as_bytes()], |row| {
        let disputed: i64 = row.get(4)?;
        let (is_held, sends): (bool, bool) = (row.get(6)?, row.get(7)?);
        let groups: String = row.get(11)?;
        let groups: Vec<(String, i64)> = serde_json::from_str(&groups).unwrap_or_default();
        let has = |tag: &String| full.contact.tags.contains(tag);
        let is_left = |(tag, is_member): &&(String, i64)| *is_member != 0 && !has(tag);
        let left_groups = { groups.iter() }.filter(is_left);
        let left_groups: Vec<String> = left_groups.map(|(tag, _)| tag.clone()).collect();
        let mut groups: Vec<String> = groups.into_iter().map(|(tag, _)| tag).collect();
        let agreed: Option<String> = row.get(8)?;
        let agreed = agreed.and_then(|text| Person::from_json(&text).ok());
        let is_changed = match agreed {
            Some(mut agreed) => {
                let mut person = Person::of(full);
                for tag in &groups {
                    person.tags.remove(tag);
                    agreed.tags.remove(tag);
                }
                person != agreed
            }
            None => row.get(9)?,
        };
        let (why, is_unread): (Option<String>, bool) = (row.get(2)?, row.get(12)?);
        let (unread, refused) = if is_unread { (why, None) } else { (None, why) };
        groups.retain(|tag| full.contact.tags.contains(tag));
        let known = InRemote {
            name: row.get(0)?,
            synced_at: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_micros),
            is_waiting: row.get(5)?,
            is_apart: is_changed && (is_held || !sends),
            held: if is_held { Some(row.get(10)?) } else { None },
            groups: if sends { groups } else { Vec::new() },
            left_groups: if sends { left_groups } else { Vec::new() },
            refused,
            unread,
            disputed: usize::try_from(disputed).unwrap_or_default(),
            labels: Vec::new(),
        };
        Ok((known, row.get::<_, i64>(3)?))
    })?;
    let mut remotes = Vec::new();
    for card in cards {
        let (mut known, card) = card?;
        if known.disputed > 0 {
            let mut labels = connection.prepare_cached(
                "SELECT key, theirs FROM remote_conflict
                 WHERE remote_card = ?1 AND field = 'label' AND NOT closed",
            )?;
            let labels = labels.query_map([card], |row| {
                let theirs: Option<String> = row.get(1)?;
                let theirs = theirs.and_then(|text| serde_json::from_str(&text).ok()?);
                Ok((row.get(0)?, theirs))
            })?;
            known.labels = labels.collect::<rusqlite::Result<_>>()?;
        }
        remotes.push(known);
    }
    Ok(remotes)
}
