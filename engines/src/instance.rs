//! The folder of one instance: its own settings, data and logs beside the shared distribution.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;

use crate::configuration::{Settings, java_options};
use crate::distribution::Distribution;
use crate::fetch::fetch;
use crate::java;
use crate::options::EngineOptions;
use crate::user::{User, open_to_all};

/// The folder of one instance, removed when it is dropped.
#[derive(Debug)]
pub(crate) struct Instance {
    distribution: &'static Distribution,
    folder: TempDir,
    home: PathBuf,
    java: PathBuf,
    user: User,
    java_options: String,
}

impl Instance {
    /// Makes the folder, and fetches the distribution first where that is needed.
    pub(crate) fn create(distribution: &'static Distribution, options: &EngineOptions) -> Result<Self> {
        let java = java::find(distribution)?.home;
        let mut home = fetch(distribution)?;
        let user = User::of_engines();
        let folder =
            tempfile::Builder::new().prefix(&format!("tributary-{}-", distribution.name())).tempdir()?;
        user.give(folder.path())?;
        ensure!(
            user.can_reach(folder.path()),
            "an engine does not run as root, and another user cannot reach {}: let TMPDIR name a folder that \
             everyone can reach",
            folder.path().display()
        );
        if !user.can_reach(&home) {
            // A workspace in a closed home folder: the same files get another, open place.
            let open = folder.path().join("distribution");
            link(&home, &open)?;
            open_to_all(&open)?;
            home = open;
        }
        let heap = options.heap_megabytes;
        let compiler = if options.full_speed { "" } else { " -XX:TieredStopAtLevel=1" };
        let java_options = format!("-Xms{heap}m -Xmx{heap}m{compiler}");
        let instance = Self { distribution, folder, home, java, user, java_options };
        for part in ["data", "logs", "temporary"] {
            fs::create_dir(instance.path(part))?;
        }
        instance.copy_configuration()?;
        Ok(instance)
    }

    /// The folder of the instance.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What the engine writes to its outputs.
    pub(crate) fn console(&self) -> PathBuf {
        self.path("console.log")
    }

    /// Writes the settings, and gives all to the user of the engine.
    pub(crate) fn configure(&self, port: u16, transport_port: u16, more: &[(String, String)]) -> Result<()> {
        let (data, logs) = (self.path("data"), self.path("logs"));
        let text = |path: &Path| path.to_str().map(str::to_owned).context("a path that is not UTF-8");
        let settings = Settings {
            distribution: self.distribution,
            port,
            transport_port,
            data: &text(&data)?,
            logs: &text(&logs)?,
            more,
        };
        let file = format!("{}.yml", self.distribution.product.name());
        fs::write(self.path("configuration").join(file), settings.to_yaml())?;
        for part in ["configuration", "data", "logs", "temporary"] {
            self.user.give(&self.path(part))?;
        }
        Ok(())
    }

    /// The program that starts the engine.
    pub(crate) fn program(&self) -> PathBuf {
        self.home.join("bin").join(self.distribution.product.name())
    }

    /// Gives a command the environment and the user of the engine.
    pub(crate) fn prepare(&self, command: &mut Command) {
        let prefix = self.distribution.product.variable_prefix();
        for foreign in ["JAVA_HOME", "JAVA_OPTS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS", "CLI_JAVA_OPTS"] {
            command.env_remove(foreign);
        }
        for foreign in ["HOME", "CLASSPATH"] {
            command.env_remove(format!("{prefix}_{foreign}"));
        }
        command
            .env(format!("{prefix}_JAVA_HOME"), &self.java)
            .env(format!("{prefix}_JAVA_OPTS"), &self.java_options)
            .env(format!("{prefix}_PATH_CONF"), self.path("configuration"))
            .env(format!("{prefix}_TMPDIR"), self.path("temporary"))
            .env("TMPDIR", self.path("temporary"))
            .env("HOME", self.folder())
            .current_dir(self.folder());
        self.user.apply(command);
    }

    fn copy_configuration(&self) -> Result<()> {
        let (from, to) = (self.home.join("config"), self.path("configuration"));
        copy(&from, &to)?;
        let options = fs::read_to_string(from.join("jvm.options"))?;
        Ok(fs::write(to.join("jvm.options"), java_options(&options, self.distribution))?)
    }

    fn path(&self, part: &str) -> PathBuf {
        self.folder.path().join(part)
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Gives the files of a folder a second place, as copies only where the file system must.
fn link(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            link(&entry.path(), &target)?;
        } else if fs::hard_link(entry.path(), &target).is_err() {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
