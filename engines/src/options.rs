//! The options of an engine.

use std::time::Duration;

/// The options of an engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The HTTP port; a free one by default.
    pub port: Option<u16>,
    /// The Java heap in megabytes.
    pub heap_megabytes: u32,
    /// Whether to use the optimizing Java compiler, which is for measurements, since it doubles the work of a start.
    pub full_speed: bool,
    /// The timeout of the start.
    pub deadline: Duration,
    /// Additional settings.
    pub settings: Vec<(String, String)>,
}

impl Default for EngineOptions {
    fn default() -> Self {
        // Far more than it takes, for machines on which all start at once.
        Self {
            port: None,
            heap_megabytes: 512,
            full_speed: false,
            deadline: Duration::from_mins(5),
            settings: Vec::new(),
        }
    }
}
