//! Sensitive values: those of the fields of a configuration that say so, in connectors and in the copies that sync jobs
//! have of them. They are masked for those who may not see them, and may be encrypted where they are stored.

mod keep;
mod marks;
mod rewrite;
mod walk;

pub(crate) use keep::keep_masked_in;
pub use keep::{keep_masked, refuse_exposure, refuse_masks};
pub use marks::{MASK, SEALED_PREFIX};
pub use rewrite::{masked, rewrite_values};
pub use walk::ConfigurationValue;
pub(crate) use walk::is_mask;

#[cfg(test)]
mod tests;
