//! Programs in other languages, installed from their registries into the target folder with pinned versions, and
//! reinstalled only if those change.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The file that records what is installed; written last.
const STAMP: &str = "installed";

/// A program that must be installed on the machine.
#[derive(Debug)]
pub struct Tool {
    /// Its name.
    pub program: &'static str,
    /// What to install to get it.
    pub install: &'static str,
}

/// Python.
pub const PYTHON: Tool = Tool {
    program: "python3",
    install: "Python 3.10 or newer with its module venv (the packages python3 and python3-venv)",
};
/// Node.js.
pub const NODE: Tool = Tool { program: "node", install: "Node.js 20 or newer (the package nodejs)" };
/// The installer of Node.js.
pub const NPM: Tool = Tool { program: "npm", install: "npm, which comes with Node.js 20 or newer" };
/// Go.
pub const GO: Tool = Tool { program: "go", install: "Go 1.25 or newer (the package golang)" };
/// Java, with its compiler.
pub const JAVA: Tool =
    Tool { program: "java", install: "a JDK of Java 17 or newer (the package openjdk-17-jdk)" };
/// curl.
pub const CURL: Tool = Tool { program: "curl", install: "curl with HTTP/2 (the package curl)" };
/// OpenSSL.
pub const OPENSSL: Tool = Tool { program: "openssl", install: "OpenSSL 3 (the package openssl)" };
/// Maven.
pub const MAVEN: Tool = Tool { program: "mvn", install: "Maven 3 (the package maven)" };

/// Runs a program that must succeed, and returns its output.
///
/// # Panics
/// If it fails, with its output; if it is missing, with what to install.
pub fn run(tool: &Tool, command: &mut Command) -> String {
    match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => String::from_utf8_lossy(&output.stdout).into_owned(),
        Ok(output) => panic!(
            "{command:?} failed; it takes {}, and a way to the registry the first time:\n{}{}",
            tool.install,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            panic!("there is no {}: install {}", tool.program, tool.install)
        }
        Err(error) => panic!("{command:?} cannot be started: {error}"),
    }
}

/// A folder below the target folder with these files, in which `install` was run; once per content.
///
/// # Panics
/// If it cannot be installed.
pub fn installed(name: &str, files: &[(String, String)], install: impl FnOnce(&Path)) -> PathBuf {
    let target = tributary_engines::cache().with_file_name("");
    let folder = target.join(name);
    let parent = folder.parent().expect("a folder below the target folder");
    fs::create_dir_all(parent).expect("the target folder can be written to");
    let parent = parent.canonicalize().expect("it was made");
    let name_alone = folder.file_name().expect("a folder has a name");
    // Other tests and other runs wait for the first installation.
    let lock = File::create(parent.join(format!("{}.lock", name_alone.display())));
    let lock = lock.expect("a lock can be made");
    lock.lock().expect("a lock can be held");
    let folder = parent.join(name_alone);
    let stamp = files.iter().fold(name.to_owned(), |mut stamp, (name, text)| {
        let _ = write!(stamp, "\n=== {name}\n{text}");
        stamp
    });
    if fs::read_to_string(folder.join(STAMP)).is_ok_and(|installed| installed == stamp) {
        return folder;
    }
    eprintln!("installing {name} into {}", folder.display());
    // Remove leftovers of other versions.
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => panic!("{}: {error}", folder.display()),
        _ => fs::create_dir_all(&folder).expect("the target folder can be written to"),
    }
    for (name, text) in files {
        fs::write(folder.join(name), text).expect("the target folder can be written to");
    }
    install(&folder);
    fs::write(folder.join(STAMP), stamp).expect("the target folder can be written to");
    folder
}

/// The files of a folder by name, with their contents.
///
/// # Panics
/// If they cannot be read, or are not text.
pub fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let mut paths: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().expect("files have names").to_string_lossy().into_owned();
        (name, fs::read_to_string(&path).expect("sources are text"))
    };
    paths.into_iter().map(read).collect()
}

/// Installs the packages listed in a file of the folder, and returns the folder of their programs.
///
/// # Panics
/// If they cannot be installed.
pub fn install_python(folder: &Path, requirements: &str) {
    run(&PYTHON, Command::new(PYTHON.program).args(["-m", "venv", "environment"]).current_dir(folder));
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    let program = folder.join("environment/bin/python");
    run(&PYTHON, Command::new(program).args(pip).arg(requirements).current_dir(folder));
}

/// The Python with Elasticsearch's client of a major version, and, beside version 8, what the worker takes: the client's
/// asynchronous transport and a driver of PostgreSQL.
///
/// # Panics
/// If it cannot be installed.
pub fn python_client(major: u32) -> PathBuf {
    let sources = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python"));
    let requirements = format!("requirements-{major}.txt");
    let name = format!("clients/python-{major}");
    installed(&name, &sources, |folder| install_python(folder, &requirements)).join("environment/bin/python")
}

/// Installs the packages of the folder's `package-lock.json`.
///
/// # Panics
/// If they cannot be installed.
pub fn install_node(folder: &Path) {
    run(&NODE, Command::new(NODE.program).arg("--version"));
    let ci = ["ci", "--silent", "--no-audit", "--no-fund"];
    run(&NPM, Command::new(NPM.program).args(ci).current_dir(folder));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_tool_is_named_with_what_to_install() {
        let tool = Tool { program: "no-such-tool", install: "the package of no-such-tool" };
        let panic = std::panic::catch_unwind(|| run(&tool, &mut Command::new("no-such-tool"))).unwrap_err();
        let message = panic.downcast::<String>().unwrap();
        assert_eq!(*message, "there is no no-such-tool: install the package of no-such-tool");
        let failing = Tool { program: "false", install: "a tool that works" };
        assert!(std::panic::catch_unwind(|| run(&failing, &mut Command::new("false"))).is_err());
        assert_eq!(run(&Tool { program: "echo", install: "" }, Command::new("echo").arg("a")), "a\n");
    }
}
