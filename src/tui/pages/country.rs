//! Countries as the number form shows them and as people type them.

use crate::domain::number::Region;

/// A country as the form shows it: `+39 Italy`.
pub(super) fn country_line(region: Region) -> String {
    format!("+{} {}", region.calling_code(), region.name())
}

/// The countries that a text may stand for: its calling code, its ISO code, or the start of a word
/// of its name; the best first.
pub(super) fn countries(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    let digits = text.trim_start_matches('+');
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let main = digits.parse().ok().and_then(Region::of_calling_code);
        let rest = Region::all().filter(|region| {
            region.calling_code().to_string().starts_with(digits) && Some(*region) != main
        });
        return main
            .into_iter()
            .chain(rest)
            .take(5)
            .map(country_line)
            .collect();
    }
    let folded = crate::domain::fold::fold(text);
    let exact = Region::all()
        .filter(|region| country_line(*region) == text || region.code().eq_ignore_ascii_case(text));
    let starts = |region: &Region| {
        let name = crate::domain::fold::fold(region.name());
        name.starts_with(&folded) || name.split(' ').any(|word| word.starts_with(&folded))
    };
    let mut found: Vec<Region> = exact.collect();
    found.extend(Region::all().filter(starts));
    let mut lines: Vec<String> = Vec::new();
    for line in found.into_iter().map(country_line) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.truncate(5);
    lines
}

/// The calling code of a country as it is typed.
pub(super) fn calling_code(text: &str) -> Option<String> {
    let text = text.trim();
    let digits: String = text
        .trim_start_matches('+')
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    if !digits.is_empty() {
        return Some(digits);
    }
    countries(text).first().and_then(|line| calling_code(line))
}
