//! Cards as they are kept, byte for byte.

use rusqlite::MAIN_DB;
use rusqlite::blob::ZeroBlob;

use crate::domain::contact::CardId;

use crate::store::db::failure::Answer;
use crate::store::write::writer::Writer;

/// From so many bytes on a card is written in parts: in one, `SQLite` holds it twice more.
const LARGE: usize = 1024 * 1024;

impl Writer<'_> {
    /// Keeps a card.
    pub(in crate::store) fn keep_card(&self, bytes: &[u8]) -> Answer<CardId> {
        let connection = self.connection();
        if bytes.len() < LARGE {
            connection
                .prepare_cached("INSERT INTO card (bytes) VALUES (?1)")?
                .execute([bytes])?;
            return Ok(CardId(connection.last_insert_rowid()));
        }
        connection
            .prepare_cached("INSERT INTO card (bytes) VALUES (?1)")?
            .execute([ZeroBlob(bytes.len() as u64)])?;
        let id = connection.last_insert_rowid();
        let mut place = connection.blob_open(MAIN_DB, "card", "bytes", id, false)?;
        for (at, part) in bytes.chunks(LARGE).enumerate() {
            place.write_all_at(part, at * LARGE)?;
        }
        place.close()?;
        Ok(CardId(id))
    }
}
