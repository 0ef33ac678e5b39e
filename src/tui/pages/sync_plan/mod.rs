//! What a sync would do, card by card: the plan of a first sync, which is then done, or of any other, which is
//! only looked at.

mod page;
mod state;
mod view;

pub use state::SyncPlanPage;
