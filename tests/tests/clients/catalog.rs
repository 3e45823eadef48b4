//! The clients: their pinned versions, installation and scenarios.

use std::path::{Path, PathBuf};
use std::process::Command;

use tributary_engines::{Distribution, find_java};

use tributary_tests::tools::{GO, MAVEN, NODE, Tool, files, install_node, install_python, installed, run};

/// A client of Elasticsearch.
#[derive(Debug)]
pub(crate) struct Client {
    /// The name of its test, and of its installation folder.
    pub(crate) name: &'static str,
    /// Its language and its name in the registry of the language.
    pub(crate) title: &'static str,
    /// The file that pins its version, relative to the workspace root.
    pub(crate) pinned_in: &'static str,
    /// The text before the version in that file.
    pub(crate) before_version: &'static str,
    /// Notes for its users.
    pub(crate) note: &'static str,
    pub(crate) kind: Kind,
}

/// The kind of scenario.
#[derive(Debug)]
pub(crate) enum Kind {
    /// A program in the client's language.
    Installed {
        /// The folder under `tests/clients`.
        sources: &'static str,
        /// Installs it into the folder, which already has the sources.
        install: fn(&Path),
        /// The command that runs the scenario; the address is appended.
        command: fn(&Path) -> Command,
    },
    /// A part of this test.
    BuiltIn,
}

impl Client {
    /// The pinned version.
    pub(crate) fn version(&self) -> String {
        let text = std::fs::read_to_string(root().join(self.pinned_in)).expect("the file of its version");
        let rest = text.split_once(self.before_version).map(|(_, rest)| rest);
        let rest = rest.unwrap_or_else(|| panic!("{} has no version of {}", self.pinned_in, self.name));
        let is_of_version = |letter: char| letter.is_ascii_alphanumeric() || ".-".contains(letter);
        rest.chars().take_while(|letter| is_of_version(*letter)).collect()
    }
}

/// The command that runs the scenario of a client, which is installed first if necessary.
///
/// # Panics
/// If it cannot be installed, or has nothing to install.
pub(crate) fn command(client: &Client) -> Command {
    let Kind::Installed { sources, install, command } = &client.kind else {
        panic!("{} is part of this test", client.name);
    };
    let files = files(&root().join("tests/clients").join(sources));
    command(&installed(&format!("clients/{}", client.name), &files, install))
}

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

pub(crate) const CLIENTS: &[Client] = &[
    Client {
        name: "python-9",
        title: "Python `elasticsearch` 9",
        pinned_in: "tests/clients/python/requirements-9.txt",
        before_version: "\nelasticsearch==",
        note: "",
        kind: Kind::Installed {
            sources: "python",
            install: |folder| install_python(folder, "requirements-9.txt"),
            command: python,
        },
    },
    Client {
        name: "python-8",
        title: "Python `elasticsearch` 8",
        pinned_in: "tests/clients/python/requirements-8.txt",
        before_version: "\nelasticsearch==",
        note: "",
        kind: Kind::Installed {
            sources: "python",
            install: |folder| install_python(folder, "requirements-8.txt"),
            command: python,
        },
    },
    Client {
        name: "javascript-9",
        title: "JavaScript `@elastic/elasticsearch`",
        pinned_in: "tests/clients/javascript/package.json",
        before_version: "\"@elastic/elasticsearch\": \"",
        note: "",
        kind: Kind::Installed { sources: "javascript", install: install_node, command: javascript },
    },
    Client {
        name: "go-9",
        title: "Go `go-elasticsearch`, typed",
        pinned_in: "tests/clients/go/go.mod",
        before_version: "github.com/elastic/go-elasticsearch/v9 v",
        note: "",
        kind: Kind::Installed {
            sources: "go",
            install: install_go,
            command: |folder| Command::new(folder.join("scenario")),
        },
    },
    Client {
        name: "java-9",
        title: "Java `elasticsearch-java`",
        pinned_in: "tests/clients/java/pom.xml",
        before_version: "<artifactId>elasticsearch-java</artifactId>\n      <version>",
        note: "The Java client takes nothing but `{}` for an answer to `syncJobCheckIn`, `syncJobClaim`, `syncJobError` and \
               `syncJobUpdateStats`, while Elasticsearch, and so this service, answers `{\"result\": \"updated\"}`. It \
               works with `withTransportOptions(options -> options.setParameter(\"filter_path\", \"-result\"))`.",
        kind: Kind::Installed { sources: "java", install: install_java, command: java },
    },
    Client {
        name: "rust-9",
        title: "Rust `elasticsearch`",
        pinned_in: "Cargo.lock",
        before_version: "name = \"elasticsearch\"\nversion = \"",
        note: "",
        kind: Kind::BuiltIn,
    },
];

const JAVAC: Tool =
    Tool { program: "javac", install: "a JDK of Java 17 or newer (the package openjdk-17-jdk-headless)" };
/// The plugin that collects a client with its dependencies; pinned for reproducibility.
const MAVEN_PLUGIN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies";

fn python(folder: &Path) -> Command {
    let mut command = Command::new(folder.join("environment/bin/python"));
    // Each method of these APIs warns that it may change.
    command.args(["-W", "ignore"]).arg(folder.join("scenario.py"));
    command
}

fn javascript(folder: &Path) -> Command {
    let mut command = Command::new(NODE.program);
    command.arg(folder.join("scenario.mjs"));
    command
}

fn install_go(folder: &Path) {
    run(&GO, Command::new(GO.program).args(["mod", "download"]).current_dir(folder));
    run(&GO, Command::new(GO.program).args(["build", "-o", "scenario", "."]).current_dir(folder));
}

fn install_java(folder: &Path) {
    let maven = |more: &[&str]| {
        let mut command = Command::new(MAVEN.program);
        command.args(["--batch-mode", "--quiet", "--no-transfer-progress"]).args(more);
        command
            .args([MAVEN_PLUGIN, "-DoutputDirectory=library", "-DincludeScope=runtime"])
            .current_dir(folder);
        command
    };
    // Maven may have cached a failure from the day before.
    let fetched = maven(&[]).output().is_ok_and(|output| output.status.success());
    if !fetched {
        run(&MAVEN, &mut maven(&["--update-snapshots"]));
    }
    let mut compile = Command::new(java_program("javac"));
    compile.args([
        "--release",
        "17",
        "-proc:none",
        "-nowarn",
        "-cp",
        "library/*",
        "-d",
        "classes",
        "Scenario.java",
    ]);
    run(&JAVAC, compile.current_dir(folder));
}

fn java(folder: &Path) -> Command {
    let mut command = Command::new(java_program("java"));
    let (library, classes) = (folder.join("library"), folder.join("classes"));
    command.arg("-cp").arg(format!("{}/*:{}", library.display(), classes.display())).arg("Scenario");
    command
}

/// A program of the JDK that runs the engines, if it has a compiler; otherwise from the path.
fn java_program(name: &str) -> PathBuf {
    let engine = Distribution::of_backend("opensearch").expect("a backend with a server");
    let home = find_java(engine).ok().map(|java| java.home.join("bin"));
    let programs = home.filter(|programs| programs.join("javac").is_file());
    programs.map_or_else(|| PathBuf::from(name), |programs| programs.join(name))
}
