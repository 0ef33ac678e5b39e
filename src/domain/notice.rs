//! What has to be said of a file beside its contacts: what was not understood, and what was assumed.
//!
//! A [`Notice`] is about a file as a whole, and speaks of each kind of thing once, with a count and an
//! example: a column of 5,000 cells is one notice. What is wrong with one card is a
//! [`Reject`](super::import::Reject).

use super::day::PartialDate;
use super::words::count;

/// Something about an imported file that the plan, the report and the screens show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What it is about: a column's header as written, a charset, a country.
    pub subject: String,
    /// How many cells, cards or numbers it concerns.
    pub number: usize,
    /// One of them, as the file has it; blank where an example is of no use.
    pub example: String,
    /// What happened.
    pub kind: NoticeKind,
}

/// The kinds of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    /// A column was not read, and is kept as it is.
    UnreadColumn(LooksLike),
    /// An attribute of an LDIF file was not read, and is kept as it is.
    UnreadAttribute(LooksLike),
    /// Entries of an LDIF file are no contacts.
    UnreadEntries,
    /// Lines before the header of a table were not read.
    UnreadLines,
    /// A column was read by what its cells look like, not by its header.
    ColumnByCells(LooksLike),
    /// The card named, the last of a file, has no end: the file was cut off.
    CutOff,
    /// Cards name no charset and are not UTF-8; they were read in the one named.
    GuessedCharset,
    /// Lines of a table are not UTF-8; they were read in the charset named.
    GuessedTableCharset,
    /// National numbers were read with the country named, because of an address of their card or row.
    CountryOfAddress,
    /// National numbers were read with the home country.
    HomeCountry,
    /// Numbers are possible neither by themselves nor in the country they were read with, and were stored as written, unconfirmed.
    ImpossibleNumbers,
    /// A text holds several numbers or a remark beside one, and was kept as one text.
    NumberTextKept,
    /// Phone cells that say "no number": `-`, `n/a`, `0`.
    NoNumber,
    /// Days were kept as text: it is not sure which number is the day.
    DayTextKept,
    /// Two cards with one UID and different names were taken for two people.
    SharedUid,
    /// Numbers that are historic here are in a card that does not say so.
    StaysHistoric,
    /// Numbers that were corrected or deleted here are in a file again, and were not added.
    StaysCorrected,
    /// Contacts keep a text that a card of theirs has otherwise.
    TextStays,
    /// Contacts stay without what was cleared here and a newer card of theirs has otherwise than before.
    StaysCleared,
    /// Contacts do not get what belongs to another company than theirs.
    OtherCompany,
    /// Cards say twice what a contact has once.
    SaidTwice,
    /// A group became a tag of its members.
    GroupTag,
    /// A group names members that are not in the book.
    MissingMembers,
    /// A folder has files that are no cards, and were not read.
    IgnoredFiles,
}

/// The notices of an import, each kind of thing once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Notices(Vec<Notice>);

/// How many subjects of one kind are distinguished; later ones are counted with the last.
const SUBJECTS: usize = 50;

impl Notices {
    /// Counts one more thing. `example` is asked for the first one of a subject only.
    pub(crate) fn add(
        &mut self,
        kind: NoticeKind,
        subject: &str,
        example: impl FnOnce() -> String,
    ) {
        let of_kind = || self.0.iter().filter(|notice| notice.kind == kind);
        let known = of_kind().any(|notice| notice.subject == subject);
        if !known && of_kind().count() < SUBJECTS {
            return self.0.push(Notice {
                subject: subject.to_owned(),
                number: 1,
                example: example(),
                kind,
            });
        }
        let mut of_kind = self.0.iter_mut().filter(|notice| notice.kind == kind);
        let counted = if known {
            of_kind.find(|notice| notice.subject == subject)
        } else {
            of_kind.next_back()
        };
        if let Some(notice) = counted {
            notice.number += 1;
        }
    }

    /// The notices, in the order of their first things.
    #[must_use]
    pub(crate) fn into_vec(self) -> Vec<Notice> {
        self.0
    }
}

