//! What the pages are made of: fields, text, colours, times, and frames. None of them knows a page.

pub mod field;
pub(crate) mod frame;
pub mod text;
pub mod theme;
pub mod time;
