//! How many connections are open, as a metric.

use prometheus_client::metrics::gauge::Gauge;
use tributary_api::Metrics;

/// Counts the connections that are open; clones share the number.
#[derive(Debug, Clone, Default)]
pub(crate) struct OpenConnections(Gauge);

/// A connection that is counted until this is dropped.
#[derive(Debug)]
pub(super) struct OpenConnection(Gauge);

impl OpenConnections {
    pub(crate) fn register(metrics: &Metrics) -> Self {
        let gauge = Gauge::default();
        metrics.register("open_connections", "Connections of clients that are open", gauge.clone());
        Self(gauge)
    }

    pub(super) fn open(&self) -> OpenConnection {
        self.0.inc();
        OpenConnection(self.0.clone())
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.dec();
    }
}
