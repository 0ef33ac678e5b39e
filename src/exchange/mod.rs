//! Bytes to domain types and back. No SQL, no screen, and no files either: a reader is handed an
//! open source and says what it found, a writer gives bytes.

pub mod abook;
pub mod book;
pub mod calendar;
pub mod charset;
pub mod csv;
pub mod edit_text;
pub mod jsonapi;
pub mod ldif;
pub mod mail;
mod reader;
mod source;
pub mod vcard;

pub use reader::{ContactReader, Read};
