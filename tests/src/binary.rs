//! The tested programs, which are built on demand, so that the tests work on a fresh clone.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The environment variable with the path of an existing binary to test.
const GIVEN: &str = "TRIBUTARY_TEST_BINARY";
/// The environment variable with the path of the example `mount`, if it is built.
const GIVEN_MOUNT: &str = "TRIBUTARY_TEST_MOUNT";

/// The binary `tributary`, in the profile of the tests, built once per test process; or the one in
/// `TRIBUTARY_TEST_BINARY`.
///
/// # Panics
/// If it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    let build = || build(&["--package", "tributary-server", "--bin", "tributary"]).join("tributary");
    BINARY.get_or_init(|| std::env::var_os(GIVEN).map_or_else(build, PathBuf::from))
}

/// The example `mount` of the API, likewise.
pub(crate) fn mount() -> PathBuf {
    // Built in the whole workspace, like the tests: fewer dependencies have to be rebuilt.
    let build = || build(&["--workspace", "--example", "mount"]).join("examples/mount");
    std::env::var_os(GIVEN_MOUNT).map_or_else(build, PathBuf::from)
}

/// TARGET/PROFILE: that of this test, which is in TARGET/PROFILE/deps, or the usual one of tests for a documentation
/// example, which can be anywhere.
fn profile_folder() -> PathBuf {
    let test = std::env::current_exe().expect("a test knows where it is");
    let folder = test.parent().filter(|folder| folder.ends_with("deps")).and_then(Path::parent);
    folder.map_or_else(
        || {
            let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
            let usual = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target");
            target.unwrap_or_else(usual).join("debug")
        },
        Path::to_owned,
    )
}

/// Builds with these arguments, and returns the folder of the profile.
fn build(chosen: &[&str]) -> PathBuf {
    let folder = profile_folder();
    let target = folder.parent().expect("profiles lie in the target folder");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    // Cargo tells this test of its package. Build scripts of dependencies would see it, take it for a change, and nearly
    // everything would be built again for each package.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name);
        }
    }
    let output = command
        .args(["build", "--quiet"])
        .args(chosen)
        .args(["--profile", profile, "--target-dir"])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo can be started");
    assert!(
        output.status.success(),
        "[{}] cannot be built:\n{}",
        chosen.join(" "),
        String::from_utf8_lossy(&output.stderr)
    );
    folder
}
