//! The pages over the list, the topmost last, each with an id of its own: an answer goes to the page
//! that asked, and never to one that has come in its place.
//!
//! [`Stack::shown`] says which pages are drawn and, by its last, which one takes the keys: there is no
//! second place that decides either.

use super::model::{PageId, Screen};

/// The pages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stack {
    pages: Vec<(PageId, Screen)>,
    newest: PageId,
}

impl Stack {
    /// Opens a page on top.
    pub fn push(&mut self, page: Screen) -> PageId {
        self.newest = PageId(self.newest.0 + 1);
        self.pages.push((self.newest, page));
        self.newest
    }

    /// Closes the page on top.
    pub fn pop(&mut self) -> Option<Screen> {
        self.pages.pop().map(|(_, page)| page)
    }

    /// Closes a page, wherever it is. Whether it was there.
    pub fn close(&mut self, id: PageId) -> bool {
        let before = self.pages.len();
        self.pages.retain(|(of, _)| *of != id);
        self.pages.len() < before
    }

    /// Puts another page in the place of the one on top.
    pub fn replace(&mut self, page: Screen) -> PageId {
        self.pop();
        self.push(page)
    }

    /// The pages that are drawn, in this order: the topmost that fills the screen, and what is over
    /// it; without such a page all of them, over the list. The last one takes the keys.
    #[must_use]
    pub fn shown(&self) -> impl DoubleEndedIterator<Item = &Screen> {
        let fills = |(_, page): &(PageId, Screen)| page.fills();
        let from = self.pages.iter().rposition(fills).unwrap_or(0);
        self.pages.iter().skip(from).map(|(_, page)| page)
    }

    /// The lowest of the pages that are drawn.
    #[must_use]
    pub fn first(&self) -> Option<&Screen> {
        self.shown().next()
    }

    /// The page that takes the keys; none: the list does.
    #[must_use]
    pub fn last(&self) -> Option<&Screen> {
        self.shown().next_back()
    }

    /// The same, to be changed.
    pub fn last_mut(&mut self) -> Option<&mut Screen> {
        self.pages.last_mut().map(|(_, page)| page)
    }

    /// The id of the page that takes the keys.
    #[must_use]
    pub fn top(&self) -> Option<PageId> {
        self.pages.last().map(|(id, _)| *id)
    }

    /// A page.
    #[must_use]
    pub fn get(&self, id: PageId) -> Option<&Screen> {
        self.pages
            .iter()
            .find(|(of, _)| *of == id)
            .map(|(_, page)| page)
    }

    /// A page, to be changed.
    pub fn get_mut(&mut self, id: PageId) -> Option<&mut Screen> {
        let mut pages = self.pages.iter_mut();
        pages.find(|(of, _)| *of == id).map(|(_, page)| page)
    }

    /// The page directly under another one.
    #[must_use]
    pub fn under(&self, id: PageId) -> Option<PageId> {
        let at = self.pages.iter().position(|(of, _)| *of == id)?;
        self.pages.get(at.checked_sub(1)?).map(|(under, _)| *under)
    }

    /// Every page, from the bottom up.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Screen> {
        self.pages.iter().map(|(_, page)| page)
    }

    /// Every page, to be changed.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut Screen> {
        self.pages.iter_mut().map(|(_, page)| page)
    }

    /// How many there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.pages.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.pages.is_empty()
    }
}
