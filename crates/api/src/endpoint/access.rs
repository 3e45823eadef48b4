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
}
