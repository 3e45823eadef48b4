//! The OpenAPI document as others see it: it is valid, it is clean, a client that is made from it works,
//! and the service keeps to it whatever is sent.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tributary_tests::{Launch, Server, embedded, folder, tools};

/// The generator of clients, in Java.
const GENERATOR: &str = "org.openapitools:openapi-generator-cli:7.17.0";
/// How many requests are made up for each operation, beside those for its limits.
const EXAMPLES: &str = "30";

fn here(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("foreign").join(path)
}

/// A file with the document as the service answers it.
fn document(server: &Server, folder: &Path) -> PathBuf {
    let file = folder.join("openapi.json");
    fs::write(&file, server.get("/_openapi.json").expect(200).body).unwrap();
    file
}

#[test]
fn the_document_is_valid() {
    let (server, folder) = (Server::start("memory:"), folder());
    let document = document(&server, folder.path());
    let validator = tools::python(&here("requirements.txt")).join("openapi-spec-validator");
    let told = tools::run(&validator.to_string_lossy(), "what was just installed", |command| {
        command.arg(&document);
    });
    assert!(told.contains("OK"), "{told}");
    let linter = tools::node(&here("package-lock.json")).join("redocly");
    tools::run(&linter.to_string_lossy(), "what was just installed", |command| {
        command.arg("lint").arg(&document).arg("--config").arg(here("redocly.yaml"));
        command.env("REDOCLY_TELEMETRY", "off");
    });
}

#[test]
fn a_client_that_is_made_from_it_lists_jobs() {
    let (server, folder) = (Server::start("memory:"), folder());
    let document = document(&server, folder.path());
    let generator = tools::maven(GENERATOR);
    tools::run("java", "Java 11 or newer", |command| {
        command.arg("-jar").arg(generator).args(["generate", "-g", "go", "-i"]).arg(&document);
        command.arg("-o").arg(folder.path().join("client"));
        command.args(["--global-property", "models,apis,supportingFiles,modelTests=false,apiTests=false"]);
        command.args(["--additional-properties", "packageName=client,withGoMod=false,enumClassPrefix=true"]);
        // In Go the names that the generator gives to what makes a `SyncJob` or a `Secret`.
        command.args(["--model-name-mappings", "NewSyncJob=SyncJobCreation,NewSecret=SecretCreation"]);
    });
    for file in ["main.go", "go.mod", "go.sum"] {
        fs::copy(here("client").join(file), folder.path().join(file)).unwrap();
    }
    let printed = tools::run("go", "Go 1.22 or newer", |command| {
        command.args(["run", "."]).arg(format!("http://{}", server.address())).current_dir(folder.path());
    });
    assert_eq!(printed.trim(), "1 pending true");
}

/// A service that keeps secrets, too.
fn with_key(store: &str) -> Server {
    // 32 bytes, in base64.
    let key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    Launch::over(store).variable("TRIBUTARY_SECRET_KEYS", key).start()
}

/// Sends whatever the document allows and forbids, and looks whether the answers are what it says.
fn keeps_to_it(server: &Server) {
    let program = tools::python(&here("requirements.txt")).join("schemathesis");
    let mut command = Command::new(program);
    command.arg("--config-file").arg(here("schemathesis.toml")).arg("run");
    command.arg(format!("http://{}/_openapi.json", server.address()));
    command.args(["--checks", "all", "--continue-on-failure", "--generation-deterministic"]);
    command.args(["--max-examples", EXAMPLES]).env("SCHEMATHESIS_HOOKS", here("hooks.py"));
    let folder = folder();
    let output = command.current_dir(folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let operations = tributary_api::ENDPOINTS.len() - 1;
    assert!(told.contains(&format!("Tested: {operations}")), "not every operation was tested: {told}");
}

#[test]
fn the_service_keeps_to_it_in_memory() {
    keeps_to_it(&with_key("memory:"));
}

#[test]
fn the_service_keeps_to_it_on_disk() {
    let folder = folder();
    keeps_to_it(&with_key(&embedded(folder.path())));
}
