//! Scratch: compares server binaries over prepared folders.
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use clap::Args;
use crate::Failure;
use crate::client::Client;
use crate::compare::{median, prepare};
use crate::shapes::shapes;

#[derive(Debug, Clone, Args)]
pub(crate) struct Options {
    /// BIN=FOLDER[=JOBS]
    #[arg(long)]
    server: Vec<String>,
    #[arg(long)]
    jobs: u32,
    #[arg(long, default_value = "")]
    only: String,
    #[arg(long, default_value_t = 9)]
    rounds: usize,
    #[arg(long, default_value_t = 200)]
    millis: u64,
    #[arg(long, default_value_t = 32)]
    connectors: u32,
    #[arg(long, value_delimiter = ',', default_values_t = [1usize, 32])]
    connections: Vec<usize>,
}
struct Running { process: Child, address: std::net::SocketAddr, jobs: u32 }
impl Drop for Running { fn drop(&mut self) { drop(self.process.stdin.take()); let _ = self.process.wait(); } }

fn faults(pid: u32) -> (u64, f64) {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    let n = |i: usize| fields[i].parse::<u64>().unwrap();
    (n(7), (n(11) + n(12)) as f64 / 100.0)
}

pub(crate) fn run(options: &Options) -> Result<(), Failure> {
    let mut servers = Vec::new();
    for server in &options.server {
        let mut parts = server.split('=');
        let (bin, folder) = (parts.next().unwrap(), parts.next().unwrap());
        let jobs = parts.next().map_or(options.jobs, |j| j.parse().unwrap());
        let start = Instant::now();
        let mut process = Command::new(bin).args(["serve", &format!("embedded:{folder}")]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line)?;
        let start_up = start.elapsed();
        let address = line.trim().strip_prefix("ready ").ok_or("no start")?.parse()?;
        let (_, cpu) = faults(process.id());
        std::thread::sleep(Duration::from_secs(2));
        let rss = std::fs::read_to_string(format!("/proc/{}/status", process.id()))?;
        let rss: u64 = rss.lines().find_map(|l| l.strip_prefix("VmRSS:")).unwrap().trim().strip_suffix(" kB").unwrap().parse()?;
        println!("{server}: start-up {:.2} s (cpu {cpu:.2}), RSS {} B a job", start_up.as_secs_f64(), rss * 1024 / u64::from(jobs));
        servers.push(Running { process, address, jobs });
    }
    println!("| shape | conn |{}", servers.iter().enumerate().map(|(i, _)| format!(" {i}: list/s, const/s, ratio, list/first, faults per request |")).collect::<String>());
    let duration = Duration::from_millis(options.millis);
    let all: Vec<_> = servers.iter().map(|s| shapes(s.jobs, options.connectors)).collect();
    for shape in &all[0] {
        if !shape.name.contains(&options.only) { continue }
        for &connections in &options.connections {
            let mut runs = Vec::new();
            for (server, shapes) in servers.iter().zip(&all) {
                let Some(shape) = shapes.iter().find(|s| s.name == shape.name) else { continue };
                let (lists, constants) = prepare(server.address, shape)?;
                runs.push((Client::connect(server.address, connections)?, lists, constants, Vec::new(), Vec::new(), 0u64, 0usize));
            }
            for round in 0..=options.rounds {
                for (run, server) in runs.iter_mut().zip(&servers) {
                    let (before, _) = faults(server.process.id());
                    let list = run.0.run(&run.1, duration)?;
                    let (after, _) = faults(server.process.id());
                    let constant = run.0.run(&run.2, duration)?;
                    if round > 0 { run.5 += after - before; run.6 += list.latencies.len(); run.3.push(list.throughput); run.4.push(constant.throughput); }
                }
            }
            let first = runs[0].3.clone();
            let text: String = runs.iter().map(|run| {
                let ratio = median(run.3.iter().zip(&run.4).map(|(l, c)| l / c).collect());
                let against = median(run.3.iter().zip(&first).map(|(l, c)| l / c).collect());
                format!(" {:6.0} {:6.0} {ratio:.3} {against:.3} {:.2} |", median(run.3.clone()), median(run.4.clone()), run.5 as f64 / run.6 as f64)
            }).collect();
            println!("| {:30} | {connections} |{text}", shape.name);
        }
    }
    Ok(())
}
