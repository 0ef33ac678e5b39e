//! The screens: `Msg -> update -> Vec<Effect>`, and `view`, both pure.

pub mod act;
pub mod field;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod model;
pub mod screens;
pub mod text;
pub mod theme;
pub mod time;
pub mod update;
pub mod view;
mod views;
