//! The program that addresses are handed to.

use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result};

/// Hands an address to the command that is set for it, which is not waited for.
///
/// # Errors
/// If the command is blank or cannot be started.
pub(crate) fn open(command: &str, address: &str) -> Result<Child> {
    let mut words = command.split_whitespace();
    let program = words.next().context("call is blank in config.toml")?;
    Command::new(program)
        .args(words)
        .arg(address)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot start {program}; the program that opens numbers and addresses is call in config.toml"))
}
