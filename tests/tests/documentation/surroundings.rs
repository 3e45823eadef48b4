//! The environment of a page's commands: a folder of their own, a fresh service, `tributary` on the path.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tributary_tests::{Mounted, Scenario, Server, binary, embedded, folder};

use crate::stand_in;

/// The address of the service in every page.
const SERVICE: &str = "127.0.0.1:9200";
/// The address of the service that mounts the API.
const MOUNTED: &str = "127.0.0.1:8080";

/// A folder, the services that the page uses, and the replacement of their addresses.
pub(crate) struct Surroundings {
    folder: TempDir,
    path: OsString,
    service: Server,
    mounted: Option<Mounted>,
    /// Whether somebody does what the connector service would do.
    is_served: bool,
}

impl Surroundings {
    /// The service keeps everything in memory, unless the page assumes data in `./data`: then it gets a copy of a
    /// prepared store.
    pub(crate) fn of(page: &Path) -> Self {
        let folder = folder();
        // Without the progress bar; errors are shown.
        fs::write(folder.path().join(".curlrc"), "silent\nshow-error\n").unwrap();
        let programs = folder.path().join(".programs");
        fs::create_dir(&programs).unwrap();
        symlink(binary(), programs.join("tributary")).unwrap();
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path =
            std::env::join_paths([programs].into_iter().chain(std::env::split_paths(&others))).unwrap();
        let service = if page.ends_with("swapping-backends.md") {
            fill(&folder.path().join("data"));
            copy(&folder.path().join("data"), &folder.path().join(".served"));
            Server::start(&embedded(&folder.path().join(".served")))
        } else if is_about_connector_service(page) {
            stand_in::with_content()
        } else {
            Server::start("memory:")
        };
        let mounted = page.ends_with("mounting.md").then(Mounted::start);
        Self { folder, path, service, mounted, is_served: is_about_connector_service(page) }
    }

    /// The output of a command, on both streams; or why it is not executed.
    pub(crate) fn run(&self, command: &str) -> Result<String, String> {
        let mounted = self.mounted.as_ref().map(Mounted::address);
        if self.is_served {
            stand_in::catch_up(&self.service);
        }
        if command.contains("curl") && ![SERVICE, MOUNTED].iter().any(|known| command.contains(known)) {
            return Err(format!("a curl is to ask {SERVICE}"));
        }
        let typed = command
            .replace(SERVICE, &self.service.address().to_string())
            .replace(MOUNTED, mounted.unwrap_or(MOUNTED));
        let output = Command::new("sh")
            .args(["-c", &format!("exec 2>&1\n{typed}")])
            .current_dir(self.folder.path())
            .env("CURL_HOME", self.folder.path())
            .env("PATH", &self.path)
            .env("TRIBUTARY_URL", format!("http://{}", self.service.address()))
            .output()
            .expect("a shell can be started");
        let printed = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
        let lines: Vec<&str> = printed.lines().filter(|line| !is_progress(line)).collect();
        Ok(lines.join("\n"))
    }
}

/// Whether a page goes through what the connector service does.
pub(crate) fn is_about_connector_service(page: &Path) -> bool {
    page.ends_with("docs/connector-service.md")
}

/// Whether a line reports progress, where a terminal shows a bar that disappears.
fn is_progress(line: &str) -> bool {
    ["opening ", "copying: ", "comparing: ", "importing: ", "exporting: "]
        .iter()
        .any(|word| line.starts_with(word))
}

/// A store with a connector and three jobs.
fn fill(folder: &Path) {
    let server = Server::start(&embedded(folder));
    let scenario = Scenario(&server);
    scenario.connector("connector-1");
    for job_type in ["full", "incremental", "access_control"] {
        scenario.job("connector-1", job_type);
    }
    let _ = server.stop();
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}
