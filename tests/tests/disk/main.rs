//! The real binary on a disk that is full, corrupt, forbidden or gone.
#![allow(missing_docs, reason = "a test")]

mod damage;
mod folder;
mod full;
mod permission;
