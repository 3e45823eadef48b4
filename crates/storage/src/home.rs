//! Expansion of `~` in paths that no shell has expanded: quoted ones, and those in settings files.

use std::path::{Path, PathBuf};

/// The path with a leading `~` replaced by the home folder. Another user's home folder (`~name`) is an error.
pub fn expand_home(path: &str) -> Result<PathBuf, String> {
    expand(path, std::env::home_dir().as_deref())
}

fn expand(path: &str, home: Option<&Path>) -> Result<PathBuf, String> {
    let Some(rest) = path.strip_prefix('~') else { return Ok(PathBuf::from(path)) };
    if !rest.is_empty() && !rest.starts_with('/') {
        return Err(format!(
            "[{path}] begins with the home folder of a user, which is not supported; write the whole path, ~/ for your \
             own home folder, or ./~ for a folder of that name"
        ));
    }
    let home = home.filter(|home| !home.as_os_str().is_empty());
    let home =
        home.ok_or_else(|| format!("[{path}] needs a home folder; set HOME, or write the whole path"))?;
    Ok(home.join(rest.trim_start_matches('/')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_leading_tilde_is_the_home_folder() {
        let home = Path::new("/home/me");
        for (path, expected) in [
            ("~", "/home/me/"),
            ("~/data", "/home/me/data"),
            ("~//data", "/home/me/data"),
            ("./~/data", "./~/data"),
            ("data~", "data~"),
            ("/a/~", "/a/~"),
        ] {
            assert_eq!(expand(path, Some(home)).unwrap(), Path::new(expected), "{path}");
        }
        assert!(expand("~you/data", Some(home)).unwrap_err().contains("not supported"));
        for home in [None, Some(Path::new(""))] {
            assert!(expand("~/data", home).unwrap_err().contains("set HOME"));
        }
        assert_eq!(expand("/data", None).unwrap(), Path::new("/data"));
    }
}
