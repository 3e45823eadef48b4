//! `cargo xtask engine`: real OpenSearch and Elasticsearch servers for development and tests.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tributary_engines::{Distribution, Engine, EngineOptions, Product, cache, fetch, find_java};

/// The names of the products.
const PRODUCTS: [&str; 2] = [Product::OpenSearch.name(), Product::Elasticsearch.name()];
/// The interval of checks that an engine runs.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Subcommand)]
pub(crate) enum EngineTask {
    /// Start an engine, print its address, and run it until Ctrl-C
    ///
    /// Fetches the engine first if it is not in target/engines. It listens on 127.0.0.1 only, and runs as an
    /// unprivileged user if you are root. Its data is in a temporary folder that is removed when the command ends.
    #[command(after_help = "Examples:\n  cargo xtask engine start opensearch\n  \
                            cargo xtask engine start elasticsearch --version 8.19.5 --port 9200")]
    Start(Start),
    /// Fetch engines into target/engines without starting them: all, or those of one product
    ///
    /// They are fetched once, with Maven (mvn); delete their folder to fetch them again.
    Fetch {
        /// Whose engine
        #[arg(value_parser = PossibleValuesParser::new(PRODUCTS))]
        product: Option<String>,
        /// A single version; `cargo xtask engine list` shows all
        #[arg(long, requires = "product")]
        version: Option<String>,
    },
    /// List the engines, the Java that each uses, and whether it is fetched
    List,
}

#[derive(Args)]
pub(crate) struct Start {
    /// Whose engine
    #[arg(value_parser = PossibleValuesParser::new(PRODUCTS))]
    product: String,
    /// The version; `cargo xtask engine list` shows all, the default first
    #[arg(long)]
    version: Option<String>,
    /// The port; a free one by default
    #[arg(long)]
    port: Option<u16>,
    /// The Java heap in megabytes
    #[arg(long, default_value_t = EngineOptions::default().heap_megabytes)]
    heap: u32,
    /// Use the optimizing Java compiler, for measurements; the start takes longer
    #[arg(long)]
    full_speed: bool,
}

/// Runs a task.
pub(crate) fn run(task: &EngineTask) -> Result<()> {
    match task {
        EngineTask::Start(arguments) => start(arguments),
        EngineTask::Fetch { product, version } => fetch_all(product.as_deref(), version.as_deref()),
        EngineTask::List => {
            list();
            Ok(())
        }
    }
}

/// Starts the engines of the selected backends, or all, concurrently.
pub(crate) fn start_all(backends: &[String]) -> Result<Vec<Engine>> {
    let is_wanted =
        |known: &&Distribution| backends.is_empty() || backends.iter().any(|name| name == known.backend);
    let start = Instant::now();
    let outcomes: Vec<Result<Engine>> = thread::scope(|scope| {
        let starting: Vec<_> = Distribution::ALL
            .iter()
            .filter(is_wanted)
            .map(|distribution| {
                scope.spawn(move || {
                    let engine = Engine::start(distribution, &EngineOptions::default())
                        .with_context(|| format!("{distribution} could not be started"))?;
                    let seconds = start.elapsed().as_secs();
                    eprintln!("{distribution} is ready on {} after {seconds} s", engine.endpoint().url);
                    Ok(engine)
                })
            })
            .collect();
        starting.into_iter().map(|thread| thread.join().expect("a start does not panic")).collect()
    });
    let (engines, failures): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    let failures: Vec<String> =
        failures.into_iter().filter_map(Result::err).map(|error| format!("{error:#}")).collect();
    ensure!(failures.is_empty(), "{}", failures.join("\n\n"));
    engines.into_iter().collect()
}

fn start(arguments: &Start) -> Result<()> {
    let distribution = Distribution::find(&arguments.product, arguments.version.as_deref())?;
    eprintln!("starting {distribution}");
    let options = EngineOptions {
        port: arguments.port,
        heap_megabytes: arguments.heap,
        full_speed: arguments.full_speed,
        ..EngineOptions::default()
    };
    let engine = Engine::start(distribution, &options)?;
    // Until here a signal ends this process and the engine at once.
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let endpoint = engine.endpoint();
    println!("engine   {distribution}");
    println!("url      {}", endpoint.url);
    if let (Some(user), Some(password)) = (&endpoint.user, &endpoint.password) {
        println!("user     {user}");
        println!("password {password}");
    }
    println!("process  {}", engine.pid().context("no process")?);
    println!("folder   {} (data, logs, settings; removed at the end)", engine.folder().display());
    println!("stop     Ctrl-C, or end this process in any other way");
    while signals.pending().next().is_none() {
        if !engine.is_running()? {
            bail!("{distribution} has ended by itself");
        }
        thread::sleep(PAUSE);
    }
    engine.stop()?;
    eprintln!("stopped {distribution}");
    Ok(())
}

fn fetch_all(product: Option<&str>, version: Option<&str>) -> Result<()> {
    let wanted: Vec<&Distribution> = match (product, version) {
        (Some(product), Some(version)) => vec![Distribution::find(product, Some(version))?],
        (Some(product), None) => {
            Distribution::ALL.iter().filter(|known| known.product.name() == product).collect()
        }
        (None, _) => Distribution::ALL.iter().collect(),
    };
    for distribution in wanted {
        println!("{distribution} is in {}", fetch(distribution)?.display());
    }
    Ok(())
}

fn list() {
    println!("{:15} {:8} {:15} {:9} {:8} JAVA", "PRODUCT", "VERSION", "BACKEND", "SECURITY", "FETCHED");
    for known in Distribution::ALL {
        let word = |yes| if yes { "yes" } else { "no" };
        let folder = cache().join(format!("{}-{}", known.product.name(), known.version));
        let java = find_java(known).map_or_else(
            |error| error.to_string(),
            |java| format!("{} in {}", java.version, java.home.display()),
        );
        println!(
            "{:15} {:8} {:15} {:9} {:8} {java}",
            known.product.name(),
            known.version,
            known.backend,
            word(known.security),
            word(folder.is_dir()),
        );
    }
}
