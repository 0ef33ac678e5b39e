//! What a program of the desktop is asked to open for a detail: a mail, a map, a page of the web, a chat.

use super::contact::{Detail, DetailKind};
use super::percent::percent_encoded;
use super::qr;

/// Chat networks, each with what stands before and after a name in an address that opens it.
const CHATS: [(&str, &str, &str); 6] = [
    ("xmpp", "xmpp:", ""),
    ("jabber", "xmpp:", ""),
    ("skype", "skype:", "?chat"),
    ("matrix", "https://matrix.to/#/", ""),
    ("sip", "sip:", ""),
    ("whatsapp", "https://wa.me/", ""),
];

/// Networks in which everybody has a page, each with what stands before a name in its address. Of several forms of a
/// network the first is the one that opens.
const PAGES: [(&str, &str); 25] = [
    ("bluesky", "https://bsky.app/profile/"),
    ("facebook", "https://www.facebook.com/"),
    ("facebook", "https://fb.com/"),
    ("flickr", "https://www.flickr.com/photos/"),
    ("flickr", "https://www.flickr.com/people/"),
    ("github", "https://github.com/"),
    ("gitlab", "https://gitlab.com/"),
    ("instagram", "https://www.instagram.com/"),
    ("keybase", "https://keybase.io/"),
    ("linkedin", "https://www.linkedin.com/in/"),
    ("myspace", "https://myspace.com/"),
    ("pinterest", "https://www.pinterest.com/"),
    ("reddit", "https://www.reddit.com/user/"),
    ("sinaweibo", "https://weibo.com/n/"),
    ("snapchat", "https://www.snapchat.com/add/"),
    ("telegram", "https://t.me/"),
    ("telegram", "https://telegram.me/"),
    ("threads", "https://www.threads.net/@"),
    ("tiktok", "https://www.tiktok.com/@"),
    ("twitch", "https://www.twitch.tv/"),
    ("twitter", "https://twitter.com/"),
    ("twitter", "https://x.com/"),
    ("x", "https://x.com/"),
    ("xing", "https://www.xing.com/profile/"),
    ("youtube", "https://www.youtube.com/@"),
];

/// Whether everybody has a page in this network that is opened by a name.
#[must_use]
pub fn has_pages(service: &str) -> bool {
    let mut pages = PAGES.iter();
    pages.any(|(own, _)| own.eq_ignore_ascii_case(service))
}

/// The network and the name in it of a page's address, where the network's addresses are known; with a `service`
/// given, only of that one.
#[must_use]
pub fn handle_at<'a>(service: Option<&str>, page: &'a str) -> Option<(&'static str, &'a str)> {
    let is_meant =
        |(own, _): &&(&str, &str)| service.is_none_or(|known| own.eq_ignore_ascii_case(known));
    PAGES.iter().filter(is_meant).find_map(|(own, form)| {
        let start = host_and_path(form);
        let rest = host_and_path(page);
        let is_there = rest
            .get(..start.len())
            .is_some_and(|there| there.eq_ignore_ascii_case(start));
        let name = rest.get(start.len()..).filter(|_| is_there)?;
        let name = name.strip_suffix('/').unwrap_or(name);
        let is_name = !name.is_empty() && !name.contains(['/', '?', '#', '%', '.']);
        (is_name || is_dotted(own, name)).then_some((*own, name))
    })
}

/// Whether a name with dots is one of a network that has such names, and no file.
fn is_dotted(service: &str, name: &str) -> bool {
    let has_dots = ["bluesky", "facebook", "instagram", "tiktok", "threads"].contains(&service);
    has_dots && !name.is_empty() && !name.contains(['/', '?', '#', '%'])
}

/// An address of the web without its scheme, and without what stands before the name of its host.
fn host_and_path(page: &str) -> &str {
    let rest = page.split_once("://").map_or(page, |(_, rest)| rest);
    let mut starts = ["www.", "m.", "mobile."].into_iter();
    let bare = starts.find_map(|start| rest.strip_prefix(start));
    bare.unwrap_or(rest)
}

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
        DetailKind::Chat if text.contains("://") => page_of_the_web(&text),
        DetailKind::Chat => {
            let mut pages = PAGES.iter();
            let page = pages.find(|(name, _)| label.eq_ignore_ascii_case(name));
            if let Some((_, before)) = page {
                let name = text.strip_prefix('@').unwrap_or(&text);
                return Ok(format!("{before}{}", encoded(name)));
            }
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
