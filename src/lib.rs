//! callbook: contacts and phone numbers in the terminal, on one `SQLite` file.
//!
//! This is the library of one program and no public API: anything may change between versions. It is
//! documented for those who work on it, and this page is where to begin.
//!
//! # Map
//!
//! | module | what it is for | may use |
//! | --- | --- | --- |
//! | [`domain`] | the words of the field and the rules of the Phone resource. Pure: no SQL, terminal, clock or files | nothing else here |
//! | [`store`] | the book: the only place that knows of `SQLite`, and its one write path | [`domain`], and [`exchange`] to bring old books up to date and to ask a card what it prefers and holds |
//! | [`exchange`] | bytes to domain types and back: vCard, CSV, LDIF, JSON, JSON:API | [`domain`] |
//! | [`import`], [`export`] | the one path of a file into the book and out of it, for screens and shell | the above |
//! | [`sync`] | keeping the book and address books elsewhere the same; the feature `sync` | the above |
//! | [`config`], [`state`] | what is set, and what comes back at the next start, as plain values | [`domain`] |
//! | [`crash`] | what is reported of an internal error | nothing else here |
//! | [`editor`] | the editor that a text is handed to | [`regular`] |
//! | [`regular`] | the one way in which files with names of the program's own are opened | nothing else here |
//! | [`tui`] | the screens: messages in, effects out; only its runtime touches the store | the above |
//! | [`cli`] | the command line: one file a command | everything |
//!
//! A key goes this way: [`tui::terminal`] reads it, the loop in [`tui`] hands it to
//! [`App`](tui::app::App), [`Keymap`](tui::keymap::Keymap) says which action it is, the
//! [page](tui::pages::Page) that is drawn performs the action and asks for a
//! [request](tui::protocol::Request), the store's thread in [`tui::runtime`] answers, and the answer goes
//! to the page that asked. Nothing between the loop and the runtime does IO, so that all of it is tested
//! without a terminal.
//!
//! # Order of the modules
//!
//! Each module uses only those before it in its folder, and what they use in turn: so there are no
//! circles. The file of a folder itself comes after all that is in it. A test reads this very list.
//!
//! ```text
//! callbook                domain regular editor crash config state exchange store import export sync tui cli
//! callbook::domain        safe secret percent words fold latin tag timestamp ids day number address attachment detail contact phone
//!                         full_contact refusal fingerprint progress attribute_reader
//!                         own_fields fields nickname naming attributes called query listing primary operation change_line turning title
//!                         bulk
//!                         notice not_taken files tables intake reject import content damage member duplicates rehearsal remotes triage edit
//!                         health merge page
//!                         rank retention usage qr opening upcoming linked sync
//! callbook::domain::attributes    wrong_detail detail contact phone
//! callbook::domain::number    digits region spreadsheet written stored single several reading format country
//!                         lookup matching typing
//! callbook::domain::intake    taken details revision
//! callbook::domain::query     period condition completion
//! callbook::domain::sync  rules said person reading records guard remote row part merge kept plan details outgoing report join moving take arrive run send asks simulation
//! callbook::domain::sync::simulation     server world contact people book there here across decisions end
//! callbook::exchange      source charset calendar reader abook vcard book csv jsonapi ldif mail edit_text
//! callbook::exchange::edit_text   place read write
//! callbook::exchange::vcard   frame quoted_printable content line param head value property label profile place contact
//!                         phone complete draft same card convert fit join write attachment over companion group omit
//! callbook::exchange::vcard::convert  binary day envelope
//! callbook::exchange::vcard::write    stored list detail preferred tel
//! callbook::exchange::csv     column words own header cells detail headings phone text record more row read
//!                         write
//! callbook::exchange::csv::write  counted google outlook
//! callbook::exchange::ldif    attribute
//! callbook::exchange::jsonapi resources errors documents
//! callbook::store         db write cache base query undo care change
//! callbook::store::db     failure files options pace paths sorting held connect journal_mode sound refusal record
//!                         sync_lock sort_again whole_contacts schema objects backups owner copy open
//! callbook::store::write  log trail decided writer
//! callbook::store::cache  condition ranked lines sounds index search window
//! callbook::store::query  values search list page lookup dates in_remotes
//! callbook::store::undo   bin restore since journal
//! callbook::store::undo::bin  members
//! callbook::store::care   orphans backup put_back compact doctor health
//! callbook::store::change bulk import merge triage phones from_card own_fields contacts rehearse remotes remote_cards remote_contacts remote_groups conflicts
//! callbook::store::change::import  kept_card crowds former spoken_for run known planned group
//! callbook::import        paths stream file rejects batch reading
//! callbook::config        looks environment faults rewrite home filters values remotes remote_blocks
//! callbook::sync          secret carddav server open check card folder dry terms book plan one rounds
//! callbook::sync::carddav href auth xml stop trace reply http answers changes discovery cards write
//! callbook::tui           keymap protocol widgets remotes ctx pages stack app press answers draft autosave footer screen
//!                         terminal pacing runtime run
//! callbook::tui::keymap   key scope table sequence bindings settings overrides
//! callbook::tui::pages    returned page question conflict country chooser phone_form detail_form contact_form contact_text drafted
//!                         preview columns import prompt sources history bin damaged duplicates health palette
//!                         tags recent dates save_filter qr conflicts sync_plan password guard not_taken remote_check remotes
//!                         contacts
//! callbook::tui::pages::phone_form    state replace view page
//! callbook::tui::pages::detail_form   state view page
//! callbook::tui::pages::contact_form  form_detail state details tags view page
//! callbook::tui::pages::import        state view page
//! callbook::tui::pages::sync_plan     state view page
//! callbook::tui::pages::remotes       about page
//! callbook::tui::pages::duplicates    state view page
//! callbook::tui::pages::contacts  marks list detail fix as_text state detail_keys fix_view list_view detail_view detail_rows remote_rows
//!                         pages page picker
//! callbook::tui::widgets   cursor text theme time hints field areas flow frame choice
//! callbook::tui::terminal  columns poll reply reader tty
//! callbook::tui::runtime  event clipboard opener paths photo config_file book_watch workers network store_thread
//! callbook::cli           exit signals output questions files document detail_flags field_flags table phone format change one contact
//!                         add add_email backup call compact config copy dates doctor duplicates edit export find fix
//!                         health help import keys log negation pick qr remote screens show sync conflicts who
//! callbook::cli::import   json
//! callbook::cli::remote   trace flags learn add
//! callbook::cli::sync     words
//! ```
//!
//! # Invariants
//!
//! - **One write path.** Rows, the rules of the Phone resource and the operation that can undo them are
//!   written in one transaction, or none of them. The log of operations is the history, undo, redo, the bin
//!   and the previews.
//! - **What was previewed is what is done.** A change of several records is
//!   [rehearsed](domain::rehearsal) in a transaction that is rolled back; performing it runs the same code and
//!   commits only if it reads and writes the same.
//! - **Refusals are values.** A [`Refusal`](domain::refusal::Refusal) names all faults at once; one that was
//!   refused has written nothing.
//! - **No descriptor of a book but `SQLite`'s own.** Closing any other would drop its locks
//!   (`store/db/files.rs` is the only opener, and a test forbids others).
//! - **The page that takes the keys is the page that is drawn**, and an answer goes to the page that asked
//!   for it, or nowhere.
//! - **What was typed is on the screen or in a draft.**
//! - **Text that was stored passes [`safe`](domain::safe::safe) at every sink**; files are written under a
//!   temporary name, synchronised and renamed.
//! - **What an import does not understand is kept**, byte for byte, and goes out again.
//!
//! # Glossary
//!
//! | word | meaning |
//! | --- | --- |
//! | contact | a person or company in the book |
//! | number, [phone](domain::phone) | a phone number of a contact: the Phone resource |
//! | confirmed (`valid_values`) | a person has checked the number |
//! | possible | it could be a number in its country's numbering plan; computed, never stored |
//! | historic | no longer used, kept on record |
//! | primary | dialled first; one of each contact's numbers in use |
//! | version (`updated_in_db_at`) | the stamp of a record's last write, which a change has to name |
//! | [operation](domain::operation) | one change of one record, before and after |
//! | step | operations that are undone together |
//! | card, row | what a vCard file and a table are made of |
//! | source | where a number came from: a program, a file, or a person's hand |
//! | scope | where a key acts |
//!
//! # How to build and test
//!
//! `cargo run -- --demo` opens a book to try a change in; `.ci/run` is what a change has to pass.
//! `tests/README.md` says which kind of test belongs where, `tests/bench/README.md` what is measured.
//!
//! # How to add
//!
//! - **A page**: its file in [`tui::pages`] with its [`Page`](tui::pages::Page), a line in
//!   `pages/mod.rs` and one word in the order above, its scope, actions and keys in [`tui::keymap::table`], the
//!   action in the page that opens it (`pages/contacts/pages.rs` for the list), the keys in `assets/keys.md`, a test
//!   with its snapshots in `tests/suite/`; a request in [`tui::protocol`] and its answer in
//!   `tui/runtime/store_thread.rs` if it asks something new; other words for it in `pages/palette.rs`.
//! - **A command**: its file in [`cli`] with its arguments, in `cli.rs` its module, its summary and the line that
//!   runs it, its group in `cli/help.rs`, one word in the order above, a test in `tests/suite/`.
//! - **A condition of the filter**: [`domain::query`], and `store/cache/condition.rs`.
//! - **A program's table**: words for its headers in `assets/headers.tsv`, and a file with its truth in
//!   `tests/data/tables`.
//! - **A migration**: `assets/migrations/NNN.sql`, its line in `store/db/schema.rs`, the new fingerprint in
//!   `store/db/objects.rs` (its test prints it), and a book of the schema before in `tests/data/books`.
//! - **A field of a contact**: a text needs a line in `Contact` and in `ContactAttributes`
//!   ([`domain::contact`]), its row in [`domain::fields`], and a migration with its column. Documents, limits,
//!   SQL, history, conflicts, forms, tables, cards and `--format` follow; `tests/suite/fields.rs` shows it.
//!   What other programs call it goes into `assets/headers.tsv`. A field of another type needs its code in
//!   `create` and `revise`, and in `store/db/record.rs`.

#![forbid(unsafe_code)]

pub mod cli;
pub mod config;
pub mod crash;
pub mod domain;
pub mod editor;
pub mod exchange;
pub mod export;
pub mod import;
pub mod regular;
pub mod state;
pub mod store;
#[cfg(feature = "sync")]
pub mod sync;
pub mod tui;
