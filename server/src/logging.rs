//! Structured logs to standard error. No mail content and no secret gets into them: what is logged are ids,
//! counts and errors, and the headers that could carry secrets are marked as such in `http`.

use crate::config::{Log, LogFormat};
use std::io;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt as _, util::SubscriberInitExt as _};

/// Once per process; a second call (tests start many servers) changes nothing.
pub fn start(log: &Log) {
    // The filter was parsed when the configuration was checked.
    let filter = EnvFilter::try_new(&log.filter).unwrap_or_default();
    let lines = fmt::layer().with_writer(io::stderr);
    let started = match log.format {
        LogFormat::Text => {
            let colour = io::IsTerminal::is_terminal(&io::stderr());
            tracing_subscriber::registry().with(filter).with(lines.with_ansi(colour)).try_init()
        }
        LogFormat::Json => tracing_subscriber::registry().with(filter).with(lines.json()).try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
}
