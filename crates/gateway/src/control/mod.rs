//! The control indices: connectors and sync jobs as documents of an index.
