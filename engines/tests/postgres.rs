//! A PostgreSQL for real: it starts, answers, and is gone with its owner, also one that is killed.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tributary_engines::{Postgres, selected};

/// Tells this program that it is the owner who gets killed.
const OWNER: &str = "TRIBUTARY_TEST_OWNER";

/// Sources are for services in front of an engine.
fn is_meant() -> bool {
    selected("opensearch") || selected("elasticsearch")
}

fn listens(port: u16) -> bool {
    TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
}

/// The segments of shared memory that nobody uses.
fn abandoned() -> Vec<String> {
    let all = std::fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let rows = all.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    rows.filter(|row| row.get(6) == Some(&"0")).map(|row| row[1].to_owned()).collect()
}

#[test]
fn it_answers_and_is_gone_when_dropped() {
    if !is_meant() {
        return;
    }
    let postgres = Postgres::start().unwrap();
    let (port, folder) = (postgres.port(), postgres.folder().to_owned());
    let rows =
        postgres.execute("create table t (a text); insert into t values ('ü'), (null); select a from t");
    assert_eq!(rows.unwrap(), "ü\n\n");
    let error = postgres.execute("select 1 from missing").unwrap_err();
    assert!(error.to_string().contains("missing"), "{error}");
    drop(postgres);
    assert!(!folder.exists() && !listens(port));
}

#[test]
fn it_is_gone_when_its_owner_is_killed() {
    if !is_meant() {
        return;
    }
    if std::env::var_os(OWNER).is_some() {
        let postgres = Postgres::shared().unwrap();
        println!("owned {} {}", postgres.port(), postgres.folder().display());
        sleep(Duration::from_mins(1));
        return;
    }
    let before = abandoned();
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "it_is_gone_when_its_owner_is_killed"])
        .env(OWNER, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(owner.stdout.take().unwrap()).lines();
    let line = lines.map_while(Result::ok).find_map(|line| Some(line.split_once("owned ")?.1.to_owned()));
    let line = line.expect("the owner says what it has");
    let (port, folder) = line.split_once(' ').unwrap();
    let (port, folder) = (port.parse().unwrap(), Path::new(folder));
    assert!(listens(port) && folder.exists());
    owner.kill().unwrap();
    owner.wait().unwrap();
    let start = Instant::now();
    while folder.exists() || listens(port) || abandoned().iter().any(|segment| !before.contains(segment)) {
        assert!(start.elapsed() < Duration::from_secs(30), "{} or port {port} is left", folder.display());
        sleep(Duration::from_millis(50));
    }
}
