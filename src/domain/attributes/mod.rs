//! What a caller sends, made into records: read with every fault, checked, and put into what is stored.

mod contact;
mod detail;
mod phone;

pub(crate) use detail::{WrongDetail, wrong_detail};
