//! What is beneath the tables: files, connections, settings, the schema, and what goes wrong with them.

pub(in crate::store) mod failure;
pub(in crate::store) mod files;
pub(in crate::store) mod held;
pub(in crate::store) mod journal_mode;
pub(in crate::store) mod look;
pub(in crate::store) mod objects;
pub(in crate::store) mod pace;
pub(in crate::store) mod schema;
