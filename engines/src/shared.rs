//! One engine for all tests of a process, or, where a variable says so, of a whole run.

use std::env;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};

use crate::distribution::Distribution;
use crate::endpoint::Endpoint;
use crate::engine::Engine;
use crate::options::EngineOptions;

/// Nobody drops what is in here; the guard of each engine sees the process end.
static STARTED: [OnceLock<Result<Shared, String>>; Distribution::ALL.len()] =
    [const { OnceLock::new() }; Distribution::ALL.len()];

/// An engine that others use too.
#[derive(Debug)]
struct Shared {
    endpoint: Endpoint,
    /// Kept for as long as the process lives, where it was started here.
    _engine: Option<Engine>,
}

/// The variable that tells tests of an engine that runs already, as in
/// `TRIBUTARY_ENGINE_OPENSEARCH_3_8_0=http://127.0.0.1:9200`, with `user:password@` where it wants
/// them.
pub fn environment_variable(distribution: &Distribution) -> String {
    format!("TRIBUTARY_ENGINE_{}", distribution.name()).replace(['-', '.'], "_").to_uppercase()
}

/// The engine that all tests of this process share: the one that its
/// [variable](environment_variable) names, otherwise one that is started by the first who asks,
/// while others wait. It lives as long as the process. Who pauses or kills an engine starts one of
/// its own.
pub fn shared(distribution: &'static Distribution) -> Result<&'static Endpoint> {
    let started = STARTED[distribution.position]
        .get_or_init(|| find_or_start(distribution).map_err(|error| format!("{error:#}")));
    started.as_ref().map(|shared| &shared.endpoint).map_err(|error| anyhow!("{error}"))
}

fn find_or_start(distribution: &'static Distribution) -> Result<Shared> {
    let variable = environment_variable(distribution);
    if let Ok(url) = env::var(&variable) {
        let endpoint = Endpoint::parse(distribution, &url)?;
        endpoint.check_health().with_context(|| format!("the engine that {variable} names"))?;
        return Ok(Shared { endpoint, _engine: None });
    }
    let engine = Engine::start(distribution, &EngineOptions::default())?;
    Ok(Shared { endpoint: engine.endpoint().clone(), _engine: Some(engine) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variable_has_product_and_version() {
        let names: Vec<String> = Distribution::ALL.iter().map(environment_variable).collect();
        assert_eq!(
            names,
            [
                "TRIBUTARY_ENGINE_OPENSEARCH_3_8_0",
                "TRIBUTARY_ENGINE_OPENSEARCH_2_19_4",
                "TRIBUTARY_ENGINE_ELASTICSEARCH_9_5_0",
                "TRIBUTARY_ENGINE_ELASTICSEARCH_8_19_5",
            ]
        );
    }
}
