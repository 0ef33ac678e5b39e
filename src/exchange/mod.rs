//! Bytes to domain types and back. No SQL, no screen, and no files either: a reader is handed an
//! open source and says what it found.

pub mod jsonapi;
pub mod vcard;
