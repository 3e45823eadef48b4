//! The configuration of an instance: settings and Java options.

use std::fmt::Write;

use crate::distribution::{Distribution, Product};

/// The built-in user with security enabled.
pub(crate) const USER: &str = "elastic";
/// Its password, which protects nothing: engines listen on the local machine only.
pub(crate) const PASSWORD: &str = "tributary-test";

/// The settings that differ between instances.
pub(crate) struct Settings<'instance> {
    pub(crate) distribution: &'static Distribution,
    pub(crate) port: u16,
    pub(crate) transport_port: u16,
    pub(crate) data: &'instance str,
    pub(crate) logs: &'instance str,
    /// The caller's settings, which come last.
    pub(crate) more: &'instance [(String, String)],
}

impl Settings<'_> {
    /// The content of the product's settings file.
    pub(crate) fn to_yaml(&self) -> String {
        let mut lines = String::new();
        let name = self.distribution.name();
        let mut set = |key: &str, value: &str| {
            // JSON strings are valid YAML strings.
            let value = serde_json::Value::from(value);
            writeln!(lines, "{key}: {value}").expect("a string takes everything");
        };
        set("cluster.name", &name);
        set("node.name", &name);
        set("network.host", "127.0.0.1");
        set("http.port", &self.port.to_string());
        set("transport.port", &self.transport_port.to_string());
        set("discovery.type", "single-node");
        set("path.data", self.data);
        set("path.logs", self.logs);
        // A nearly full disk must not make indices read-only during a test.
        set("cluster.routing.allocation.disk.threshold_enabled", "false");
        // Tests of several programs have many small indices at a time.
        set("cluster.max_shards_per_node", "10000");
        if self.distribution.product == Product::Elasticsearch {
            set("xpack.security.enabled", if self.distribution.security { "true" } else { "false" });
        }
        for (key, value) in self.more {
            set(key, value);
        }
        lines
    }
}

/// The Java options: those of the distribution, without garbage collection logs and heap dumps, which would be written
/// to the shared folder.
pub(crate) fn java_options(given: &str, distribution: &Distribution) -> String {
    let unwanted = ["gc*", "HeapDump", "ErrorFile"];
    let mut lines: Vec<&str> =
        given.lines().filter(|line| !unwanted.iter().any(|part| line.contains(part))).collect();
    if distribution.security {
        // The test distribution cannot make the index that this wants, and says so again and again.
        lines.push("-Des.queryable_built_in_roles_enabled=false");
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn yaml(product: &str, version: &str, more: &[(String, String)]) -> String {
        let distribution = Distribution::find(product, Some(version)).unwrap();
        Settings { distribution, port: 1, transport_port: 2, data: "/a: b", logs: "/l", more }.to_yaml()
    }

    #[test]
    fn settings_are_written() {
        let more = [("search.max_buckets".to_owned(), "7".to_owned())];
        let text = yaml("opensearch", "2.19.4", &more);
        for line in
            ["http.port: \"1\"", "transport.port: \"2\"", "path.data: \"/a: b\"", "search.max_buckets: \"7\""]
        {
            assert!(text.lines().any(|found| found == line), "{line} is missing: {text}");
        }
        assert!(!text.contains("xpack"));
        assert!(yaml("elasticsearch", "9.5.0", &[]).contains("xpack.security.enabled: \"true\""));
        assert!(yaml("elasticsearch", "8.19.5", &[]).contains("xpack.security.enabled: \"false\""));
    }

    #[test]
    fn java_writes_nothing_beside_the_shared_files() {
        let given = "-XX:+UseG1GC\n9-:-Xlog:gc*,safepoint:file=logs/gc.log\n-XX:HeapDumpPath=data\n\
                     -XX:+HeapDumpOnOutOfMemoryError\n-XX:ErrorFile=logs/hs_err_pid%p.log\n# 11-:-Xx\n";
        let distribution = Distribution::find("opensearch", None).unwrap();
        assert_eq!(java_options(given, distribution), "-XX:+UseG1GC\n# 11-:-Xx\n");
    }
}
