//! Contacts that may be one person, group after group, side by side; and what merging makes of them.

mod page;
mod state;
mod view;

pub use state::Duplicates;
