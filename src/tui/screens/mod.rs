//! The screens, each in a file of its own.

pub mod bin;
pub mod conflict;
pub mod contact_form;
pub mod damaged;
pub mod detail;
pub mod duplicates;
pub mod export;
pub mod health;
pub mod history;
pub mod import;
pub mod list;
pub mod phone_form;
pub mod plan;
pub mod prompt;
pub mod question;
pub mod search;
pub mod triage;
