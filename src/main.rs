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
            let _ = writeln!(std::io::stderr(), "error: {}", safe(&format!("{error:#}")));
            ExitCode::from(
                error
                    .downcast_ref::<Refusal>()
                    .map_or(1, |refusal| exit::status(refusal.kind)),
            )
        }
    }
}
