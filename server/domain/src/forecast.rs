//! Placeholder of the forecast service.
