//! The one write path.

pub(in crate::store) mod decided;
pub(in crate::store) mod log;
pub(in crate::store) mod trail;
pub(in crate::store) mod writer;
