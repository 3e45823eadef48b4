//! Stores of every backend, for tests with two processes.

use std::sync::Arc;

use tributary_engines::{Distribution, Indices, selected, shared};
use tributary_sqlite_backend::SqliteBackend;
use tributary_storage::{BackendSettings, Registry, Store};

/// Two stores over the same data, like those of two processes, and what keeps the data.
pub(crate) struct SharedPlace {
    pub(crate) stores: [Arc<dyn Store>; 2],
    _folder: tempfile::TempDir,
    _indices: Option<Indices>,
}

/// Two stores of a backend; `None` if it is not selected.
pub(crate) async fn place(backend: &str) -> Option<SharedPlace> {
    let folder = tempfile::tempdir().unwrap();
    let mut indices = None;
    let (url, settings) = match backend {
        "memory" => ("memory:".to_owned(), BackendSettings::default()),
        "embedded" | "sqlite" => {
            (format!("{backend}:{}/store", folder.path().display()), BackendSettings::default())
        }
        server if !selected(server) => return None,
        server => {
            let server = shared(Distribution::of_backend(server).unwrap()).expect("the server can be had");
            let indices = indices.insert(Indices::new(server));
            let settings = BackendSettings::default().with("index_prefix", indices.fresh_prefix());
            let settings = match (&server.user, &server.password) {
                (Some(user), Some(password)) => settings.with("user", user).with("password", password),
                _ => settings,
            };
            (format!("{}:{}", server.distribution.product.name(), server.url), settings)
        }
    };
    let mut registry = Registry::with_built_in();
    registry.register(SqliteBackend);
    let first = registry.open_with(&url, &settings).await.unwrap();
    // These two allow only one process at a time.
    let second = match backend {
        "memory" | "embedded" => Arc::clone(&first),
        _ => registry.open_with(&url, &settings).await.unwrap(),
    };
    Some(SharedPlace { stores: [first, second], _folder: folder, _indices: indices })
}
