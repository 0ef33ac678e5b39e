//! The `callbook` program: see the library's documentation.

#![forbid(unsafe_code)]

use std::io::Write as _;
use std::process::ExitCode;

use callbook::cli::exit;
use callbook::domain::refusal::Refusal;
use callbook::domain::safe::safe;

fn main() -> ExitCode {
    match callbook::cli::run() {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            let refusal = error.downcast_ref::<Refusal>();
            let lines = match refusal {
                // With what was tried before it, it is one sentence.
                Some(refusal) if error.chain().len() == 1 => refusal.lines(),
                _ => vec![format!("{error:#}")],
            };
            for line in lines {
                let _ = writeln!(std::io::stderr(), "error: {}", safe(&line));
            }
            ExitCode::from(refusal.map_or(1, |refusal| exit::status(refusal.kind)))
        }
    }
}
