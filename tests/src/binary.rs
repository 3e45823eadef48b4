//! Where the binary is; built first, so that the tests alone are enough on a fresh clone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The environment variable that names a binary to be tested as it is.
const GIVEN: &str = "TRIBUTARY_TEST_BINARY";

/// The binary `tributary`, in the profile of the tests, built once in each test process; or the one
/// that `TRIBUTARY_TEST_BINARY` names.
///
/// # Panics
/// If it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| std::env::var_os(GIVEN).map_or_else(build, PathBuf::from))
}

fn build() -> PathBuf {
    // TARGET/PROFILE/deps/this-test
    let test = std::env::current_exe().expect("a test knows where it is");
    let folder = test.parent().and_then(Path::parent).expect("tests lie in a folder of their profile");
    let target = folder.parent().expect("profiles lie in the target folder");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["build", "--quiet", "--package", "tributary-server", "--bin", "tributary"])
        .args(["--profile", profile, "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "the binary cannot be built:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    folder.join("tributary")
}
