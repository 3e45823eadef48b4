//! Certificates that expire: a warning in the log, and a metric.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use tributary_api::Metrics;

use super::certificate::CertificateFacts;
use super::error::FileRole;

/// How long before its end a certificate is warned of.
const SOON: Duration = Duration::from_secs(30 * DAY);
const DAY: u64 = 24 * 60 * 60;

/// Logs each certificate that has expired or will soon.
pub(super) fn warn(certificates: &[CertificateFacts]) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
    for warning in certificates.iter().filter_map(|certificate| warning(certificate, now)) {
        tracing::warn!("{warning}");
    }
}

/// The warning for a certificate at a second since 1970, if it needs one.
fn warning(certificate: &CertificateFacts, now: u64) -> Option<String> {
    let end = u64::try_from(certificate.expires_at).unwrap_or_default();
    let what = format!("the certificate of [{}] ({})", certificate.subject, certificate.role.name());
    if now > end {
        let days = (now - end) / DAY;
        return Some(format!(
            "{what} has expired {days} days ago; replace its file, which is then read again"
        ));
    }
    let left = end - now;
    (left <= SOON.as_secs()).then(|| {
        let days = left / DAY;
        format!("{what} expires in {days} days; replace its file, which is then read again")
    })
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Labels {
    file: &'static str,
    subject: String,
}

/// The end of each certificate, in seconds since 1970.
#[derive(Debug, Clone)]
pub(super) struct ExpiryMetric(Family<Labels, Gauge>);

impl ExpiryMetric {
    pub(super) fn register(metrics: &Metrics) -> Self {
        let family = Family::default();
        metrics.register(
            "tls_certificate_expiry_timestamp_seconds",
            "When the certificates of TLS expire, in seconds since 1970",
            family.clone(),
        );
        Self(family)
    }

    /// Replaces all values.
    pub(super) fn set(&self, certificates: &[CertificateFacts]) {
        self.0.clear();
        for certificate in certificates {
            let file = match certificate.role {
                FileRole::ClientAuthorities => "client_ca",
                FileRole::Certificate | FileRole::Key => "certificate",
            };
            let labels = Labels { file, subject: certificate.subject.clone() };
            self.0.get_or_create(&labels).set(certificate.expires_at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_warned_of_from_thirty_days_before_its_end() {
        let end = 1_000 * DAY;
        let certificate = CertificateFacts {
            role: FileRole::Certificate,
            subject: "CN=a".to_owned(),
            expires_at: i64::try_from(end).unwrap(),
        };
        let warning = |now| warning(&certificate, now);
        assert_eq!(warning(end - 31 * DAY), None);
        for (now, text) in [
            (end - 30 * DAY, "expires in 30 days"),
            (end - DAY / 2, "expires in 0 days"),
            (end, "expires in 0 days"),
            (end + 3 * DAY, "has expired 3 days ago"),
        ] {
            let warning = warning(now).unwrap();
            assert!(warning.contains(text) && warning.contains("[CN=a]"), "{warning}");
        }
    }
}
