//! Programs of other languages, installed from their registries into `target` with the versions that
//! stand in a file, once for each state of that file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

/// Runs a program, and gives what it printed.
///
/// # Panics
/// If the program is not there, with what has to be installed, or if it fails, with what it printed.
pub fn run(program: &str, needs: &str, prepare: impl FnOnce(&mut Command)) -> String {
    let output = output(program, needs, prepare);
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} failed: {}\n{printed}\n{told}", output.status);
    printed
}

fn output(program: &str, needs: &str, prepare: impl FnOnce(&mut Command)) -> Output {
    let mut command = Command::new(program);
    prepare(&mut command);
    let output = command.output();
    output.unwrap_or_else(|error| panic!("{program} cannot be run ({error}): these tests need {needs}"))
}

/// The folder of the programs of a virtual environment with the packages that a file lists.
///
/// # Panics
/// If they cannot be installed.
pub fn python(requirements: &Path) -> PathBuf {
    let folder = installed(requirements, |folder| {
        run("python3", "Python 3.10 or newer with venv", |command| {
            command.args(["-m", "venv"]).arg(folder);
        });
        run(&folder.join("bin/python").to_string_lossy(), "Python", |command| {
            command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"]);
            command.arg(requirements);
        });
    });
    folder.join("bin")
}

/// The folder of the programs of the packages that a `package-lock.json` lists.
///
/// # Panics
/// If they cannot be installed.
pub fn node(lock: &Path) -> PathBuf {
    let folder = installed(lock, |folder| {
        for file in [lock, &lock.with_file_name("package.json")] {
            let name = file.file_name().expect("a file has a name");
            fs::copy(file, folder.join(name)).expect("packages can be listed there");
        }
        run("npm", "Node.js 20 or newer with npm", |command| {
            command.args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder);
        });
    });
    folder.join("node_modules/.bin")
}

/// A file from the Maven repository, by its coordinates such as `group:artifact:version`.
///
/// # Panics
/// If it cannot be had.
pub fn maven(coordinates: &str) -> PathBuf {
    let parts: Vec<&str> = coordinates.split(':').collect();
    let folder = target().join("tools").join(parts[1..].join("-"));
    let file = folder.join(format!("{}-{}.jar", parts[1], parts[2]));
    let _alone = alone();
    if !file.exists() {
        run("mvn", "Maven", |command| {
            command.args(["--quiet", "dependency:copy", "-Dmdep.useBaseVersion=true"]);
            command.arg(format!("-Dartifact={coordinates}"));
            command.arg(format!("-DoutputDirectory={}", folder.display()));
        });
    }
    file
}

/// The folder where a list of packages is installed, after `install` did so; once for each content.
fn installed(list: &Path, install: impl FnOnce(&Path)) -> PathBuf {
    let wanted = fs::read_to_string(list).unwrap_or_else(|error| panic!("{}: {error}", list.display()));
    let name = list.parent().and_then(Path::file_name).expect("the list lies in a folder");
    let kind = list.file_stem().expect("the list has a name");
    let folder = target().join("tools").join(format!("{}-{}", name.display(), kind.display()));
    let stamp = folder.join("installed");
    let _alone = alone();
    if fs::read_to_string(&stamp).ok().as_ref() != Some(&wanted) {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("there is a place for tools");
        install(&folder);
        fs::write(stamp, wanted).expect("what is installed can be noted");
    }
    folder
}

/// Tests run side by side, installations do not.
fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The folder of everything that is built.
fn target() -> PathBuf {
    // TARGET/PROFILE/deps/this-test
    let test = std::env::current_exe().expect("a test knows where it is");
    test.ancestors().nth(3).expect("tests lie in the folder of everything that is built").to_owned()
}
