//! `--trace`: what goes over the wire, in a file.

use anyhow::{Context as _, Result};
use clap::Args;

use crate::config::shown;
use crate::regular;
use crate::sync::carddav::trace::Trace;

use super::super::files::GivenPath;
use super::super::output::complain;

/// Whether requests and answers are written, and where.
#[derive(Debug, Args)]
pub(in crate::cli) struct TraceFlags {
    /// Write each request and answer to a new file, or to standard error for -; without passwords and cards.
    #[arg(long, value_name = "FILE")]
    trace: Option<GivenPath>,
    /// Write the cards to the trace too.
    #[arg(long, requires = "trace")]
    trace_bodies: bool,
}

impl TraceFlags {
    /// Begins the trace, if one is asked for.
    pub(in crate::cli) fn open(&self) -> Result<Option<Trace>> {
        let Some(path) = &self.trace else {
            return Ok(None);
        };
        if path.is_standard() {
            return Ok(Some(Trace::new(std::io::stderr(), self.trace_bodies)));
        }
        let file = regular::new_private(path)
            .with_context(|| format!("cannot write the trace to {}", shown(path)))?;
        Ok(Some(Trace::new(file, self.trace_bodies)))
    }
}

/// Says so where not all of a trace could be written.
pub(in crate::cli) fn trace_is_whole(trace: &Trace) {
    if let Some(why) = trace.fault() {
        complain(&format!("the trace is not whole: {why}"));
    }
}
