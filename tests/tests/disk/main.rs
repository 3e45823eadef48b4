//! What the real binary makes of a disk that is full, damaged, forbidden or gone.
#![allow(missing_docs, reason = "a test")]

mod damage;
mod folder;
mod full;
mod permission;
