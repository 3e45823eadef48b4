//! Programs of others that tasks run, each in one version, so that everyone is judged alike.

use anyhow::Result;
use xshell::{Shell, cmd};

/// A program out of a crate.
pub(crate) struct Tool {
    /// The crate, and the program in it.
    pub(crate) name: &'static str,
    /// The version.
    pub(crate) version: &'static str,
    /// How it is built, where that is not the default.
    pub(crate) options: &'static [&'static str],
}

impl Tool {
    /// The program's path; it is installed under `target` where it is missing.
    pub(crate) fn installed(&self, shell: &Shell) -> Result<String> {
        let Self { name, version, options } = *self;
        let folder = format!("target/tools/{name}-{version}");
        let program = format!("{folder}/bin/{name}");
        if !shell.path_exists(&program) {
            eprintln!("installing {name} {version} into {folder}");
            // Never in the way of what runs beside it; what runs for a second is not worth minutes of
            // compiling for speed.
            let quick = ["--debug", "--config", "profile.dev.debug=false"];
            cmd!(
                shell,
                "nice cargo install --quiet --locked {quick...} --root {folder} {name}@{version} {options...}"
            )
            .run()?;
        }
        Ok(program)
    }
}
