//! The connector service: its settings, its processes, its log.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::process::Process;

/// The source for what others cannot be made to do.
const SOURCE: &str = include_str!("source.py");
/// How long the service may take to end; it suspends its jobs first.
const END: Duration = Duration::from_secs(40);

/// The service with its files, running or not.
#[derive(Debug)]
pub(crate) struct Service {
    program: PathBuf,
    folder: PathBuf,
    running: Option<Process>,
}

impl Service {
    /// One that is ready to be started, for these connectors: their ids with their service types.
    pub(crate) fn prepare(
        program: PathBuf,
        folder: &Path,
        host: &str,
        connectors: &[(&str, &str)],
    ) -> Result<Self> {
        fs::write(folder.join("scripted_source.py"), SOURCE)?;
        fs::write(folder.join("runs"), "")?;
        // JSON is YAML as well.
        let settings = serde_json::to_string_pretty(&settings(host, connectors))?;
        fs::write(folder.join("config.yml"), settings)?;
        Ok(Self { program, folder: folder.to_owned(), running: None })
    }

    /// Starts it.
    pub(crate) fn start(&mut self) -> Result<()> {
        self.running = Some(self.start_another("service.log")?);
        Ok(())
    }

    /// Starts a process beside it, with the same settings.
    pub(crate) fn start_another(&self, log: &str) -> Result<Process> {
        let mut command = Command::new(&self.program);
        command
            .arg("--config-file")
            .arg(self.folder.join("config.yml"))
            .current_dir(&self.folder)
            .env("PYTHONPATH", &self.folder)
            .env("SCRIPTED_RUNS", self.folder.join("runs"))
            .stdout(Stdio::null());
        Process::start(&mut command, &self.folder.join(log))
    }

    /// The running process.
    pub(crate) fn process(&mut self) -> Result<&mut Process> {
        self.running.as_mut().context("the service is not running")
    }

    /// Whether it is running.
    pub(crate) fn is_running(&mut self) -> Result<bool> {
        self.running.as_mut().map_or(Ok(false), Process::is_running)
    }

    /// Ends it: by SIGTERM as an operator does, or by SIGKILL as a failing machine.
    pub(crate) fn end_by(&mut self, signal: Signal) -> Result<()> {
        if let Some(mut process) = self.running.take() {
            process.end_by(signal, END).context("the service does not end")?;
        }
        Ok(())
    }

    /// How often the scripted source was asked for all of its documents.
    pub(crate) fn runs(&self) -> Result<usize> {
        Ok(fs::read_to_string(self.folder.join("runs"))?.lines().count())
    }

    /// All that its processes have logged, without colours.
    pub(crate) fn log(&self) -> String {
        let logs = ["service.log", "second-service.log"].map(|name| self.folder.join(name));
        let read = |path: &PathBuf| String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned();
        without_colours(&logs.iter().map(read).collect::<String>())
    }

    /// The last lines of the log of the first process, without those for the developers of the service.
    pub(crate) fn last_lines(&self, count: usize) -> String {
        let text = fs::read(self.folder.join("service.log")).unwrap_or_default();
        let text = without_colours(&String::from_utf8_lossy(&text));
        let lines: Vec<&str> = text.lines().filter(|line| !line.contains("[DEBUG]")).collect();
        lines[lines.len().saturating_sub(count)..].join("\n")
    }
}

/// Settings by which nothing takes longer than it has to.
fn settings(host: &str, connectors: &[(&str, &str)]) -> Value {
    let connectors: Vec<Value> = connectors
        .iter()
        .map(|(id, service_type)| json!({"connector_id": id, "service_type": service_type}))
        .collect();
    json!({
        "elasticsearch": {
            "host": host,
            // Any will do: Tributary leaves it to a proxy to ask who somebody is.
            "username": "elastic",
            "password": "changeme",
            "ssl": false,
            "max_retries": 2,
            "retry_interval": 1,
            "bulk": {"max_retries": 2, "retry_interval": 1},
        },
        "service": {
            "idling": 2,
            "heartbeat": 5,
            "preflight_max_attempts": 3,
            "preflight_idle": 1,
            "job_cleanup_interval": 5,
            "max_concurrent_content_syncs": 3,
            // How many connectors are looked after at all: the steps make more than the four of the default.
            "max_concurrent_scheduling_tasks": 40,
            "log_level": "DEBUG",
        },
        "sources": {
            "scripted": "scripted_source:Scripted",
            "scripted_native": "scripted_source:Scripted",
            "permitted": "scripted_source:Permitted",
        },
        "native_service_types": ["scripted_native"],
        "connectors": connectors,
    })
}

/// A text without the sequences by which terminals show colours.
fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut plain, part| {
        plain.push_str(part.split_once('m').map_or(part, |(_, rest)| rest));
        plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_removed() {
        assert_eq!(without_colours("\u{1b}[32;20m[FMWK] done\u{1b}[0m\nmore"), "[FMWK] done\nmore");
        assert_eq!(without_colours(""), "");
    }
}
