//! The book here: what a run asks of it, and what it writes.

use std::collections::HashSet;

use super::person::Person;
use super::remote::{Etag, Href, Stop};
use super::row::{Card, Row};
use super::said::SaidCard;
use crate::domain::ids::ContactId;
use crate::domain::import::GroupCard;

/// A book that is kept the same with one remote.
pub trait Book {
    /// The cards of the other side.
    type Card: Card;

    /// Reads, without a transaction of its own.
    fn view(&mut self, read: &mut Reading<'_, Self::Card>) -> Result<(), Stop>;

    /// Writes all or nothing. Between two of these the program may be killed.
    fn commit(&mut self, write: &mut Writing<'_, Self::Card>) -> Result<(), Stop>;

    /// The card that makes the other side say what a contact says, over the card that is there.
    fn card(
        &mut self,
        contact: ContactId,
        says: &Person,
        row: Option<&Row<Self::Card>>,
    ) -> Result<Self::Card, Stop>;
}

/// What reads in a book.
pub type Reading<'a, C> = dyn FnMut(&mut dyn Part<C>) -> Result<(), Stop> + 'a;

/// What writes in a book.
pub type Writing<'a, C> = dyn FnMut(&mut dyn Part<C>) -> Result<(), Stop> + 'a;

/// A remote as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteState {
    /// What to ask for changes with; none lists everything.
    pub token: Option<String>,
    /// How many cards were linked before a restore or an undo dropped the links.
    pub known: usize,
}

/// The contacts that may have to be sent.
#[derive(Clone, Debug, Default)]
pub struct Touched {
    /// They, in the order of their change.
    pub contacts: Vec<ContactId>,
    /// Those of them that a person changed, and not only a sync.
    pub by_person: HashSet<ContactId>,
    /// Whether they are all contacts, since none was looked at before.
    pub is_everybody: bool,
    /// The newest step that was looked at for them.
    pub step: i64,
}

/// The book within one transaction.
pub trait Part<C> {
    /// The remote as a whole.
    fn state(&mut self) -> Result<RemoteState, Stop>;
    /// Keeps it.
    fn put_state(&mut self, state: &RemoteState) -> Result<(), Stop>;

    /// The row of a card.
    fn row(&mut self, href: &Href) -> Result<Option<Row<C>>, Stop>;
    /// The card of a contact.
    fn row_of(&mut self, contact: ContactId) -> Result<Option<(Href, Row<C>)>, Stop>;
    /// Keeps a row.
    fn put_row(&mut self, href: &Href, row: &Row<C>) -> Result<(), Stop>;
    /// Notes a card that cannot be read, with the reason: it is never written, and never deleted.
    fn put_unread(&mut self, href: &Href, etag: &Etag, why: &str) -> Result<(), Stop>;
    /// Whether a person said of a card that it is left as it is. It is known then, and taken in when it changes there;
    /// until then nothing of its contact goes there.
    fn leave_out(&mut self, _href: &Href, _etag: &Etag, _card: &C) -> Result<bool, Stop> {
        Ok(false)
    }
    /// The name of the group whose card this is.
    fn group(&mut self, _href: &Href) -> Result<Option<String>, Stop> {
        Ok(None)
    }
    /// Keeps the card of a group.
    fn put_group(&mut self, href: &Href, etag: &Etag, group: &GroupCard) -> Result<(), Stop>;
    /// Tags the members of groups as their cards say, and takes the tags off those who left. Such a tag is not of
    /// what a contact says to the remote, unless its card says it too.
    fn settle_groups(&mut self) -> Result<(), Stop>;
    /// Has a row be of another address, where none is.
    fn move_row(&mut self, from: &Href, to: &Href) -> Result<(), Stop>;
    /// Forgets a row; of a group, its members lose the tag.
    fn drop_row(&mut self, href: &Href) -> Result<(), Stop>;
    /// The version of a card that is known to be there: a quick look, without the row.
    fn etag(&mut self, href: &Href) -> Result<Option<Etag>, Stop>;
    /// What makes two addresses one, however each is written.
    fn place_of(&self, href: &Href) -> Vec<u8> {
        href.0.clone().into_bytes()
    }
    /// Every card that is known to be there.
    fn linked(&mut self) -> Result<Vec<Href>, Stop>;
    /// How many these are.
    fn count_linked(&mut self) -> Result<usize, Stop>;
    /// The cards that could not be read, but for those that a person left as they are.
    fn unread(&mut self) -> Result<Vec<Href>, Stop> {
        Ok(Vec::new())
    }
    /// The rows with something under way.
    fn open(&mut self) -> Result<Vec<Href>, Stop>;
    /// The cards whose contact was deleted here.
    fn orphans(&mut self) -> Result<Vec<Href>, Stop>;
    /// The contacts that may have to be sent, in the order of their change.
    fn touched(&mut self) -> Result<Touched, Stop>;
    /// Notes that all that was changed up to a step has been looked at, and of which contacts nothing waits to be
    /// sent. A row that is kept is looked at again by the next run.
    fn put_seen(&mut self, step: i64, nothing_waits: &[ContactId]) -> Result<(), Stop>;

