//! The form for an email, an address, a date or another detail of a contact: a label, its parts, and whether it is
//! the preferred one.
//!
//! It is opened from a row of a contact, which it writes by itself, or from a row of the contact form, which gets it
//! back.

mod page;
mod state;
mod view;

pub use state::{DetailForm, DetailOwner, DetailPlace};
