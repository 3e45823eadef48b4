//! How an engine is started.

use std::time::Duration;

/// How to start an engine.
#[derive(Debug, Clone)]
pub struct EngineOptions {
    /// The port for HTTP; where there is none, a free one.
    pub port: Option<u16>,
    /// The heap of its Java.
    pub heap_megabytes: u32,
    /// Whether its Java compiles for the highest speed. A start then takes twice the work, which
    /// only measurements are worth.
    pub full_speed: bool,
    /// How long it may take until it answers.
    pub deadline: Duration,
    /// Settings beyond those that every instance gets.
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
