//! External tools in pinned versions.

use anyhow::Result;
use xshell::{Shell, cmd};

/// A tool from a crate.
pub(crate) struct Tool {
    /// The name of the crate and its binary.
    pub(crate) name: &'static str,
    /// The version.
    pub(crate) version: &'static str,
    /// Additional arguments for the build.
    pub(crate) options: &'static [&'static str],
}

impl Tool {
    /// The path of the binary, which is installed under `target` if it is missing.
    pub(crate) fn installed(&self, shell: &Shell) -> Result<String> {
        let Self { name, version, options } = *self;
        let folder = format!("target/tools/{name}-{version}");
        let program = format!("{folder}/bin/{name}");
        if !shell.path_exists(&program) {
            eprintln!("installing {name} {version} into {folder}");
            // Built with low priority and without optimization, since it runs only briefly.
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
