//! What an import would do, row by row, before anything is written.

mod page;
mod state;
mod view;

pub use state::Import;
