//! The home folder in paths that no shell has seen: those in quotes, and those in files of settings.

use std::path::{Path, PathBuf};

/// The path with the home folder in place of a leading `~`. Of another user's home folder (`~name`) it says
/// that it is not known.
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
