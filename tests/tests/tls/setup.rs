//! A service with a certificate, and how to ask it with curl.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;
use tributary_tests::tools::{CURL, OPENSSL, Tool};
use tributary_tests::{Authority, IssuedFiles, Launch, Server, Usage, folder};

/// A service over TLS, in memory.
pub(crate) struct Secured {
    pub(crate) server: Server,
    pub(crate) authority: Authority,
    /// The certificate of the authority.
    pub(crate) ca: PathBuf,
    /// What the service was given.
    pub(crate) files: IssuedFiles,
    pub(crate) folder: TempDir,
}

impl Secured {
    pub(crate) fn start() -> Self {
        Self::start_with(|_, _, launch| launch)
    }

    /// With more settings.
    pub(crate) fn start_with(more: impl FnOnce(&Path, &Authority, Launch) -> Launch) -> Self {
        let (folder, authority) = (folder(), Authority::new("root of the tests"));
        let ca = authority.file(folder.path(), "ca.pem");
        let files = authority.issue(Usage::Service, "the service").files(folder.path(), "service");
        let server = more(folder.path(), &authority, launch(&files)).start();
        Self { server, authority, ca, files, folder }
    }

    pub(crate) fn url(&self, target: &str) -> String {
        format!("https://{}{target}", self.server.address())
    }

    /// What curl says of a request to this path.
    pub(crate) fn curl(&self, target: &str, more: &[&str]) -> Ran {
        let ca = ["--cacert", self.ca.to_str().unwrap()];
        curl(&[&ca, more, &[&self.url(target)]].concat())
    }

    /// What OpenSSL's client says of a connection, whose input is given.
    pub(crate) fn openssl(&self, more: &[&str], input: &str) -> Ran {
        let address = self.server.address().to_string();
        let fixed = ["s_client", "-connect", &address, "-CAfile", self.ca.to_str().unwrap()];
        ran(&OPENSSL, &[&fixed, more].concat(), input)
    }
}

/// The beginning of a service with this certificate.
pub(crate) fn launch(files: &IssuedFiles) -> Launch {
    Launch::over("memory:")
        .variable("TRIBUTARY_TLS_CERTIFICATE", &files.certificate)
        .variable("TRIBUTARY_TLS_KEY", &files.key)
}

/// What a program has said.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) is_success: bool,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Ran {
    /// Checks that it went well, and returns its output.
    #[track_caller]
    pub(crate) fn good(self) -> String {
        assert!(self.is_success, "{self:#?}");
        self.output
    }

    /// Checks that it failed.
    #[track_caller]
    pub(crate) fn failed(self) {
        assert!(!self.is_success, "{self:#?}");
    }

    /// Checks that it failed, saying this.
    #[track_caller]
    pub(crate) fn failed_saying(self, part: &str) {
        assert!(!self.is_success && self.errors.contains(part), "[{part}] is missing: {self:#?}");
    }
}

pub(crate) fn curl(arguments: &[&str]) -> Ran {
    ran(&CURL, &[&["--silent", "--show-error", "--max-time", "30"], arguments].concat(), "")
}

fn ran(tool: &Tool, arguments: &[&str], input: &str) -> Ran {
    use std::io::Write as _;
    let mut child = Command::new(tool.program)
        .args(arguments)
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{}: {error}; install {}", tool.program, tool.install));
    let mut stdin = child.stdin.take().unwrap();
    // It may have ended already.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    Ran {
        is_success: output.status.success(),
        output: String::from_utf8_lossy(&output.stdout).into_owned(),
        errors: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}
