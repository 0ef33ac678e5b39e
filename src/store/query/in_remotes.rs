//! The remotes that a contact is in.

use rusqlite::{Connection, params};

use crate::domain::contact::ContactId;
use crate::domain::edit::InRemote;
use crate::domain::timestamp::Timestamp;
use crate::store::db::failure::Answer;

/// The remotes that have a card of a contact, by name.
pub(in crate::store) fn of_contact(
    connection: &Connection,
    id: ContactId,
) -> Answer<Vec<InRemote>> {
    let mut cards = connection.prepare_cached(
        "SELECT r.name, r.synced_at, l.refused, l.id,
            (SELECT count(*) FROM remote_conflict f WHERE f.remote_card = l.id AND NOT f.closed),
            l.intent IS NOT NULL OR l.etag IS NULL
                OR NOT l.held AND coalesce(r.traits ->> 'sends', 1)
                AND EXISTS (SELECT 1 FROM operation o JOIN undo_point p ON p.id = o.point
                    WHERE o.contact = l.contact AND o.point > r.seen AND p.remote IS NOT r.name)
         FROM remote_card l JOIN remote r ON r.id = l.remote
         WHERE l.contact = ?1 AND l.kind = 'person' ORDER BY r.name",
    )?;
    let cards = cards.query_map(params![id.0.as_bytes()], |row| {
        let disputed: i64 = row.get(4)?;
        let known = InRemote {
            name: row.get(0)?,
            synced_at: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_micros),
            is_waiting: row.get(5)?,
            refused: row.get(2)?,
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
