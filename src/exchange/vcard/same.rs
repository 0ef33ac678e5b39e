//! Whether two cards have the same lines: a server may order and spell them as it likes.

use super::content::split;
use super::draft::CardDraft;
use super::line::Version;

/// A line without what says nothing: the case of its names, the order of its parameters, how it is folded and encoded.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct PlainLine {
    group: Option<String>,
    name: String,
    params: Vec<(String, String)>,
    value: Vec<Vec<String>>,
}

/// Whether two cards have the same lines, in whatever order and spelling.
pub(super) fn has_same_lines(one: &[u8], other: &[u8]) -> bool {
    one == other || lines(one) == lines(other)
}

fn lines(card: &[u8]) -> Vec<PlainLine> {
    let draft = CardDraft::new(card, Version::V30);
    let mut lines: Vec<PlainLine> = (0..draft.len()).map(|at| line(&draft, at)).collect();
    lines.sort_unstable();
    lines
}

fn line(draft: &CardDraft<'_>, at: usize) -> PlainLine {
    let head = draft.head(at);
    let params = head.params.iter().flat_map(|own| param(own));
    let mut params: Vec<(String, String)> = params.collect();
    params.sort_unstable();
    params.dedup();
    let value = if let Some(property) = draft.property(at) {
        property.components.clone()
    } else {
        let value = split(draft.text(at)).map_or(&[][..], |(_, value)| value);
        let bare = value.iter().filter(|byte| !byte.is_ascii_whitespace());
        let bare: Vec<u8> = bare.copied().collect();
        vec![vec![String::from_utf8_lossy(&bare).into_owned()]]
    };
    PlainLine {
        group: head.group.map(|group| group.to_ascii_lowercase()),
        name: head.name.to_ascii_uppercase(),
        params,
        value,
    }
}

/// A parameter by its name; each type is one of its own, as `TYPE=home,work` and `TYPE=home;TYPE=work` are the same.
fn param(own: &str) -> Vec<(String, String)> {
    let (name, value) = own.split_once('=').unwrap_or(("TYPE", own));
    let name = name.trim().to_ascii_uppercase();
    let value = value.replace('"', "");
    if name != "TYPE" {
        return vec![(name, value)];
    }
    let types = value.split(',').map(str::trim);
    types
        .map(|own| (name.clone(), own.to_ascii_lowercase()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::has_same_lines;

    #[test]
    fn order_and_spelling_say_nothing_and_values_do() {
        let card = |lines: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}END:VCARD\r\n");
        let one = card(
            "FN:Ann\r\nitem1.TEL;TYPE=CELL,VOICE;X-N=1:+39 02\r\nitem1.X-ABLabel:Boat\r\n\
             PHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n BBBB\r\n",
        );
        let same = card(
            "PHOTO;TYPE=JPEG;ENCODING=b:AAAAB\r\n BBB\r\nItem1.x-ablabel:Boat\r\n\
             ITEM1.tel;x-n=\"1\";type=voice;type=cell:+39\r\n  02\r\nFN:Ann\r\n",
        );
        assert!(has_same_lines(one.as_bytes(), same.as_bytes()));
        for (from, to) in [
            ("Boat", "boat"),
            ("AAAA", "AAAC"),
            ("CELL,", ""),
            ("FN:Ann\r\n", "FN:Ann\r\nNOTE:x\r\n"),
        ] {
            let other = one.replace(from, to);
            assert!(!has_same_lines(one.as_bytes(), other.as_bytes()), "{from}");
        }
    }
}
