//! The form for a contact: its names, what else is known, and its numbers as rows.
//!
//! Nothing is written before it is saved; then all of it is one step.

mod details;
mod form_detail;
mod page;
mod state;
mod tags;
mod view;

pub use form_detail::FormDetail;
pub use state::{ContactForm, ContactPlace, NumberRow, TEXTS};
