//! The pages, the topmost last, each with an id of its own: an answer goes to the page that asked, and
//! never to one that has come in its place. At the bottom is the list of contacts, which never closes.
//!
//! [`Stack::shown`] says which pages are drawn and, by its last, which one takes the keys: there is no
//! second place that decides either.

use super::pages::contacts::Contacts;
use super::pages::{AnyPage, Page};
use super::protocol::PageId;

/// The pages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stack {
    /// The one at the bottom.
    pub contacts: Contacts,
    above: Vec<(PageId, AnyPage)>,
    newest: PageId,
}

impl Stack {
    fn next_id(&mut self) -> PageId {
        self.newest = PageId(self.newest.0 + 1);
        self.newest
    }

    /// Opens a page on top.
    pub fn open(&mut self, page: AnyPage) -> PageId {
        let id = self.next_id();
        self.above.push((id, page));
        id
    }

    /// Closes a page, wherever it is; that at the bottom stays.
    pub fn close(&mut self, id: PageId) {
        self.above.retain(|(of, _)| *of != id);
    }

    /// Puts another page in the place of one.
    pub fn replace(&mut self, id: PageId, page: AnyPage) -> Option<PageId> {
        let at = self.above.iter().position(|(of, _)| *of == id)?;
        let new = self.next_id();
        *self.above.get_mut(at)? = (new, page);
        Some(new)
    }

    /// The pages that are drawn, in this order: the topmost that fills the screen, and what is over it.
    /// The last one takes the keys.
    #[must_use]
    pub fn shown(&self) -> Vec<&dyn Page> {
        let from = self.above.iter().rposition(|(_, page)| page.fills());
        let above = self.above.iter().skip(from.unwrap_or(0));
        let above = above.map(|(_, page)| page.as_ref());
        let bottom: Option<&dyn Page> = from.is_none().then_some(&self.contacts);
        bottom.into_iter().chain(above).collect()
    }

    /// The page that takes the keys.
    #[must_use]
    pub fn top(&self) -> &dyn Page {
        self.above
            .last()
            .map_or(&self.contacts, |(_, page)| page.as_ref())
    }

    /// Its id.
    #[must_use]
    pub(crate) fn top_id(&self) -> PageId {
        self.above.last().map_or(PageId::BOTTOM, |(id, _)| *id)
    }

    /// A page, to be changed.
    pub fn get_mut(&mut self, id: PageId) -> Option<&mut dyn Page> {
        if id == PageId::BOTTOM {
            return Some(&mut self.contacts);
        }
        let mut above = self.above.iter_mut();
        above
            .find(|(of, _)| *of == id)
            .map(|(_, page)| page.as_mut())
    }

    /// The page directly under another one.
    #[must_use]
    pub fn under(&self, id: PageId) -> Option<PageId> {
        let at = self.above.iter().position(|(of, _)| *of == id)?;
        let under = at.checked_sub(1).and_then(|at| self.above.get(at));
        Some(under.map_or(PageId::BOTTOM, |(id, _)| *id))
    }

    /// The ids of all pages, from the bottom up.
    #[must_use]
    pub fn ids(&self) -> Vec<PageId> {
        let above = self.above.iter().map(|(id, _)| *id);
        std::iter::once(PageId::BOTTOM).chain(above).collect()
    }

    /// The pages over the bottom, the topmost last.
    #[must_use]
    pub fn above(&self) -> impl DoubleEndedIterator<Item = &AnyPage> {
        self.above.iter().map(|(_, page)| page)
    }

    /// The topmost of them.
    #[must_use]
    pub fn last(&self) -> Option<&dyn Page> {
        self.above().next_back().map(AsRef::as_ref)
    }

    /// Whether there is nothing over the list of contacts.
    #[must_use]
    pub const fn is_bare(&self) -> bool {
        self.above.is_empty()
    }
}
