//! What the pages are made of: fields, text, colours, times, and frames. None of them knows a page.

pub mod areas;
pub mod choice;
pub mod cursor;
pub mod field;
pub mod flow;
pub(crate) mod frame;
pub(crate) mod hints;
pub mod text;
pub mod theme;
pub mod time;
