//! Bytes to domain types and back. No SQL, no screen.

pub mod vcard;
mod vcard_fields;
