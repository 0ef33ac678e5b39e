//! What is beneath an open book: files, connections, the schema, copies, and what goes wrong with them.

pub(in crate::store) mod backups;
pub(in crate::store) mod connect;
pub(in crate::store) mod copy;
pub(in crate::store) mod failure;
pub(in crate::store) mod files;
pub(in crate::store) mod held;
pub(in crate::store) mod journal_mode;
pub(in crate::store) mod objects;
pub(in crate::store) mod open;
pub(in crate::store) mod options;
pub(in crate::store) mod owner;
pub(in crate::store) mod pace;
pub(in crate::store) mod paths;
pub(in crate::store) mod record;
pub(in crate::store) mod refusal;
pub(in crate::store) mod schema;
pub(in crate::store) mod sort_again;
pub(in crate::store) mod sorting;
pub(in crate::store) mod sound;
pub mod sync_lock;
mod whole_contacts;
