//! The screens, each in a file of its own.

pub mod conflict;
pub mod contact_form;
pub mod detail;
pub mod export;
pub mod history;
pub mod import;
pub mod list;
pub mod phone_form;
pub mod prompt;
pub mod question;
pub mod search;
pub mod triage;
