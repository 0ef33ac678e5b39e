//! What a run did.

use crate::domain::ids::ContactId;

use super::guard::Side;

/// What was done with one card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Did {
    /// It is only there, and made a contact here.
    NewHere,
    /// It is there and here, and the two are one from now on.
    Joined,
    /// It is there and here, and both say the same.
    Linked,
    /// It changed there.
    ChangedHere,
    /// It is a group, new or changed there: its members have its name as a tag here.
    Group,
    /// It was a group, and is gone there: its former members lose its tag here.
    GroupGone,
    /// It is only here, and was sent.
    NewThere,
    /// It changed here, and was sent.
    ChangedThere,
    /// It is gone there, and went to the bin here.
    GoneThere,
    /// It was deleted there and changed here: the change won.
    Stayed,
    /// It was deleted there, as here.
    DeletedThere,
    /// It was deleted here and changed there: the change won.
    CameBack,
    /// The other side does not take it.
    Refused,
    /// It cannot be read; it stays as it is.
    Unread,
}

/// The words for what was deleted on a side since it is gone on the other.
pub const DELETED_HERE: &str = "deleted here";
/// The same there.
pub const DELETED_THERE: &str = "deleted there";

/// What a run did, in the order in which it was done.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What was done with each card: its name, its address, or the reason.
    pub done: Vec<(Did, String)>,
    /// Of each card that was sent, whether the version in the answer was that of the card that is there now.
    pub exact_answers: Vec<bool>,
    /// The names of those that the run asks about, where it ended with a question; the first of many.
    pub asked: Vec<String>,
    /// The names of those whose card there was another one each time it was sent: the next run sends it again.
    pub moved: Vec<String>,
    /// The names of the cards that are listed there, and were not given when they were asked for: the next run asks again.
    pub unanswered: Vec<String>,
    /// The names of those that were sent and not answered, with the reason: the next run looks whether they arrived.
    pub lost: Vec<(String, String)>,
    /// The names of those that changed there to what says that it is older than what was there.
    pub older: Vec<String>,
    /// The contacts that were deleted on this side and changed on the other: the change won.
    pub brought_back: Vec<(ContactId, Side)>,
}

impl Report {
    /// Notes what was done with a card.
    pub(super) fn note(&mut self, did: Did, what: &str) {
        self.done.push((did, what.to_owned()));
    }

    /// How many cards something was done with.
    #[must_use]
    pub fn count(&self, did: Did) -> usize {
        self.done.iter().filter(|(done, _)| *done == did).count()
    }

    /// Those that something was done with.
    pub fn named(&self, did: Did) -> impl Iterator<Item = &str> {
        let done = self.done.iter().filter(move |(done, _)| *done == did);
        done.map(|(_, name)| name.as_str())
    }

    /// Notes who stays though deleted on one side, since the change on the other wins.
    pub(super) fn note_kept(&mut self, kept: Option<(ContactId, Side)>, name: &str) {
        if let Some((_, side)) = kept {
            let did = match side {
                Side::Here => Did::CameBack,
                Side::There => Did::Stayed,
            };
            self.note(did, name);
        }
        self.brought_back.extend(kept);
    }

    /// Notes a card that was asked for and not given.
    pub(super) fn note_unanswered(&mut self, name: String) {
        if !self.unanswered.contains(&name) {
            self.unanswered.push(name);
        }
    }

    /// Adds what a later run did.
    pub fn go_on(&mut self, later: Self) {
        let Self {
            done,
            // Each run teaches this by itself.
            exact_answers: _,
            asked,
            moved,
            unanswered,
            lost,
            older,
            brought_back,
        } = later;
        self.done.extend(done);
        self.asked.extend(asked);
        // What moved before was sent again.
        self.moved = moved;
        // What was not given before was asked for again.
        self.unanswered = unanswered;
        self.lost = lost;
        self.older.extend(older);
        self.brought_back.extend(brought_back);
    }

    /// How many cards came in, but for those that were deleted here.
    #[must_use]
    pub fn came(&self) -> usize {
        let came = [
            Did::NewHere,
            Did::Joined,
            Did::ChangedHere,
            Did::Group,
            Did::GroupGone,
            Did::Stayed,
            Did::CameBack,
        ];
        came.iter().map(|did| self.count(*did)).sum()
    }

    /// How many cards went out, but for those that were deleted there.
    #[must_use]
    pub fn went(&self) -> usize {
        let went = [Did::NewThere, Did::ChangedThere];
        went.iter().map(|did| self.count(*did)).sum()
    }

    /// What came in and went out, in words.
    #[must_use]
    pub fn moved(&self) -> String {
        self.moved_with(&|_| String::new())
    }

    /// The same, with who was deleted beside how many they are: `named` makes one text of names.
    #[must_use]
    pub fn moved_naming(&self, named: impl Fn(&[&str]) -> String) -> String {
        self.moved_with(&|side| {
            let mut deleted = self.deleted();
            let who = deleted.find(|(of, _)| *of == side);
            who.map_or_else(String::new, |(_, names)| format!(" ({})", named(&names)))
        })
    }

    /// What came in and went out, with more words behind those of each kind.
    fn moved_with(&self, more: &dyn Fn(&str) -> String) -> String {
        let counts = [
            (self.came(), "in"),
            (self.count(Did::GoneThere), DELETED_HERE),
            (self.went(), "out"),
            (self.count(Did::DeletedThere), DELETED_THERE),
            (self.count(Did::Linked), "the same on both"),
            (self.count(Did::Refused), "not taken there"),
            (self.count(Did::Unread), "cannot be read"),
            (self.unanswered.len(), "not given there"),
        ];
        let counts = counts.into_iter().filter(|(count, _)| *count > 0);
        let words: Vec<String> = counts
            .map(|(count, words)| format!("{count} {words}{}", more(words)))
            .collect();
        if words.is_empty() {
            "nothing new".to_owned()
        } else {
            words.join(", ")
        }
    }

    /// Who was deleted, on each side: the words for the side, and the names.
    pub fn deleted(&self) -> impl Iterator<Item = (&'static str, Vec<&str>)> {
        let sides = [
            (Did::GoneThere, DELETED_HERE),
            (Did::DeletedThere, DELETED_THERE),
        ];
        let deleted = sides.map(|(did, words)| (words, self.named(did).collect::<Vec<_>>()));
        deleted.into_iter().filter(|(_, names)| !names.is_empty())
    }

    /// Whether anything moved.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.done.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_was_deleted_is_said_once_beside_how_many() {
        let mut report = Report::default();
        for (did, name) in [
            (Did::GoneThere, "Ada"),
            (Did::GoneThere, "Ben"),
            (Did::ChangedThere, "Cy"),
            (Did::DeletedThere, "Dee"),
        ] {
            report.note(did, name);
        }
        assert_eq!(
            report.moved_naming(|names| names.join(", ")),
            "2 deleted here (Ada, Ben), 1 out, 1 deleted there (Dee)"
        );
        assert_eq!(report.moved(), "2 deleted here, 1 out, 1 deleted there");
    }
}
