//! Access control: who may call an endpoint.

use tributary_domain::Privilege;

/// Who may call an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Not declared yet. No endpoint of [`ENDPOINTS`](crate::ENDPOINTS) has this value.
    Undeclared,
    /// Everybody, including unauthenticated callers.
    Everybody,
    /// Every authenticated caller, whatever its privileges.
    Authenticated,
    /// Callers with the privilege.
    Needs(Privilege),
}

impl Access {
    /// The required privilege, if any.
    #[must_use]
    pub fn privilege(self) -> Option<Privilege> {
        match self {
            Self::Undeclared | Self::Everybody | Self::Authenticated => None,
            Self::Needs(privilege) => Some(privilege),
        }
    }

    /// Whether callers of the endpoint only read: it needs a privilege for reading, or none.
    #[must_use]
    pub fn is_for_reading(self) -> bool {
        let reads = [Privilege::Monitor, Privilege::MonitorConnector, Privilege::ReadConnectorSecrets];
        self.privilege().is_none_or(|privilege| reads.contains(&privilege))
    }
}
