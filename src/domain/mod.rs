//! The words of the field, and the rules of the Phone resource. Everything here is pure: no SQL, no
//! terminal, no clock, no files. The time and the home country are handed in.

pub mod bulk;
pub mod called;
pub mod contact;
pub mod content;
pub mod damage;
pub mod day;
pub mod duplicates;
pub mod edit;
pub mod fields;
pub mod files;
pub mod fold;
pub mod health;
pub mod import;
pub mod intake;
pub mod listing;
pub mod member;
pub mod merge;
pub mod naming;
pub mod notice;
pub mod number;
pub mod operation;
pub mod page;
pub mod phone;
pub mod primary;
pub mod query;
pub mod rank;
pub mod refusal;
pub mod retention;
pub mod safe;
pub mod sent;
pub mod timestamp;
pub mod title;
pub mod triage;
pub mod usage;
