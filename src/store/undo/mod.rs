//! What the log of operations gives back.

pub(in crate::store) mod bin;
pub(in crate::store) mod journal;
pub(in crate::store) mod restore;
mod since;
