//! Keeping the book and address books elsewhere the same.

pub mod carddav;
pub mod open;
pub mod secret;
pub mod server;
