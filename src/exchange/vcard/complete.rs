//! A card with what every reader needs: its VERSION, its END, and a line end after it.

use memchr::memmem;

use super::content::{ContentLines, Keep, params, split};
use super::frame::{is_begin, line_end};
use super::head::Head;

/// How far into a card its BEGIN may be, in bytes.
const START: usize = 64;

/// The card with what it lacks; unchanged if it lacks nothing.
pub(super) fn complete(mut card: Vec<u8>) -> Vec<u8> {
    // What a file has before a BEGIN that is not alone on its line.
    let begin = memmem::find(card.get(..START).unwrap_or(&card), b"BEGIN");
    card.drain(..begin.unwrap_or(0));
    let mut lines = ContentLines::new(&card, Keep::Text);
    let mut has_version = false;
    for line in lines.by_ref() {
        has_version |= is_version(&line.text);
    }
    let end = lines.end();
    let line_end = line_end(&card);
    if end == card.len() {
        end_line(&mut card, line_end);
        card.extend_from_slice(b"END:VCARD");
    }
    end_line(&mut card, line_end);
    if !has_version {
        add_version(&mut card, line_end);
    }
    card
}

/// Whether a content line is the VERSION.
fn is_version(line: &[u8]) -> bool {
    split(line).is_some_and(|(head, _)| {
        let name = head.split(|byte| *byte == b';').next().unwrap_or_default();
        name.trim_ascii().eq_ignore_ascii_case(b"VERSION")
    })
}

fn end_line(card: &mut Vec<u8>, end: &str) {
    if !card.ends_with(b"\n") && !card.ends_with(b"\r") {
        card.extend_from_slice(end.as_bytes());
    }
}

/// Adds a VERSION that fits the lines of the card.
fn add_version(card: &mut Vec<u8>, end: &str) {
    let ends = |byte: &u8| matches!(byte, b'\n' | b'\r');
    let begin = card.iter().position(ends).unwrap_or(card.len());
    if !is_begin(card.get(..begin).unwrap_or_default()) {
        return;
    }
    let at = (begin + end.len()).min(card.len());
    let number = if is_old(card) { "2.1" } else { "3.0" };
    let line = format!("VERSION:{number}{end}");
    card.splice(at..at, line.into_bytes());
}

/// Whether a card that names no version is written as 2.1 has it: with types that stand alone or with
/// quoted-printable, and without lines that are folded as in later versions.
pub(super) fn is_old(card: &[u8]) -> bool {
    let mut old = false;
    for line in ContentLines::new(card, Keep::Text) {
        let place = card.get(line.place.clone()).unwrap_or_default();
        let folded = place
            .windows(2)
            .any(|pair| matches!(pair, [b'\n' | b'\r', b' ' | b'\t']));
        let Some((head, _)) = split(&line.text) else {
            continue;
        };
        let read = Head::of(head);
        let quoted = read.is_some_and(|head| head.quoted_printable || head.charset.is_some());
        if folded && !quoted && !line.binary {
            return false;
        }
        old |= quoted || params(head).any(|param| !param.is_empty() && !param.contains(&b'='));
    }
    old
}
