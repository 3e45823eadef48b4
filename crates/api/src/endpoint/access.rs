//! Access control: the Elasticsearch privileges that apply to these APIs.

/// A cluster privilege, named as in Elasticsearch.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::EnumMessage, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Privilege {
    /// Reading information about the service.
    Monitor,
    /// Reading connectors and sync jobs.
    MonitorConnector,
    /// Creating, changing and deleting connectors and sync jobs.
    ManageConnector,
    /// Reading the secrets of connectors.
    ReadConnectorSecrets,
    /// Storing and deleting the secrets of connectors.
    WriteConnectorSecrets,
}

impl Privilege {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name, such as `manage_connector`.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What it permits.
    #[must_use]
    pub fn description(self) -> &'static str {
        strum::EnumMessage::get_documentation(&self).unwrap_or_default()
    }
}

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Not declared yet. No endpoint of [`ENDPOINTS`](crate::ENDPOINTS) has this value.
    Undeclared,
    /// Everybody, including unauthenticated callers.
    Everybody,
    /// Callers with the privilege.
    Needs(Privilege),
}

impl Access {
    /// The required privilege, if any.
    #[must_use]
    pub fn privilege(self) -> Option<Privilege> {
        match self {
            Self::Undeclared | Self::Everybody => None,
            Self::Needs(privilege) => Some(privilege),
        }
    }
}
