//! Metrics of a service, in the text format of Prometheus.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

use actix_web::http::StatusCode;
use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use crate::observe::Observation;

/// What every name begins with.
const PREFIX: &str = "tributary";
/// The upper bounds of the durations that are counted together, in seconds.
const BOUNDS: [f64; 8] = [0.001, 0.005, 0.025, 0.1, 0.5, 2.5, 10.0, 60.0];
/// The endpoint of requests that no endpoint answers.
const NO_ENDPOINT: &str = "none";

/// The metrics of a service: those of the API, and those that are registered. Clones share them.
///
/// ```
/// use prometheus_client::metrics::counter::Counter;
/// use tributary_api::Metrics;
///
/// let metrics = Metrics::default();
/// let refused = Counter::<u64>::default();
/// metrics.register("connections_refused", "Connections that were refused", refused.clone());
/// refused.inc();
/// // Then: Api::new(store).with_metrics(metrics)
/// ```
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<RwLock<Registry>>,
    requests: Family<RequestLabels, Histogram, fn() -> Histogram>,
    /// Those that were answered with `429`.
    refused: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    endpoint: &'static str,
    status: &'static str,
}

impl Default for Metrics {
    /// Those of the API alone.
    fn default() -> Self {
        let requests = Family::new_with_constructor((|| Histogram::new(BOUNDS)) as fn() -> Histogram);
        let mut registry = Registry::with_prefix(PREFIX);
        registry.register(
            "http_request_duration_seconds",
            "How long requests took until their answers were ready to be sent, by endpoint and class of status",
            requests.clone(),
        );
        let refused = Counter::default();
        let help = "Requests that were refused because a limit was reached";
        registry.register("refused_requests", help, refused.clone());
        Self { registry: Arc::new(RwLock::new(registry)), requests, refused }
    }
}

impl Metrics {
    /// Adds a metric of a name that no other one has, without the prefix `tributary_`; `_total` is added to the names of
    /// counters. The help is a sentence without a full stop.
    pub fn register(&self, name: &str, help: &str, metric: impl Metric) {
        self.registry.write().unwrap_or_else(PoisonError::into_inner).register(name, help, metric);
    }

    /// Counts an answered request.
    pub(crate) fn count(&self, observation: &Observation<'_>) {
        if observation.status == StatusCode::TOO_MANY_REQUESTS {
            self.refused.inc();
        }
        let endpoint = observation.endpoint.unwrap_or(NO_ENDPOINT);
        let labels = RequestLabels { endpoint, status: class(observation.status) };
        self.requests.get_or_create(&labels).observe(observation.duration.as_secs_f64());
    }

    /// All of them as text.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut written = String::new();
        text::encode(&mut written, &self.registry.read().unwrap_or_else(PoisonError::into_inner))?;
        Ok(written)
    }
}

/// The class of a status.
fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::test::TestRequest;
    use prometheus_client::metrics::gauge::Gauge;

    use super::*;

    #[test]
    fn requests_are_counted_by_endpoint_and_class_of_status() {
        let metrics = Metrics::default();
        let request = TestRequest::default().to_http_request();
        for (endpoint, status, milliseconds) in [
            (Some("info"), 200, 2),
            (Some("info"), 201, 30),
            (Some("info"), 404, 0),
            (Some("info"), 429, 0),
            (None, 503, 70_000),
        ] {
            metrics.count(&Observation {
                access: None,
                caller: None,
                refused_key: None,
                is_out_of_scope: false,
                changes: None,
                passed_on: None,
                endpoint,
                request: &request,
                status: StatusCode::from_u16(status).unwrap(),
                duration: Duration::from_millis(milliseconds),
            });
        }
        let gauge = Gauge::<i64>::default();
        metrics.register("open_connections", "Connections", gauge.clone());
        gauge.set(7);
        let text = metrics.text().unwrap();
        for line in [
            "# TYPE tributary_http_request_duration_seconds histogram",
            r#"tributary_http_request_duration_seconds_count{endpoint="info",status="2xx"} 2"#,
            r#"tributary_http_request_duration_seconds_bucket{le="0.001",endpoint="info",status="2xx"} 0"#,
            r#"tributary_http_request_duration_seconds_bucket{le="0.005",endpoint="info",status="2xx"} 1"#,
            r#"tributary_http_request_duration_seconds_count{endpoint="info",status="4xx"} 2"#,
            "tributary_refused_requests_total 1",
            r#"tributary_http_request_duration_seconds_bucket{le="60.0",endpoint="none",status="5xx"} 0"#,
            r#"tributary_http_request_duration_seconds_bucket{le="+Inf",endpoint="none",status="5xx"} 1"#,
            "tributary_open_connections 7",
            "# EOF",
        ] {
            assert!(text.lines().any(|found| found == line), "[{line}] is missing:\n{text}");
        }
    }
}
