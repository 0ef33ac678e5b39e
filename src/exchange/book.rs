//! The whole book as JSON, one contact a line: what comes out goes in again with nothing lost, ids,
//! times and the cards that contacts came as among it.
//!
//! ```text
//! {"callbook":1}
//! {"type":"contacts","id":"…","attributes":{…},"phones":[{"id":"…","typed":"02 5550 1182","attributes":{…}}],"card":"BEGIN:VCARD…"}
//! {"type":"groups","card":"BEGIN:VCARD…"}
//! ```
//!
//! The attributes are those of the JSON:API documents. A card that is no UTF-8 is given as the list
//! of its bytes.

use std::io::BufRead;

use serde_json::{Map, Value, json};

use crate::domain::contact::ContactAttributes;
use crate::domain::edit::ContactWithCard;
use crate::domain::import::{CardPlace, GroupCard, Incoming, Reject, RejectScope};
use crate::domain::intake::ParsedCard;
use crate::domain::phone::PhoneAttributes;
use crate::domain::refusal::{Fault, Refusal};

use super::reader::{ContactReader, Read};
use super::vcard;

/// The first line.
pub const HEAD: &str = "{\"callbook\":1}\n";

/// The longest line that is read, in bytes: 80 MiB, the largest card with its photographs included.
const LINE_LIMIT: usize = 80 * 1024 * 1024;

/// A contact as its line, line end included.
#[must_use]
pub fn line(whole: &ContactWithCard) -> String {
    let phones: Vec<Value> = whole
        .full
        .phones
        .iter()
        .map(|phone| {
            let mut object = json!({
                "id": phone.id.to_string(),
                "typed": phone.typed,
                "attributes": phone.attributes(),
            });
            mark(&mut object, "shared", phone.shared);
            object
        })
        .collect();
    let mut line = json!({
        "type": "contacts",
        "id": whole.full.contact.id.to_string(),
        "attributes": whole.full.contact.attributes(),
        "phones": phones,
    });
    mark(&mut line, "namesake", whole.full.contact.namesake);
    if let (Some(card), Some(object)) = (&whole.card, line.as_object_mut()) {
        object.insert("card".to_owned(), text_or_bytes(card));
    }
    format!("{line}\n")
}

/// The card of a group as its line, line end included.
#[must_use]
pub(crate) fn group_line(card: &[u8]) -> String {
    let line = json!({"type": "groups", "card": text_or_bytes(card)});
    format!("{line}\n")
}

fn text_or_bytes(card: &[u8]) -> Value {
    std::str::from_utf8(card).map_or_else(|_| json!(card), |text| json!(text))
}

/// Says of an object that it is so; what is not so goes without saying.
fn mark(object: &mut Value, name: &str, on: bool) {
    if let Some(object) = object.as_object_mut().filter(|_| on) {
        object.insert(name.to_owned(), json!(true));
    }
}

/// The contacts of a stream of such lines.
#[derive(Debug)]
pub struct BookLines<R> {
    source: R,
    place: CardPlace,
    groups: Vec<GroupCard>,
    failure: Option<String>,
    ended: bool,
}

impl<R: BufRead> BookLines<R> {
    /// The contacts of `source`.
    pub const fn new(source: R) -> Self {
        Self {
            source,
            place: CardPlace { card: 0, line: 0 },
            groups: Vec::new(),
            failure: None,
            ended: false,
        }
    }

    /// The next line, without blank ones; none at the end.
    fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            let mut line = Vec::new();
            let mut limited = std::io::Read::take(&mut self.source, LINE_LIMIT as u64 + 1);
            match limited.read_until(b'\n', &mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(error) => {
                    self.failure = Some(error.to_string());
                    return None;
                }
            }
            self.place.line += 1;
            if line.len() > LINE_LIMIT {
                self.failure = Some(format!("line {} is too long", self.place.line));
                return None;
            }
            if !line.trim_ascii().is_empty() {
                return Some(line);
            }
        }
    }
}

impl<R: BufRead> ContactReader for BookLines<R> {
    fn source(&self) -> &'static str {
        "json"
    }

    fn failure(&self) -> Option<String> {
        self.failure.clone()
    }

    fn groups(&mut self) -> Vec<GroupCard> {
        std::mem::take(&mut self.groups)
    }
}

