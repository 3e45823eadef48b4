//! Who may call an endpoint: the privileges of Elasticsearch that concern these APIs.

/// A cluster privilege, by the name that Elasticsearch gives it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::EnumMessage, strum::IntoStaticStr, strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Privilege {
    /// Reading what the service tells of itself.
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

    /// What it is needed for.
    #[must_use]
    pub fn description(self) -> &'static str {
        strum::EnumMessage::get_documentation(&self).unwrap_or_default()
    }
}

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nobody: it has not been declared yet. No endpoint of [`ENDPOINTS`](crate::ENDPOINTS) has this.
    Undeclared,
    /// Everybody, also whoever is not known.
    Everybody,
    /// Whoever has the privilege.
    Needs(Privilege),
}

impl Access {
    /// The privilege that is needed, if one is.
    #[must_use]
    pub fn privilege(self) -> Option<Privilege> {
        match self {
            Self::Undeclared | Self::Everybody => None,
            Self::Needs(privilege) => Some(privilege),
        }
    }
}
