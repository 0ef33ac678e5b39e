//! Numbers that contacts had and have no more, because they were corrected or deleted here. A file that
//! still has one is about the same contact, and does not bring the number back.

use std::collections::HashMap;

use crate::domain::contact::ContactId;
use crate::domain::phone::Phone;

use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::writer::Writer;

/// The former contact of each number.
pub(super) struct Former(HashMap<String, Vec<ContactId>>);

impl Former {
    /// The contacts that had this number.
    pub(super) fn holders(&self, phone: &Phone) -> &[ContactId] {
        self.0.get(&phone.identity).map_or(&[], Vec::as_slice)
    }

    /// Whether a contact had this number.
    pub(super) fn had(&self, contact: ContactId, phone: &Phone) -> bool {
        self.holders(phone).contains(&contact)
    }
}

impl Writer<'_> {
    /// The numbers that the log knows to have been changed or deleted, by steps that stand.
    pub(super) fn former(&self) -> Answer<Former> {
        let mut changes = self.connection().prepare_cached(
            "SELECT o.contact, CASE o.kind
                WHEN 'delete' THEN o.fields ->> 'identity'
                ELSE (SELECT f.value ->> 'from' FROM json_each(o.fields) f
                    WHERE f.value ->> 'field' = 'identity') END AS identity
             FROM operation o JOIN undo_point p ON p.id = o.point
             WHERE o.entity = 'phone' AND o.kind <> 'create' AND p.kind = 'change' AND p.undone = 0
                AND identity IS NOT NULL",
        )?;
        let mut former: HashMap<String, Vec<ContactId>> = HashMap::new();
        let mut rows = changes.query([])?;
        while let Some(row) = rows.next()? {
            let holders = former.entry(row.get(1)?).or_default();
            let id = ContactId(record::uuid(row, 0)?);
            if !holders.contains(&id) {
                holders.push(id);
            }
        }
        Ok(Former(former))
    }
}
