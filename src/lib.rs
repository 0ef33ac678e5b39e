//! callbook: a contact and phone-number manager for the terminal.
//!
//! The crate is laid in layers, each of which may use only those before it:
//!
//! - [`domain`]: the words of the field and the rules of the Phone resource. Pure: no SQL, no
//!   terminal, no clock, no files.
//! - [`store`]: the `SQLite` database. It speaks domain types and knows no screen.
//! - [`exchange`]: bytes to domain types and back (vCard, CSV, JSON). No SQL, no screen.
//! - [`import`] and [`export`]: the one path of a file into the store and out of it, for screens and
//!   shell.
//! - [`tui`]: the screens, as Model, `update` and `view`; only its runtime touches the store.
//! - [`state`]: what comes back at the next start, beside the data and never part of it.
//! - [`regular`]: the one way in which files are opened by names of the program's own.
//! - [`crash`]: what is told of an internal error.
//! - [`config`] and [`cli`]: what is set, and the command line.

#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod crash;
pub mod domain;
pub mod exchange;
pub mod export;
pub mod import;
pub mod regular;
pub mod state;
pub mod store;
pub mod tui;
