//! Keeping the book and address books elsewhere the same.

pub mod book;
pub mod card;
pub mod carddav;
pub mod check;
pub mod dry;
pub mod folder;
pub mod one;
pub mod open;
pub mod plan;
pub mod rounds;
pub mod secret;
pub mod server;
pub mod terms;