    /// A contact.
    fn person(&mut self, contact: ContactId) -> Result<Option<Person>, Stop>;
    /// Writes what of a contact is otherwise; what is new in it is as `card` has it. Gives it back as it is then:
    /// the rules of the Phone resource settle which number is primary.
    fn put_person(&mut self, contact: ContactId, person: &Person, card: &C)
    -> Result<Person, Stop>;
    /// Has every contact that was changed so far in this transaction be again what it was before. What was changed
    /// stays in the history, and comes back where this is undone.
    fn put_back(&mut self) -> Result<(), Stop>;
    /// Takes over what changed between two versions of a contact's card in what callbook does not read: photos, and
    /// what other programs have of their own. Without an earlier version, nothing is gone.
    fn carry(&mut self, contact: ContactId, before: Option<&C>, now: &C) -> Result<(), Stop>;
    /// Whether a contact holds another photo, or the like, than its card there.
    fn holds_otherwise(&mut self, contact: ContactId, there: &C) -> Result<bool, Stop>;
    /// Makes a contact of a card, under an id of its own.
    fn make_person(
        &mut self,
        person: &Person,
        card: &C,
        is_twin: bool,
    ) -> Result<(ContactId, Person), Stop>;
    /// Deletes a contact, to the bin.
    fn delete_person(&mut self, contact: ContactId) -> Result<(), Stop>;
    /// Brings a contact back from the bin, if it is still there, as it was when it was deleted.
    fn bring_back(&mut self, contact: ContactId) -> Result<Option<Person>, Stop>;

    /// The contact that a card is about, if it has no card of this remote yet: by its `UID`, by the name of
    /// the file that we give, or by its name and a number or an email.
    fn known(&mut self, href: &Href, card: &C) -> Result<Option<ContactId>, Stop>;
    /// Whether a contact is linked to a card of this `UID` already.
    fn has_uid(&mut self, card: &SaidCard) -> Result<bool, Stop>;
    /// Where a contact goes that has no card there yet: where no other card is.
    fn new_href(&mut self, contact: ContactId) -> Result<Href, Stop>;
    /// What was agreed of a contact with other remotes.
    fn agreed_elsewhere(&mut self, contact: ContactId) -> Result<Vec<Person>, Stop>;
    /// Whether a contact goes to this remote at all.
    fn is_sent(&mut self, contact: ContactId) -> Result<bool, Stop>;
    /// Whether a number that was taken out there is deleted here, instead of being kept as historic.
    fn bins_removed(&self) -> bool;
    /// Whether deletions that are held back go out now.
    fn sends_held(&mut self) -> Result<bool, Stop>;
    /// Whether a contact is the twin of another one: it goes to no other remote.
    fn is_twin(&mut self, contact: ContactId) -> Result<bool, Stop>;
}

/// Keeps the token of a list; one that had something in it shows that the remote is as it was.
pub(super) fn keep_token<C>(
    part: &mut dyn Part<C>,
    token: Option<&String>,
    has_something: bool,
) -> Result<(), Stop> {
    let mut state = part.state()?;
    let before = state.clone();
    state.token = token.cloned();
    if has_something {
        state.known = 0;
    }
    if state == before {
        return Ok(());
    }
    part.put_state(&state)
}
