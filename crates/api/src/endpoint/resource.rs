//! Endpoint groups in the documentation.

use super::declaration::Endpoint;

/// An endpoint group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::VariantArray)]
pub enum Resource {
    /// Sync jobs.
    SyncJob,
    /// Connectors.
    Connector,
    /// The secrets of connectors.
    Secret,
    /// API keys, and who may do what.
    Security,
    /// The indices of Elastic's connector service.
    ControlIndex,
    /// The service itself.
    Service,
}

impl Resource {
    /// All of them, in the order of the documentation.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its display name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SyncJob => "Connector sync jobs",
            Self::Connector => "Connectors",
            Self::Secret => "Connector secrets",
            Self::Security => "Security",
            Self::ControlIndex => "Control indices",
            Self::Service => "The service",
        }
    }

    /// Its description, a sentence or two.
    #[must_use]
    pub fn description(self) -> &'static str {
        match self {
            Self::SyncJob => "A sync job is one run of a connector, from being asked for to its end.",
            Self::Connector => "A connector says where documents come from and which index they go to.",
            Self::Secret => {
                "A secret is a value that a connector works with, such as its API key: stored encrypted, and in no \
                 list."
            }
            Self::Security => {
                "API keys say who may do what, as in Elasticsearch. Without security, everybody may do everything, and \
                 these calls work nevertheless."
            }
            Self::ControlIndex => {
                "The indices through which Elastic's connector service and scripts read and write connectors and sync \
                 jobs: a view of the same documents, under the same rules."
            }
            Self::Service => "Who answers here, how the service fares, and what it can do.",
        }
    }
}

impl Endpoint {
    /// The group of the endpoint.
    #[must_use]
    pub fn resource(&self) -> Resource {
        if self.path.starts_with("/_connector/_sync_job") {
            Resource::SyncJob
        } else if self.path.starts_with("/_connector/_secret") {
            Resource::Secret
        } else if self.path.starts_with("/_connector") {
            Resource::Connector
        } else if self.path.starts_with("/_security") {
            Resource::Security
        } else if self.choices.is_some() {
            Resource::ControlIndex
        } else {
            Resource::Service
        }
    }
}
