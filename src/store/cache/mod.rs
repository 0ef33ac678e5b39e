//! What a store keeps in memory between two questions, and what it is made of.

pub(in crate::store) mod condition;
pub(in crate::store) mod index;
pub(in crate::store) mod lines;
pub(in crate::store) mod ranked;
pub(in crate::store) mod search;
pub(in crate::store) mod sounds;
pub(in crate::store) mod window;
