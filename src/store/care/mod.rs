//! What keeps a book safe, sound and small.

pub mod backup;
pub(in crate::store) mod compact;
pub(in crate::store) mod doctor;
pub(in crate::store) mod health;
