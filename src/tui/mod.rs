//! The screens. What happens is a [`protocol::Msg`]; [`app::App::update`] gives it to the page that it is
//! for and says what is then to be done, as [`protocol::Effect`]s; [`screen::draw`] draws. All of that is
//! pure. [`run()`] joins it to the world.
//!
//! Each module uses only those before it in this list: `keymap`, `protocol`, `widgets`, `ctx`, `pages`,
//! `stack`, `app`, `answers`, `draft`, `autosave`, `footer`, `screen`, `terminal`, `pacing`, `runtime`, `run`.

mod answers;
pub mod app;
mod autosave;
pub mod ctx;
pub mod draft;
mod footer;
pub mod keymap;
mod pacing;
pub mod pages;
mod press;
pub mod protocol;
pub mod remotes;
mod run;
pub mod runtime;
pub mod screen;
pub mod stack;
pub mod terminal;
pub mod widgets;

pub use run::{Left, Start, guarded, run};
