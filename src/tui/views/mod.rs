//! How each screen is drawn.

pub(super) mod conflict;
pub(super) mod contact_form;
pub(super) mod damaged;
pub(super) mod detail;
pub(super) mod duplicates;
pub(super) mod footer;
pub(super) mod import;
pub(super) mod list;
pub(super) mod pages;
pub(super) mod phone_form;
pub(super) mod popups;
pub(super) mod triage;