impl<R: BufRead> Iterator for BookLines<R> {
    type Item = Read;

    fn next(&mut self) -> Option<Read> {
        while !self.ended {
            let Some(line) = self.line() else {
                self.ended = true;
                break;
            };
            let read = serde_json::from_slice::<Value>(&line);
            if let Ok(Value::Object(head)) = &read
                && head.contains_key("callbook")
            {
                continue;
            }
            self.place.card += 1;
            let reject = |name: Option<String>, reason: String| Reject {
                place: self.place,
                scope: RejectScope::Card,
                name,
                reason,
                card: line.clone(),
            };
            let foreign = |reason: String| Reject {
                scope: RejectScope::File,
                ..reject(None, reason)
            };
            return Some(match read {
                Ok(Value::Object(mut object)) if object.get("type") == Some(&json!("groups")) => {
                    let card = bytes(object.remove("card"));
                    let group = card
                        .ok()
                        .and_then(|card| vcard::read_group(self.place, card));
                    match group {
                        Some(group) => {
                            self.groups.push(group);
                            continue;
                        }
                        None => Err(reject(None, "has no card of a group".to_owned())),
                    }
                }
                Ok(Value::Object(object)) => {
                    let name = name(&object);
                    contact(object, self.place)
                        .map_err(|refusal| reject(name, format!("cannot be imported: {refusal}")))
                }
                Ok(_) => Err(foreign("is not a contact of a callbook export".to_owned())),
                Err(error) if self.place.card == 1 => Err(foreign(format!(
                    "is not a JSON file with one contact a line: {error}"
                ))),
                Err(error) => Err(reject(None, format!("is not JSON: {error}"))),
            });
        }
        None
    }
}

fn name(object: &Map<String, Value>) -> Option<String> {
    let name = object.get("attributes")?.get("name")?;
    name.as_str().map(str::to_owned)
}

fn contact(mut object: Map<String, Value>, place: CardPlace) -> Result<Incoming, Refusal> {
    let attributes = |object: &mut Map<String, Value>| {
        let attributes = object.remove("attributes");
        let Some(Value::Object(mut attributes)) = attributes else {
            return Err(whole("attributes has to be an object"));
        };
        attributes.extend(object.remove("id").map(|id| ("id".to_owned(), id)));
        Ok(attributes)
    };
    let (mut contact, mut faults) = ContactAttributes::read_new(attributes(&mut object)?);
    // What was exported comes in as it was.
    contact.is_checked = false;
    contact.namesake = object.remove("namesake").and_then(|said| said.as_bool());
    let mut phones = Vec::new();
    let listed = object.remove("phones").unwrap_or_else(|| json!([]));
    let Value::Array(listed) = listed else {
        return Err(whole("phones has to be a list"));
    };
    for phone in listed {
        let Value::Object(mut phone) = phone else {
            return Err(whole("a phone has to be an object"));
        };
        let (mut sent, found) = PhoneAttributes::read_new(attributes(&mut phone)?);
        faults.extend(found);
        if let Some(Value::String(typed)) = phone.remove("typed") {
            sent.typed = Some(typed);
        }
        sent.shared = phone.remove("shared").and_then(|said| said.as_bool());
        phones.push(sent);
    }
    let card = bytes(object.remove("card"))?;
    faults.extend(vcard::too_much(&card).map(|why| Fault::whole(format!("the card {why}"))));
    if faults.is_empty() {
        Ok(Incoming {
            place,
            said: ParsedCard {
                contact,
                phones,
                ..ParsedCard::default()
            },
            card,
        })
    } else {
        Err(Refusal::invalid(faults))
    }
}

/// The bytes of a card.
fn bytes(card: Option<Value>) -> Result<Vec<u8>, Refusal> {
    match card {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::String(text)) => Ok(text.into_bytes()),
        Some(bytes) => serde_json::from_value(bytes)
            .map_err(|_| whole("card has to be a text, or a list of bytes")),
    }
}

fn whole(detail: &str) -> Refusal {
    Refusal::invalid(vec![Fault::whole(detail)])
}
