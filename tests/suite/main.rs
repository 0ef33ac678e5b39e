//! What callbook does, asked of its library, its command line and its screens.
//!
//! One binary, since each more is a link of everything: a file is a subject.

#![allow(
    clippy::format_push_string,
    clippy::indexing_slicing,
    clippy::option_option,
    clippy::panic,
    clippy::ref_option,
    clippy::too_many_lines,
    clippy::unwrap_used,
    missing_docs
)]

mod add_email;
mod answers;
mod as_said;
mod back_to;
mod backup;
mod bin;
mod cards;
mod care;
mod cli;
mod compact;
mod conditions;
mod damaged;
mod dates;
mod detail_rows;
mod detail_steps;
mod documents;
mod edit_text;
mod environment;
mod fields;
mod finding;
mod forms;
mod found_by_hand;
mod fuzz;
mod hints;
mod home_country;
mod hostile;
mod house;
mod import_page;
mod imports;
mod kept_lines;
mod keys;
mod limits;
mod lists;
mod model;
mod one_contact;
mod outgoing;
mod own_fields;
mod packages;
mod parts_of_names;
mod phone_oracle;
mod phone_resource;
mod photos;
mod pitfalls;
mod programs;
mod qr;
mod reading;
mod recent;
mod rehearsal;
mod remotes;
mod restore;
mod rough_edges;
mod roundtrip;
mod rows;
mod rows_and_forms;
mod saved_filters;
mod screens;
mod search;
mod shell_answers;
mod sort_prefixes;
mod store;
#[path = "../support/mod.rs"]
mod support;
mod sync_pages;
mod table_cells;
mod tables;
mod tags;
mod text_page;
mod told;
mod unsaid;
mod vcards;
mod whole_contacts;
