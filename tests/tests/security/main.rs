//! Security with the real binary: when it starts, the first key, and who gets in.
#![allow(missing_docs, reason = "a test")]

mod keys;
mod sites;
mod start;

use std::fs;
use std::path::{Path, PathBuf};

use tributary_tests::{Answer, Server};

/// A key of somebody else's making, as it is sent: base64 of `admin:` and 40 characters.
const ADMIN_KEY: &str = "YWRtaW46MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEyMzQ1Njc4OQ==";

/// A file that only its owner can read.
fn private_file(folder: &Path, name: &str, text: &str) -> PathBuf {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    set_mode(&file, 0o600);
    file
}

fn set_mode(file: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

/// `GET` with a key.
fn get_with(server: &Server, key: &str, target: &str) -> Answer {
    server.answer_to("GET", target, &[("Authorization", &format!("ApiKey {key}"))], None)
}
