//! Numbers against what Google's libphonenumber answers for them, row by row.
//!
//! `tests/data/phone_numbers.csv` is always read; `../shared/data/phone_oracle.csv`, or the file that
//! `CALLBOOK_ORACLE` names, holds more rows and is read where it is.

use std::path::{Path, PathBuf};

use callbook::domain::number::{LineType, Region, Verdict, parse};

/// Texts that hold letters or a second number, which callbook takes for no number where Google's
/// library makes digits of them: `0800 DDA 005`, `(500) 234-5678 x12x34`, `;4019e`.
const NO_NUMBERS: [&str; 4] = ["special", "garbage", "ext_nat", "ext_intl"];

/// A text that libphonenumber reads in another way than callbook, as both read it the same: without
/// the words, tabs and full-width signs that confuse it, with `+` for an international prefix `00`
/// that its country does not have.
fn plainly(category: &str, input: &str) -> Option<String> {
    Some(match category {
        "wrap_words_nat" | "wrap_words_intl" => {
            let number = input.strip_prefix("call ")?;
            number.strip_suffix(" now")?.to_owned()
        }
        "punct_intl_tab" | "punct_nat_tab" => input.replace('\t', " "),
        "ext_intl" | "ext_nat" => input
            .replace("ｘ１２", "x12")
            .replace("；ext＝", ";ext=")
            .replace("x 1234567890123", "ext 1234567890123"),
        "idd" | "idd_sp" => format!("+{}", input.strip_prefix("00")?),
        "special" => input.strip_suffix(" home")?.to_owned(),
        _ => return None,
    })
}

/// Whether callbook reads a text otherwise on purpose.
fn is_meant(category: &str, input: &str, home: Option<Region>) -> bool {
    let read = parse(input, None, home);
    // The prefixes that Mexico gave up in 2019 and 2020 are left off: the number is the one without.
    let former = ["045", "044", "01"].into_iter();
    let former = former.filter_map(|prefix| input.strip_prefix(prefix));
    let is_mexican = home.is_some_and(|region| region.code() == "MX");
    if is_mexican && former.clone().any(|plain| read == parse(plain, None, home)) {
        return true;
    }
    // What is dialled after a pause is no part of the number.
    let paused = input
        .split_once(['p', 'w'])
        .filter(|_| category == "special");
    let plain = plainly(category, input).or_else(|| paused.map(|(number, _)| number.to_owned()));
    if let Some(plain) = plain.filter(|plain| plain != input) {
        return read == parse(&plain, None, home);
    }
    // The last digits of a second number are not appended to the first.
    let is_range = category.starts_with("wrap_second") && input.contains('/');
    let has_words = NO_NUMBERS.contains(&category) && input.contains(char::is_alphabetic);
    (is_range || has_words) && read == Err(Verdict::NotANumber)
}

fn usage(name: &str) -> LineType {
    match name {
        "FIXED_LINE" => LineType::FixedLine,
        "MOBILE" => LineType::Mobile,
        "FIXED_LINE_OR_MOBILE" => LineType::FixedLineOrMobile,
        "TOLL_FREE" => LineType::TollFree,
        "PREMIUM_RATE" => LineType::PremiumRate,
        "SHARED_COST" => LineType::SharedCost,
        "VOIP" => LineType::Voip,
        "PERSONAL_NUMBER" => LineType::PersonalNumber,
        "PAGER" => LineType::Pager,
        "UAN" => LineType::Uan,
        "VOICEMAIL" => LineType::Voicemail,
        _ => LineType::Unknown,
    }
}

fn reason(error: &str) -> Option<Verdict> {
    Some(match error {
        "TOO_LONG" => Verdict::TooLong,
        "TOO_SHORT_NSN" | "TOO_SHORT_AFTER_IDD" => Verdict::TooShort,
        "NOT_A_NUMBER" => Verdict::NotANumber,
        _ => return None,
    })
}

