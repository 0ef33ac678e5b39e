//! The sender of a mail (RFC 5322): the name and the address in its head.

use mailparse::{MailAddr, MailHeaderMap as _, SingleInfo, addrparse_header, parse_headers};

/// Who sent a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    /// The name, where there is one.
    pub name: Option<String>,
    /// The email.
    pub email: String,
}

/// The senders that the head of a mail names: more than one where several people wrote it.
///
/// # Errors
/// What is wrong with it, for a person.
pub fn senders(mail: &[u8]) -> Result<Vec<Sender>, String> {
    let head = head(mail);
    let (headers, _) = parse_headers(head).map_err(|error| format!("no mail: {error}"))?;
    let from = headers.get_first_header("From");
    let header = from.or_else(|| headers.get_first_header("Sender"));
    let header = header.ok_or("no mail, or one without a sender: it has no From line")?;
    let none = || format!("From has no email address: {}", header.get_value().trim());
    let addresses = addrparse_header(header).map_err(|_| none())?;
    let mut found: Vec<Sender> = Vec::new();
    for address in addresses.into_inner() {
        let members = match address {
            MailAddr::Single(one) => vec![one],
            MailAddr::Group(group) => group.addrs,
        };
        for SingleInfo { display_name, addr } in members {
            let email = addr.trim();
            if !is_address(email) {
                return Err(none());
            }
            if found.iter().all(|sender| sender.email != email) {
                let name = display_name.as_deref().map(plain);
                found.push(Sender {
                    // Some programs repeat the address as the name.
                    name: name.filter(|name| !name.is_empty() && name != email),
                    email: email.to_owned(),
                });
            }
        }
    }
    if let [Sender { name, .. }] = found.as_mut_slice()
        && name.is_none()
    {
        *name = remark(&header.get_value());
    }
    if found.is_empty() {
        return Err(none());
    }
    Ok(found)
}

/// The name in brackets after an address, as older programs write it: `marco@example.org (Marco Bianchi)`.
fn remark(from: &str) -> Option<String> {
    let (_, rest) = from.split_once('(')?;
    let (remark, _) = rest.rsplit_once(')')?;
    Some(plain(remark)).filter(|name| !name.is_empty())
}

/// The head of a mail, without what comes before it in a mailbox, and without its text.
fn head(mail: &[u8]) -> &[u8] {
    let mut mail = mail.strip_prefix(b"\xef\xbb\xbf").unwrap_or(mail);
    while let Some(rest) = mail.strip_prefix(b"\n").or(mail.strip_prefix(b"\r\n")) {
        mail = rest;
    }
    // The line that mailboxes part mails by.
    if mail.starts_with(b"From ") || mail.starts_with(b">From ") {
        let end = mail.iter().position(|byte| *byte == b'\n');
        mail = mail
            .get(end.map_or(mail.len(), |end| end + 1)..)
            .unwrap_or_default();
    }
    mail
}

/// A name without the quotes and spaces around it.
fn plain(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let name = words.join(" ");
    let bare = name.trim_matches(['\'', '"']);
    bare.trim().to_owned()
}

/// Whether a text is an address: something, an @, a host.
fn is_address(text: &str) -> bool {
    let is_sign =
        |sign: char| !sign.is_whitespace() && !sign.is_control() && !"<>,;".contains(sign);
    let parts = text.rsplit_once('@');
    parts.is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && text.chars().all(is_sign)
    })
}

#[cfg(test)]
mod tests {
    use super::{Sender, senders};

    fn sender(mail: &str) -> (Option<String>, String) {
        let mut found = senders(mail.as_bytes()).unwrap();
        assert_eq!(found.len(), 1, "{found:?}");
        let Sender { name, email } = found.remove(0);
        (name, email)
    }

    #[test]
    fn a_sender_is_read_however_its_name_is_written() {
        for (from, name, email) in [
            (
                "Marco Bianchi <marco@example.org>",
                "Marco Bianchi",
                "marco@example.org",
            ),
            (
                "\"Bianchi, Marco\" <marco@example.org>",
                "Bianchi, Marco",
                "marco@example.org",
            ),
            (
                "'Marco Bianchi' <marco@example.org>",
                "Marco Bianchi",
                "marco@example.org",
            ),
            (
                "marco@example.org (Marco Bianchi)",
                "Marco Bianchi",
                "marco@example.org",
            ),
            (
                "=?UTF-8?Q?Chinedu_Ad=C3=A9y=E1=BA=B9m=C3=AD?= <c@example.org>",
                "Chinedu Adéyẹmí",
                "c@example.org",
            ),
            (
                "=?iso-8859-1?q?J=F6rg_M=FCller?= <j@example.org>",
                "Jörg Müller",
                "j@example.org",
            ),
            (
                "=?KOI8-R?B?6dfBziDpx8/SxdfJ3g==?= <i@example.org>",
                "Иван Игоревич",
                "i@example.org",
            ),
            (
                "=?ISO-2022-JP?B?GyRCODtHXBsoQg==?= <m@example.org>",
                "源倍",
                "m@example.org",
            ),
            (
                "=?GB2312?B?1cXI/Q==?= <z@example.org>",
                "张三",
                "z@example.org",
            ),
            // A comma in an encoded word is no comma between addresses.
            (
                "=?UTF-8?Q?Bianchi=2C_Marco?= <marco@example.org>",
                "Bianchi, Marco",
                "marco@example.org",
            ),
            // A name in two words that are decoded together.
            (
                "=?UTF-8?Q?Marco?=\r\n =?UTF-8?Q?_Bianchi?= <marco@example.org>",
                "Marco Bianchi",
                "marco@example.org",
            ),
            (
                "Marco\r\n\tBianchi\r\n <marco@example.org>",
                "Marco Bianchi",
                "marco@example.org",
            ),
        ] {
            let mail = format!(
                "Received: by x\r\n\tfor y\r\nFrom: {from}\r\nSubject: Hello\r\n\r\nFrom: nobody@example.org\r\n"
            );
            assert_eq!(
                sender(&mail),
                (Some(name.to_owned()), email.to_owned()),
                "{from}"
            );
        }
    }

    #[test]
    fn a_sender_may_have_no_name_and_a_mail_comes_from_a_mailbox() {
        let bare = (None, "marco@example.org".to_owned());
        for mail in [
            "From: marco@example.org\n\n",
            "from: <marco@example.org>\nTo: x\n",
            "From: \"marco@example.org\" <marco@example.org>\n\n",
            "From marco@example.org Thu Jan  1 00:00:00 1970\nFrom: marco@example.org\n\nText",
            "\u{feff}\nFrom: marco@example.org\n\n",
            "Sender: marco@example.org\n\n",
        ] {
            assert_eq!(sender(mail), bare, "{mail}");
        }
        let latin = b"From: J\xf6rg <j@example.org>\n\n";
        assert_eq!(senders(latin).unwrap()[0].name.as_deref(), Some("Jörg"));
        let two = senders(b"From: Ada <ada@example.org>, team: b@example.org;\n\n").unwrap();
        assert_eq!(two.len(), 2);
    }

    #[test]
    fn what_has_no_sender_is_said() {
        for (mail, why) in [
            ("", "no From line"),
            ("Subject: x\n\nFrom: marco@example.org\n", "no From line"),
            ("From: undisclosed\n\n", "no email address: undisclosed"),
            ("From: <>\n\n", "no email address"),
            ("From: Marco <marco@>\n\n", "no email address"),
            ("From:\n\n", "no email address"),
        ] {
            let told = senders(mail.as_bytes()).unwrap_err();
            assert!(told.contains(why), "{mail}: {told}");
        }
    }
}