/// What the cells of a column look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LooksLike {
    /// Phone numbers.
    Numbers,
    /// Email addresses.
    Emails,
    /// Text of any kind.
    Text,
}

impl Notice {
    /// Whether something that a person needs was probably missed: it is shown first, and marked.
    #[must_use]
    pub const fn is_loud(&self) -> bool {
        matches!(
            self.kind,
            NoticeKind::UnreadColumn(LooksLike::Numbers | LooksLike::Emails)
                | NoticeKind::UnreadAttribute(LooksLike::Numbers | LooksLike::Emails)
                | NoticeKind::ImpossibleNumbers
                | NoticeKind::CutOff
        )
    }

    /// The notice as a sentence without its end, not yet safe for a terminal: `column "Durchwahl" was
    /// not read: 12 cells that look like phone numbers, such as "030 901820"; map it with --map
    /// 'Durchwahl=phone'`.
    #[must_use]
    pub fn words(&self) -> String {
        let (subject, example) = (&self.subject, self.such_as());
        match self.kind {
            NoticeKind::UnreadColumn(looks) => self.unread_column(looks),
            NoticeKind::UnreadAttribute(looks) => self.unread_attribute(looks),
            NoticeKind::UnreadEntries => format!(
                "{} {} without a person not read{example}",
                self.number,
                if self.number == 1 { "entry" } else { "entries" }
            ),
            NoticeKind::UnreadLines => format!(
                "{} before the header not read{example}",
                count(self.number, "line")
            ),
            NoticeKind::ColumnByCells(looks) => format!(
                "column \"{subject}\" was read by its cells: {}{example}; change it with --map",
                self.cells(looks)
            ),
            NoticeKind::CutOff => format!(
                "the file ends inside {subject}, before END:VCARD: more of it may be missing; import the whole \
                 file again"
            ),
            NoticeKind::GuessedCharset => format!(
                "{} without a charset read as {subject}{example}; change it with --charset",
                count(self.number, "card")
            ),
            NoticeKind::GuessedTableCharset => format!(
                "{} of the table read as {subject}{example}; change it with --charset",
                count(self.number, "line")
            ),
            NoticeKind::CountryOfAddress => format!(
                "{} read as numbers of {subject}, the country of an address{example}; they start unconfirmed",
                count(self.number, "national number")
            ),
            NoticeKind::HomeCountry => format!(
                "{} read as numbers of {subject}{example}; change it with --country",
                count(self.number, "national number")
            ),
            NoticeKind::ImpossibleNumbers => format!(
                "{} not possible{example}; stored as written, unconfirmed; read numbers of another country with --country",
                agree(self.number, "number", "is")
            ),
            NoticeKind::NumberTextKept => format!(
                "{} could not be split into numbers{example}; stored as written, unconfirmed",
                count(self.number, "text")
            ),
            NoticeKind::NoNumber => format!(
                "{} for a phone number {} none{example}; kept with the contact",
                count(self.number, "cell"),
                if self.number == 1 { "says" } else { "say" }
            ),
            NoticeKind::DayTextKept => format!(
                "{} kept as text{example}: {}; write them as YYYY-MM-DD",
                count(self.number, "date"),
                PartialDate::none_such(&self.example).unwrap_or_else(|| {
                    "no such day, or it is not sure which number is the day".to_owned()
                })
            ),
            NoticeKind::IgnoredFiles => format!(
                "{} not read in {subject}{example}; of a folder, .vcf files are read",
                agree(self.number, "file", "was")
            ),
            NoticeKind::GroupTag => format!(
                "group \"{subject}\" becomes a tag of {}{example}",
                count(self.number, "contact")
            ),
            NoticeKind::MissingMembers => format!(
                "{} of group \"{subject}\" {} not in the book{example}",
                count(self.number, "member"),
                if self.number == 1 { "is" } else { "are" }
            ),
            NoticeKind::StaysHistoric => format!(
                "{} historic{example}; change it on the contact if it is in use again",
                agree(self.number, "number", "stays")
            ),
            NoticeKind::StaysCorrected => format!(
                "{} corrected or deleted here{example}, and not added again",
                agree(self.number, "number", "was")
            ),
            NoticeKind::TextStays => format!(
                "{} {} another {subject} in the file{example}; the one here stays",
                count(self.number, "contact"),
                if self.number == 1 { "has" } else { "have" }
            ),
            NoticeKind::StaysCleared => format!(
                "{} {subject} in the file{example}; it was cleared here and stays so",
                self.contacts_have()
            ),
            NoticeKind::OtherCompany => format!(
                "{} {subject} of another company in the file{example}; it is not taken",
                self.contacts_have()
            ),
            NoticeKind::SaidTwice => format!(
                "{} {} more than one {subject} in the file{example}; the first is taken",
                count(self.number, "contact"),
                if self.number == 1 { "has" } else { "have" }
            ),
            NoticeKind::SharedUid => format!(
                "{} with the UID {subject} of another person{example}; imported as contacts of their own",
                count(self.number, "card")
            ),
        }
    }
}

