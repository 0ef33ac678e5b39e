//! What a caller sends, made into records: read with every fault, checked, and put into what is stored.

mod contact;
mod detail;
mod phone;
mod wrong_detail;

pub(crate) use wrong_detail::{WrongDetail, second_birthday, wrong_detail};
