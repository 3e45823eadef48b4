//! The OpenAPI document: it is valid and passes the linter, a generated client works, and the service conforms to it
//! with generated requests.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tributary_tests::tools::{
    GO, MAVEN, NODE, PYTHON, Tool, files, install_node, install_python, installed, run,
};
use tributary_tests::{Launch, Server, embedded, folder};

/// The client generator, in Java.
const GENERATOR: &str = "org.openapitools:openapi-generator-cli:7.17.0";
/// The package that runs the generator.
const JAVA: Tool =
    Tool { program: "java", install: "Java 11 or newer (the package openjdk-17-jre-headless)" };
/// The number of generated requests per operation, in addition to those for its limits.
const EXAMPLES: &str = "30";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign").join(path)
}

/// A file with the document as served.
fn document(server: &Server, folder: &Path) -> PathBuf {
    let file = folder.join("openapi.json");
    fs::write(&file, server.get("/_openapi.json").expect(200).body).unwrap();
    file
}

/// The folder of the Python programs.
fn python() -> PathBuf {
    let folder = installed("tools/foreign-python", &listed(&["requirements.txt"]), |folder| {
        install_python(folder, "requirements.txt");
    });
    folder.join("environment/bin")
}

/// The folder of the Node.js programs.
fn node() -> PathBuf {
    let lists = listed(&["package.json", "package-lock.json"]);
    installed("tools/foreign-node", &lists, install_node).join("node_modules/.bin")
}

/// The package lists.
fn listed(names: &[&str]) -> Vec<(String, String)> {
    files(&here("")).into_iter().filter(|(name, _)| names.contains(&name.as_str())).collect()
}

/// The client generator.
fn generator() -> PathBuf {
    let name = GENERATOR.split(':').skip(1).collect::<Vec<_>>().join("-");
    let folder = installed(&format!("tools/{name}"), &[], |folder| {
        let mut copy = Command::new(MAVEN.program);
        copy.args(["--quiet", "dependency:copy", "-Dmdep.useBaseVersion=true"]);
        copy.arg(format!("-Dartifact={GENERATOR}")).arg(format!("-DoutputDirectory={}", folder.display()));
        run(&MAVEN, &mut copy);
    });
    folder.join(format!("{name}.jar"))
}

#[test]
fn the_document_is_valid() {
    let (server, folder) = (Server::start("memory:"), folder());
    let document = document(&server, folder.path());
    let told = run(&PYTHON, Command::new(python().join("openapi-spec-validator")).arg(&document));
    assert!(told.contains("OK"), "{told}");
    let mut lint = Command::new(node().join("redocly"));
    lint.arg("lint").arg(&document).arg("--config").arg(here("redocly.yaml"));
    run(&NODE, lint.env("REDOCLY_TELEMETRY", "off"));
}

#[test]
fn a_generated_client_lists_jobs() {
    let (server, folder) = (Server::start("memory:"), folder());
    let document = document(&server, folder.path());
    let mut generate = Command::new(JAVA.program);
    generate.arg("-jar").arg(generator()).args(["generate", "-g", "go", "-i"]).arg(&document);
    generate.arg("-o").arg(folder.path().join("client"));
    generate.args(["--global-property", "models,apis,supportingFiles,modelTests=false,apiTests=false"]);
    generate.args(["--additional-properties", "packageName=client,withGoMod=false,enumClassPrefix=true"]);
    // In Go, the names that the generator gives the constructors of `SyncJob` and `Secret`.
    generate.args(["--model-name-mappings", "NewSyncJob=SyncJobCreation,NewSecret=SecretCreation"]);
    run(&JAVA, &mut generate);
    for file in ["main.go", "go.mod", "go.sum"] {
        fs::copy(here("client").join(file), folder.path().join(file)).unwrap();
    }
    let mut list = Command::new(GO.program);
    list.args(["run", "."]).arg(format!("http://{}", server.address())).current_dir(folder.path());
    assert_eq!(run(&GO, &mut list).trim(), "1 pending true");
}

/// A service with a key for secrets.
fn with_key(store: &str) -> Server {
    // 32 bytes, in base64.
    let key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    Launch::over(store).variable("TRIBUTARY_SECRET_KEYS", key).start()
}

/// Sends valid and invalid requests by the document, and checks the answers against it.
fn keeps_to_it(server: &Server) {
    let mut command = Command::new(python().join("schemathesis"));
    command.arg("--config-file").arg(here("schemathesis.toml")).arg("run");
    command.arg(format!("http://{}/_openapi.json", server.address()));
    command.args(["--continue-on-failure", "--generation-deterministic"]);
    command.args(["--max-examples", EXAMPLES]).env("SCHEMATHESIS_HOOKS", here("hooks.py"));
    let folder = folder();
    let output = command.current_dir(folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let operations = tributary_api::ENDPOINTS.len() - 1;
    assert!(told.contains(&format!("Tested: {operations}")), "not every operation was tested: {told}");
}

#[test]
fn the_service_conforms_to_it_in_memory() {
    keeps_to_it(&with_key("memory:"));
}

#[test]
fn the_service_conforms_to_it_on_disk() {
    let folder = folder();
    keeps_to_it(&with_key(&embedded(folder.path())));
}
