//! The service that the requests are for: with security, secrets and control indices.

use std::path::Path;

use tributary_tests::{Launch, embedded, write_private};

use super::stand_in::content_engine;

/// The key that may do everything, as it is sent: base64 of `admin:` and its secret.
pub const ADMIN_KEY: &str = "YWRtaW46YS1zZWNyZXQtb2YtdGhlLXRlc3RzLW9ubHk=";
/// The key for secrets: 32 bytes, in hexadecimal digits.
const SECRET_KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// A service over a new embedded store in a folder. It logs no line for each request.
///
/// # Panics
/// If there is no free port, or the folder cannot be written to.
pub fn secure(folder: &Path) -> Launch {
    // The control indices are served where there is an engine for the other ones.
    let engine = content_engine().expect("a free port");
    let admin = folder.join("admin.key");
    write_private(&admin, ADMIN_KEY);
    Launch::over(&embedded(&folder.join("data")))
        .arguments(["--log", "error", "--security", "on", "--content", &format!("http://{engine}")])
        .variable("TRIBUTARY_ADMIN_KEY_FILE", admin)
        .variable("TRIBUTARY_SECRET_KEYS", SECRET_KEY)
}
