//! Writing and deleting one card, and what the answer means.

use super::answers::{Delete, Etag, Href, Put};
use super::href::Address;
use super::http::{Client, Method, Request};
use super::reply::{Refusal, Reply};
use super::stop::{Kind, Stop};

/// How much of an answer is read.
const ANSWER: u64 = 4 * 1024 * 1024;

/// Writes a card over the version that is named, or as a new one.
pub(crate) fn put(
    client: &mut Client,
    book: &Address,
    href: &Href,
    text: &str,
    over: Option<&Etag>,
) -> Result<Put, Stop> {
    let address = inside(book, href)?;
    if let Some(why) = over.and_then(not_sendable) {
        return Ok(Put::Refused(why));
    }
    let condition = match over {
        // A server without versions: at least a deleted card is not created again.
        Some(Etag(etag)) if etag.is_empty() => ("if-match", "*".to_owned()),
        Some(Etag(etag)) => ("if-match", etag.clone()),
        None => ("if-none-match", "*".to_owned()),
    };
    // Cyrus refuses a card that says less of its kind.
    let kind = ("content-type", "text/vcard; charset=utf-8".to_owned());
    let request = Request {
        method: Method::Put,
        address: &address,
        headers: vec![kind, condition],
        body: text,
        limit: ANSWER,
    };
    let reply = client.send(&request)?;
    if reply.status == 200 && reply.is_page {
        return Err(client.stopped(reply).0);
    }
    let etag = reply
        .etag
        .clone()
        .map(Etag::of)
        .filter(|etag| !etag.0.is_empty());
    let location = reply.location.as_ref().and_then(|location| {
        let there = address.resolve(location).ok()?;
        (book.holds(&there) && !there.is_same(&address)).then_some(Href(there.path))
    });
    Ok(match answer(client, reply)? {
        Answer::Done => Put::Taken {
            etag,
            href: location.unwrap_or_else(|| href.clone()),
        },
        Answer::Changed => Put::Moved,
        Answer::NotThere(stop) if over.is_none() => return Err(stop),
        Answer::NotThere(_) => Put::Gone,
        Answer::UidTaken(there) => Put::UidTaken { href: there },
        // A folder that is missing.
        Answer::Refused(409, why) if over.is_none() => {
            return Err(Stop::new(Kind::Gone, Some(409), &why));
        }
        Answer::Refused(_, why) => Put::Refused(why),
        Answer::Failed(stop) => Put::Failed(stop.why),
        Answer::ReadOnly(why) => Put::ReadOnly(why),
    })
}

/// Deletes a card of this version.
pub(crate) fn delete(
    client: &mut Client,
    book: &Address,
    href: &Href,
    etag: &Etag,
) -> Result<Delete, Stop> {
    let address = inside(book, href)?;
    if let Some(why) = not_sendable(etag) {
        return Ok(Delete::Refused(why));
    }
    let version = if etag.0.is_empty() {
        "*".to_owned()
    } else {
        etag.0.clone()
    };
    let request = Request {
        method: Method::Delete,
        address: &address,
        headers: vec![("if-match", version)],
        body: "",
        limit: ANSWER,
    };
    let reply = client.send(&request)?;
    if reply.status == 200 && reply.is_page {
        return Err(client.stopped(reply).0);
    }
    Ok(match answer(client, reply)? {
        Answer::Done => Delete::Done,
        Answer::Changed | Answer::NotThere(_) => Delete::Moved,
        Answer::Refused(_, why) => Delete::Refused(why),
        Answer::Failed(stop) if stop.status == Some(LOCKED) => Delete::Refused(stop.why),
        Answer::Failed(stop) => return Err(stop),
        Answer::UidTaken(_) => Delete::Refused("another card has its UID".to_owned()),
        Answer::ReadOnly(why) => Delete::ReadOnly(why),
    })
}

/// Why a version cannot be sent back to who gave it.
fn not_sendable(Etag(etag): &Etag) -> Option<String> {
    let is_unsendable = etag.contains(|sign: char| sign.is_control() && sign != '\t');
    is_unsendable.then(|| {
        "the server gave it a version (ETag) with a line break or another control character, which cannot be sent back"
            .to_owned()
    })
}

/// The address of a card, which has to be in the book.
fn inside(book: &Address, href: &Href) -> Result<Address, Stop> {
    let address = book
        .resolve(&href.0)
        .ok()
        .filter(|address| book.holds(address));
    address.ok_or_else(|| {
        Stop::new(
            Kind::Odd,
            None,
            &format!("{href} is outside the address book {book}"),
        )
    })
}

/// What an answer to a request that changes something means.
enum Answer {
    Done,
    Changed,
    NotThere(Stop),
    UidTaken(Option<Href>),
    ReadOnly(String),
    Refused(u16, String),
    /// The server failed over this one; whether it was done is not known.
    Failed(Stop),
}

/// The resource is locked (RFC 4918, 11.3).
const LOCKED: u16 = 423;

fn answer(client: &mut Client, reply: Reply) -> Result<Answer, Stop> {
    let mut status = reply.status;
    if status == 207 {
        return several(client, reply);
    }
    if (200..300).contains(&status) {
        client.refusal(reply);
        return Ok(Answer::Done);
    }
    let address = reply.address.clone();
    let asks_to_wait = reply.retry_after.is_some();
    let (stop, refusal) = client.stopped(reply);
    // One card may be too much for a server that is well otherwise.
    if matches!(status, LOCKED | 500 | 501) && !asks_to_wait {
        return Ok(Answer::Failed(stop));
    }
    // Not enough room is a refusal of what needs it, and no failure of the server.
    if matches!(stop.kind, Kind::Later(_)) || status >= 500 && status != 507 {
        return Err(stop);
    }
    if refusal.names("no-uid-conflict") {
        status = 409;
    }
    Ok(match status {
        412 => Answer::Changed,
        404 | 410 => Answer::NotThere(stop),
        403 if refusal.names("need-privileges") => Answer::ReadOnly(said(status, &refusal)),
        405 => Answer::ReadOnly(said(status, &refusal)),
        409 if refusal.names("no-uid-conflict") => {
            let other = refusal.document.href.as_ref();
            let other = other.and_then(|href| address.resolve(href).ok());
            Answer::UidTaken(other.map(|other| Href(other.path)))
        }
        _ => Answer::Refused(status, said(status, &refusal)),
    })
}

/// The answer to a change in which each part has its own status.
fn several(client: &mut Client, mut reply: Reply) -> Result<Answer, Stop> {
    let mut worst = 200;
    let address = reply.address.to_string();
    client.document(&mut reply, |entry| {
        worst = worst.max(entry.status.unwrap_or(200));
    })?;
    Ok(match worst {
        200..=299 => Answer::Done,
        412 => Answer::Changed,
        404 | 410 => {
            let why = format!("there is nothing at {address}");
            Answer::NotThere(Stop::new(Kind::Gone, Some(worst), &why))
        }
        500.. => {
            let why = format!("{address} answered {worst}");
            return Err(Stop::new(Kind::Unknown, Some(worst), &why));
        }
        worst => Answer::Refused(worst, said(worst, &Refusal::default())),
    })
}

/// What a person is told of a refusal.
fn said(status: u16, refusal: &Refusal) -> String {
    let words = match status {
        403 => "denied (403)".to_owned(),
        405 => "not allowed (405)".to_owned(),
        413 => "too large (413)".to_owned(),
        507 => "no space left there (507)".to_owned(),
        status => format!("the server answered {status}"),
    };
    match refusal.said() {
        said if said.is_empty() => words,
        said => format!("{words}: {said}"),
    }
}
