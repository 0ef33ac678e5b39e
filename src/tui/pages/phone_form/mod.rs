//! The form for one number: country, number, label and its three flags.
//!
//! The check under the number is live and kind: it says what the number is and how it will be
//! stored, and never prevents saving.

mod page;
mod replace;
mod state;
mod view;

pub(super) use page::{NUMBER_GONE, contact_gone};
pub use state::{Owner, PhoneEntry, PhoneForm, PhonePlace};
