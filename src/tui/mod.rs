//! The screens: `App::update` takes a `Msg` and gives effects, `screen::draw` draws, both pure. The loop below is all that
//! joins them to the world.

mod answers;
pub mod app;
mod autosave;
pub mod ctx;
pub mod draft;
mod footer;
pub mod keymap;
mod pacing;
pub mod pages;
pub mod protocol;
mod run;
pub mod runtime;
pub mod screen;
pub mod stack;
pub mod terminal;
pub mod widgets;

pub use run::{Left, Start, guarded, run};
