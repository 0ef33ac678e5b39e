//! What `callbook remote add` is given.

use clap::Args;

use super::super::files::GivenPath;
#[cfg(feature = "sync")]
use super::trace::TraceFlags;

/// What is to be added.
#[derive(Debug, Args)]
pub(in crate::cli) struct AddFlags {
    /// A name for it: one word.
    pub(super) name: String,
    /// The address of the server or of the address book, an email address, or a folder of .vcf files.
    pub(super) address: String,
    /// The user name there.
    #[arg(long, value_name = "NAME")]
    pub(super) user: Option<String>,
    /// A command that prints the password.
    #[arg(long, value_name = "COMMAND", requires = "user")]
    pub(super) password_command: Option<String>,
    /// Trust the certificate of the authority in this file, beside those of the system.
    #[arg(long, value_name = "FILE")]
    pub(super) ca_file: Option<GivenPath>,
    /// Do not ask before the configuration is changed.
    #[arg(long)]
    pub(super) yes: bool,
    #[cfg(feature = "sync")]
    #[command(flatten)]
    pub(super) trace: TraceFlags,
}
