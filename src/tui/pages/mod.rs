//! The pages. Each one is a file or a folder that holds what the page remembers, what its keys do, what it
//! does with an answer or a refusal, and how it is drawn. What is asked of a page is asked by its trait; only a
//! form that gets back the page of a row, and what keeps the text of forms, ask which page a page is.
//!
//! How a page is added is on the front page of the library.

pub mod bin;
pub mod chooser;
pub mod columns;
pub mod conflict;
pub mod conflicts;
pub mod contact_form;
pub mod contact_text;
pub mod contacts;
mod country;
pub mod damaged;
pub mod dates;
pub mod detail_form;
pub mod drafted;
pub mod duplicates;
pub mod guard;
pub mod health;
pub mod history;
pub mod import;
pub mod not_taken;
mod page;
pub mod palette;
pub mod password;
pub mod phone_form;
pub mod preview;
pub mod prompt;
pub mod qr;
pub mod question;
pub mod recent;
pub mod remote_check;
pub mod remotes;
pub mod returned;
pub mod save_filter;
pub mod sources;
pub mod sync_plan;
pub mod tags;

pub use page::{AnyPage, Hint, News, Outcome, Page, Returned, Ui};
