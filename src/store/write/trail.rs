//! What a transaction reads and writes, to be compared with what was previewed.

use std::hash::{DefaultHasher, Hash, Hasher as _};

use crate::domain::contact::ContactId;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::full_contact::FullContact;
use crate::domain::operation::Record;
use crate::domain::rehearsal::Seen;

use crate::store::db::failure::Answer;

/// What changed, where a preview is outdated.
pub(in crate::store) const BOOK: &str = "the book";

/// What a transaction reads and writes, as far as it is the same when it is done again.
pub(in crate::store) struct Trail {
    /// The last stamp that was given before the transaction.
    began: i64,
    /// The contacts that are changed, as they were.
    stored: Fingerprint,
    /// The parts that were written.
    written: Fingerprint,
    /// The part that is being written.
    part: DefaultHasher,
}

impl Trail {
    pub(in crate::store) fn new(began: i64) -> Self {
        Self {
            began,
            stored: Fingerprint::default(),
            written: Fingerprint::default(),
            part: DefaultHasher::new(),
        }
    }

    /// Notes a contact that is changed, as it was.
    pub(in crate::store) fn read(&mut self, contact: &FullContact) {
        let stored = self.stored_before(contact);
        self.stored = self.stored.with(stored.unwrap_or_default());
    }

    /// The same where it goes with the part that is being written, and may be left out with that.
    pub(in crate::store) fn read_in_part(&mut self, contact: &FullContact) {
        self.stored_before(contact).hash(&mut self.part);
    }

    /// A contact as it was; none where this transaction wrote it: it has another stamp each time, and was
    /// noted then.
    fn stored_before(&self, stored: &FullContact) -> Option<Fingerprint> {
        let stamps = stored.phones.iter().map(|phone| phone.updated_in_db_at);
        let newest = stamps.fold(stored.contact.updated_in_db_at, Ord::max);
        let is_older = newest.micros() <= self.began;
        is_older.then(|| Fingerprint::of_stored(stored))
    }

    /// Notes what was read of a file.
    pub(in crate::store) const fn read_of_file(&mut self, part: Fingerprint) {
        self.written = self.written.with(part);
    }

    /// Notes that something is written for a contact that was there.
    pub(in crate::store) fn note(&mut self, contact: ContactId) {
        contact.hash(&mut self.part);
    }

    /// Notes what became of a record.
    pub(in crate::store) fn write(&mut self, before: Option<&Record>, after: Option<Record>) {
        // What was made by this transaction has another id and stamp each time; its content was noted.
        let known = before.filter(|before| before.version().micros() <= self.began);
        let known = known.map(|before| (before.key(), before.version()));
        (before.is_some(), known).hash(&mut self.part);
        after.map(Record::into_content).hash(&mut self.part);
    }

    /// Ends a part; returns the fingerprint of what was written in it.
    pub(in crate::store) fn end_part(&mut self) -> Fingerprint {
        let part = std::mem::replace(&mut self.part, DefaultHasher::new());
        let part = Fingerprint::of(part.finish());
        self.written = self.written.with(part);
        part
    }

    /// Leaves a part out, which a person wanted to be otherwise.
    pub(in crate::store) fn leave_out(&mut self, part: Fingerprint) {
        self.written = self.written.without(part);
    }

    /// The fingerprint of all of it.
    pub(in crate::store) fn fingerprint(mut self) -> Fingerprint {
        self.end_part();
        self.stored.with(self.written)
    }

    /// Refuses to commit what is not what was seen.
    pub(in crate::store) fn refuse_outdated(self, seen: Seen) -> Answer<()> {
        let is_seen = match seen {
            Seen::Nothing => true,
            Seen::Contacts(contacts) => contacts == self.stored,
            Seen::Rehearsal(fingerprint) => fingerprint == self.fingerprint(),
        };
        if is_seen {
            return Ok(());
        }
        Err(seen.outdated(BOOK).into())
    }
}
