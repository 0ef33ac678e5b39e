//! Numbers against what Google's libphonenumber answers for them, row by row.
//!
//! `tests/data/phone_numbers.csv` is always read; `../shared/data/phone_oracle.csv`, or the file that
//! `CALLBOOK_ORACLE` names, holds more rows and is read where it is.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::path::{Path, PathBuf};

use callbook::domain::number::{Region, Usage, Verdict, parse};

/// Inputs that the library reads in another way than Google's own, with the reason.
const EXCEPTIONS: [(&str, &str); 0] = [];

fn usage(name: &str) -> Usage {
    match name {
        "FIXED_LINE" => Usage::FixedLine,
        "MOBILE" => Usage::Mobile,
        "FIXED_LINE_OR_MOBILE" => Usage::FixedLineOrMobile,
        "TOLL_FREE" => Usage::TollFree,
        "PREMIUM_RATE" => Usage::PremiumRate,
        "SHARED_COST" => Usage::SharedCost,
        "VOIP" => Usage::Voip,
        "PERSONAL_NUMBER" => Usage::PersonalNumber,
        "PAGER" => Usage::Pager,
        "UAN" => Usage::Uan,
        "VOICEMAIL" => Usage::Voicemail,
        _ => Usage::Unknown,
    }
}
