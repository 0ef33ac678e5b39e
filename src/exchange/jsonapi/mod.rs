//! JSON:API (Phone resource, 2): what a caller sends, what it gets back, and what is refused.

mod documents;
mod errors;
mod resources;

pub use documents::{Document, Order, read};
pub use errors::{error_document, pointer, status};
pub use resources::{
    CONTACTS, PHONES, Resource, compound, contact_resource, document, health_document,
    page_document, phone_resource, with_remotes,
};
