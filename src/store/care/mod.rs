//! What keeps a book safe, sound and small.

pub(in crate::store) mod backup;
pub(in crate::store) mod compact;
pub(in crate::store) mod doctor;
pub(in crate::store) mod health;
pub(in crate::store) mod orphans;
pub(in crate::store) mod put_back;
