//! What a program of the desktop is asked to open for a detail: a mail, a map, a page of the web, a chat.

use super::contact::{Detail, DetailKind};
use super::percent::percent_encoded;
use super::qr;

/// Chat networks, each with what stands before and after a name in an address that opens it.
const CHATS: [(&str, &str, &str); 8] = [
    ("xmpp", "xmpp:", ""),
    ("jabber", "xmpp:", ""),
    ("skype", "skype:", "?chat"),
    ("telegram", "https://t.me/", ""),
    ("matrix", "https://matrix.to/#/", ""),
    ("twitter", "https://twitter.com/", ""),
    ("sip", "sip:", ""),
    ("whatsapp", "https://wa.me/", ""),
];

/// The address that opens a detail.
///
/// # Errors
/// A sentence that says why the detail cannot be opened.
pub fn address_to_open(detail: &Detail) -> Result<String, String> {
    let text = detail.text();
    let label = detail.label.as_deref().unwrap_or_default();
    match detail.kind {
        DetailKind::Email => Ok(qr::mail(&text)),
        DetailKind::Address => Ok(on_map(&text, None)),
        DetailKind::Link => page_of_the_web(&text),
        DetailKind::Chat => {
            let mut networks = CHATS.iter();
            let network = networks.find(|(name, ..)| label.eq_ignore_ascii_case(name));
            match network {
                Some(("whatsapp", before, _)) => {
                    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
                    Ok(format!("{before}{digits}"))
                }
                Some((_, before, after)) => {
                    let name = text
                        .strip_prefix('@')
                        .filter(|_| *before != "https://matrix.to/#/");
                    Ok(format!("{before}{}{after}", encoded(name.unwrap_or(&text))))
                }
                None if text.contains("://") => page_of_the_web(&text),
                None => Err("no address is known for this chat network".to_owned()),
            }
        }
        DetailKind::Date | DetailKind::Relation | DetailKind::Other => Err(format!(
            "{} {} cannot be opened",
            article(detail.kind),
            detail.kind.word()
        )),
    }
}

/// The address that shows a place on a map: that of a person's own, in which `{}` is the place, or what the
/// desktop has for `geo:`.
#[must_use]
pub fn on_map(place: &str, own: Option<&str>) -> String {
    own.unwrap_or("geo:0,0?q={}").replace("{}", &encoded(place))
}

const fn article(kind: DetailKind) -> &'static str {
    match kind {
        DetailKind::Email | DetailKind::Address | DetailKind::Other => "an",
        _ => "a",
    }
}

/// A link of the web: only those are handed to another program, which may do anything with others.
fn page_of_the_web(text: &str) -> Result<String, String> {
    match text.split_once(':') {
        Some((scheme, _))
            if ["http", "https"]
                .iter()
                .any(|web| scheme.eq_ignore_ascii_case(web)) =>
        {
            Ok(encoded_link(text))
        }
        Some((scheme, rest))
            if !scheme.contains('.') && !rest.starts_with(|sign: char| sign.is_ascii_digit()) =>
        {
            Err(format!(
                "only pages of the web are opened, and this is {scheme}:"
            ))
        }
        _ => Ok(format!("https://{}", encoded_link(text))),
    }
}

/// A link without what no address has.
fn encoded_link(text: &str) -> String {
    percent_encoded(text, |sign| {
        sign.is_ascii_graphic()
            && !matches!(sign, '"' | '<' | '>' | '\\' | '^' | '`' | '{' | '|' | '}')
    })
}

/// A text as a part of an address (RFC 3986, 2.1).
fn encoded(text: &str) -> String {
    percent_encoded(text, |sign| {
        sign.is_ascii_alphanumeric() || matches!(sign, '-' | '.' | '_' | '~' | '@' | ':')
    })
}

#[cfg(test)]
mod tests {
    use super::{Detail, DetailKind, address_to_open};

    #[test]
    fn a_detail_is_opened_by_what_it_is() {
        let open = |kind, label: &str, text: &str| {
            address_to_open(&Detail::read(kind, Some(label.to_owned()), text))
        };
        for (kind, label, text, address) in [
            (
                DetailKind::Email,
                "",
                "ada@example.org",
                "mailto:ada@example.org",
            ),
            (
                DetailKind::Link,
                "",
                "example.org/a b",
                "https://example.org/a%20b",
            ),
            (
                DetailKind::Link,
                "",
                "HTTP://example.org",
                "HTTP://example.org",
            ),
            (
                DetailKind::Link,
                "",
                "example.org:8080/x",
                "https://example.org:8080/x",
            ),
            (DetailKind::Chat, "Telegram", "@ada", "https://t.me/ada"),
            (
                DetailKind::Chat,
                "xmpp",
                "ada@example.org",
                "xmpp:ada@example.org",
            ),
            (
                DetailKind::Chat,
                "whatsapp",
                "+44 20 7946 0018",
                "https://wa.me/442079460018",
            ),
            (
                DetailKind::Address,
                "",
                "Via Savona 41, 20144 Milano",
                "geo:0,0?q=Via%20Savona%2041%2C%20Milano%2C%2020144",
            ),
        ] {
            assert_eq!(open(kind, label, text).as_deref(), Ok(address), "{text}");
        }
        for (kind, label, text) in [
            (DetailKind::Link, "", "javascript:alert(1)"),
            (DetailKind::Link, "", "file:///etc/passwd"),
            (DetailKind::Chat, "icq", "12345"),
            (DetailKind::Date, "birthday", "1961-09-04"),
        ] {
            assert!(open(kind, label, text).is_err(), "{text}");
        }
    }
}
