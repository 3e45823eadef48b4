//! The texts that stand in the place of sensitive values.

/// What is shown in place of a sensitive value, a string. Whoever writes it keeps the value; it is never stored as one.
pub const MASK: &str = "tributary-masked-value";

/// What the text of every encrypted value starts with. No value that a client writes does.
pub const SEALED_PREFIX: &str = "tributary-sealed:";

/// What [`MASK`] and [`SEALED_PREFIX`] start with.
pub(super) const OWN_PREFIX: &[u8] = b"tributary-";