/// What our answer is where it is not the expected one.
fn difference(row: &csv::StringRecord, at: impl Fn(&str) -> usize) -> Option<String> {
    let cell = |name: &str| row[at(name)].to_owned();
    let expected = |name: &str| cell(name);
    let read = parse(&cell("input"), None, Region::new(&cell("region")));
    if cell("parse") == "0" {
        let error = cell("error");
        return match (read, reason(&error)) {
            (Err(found), Some(wanted)) if found == wanted => None,
            // A number without a country, or with one that does not exist.
            (Err(Verdict::NoCountry | Verdict::NoSuchCountry), None) => None,
            (found, _) => Some(format!("expected {error}, got {found:?}")),
        };
    }
    let Ok(read) = read else {
        return Some(format!("expected a number, got {read:?}"));
    };
    let verdict = match (cell("possible_reason").as_str(), cell("valid").as_str()) {
        ("IS_POSSIBLE", "1") => Verdict::Valid,
        ("IS_POSSIBLE", _) => Verdict::Possible,
        ("IS_POSSIBLE_LOCAL_ONLY", _) => Verdict::LocalOnly,
        ("TOO_LONG", _) => Verdict::TooLong,
        ("TOO_SHORT", _) => Verdict::TooShort,
        _ => Verdict::WrongLength,
    };
    let zeros: usize = cell("leading_zeros").parse().unwrap_or(0);
    let extension = if cell("ext").is_empty() {
        String::new()
    } else {
        format!(";ext={}", cell("ext"))
    };
    let national = read.national_number.trim_start_matches('0');
    let pairs = [
        (
            "calling code",
            read.calling_code.to_string(),
            expected("cc"),
        ),
        (
            "national number",
            if national.is_empty() {
                "0".to_owned()
            } else {
                national.to_owned()
            },
            expected("nn"),
        ),
        (
            "leading zeros",
            leading_zeros(&read.national_number, zeros).to_string(),
            zeros.to_string(),
        ),
        (
            "extension",
            read.extension.clone().unwrap_or_default(),
            expected("ext"),
        ),
        (
            "verdict",
            format!("{:?}", read.verdict),
            format!("{verdict:?}"),
        ),
        (
            "possible",
            u8::from(read.is_possible()).to_string(),
            expected("possible"),
        ),
        (
            "use",
            format!("{:?}", read.usage),
            format!("{:?}", usage(&cell("type"))),
        ),
        (
            "region",
            read.region
                .map(|region| region.code().to_owned())
                .unwrap_or_default(),
            cell("region_code").replace("001", ""),
        ),
        (
            "E.164",
            read.e164.clone(),
            format!("{}{extension}", cell("e164")),
        ),
        ("international", read.international(), expected("intl")),
        (
            // What is stored is shown as what was read.
            "shown",
            callbook::domain::number::display_of(Some(&read.calling_code.to_string()), &read.e164),
            expected("intl"),
        ),
        ("national", read.national(), expected("national")),
        ("RFC 3966", read.rfc3966(), expected("rfc3966")),
    ];
    pairs
        .into_iter()
        .find(|(_, found, wanted)| found != wanted)
        .map(|(what, found, wanted)| format!("{what}: expected {wanted}, got {found}"))
}

/// The zeros at the start of a national number; a number of zeros only has one of its own.
fn leading_zeros(number: &str, wanted: usize) -> usize {
    let zeros = number.len() - number.trim_start_matches('0').len();
    if number.trim_start_matches('0').is_empty() {
        wanted.min(zeros)
    } else {
        zeros
    }
}

fn check(file: &Path) {
    let mut reader = csv::Reader::from_path(file).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| {
        headers
            .iter()
            .position(|header| header == name)
            .unwrap_or_else(|| panic!("no column {name}"))
    };
    let mut rows = 0;
    let mut wrong = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        rows += 1;
        let key = row[at("id")].to_owned();
        let (input, region) = (&row[at("input")], Region::new(&row[at("region")]));
        let meant = || is_meant(&row[at("category")], input, region);
        if let Some(difference) = difference(&row, at).filter(|_| !meant()) {
            wrong.push(format!(
                "{key} {input:?} in {}: {difference}",
                &row[at("region")]
            ));
        }
    }
    assert!(rows > 100, "{} holds {rows} rows only", file.display());
    assert!(
        wrong.is_empty(),
        "{} of {rows}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn numbers_are_read_as_libphonenumber_reads_them() {
    check(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/phone_numbers.csv"));
}

#[test]
fn so_are_all_of_the_larger_set_where_it_is() {
    let named = std::env::var_os("CALLBOOK_ORACLE").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/phone_oracle.csv");
    match named.or_else(|| beside.exists().then_some(beside)) {
        Some(file) => check(&file),
        None => println!("skipped: the larger set is not here; CALLBOOK_ORACLE names it"),
    }
}
