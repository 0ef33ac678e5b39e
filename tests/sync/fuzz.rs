//! What servers say, as none would say it: no panic, and none over a second.

use std::time::Duration;

use callbook::sync::carddav::auth::challenges;
use callbook::sync::carddav::href::{Address, place};
use callbook::sync::carddav::xml;
use rustix::time::{ClockId, clock_gettime};

use crate::amount::drawn;

/// How many documents and headers there are.
const INPUTS: usize = 100_000;

/// The longest that one may take.
const LIMIT: Duration = Duration::from_secs(1);

const DOCUMENTS: [&str; 3] = [
    "<?xml version=\"1.0\" encoding=\"utf-8\"?><d:multistatus xmlns:d=\"DAV:\" \
     xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:response><d:href>/a%20b.vcf</d:href><d:propstat>\
     <d:prop><d:getetag>\"1\"</d:getetag><d:getcontentlength>9</d:getcontentlength>\
     <c:address-data>BEGIN:VCARD&#13;\nFN:A &amp; B&#13;\nEND:VCARD</c:address-data></d:prop>\
     <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response><d:response><d:href>/x</d:href>\
     <d:status>HTTP/1.1 404 Not Found</d:status></d:response><d:sync-token>data:,1</d:sync-token>\
     </d:multistatus>",
    "<multistatus xmlns='DAV:'><response><href>/b/</href><propstat><prop><resourcetype><collection/>\
     <addressbook xmlns='urn:ietf:params:xml:ns:carddav'/></resourcetype>\
     <supported-address-data xmlns='urn:ietf:params:xml:ns:carddav'><address-data-type version='4.0'/>\
     </supported-address-data><current-user-privilege-set><privilege><write/></privilege>\
     </current-user-privilege-set><displayname><![CDATA[A <b> & c]]></displayname></prop></propstat>\
     </response></multistatus>",
    "<D:error xmlns:D=\"DAV:\" xmlns:s=\"http://sabredav.org/ns\"><s:message>No</s:message>\
     <C:no-uid-conflict xmlns:C=\"urn:ietf:params:xml:ns:carddav\"><D:href>/o.vcf</D:href>\
     </C:no-uid-conflict></D:error>",
];

const HEADERS: [&str; 3] = [
    "Digest realm=\"a \\\"b\\\"\", qop=\"auth,auth-int\", nonce=\"n=\", opaque=x, stale=true, Basic realm=c",
    "Negotiate YII==, Bearer error=\"invalid_token\" , Basic",
    "Basic realm=\"contacts\", charset=\"UTF-8\"",
];

const NASTY: [&str; 22] = [
    "<",
    ">",
    "&",
    "\"",
    "'",
    "=",
    ",",
    "\\",
    "%",
    "\0",
    "\u{1b}",
    "&#0;",
    "&#x110000;",
    "&a;",
    "<![CDATA[",
    "]]>",
    "<!DOCTYPE x>",
    "<!--",
    "<?x",
    "é",
    "\u{feff}",
    " xmlns:d=''",
];

/// Numbers that are the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end.max(1)
    }

    /// An honest text with a few things done to it.
    fn mutated(&mut self, honest: &[&str]) -> Vec<u8> {
        let mut text = honest[self.below(honest.len())].as_bytes().to_vec();
        for _ in 0..=self.below(4) {
            let (at, to) = (self.below(text.len()), self.below(text.len()));
            let (from, to) = (at.min(to), at.max(to));
            match self.below(6) {
                0 => text.truncate(at),
                1 => drop(text.drain(from..to)),
                2 => {
                    let piece = text[from..to].to_vec();
                    text.splice(at..at, piece);
                }
                3 => {
                    let other = honest[self.below(honest.len())].as_bytes();
                    let piece = other[self.below(other.len())..].to_vec();
                    text.splice(at..at, piece);
                }
                4 if !text.is_empty() => text[at] = u8::try_from(self.below(256)).unwrap(),
                _ => {
                    let piece = NASTY[self.below(NASTY.len())].bytes();
                    text.splice(at..at, piece);
                }
            }
        }
        text
    }
}

/// The time that this thread has worked, so that a busy machine fails nothing.
fn worked() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap()
}

/// Does something with each of the inputs.
fn each(honest: &[&str], mut read: impl FnMut(&[u8])) {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for at in 0..drawn(INPUTS) {
        let input = numbers.mutated(honest);
        let begun = worked();
        read(&input);
        let took = worked().saturating_sub(begun);
        assert!(
            took < LIMIT,
            "{at} took {took:?}: {}",
            String::from_utf8_lossy(&input)
        );
    }
}

#[test]
fn documents() {
    let base = Address::read("https://h/ann/").unwrap();
    let (mut read, mut entries) = (0, 0);
    each(&DOCUMENTS, |input| {
        let document = xml::read(input, |entry| {
            entries += 1;
            let _ = place(&entry.href);
            if let Ok(address) = base.resolve(&entry.href) {
                assert!(address.request().is_ascii());
                let again = Address::read(&address.to_string()).unwrap();
                assert_eq!(again.place(), address.place());
            }
        });
        if let Ok(document) = document {
            read += 1;
            assert!(!document.words.contains('\u{1b}'));
        }
    });
    assert!(read > 100 && entries > 1_000, "{read}, {entries}");
}

#[test]
fn challenges_of_servers() {
    let mut found = 0;
    each(&HEADERS, |input| {
        found += challenges(&String::from_utf8_lossy(input)).len();
    });
    assert!(found > 1_000);
    // Much of one thing.
    for nasty in NASTY {
        let flood = format!("Digest {}", nasty.repeat(60_000 / nasty.len()));
        let begun = worked();
        let _ = challenges(&flood);
        assert!(worked().saturating_sub(begun) < LIMIT, "{nasty:?}");
    }
}
