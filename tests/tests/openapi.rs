//! The OpenAPI document: it is valid and passes the linter, a generated client works, and the service conforms to it
//! with generated requests.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use tributary_tests::tools::{
    GO, MAVEN, NODE, PYTHON, Tool, files, install_node, install_python, installed, run,
};
use tributary_tests::{Launch, Server, embedded, folder, write_private};

/// The client generator, in Java.
const GENERATOR: &str = "org.openapitools:openapi-generator-cli:7.17.0";
/// The package that runs the generator.
const JAVA: Tool =
    Tool { program: "java", install: "Java 11 or newer (the package openjdk-17-jre-headless)" };
/// The number of generated requests per operation, in addition to those for its limits.
const EXAMPLES: &str = "30";
/// A key for secrets: 32 bytes, in base64.
const SECRET_KEY: &str = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
/// The key that may do everything: `admin:a-secret-of-the-tests-only`, in base64.
const ADMIN_KEY: &str = "YWRtaW46YS1zZWNyZXQtb2YtdGhlLXRlc3RzLW9ubHk=";

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
fn with_key(store: &str) -> Launch {
    Launch::over(store).variable("TRIBUTARY_SECRET_KEYS", SECRET_KEY)
}

/// Sends valid and invalid requests by the document, and checks the answers against it.
fn keeps_to_it(server: &Server, api_key: Option<&str>) {
    let mut command = Command::new(python().join("schemathesis"));
    command.arg("--config-file").arg(here("schemathesis.toml")).arg("run");
    command.arg(format!("http://{}/_openapi.json", server.address()));
    command.args(["--continue-on-failure", "--generation-deterministic"]);
    if let Some(key) = api_key {
        command.args(["--header", &format!("Authorization: ApiKey {key}")]);
    }
    command.args(["--max-examples", EXAMPLES]).env("SCHEMATHESIS_HOOKS", here("hooks.py"));
    let folder = folder();
    let output = command.current_dir(folder.path()).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let operations = tributary_api::ENDPOINTS.len() - 1;
    assert!(told.contains(&format!("Tested: {operations}")), "not every operation was tested: {told}");
}

/// Without a key, exactly the operations that declare `401` answer it.
fn refuses_without_a_key(server: &Server) {
    let document = server.get("/_openapi.json").expect(200).json();
    let mut refused = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        // Whatever the parts are: keys are looked at first.
        let target = path.replace(['{', '}'], "");
        let operations = operations.as_object().unwrap().iter();
        for (method, operation) in operations.filter(|(name, _)| *name != "parameters") {
            let answer = server.call(&method.to_uppercase(), &target);
            let is_declared = !operation["responses"]["401"].is_null();
            assert_eq!(answer.status == 401, is_declared, "{method} {path}: {answer:?}");
            assert_eq!(operation["security"] == serde_json::json!([]), !is_declared, "{method} {path}");
            if is_declared {
                refused += 1;
                assert!(answer.header("www-authenticate").is_some(), "{method} {path}: {answer:?}");
                assert_eq!(answer.json()["error"]["type"], "security_exception", "{method} {path}");
            }
        }
    }
    assert!(refused > 50, "few operations need a key: {refused}");
}

#[test]
fn the_service_conforms_to_it_with_security() {
    let folder = folder();
    let file = folder.path().join("admin.key");
    write_private(&file, ADMIN_KEY);
    let server = with_key("memory:")
        .arguments(["--security", "on"])
        .variable("TRIBUTARY_ADMIN_KEY_FILE", &file)
        .start();
    refuses_without_a_key(&server);
    keeps_to_it(&server, Some(ADMIN_KEY));
}

#[test]
fn the_service_conforms_to_it_on_disk() {
    let folder = folder();
    keeps_to_it(&with_key(&embedded(folder.path())).start(), None);
}