impl Notice {
    /// The example, to follow other words.
    fn such_as(&self) -> String {
        if self.example.is_empty() {
            String::new()
        } else {
            format!(", such as \"{}\"", self.example)
        }
    }

    /// The contacts that have something, with its article: `1 contact has a`.
    fn contacts_have(&self) -> String {
        let (contacts, one) = (count(self.number, "contact"), self.number == 1);
        let vowel = self.subject.starts_with(['a', 'e', 'i', 'o']);
        let (have, article) = (
            if one { "has" } else { "have" },
            if vowel { "an" } else { "a" },
        );
        format!("{contacts} {have} {article}")
    }

    /// The cells of a column with what they look like.
    fn cells(&self, looks: LooksLike) -> String {
        match looks {
            LooksLike::Numbers => {
                format!("{} like phone numbers", agree(self.number, "cell", "looks"))
            }
            LooksLike::Emails => format!("{} like emails", agree(self.number, "cell", "looks")),
            LooksLike::Text => count(self.number, "cell"),
        }
    }

    fn unread_column(&self, looks: LooksLike) -> String {
        let field = match looks {
            LooksLike::Numbers => "phone",
            LooksLike::Emails => "email",
            LooksLike::Text => "FIELD",
        };
        let (subject, cells, example) = (&self.subject, self.cells(looks), self.such_as());
        format!(
            "column \"{subject}\" was not read: {cells}{example}; map it with --map '{subject}={field}'"
        )
    }

    fn unread_attribute(&self, looks: LooksLike) -> String {
        let like = match looks {
            LooksLike::Numbers => " that look like phone numbers",
            LooksLike::Emails => " that look like emails",
            LooksLike::Text => "",
        };
        let (subject, example) = (&self.subject, self.such_as());
        let values = count(self.number, "value");
        format!(
            "attribute \"{subject}\" was not read: {values}{like}{example}; kept with the contact"
        )
    }
}

/// A number, its noun, and a verb that agrees: `1 cell looks`, `2 cells look`.
fn agree(number: usize, noun: &str, verb: &str) -> String {
    let plural = match verb {
        "is" => "are",
        "was" => "were",
        verb => verb.strip_suffix('s').unwrap_or(verb),
    };
    let verb = if number == 1 { verb } else { plural };
    format!("{} {verb}", count(number, noun))
}

#[cfg(test)]
mod tests {
    use super::{LooksLike, Notice, NoticeKind};

    #[test]
    fn an_unread_column_of_numbers_is_loud_and_says_how_to_read_it() {
        let notice = Notice {
            subject: "Durchwahl".to_owned(),
            number: 2,
            example: "030 901820".to_owned(),
            kind: NoticeKind::UnreadColumn(LooksLike::Numbers),
        };
        assert!(notice.is_loud());
        assert_eq!(
            notice.words(),
            "column \"Durchwahl\" was not read: 2 cells look like phone numbers, such as \
             \"030 901820\"; map it with --map 'Durchwahl=phone'"
        );
    }
}
