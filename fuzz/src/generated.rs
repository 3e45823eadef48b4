//! (stub to come)
