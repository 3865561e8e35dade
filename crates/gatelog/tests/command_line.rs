//! The commands against a real server: import that goes on where it was, follow over rotation, query, generate.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test may stop at once"
)]

mod server;

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use server::{ADMIN, INGEST, Server, event, lines};

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn files_of_every_kind_are_imported_once() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).display().to_string();
    fs::write(path("a.log"), lines(0..5_000)).unwrap();
    let mut gz = flate2::write::GzEncoder::new(
        File::create(path("b.log.gz")).unwrap(),
        flate2::Compression::default(),
    );
    gz.write_all(lines(5_000..6_000).as_bytes()).unwrap();
    gz.finish().unwrap();
    fs::write(path("c.log.zst"), zstd::encode_all(lines(6_000..7_000).as_bytes(), 1).unwrap()).unwrap();
    let array: Vec<String> = (7_000..7_100).map(event).collect();
    fs::write(path("d.json"), format!("[\n{}\n]\n", array.join(",\n"))).unwrap();
    let files = [path("a.log"), path("b.log.gz"), path("c.log.zst"), path("d.json")];
    let mut args = vec!["import", "--batch-bytes", "50000"];
    args.extend(files.iter().map(String::as_str));
    let output = server.cli(INGEST, &args);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(
        text(&output.stderr).contains("7,100 events taken, 0 duplicates, 0 rejected"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(server.total(""), 7_100);

    let output = server.cli(INGEST, &args);
    assert!(text(&output.stderr).contains("0 events taken, 0 duplicates"), "{}", text(&output.stderr));
    OpenOptions::new()
        .append(true)
        .open(path("a.log"))
        .unwrap()
        .write_all(lines(8_000..8_010).as_bytes())
        .unwrap();
    let output = server.cli(INGEST, &args);
    assert!(text(&output.stderr).contains("10 events taken"), "{}", text(&output.stderr));
    args.push("--again");
    let output = server.cli(INGEST, &args);
    assert!(text(&output.stderr).contains("0 events taken, 7,110 duplicates"), "{}", text(&output.stderr));
    assert_eq!(server.total(""), 7_110);
}

#[test]
fn standard_input_is_imported() {
    let server = Server::start();
    let mut child = server
        .command(INGEST, &["import", "--format", "flowgenx", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(lines(0..321).as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    assert_eq!(server.total(""), 321);
}

#[test]
fn an_import_that_was_killed_goes_on() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a.log");
    fs::write(&file, lines(0..60_000)).unwrap();
    let args = ["import", "--batch-bytes", "20000", "--jobs", "2", file.to_str().unwrap()];
    for round in 0..4 {
        let mut child = server.command(INGEST, &args).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(150 + 150 * round));
        let _ = child.kill();
        let _ = child.wait();
    }
    let output = server.cli(INGEST, &args);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(server.total(""), 60_000);
}

#[test]
fn a_stopped_server_takes_imports_directly() {
    let dir = tempfile::tempdir().unwrap();
    let server = Server::on(dir.path(), &[], true);
    let file = dir.path().join("a.log");
    fs::write(&file, lines(0..3_000)).unwrap();
    let direct =
        ["import", "--direct", dir.path().to_str().unwrap(), "--source", "old", file.to_str().unwrap()];
    let refused = server.cli(INGEST, &direct);
    assert!(
        !refused.status.success() && text(&refused.stderr).contains("in use"),
        "{}",
        text(&refused.stderr)
    );
    server.stop();
    let offline = Server::with(&[]);
    let output = offline.cli(INGEST, &direct);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let server = Server::on(dir.path(), &[], true);
    assert_eq!(server.total("source:old"), 3_000);
}

struct Follower(Child);

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn follow(server: &Server, pattern: &str) -> Follower {
    let args = ["follow", "--from-start", pattern];
    Follower(server.command(INGEST, &args).stderr(Stdio::null()).spawn().unwrap())
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().create(true).append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

fn wait_for(server: &Server, total: u64) {
    let until = Instant::now() + Duration::from_secs(40);
    while server.total("") < total && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(server.total(""), total);
}

/// Rotation while running, rotation while stopped, a half line, a kill in the middle: each line once.
#[test]
fn following_loses_and_doubles_nothing_over_renames() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("access.log");
    append(&log, &lines(0..100));
    let follower = follow(&server, log.to_str().unwrap());
    wait_for(&server, 100);
    let half = event(100);
    append(&log, &half[..40]);
    std::thread::sleep(Duration::from_millis(600));
    append(&log, &(half[40..].to_owned() + "\n"));
    append(&log, &lines(101..200));
    fs::rename(&log, dir.path().join("access.log.1")).unwrap();
    append(&dir.path().join("access.log.1"), &lines(200..250));
    append(&log, &lines(250..300));
    wait_for(&server, 300);
    drop(follower);
    append(&log, &lines(300..350));
    fs::rename(dir.path().join("access.log.1"), dir.path().join("access.log.2")).unwrap();
    fs::rename(&log, dir.path().join("access.log.1")).unwrap();
    append(&log, &lines(350..400));
    let follower = follow(&server, log.to_str().unwrap());
    wait_for(&server, 400);
    for n in 0..20 {
        append(&log, &lines(400 + n * 50..450 + n * 50));
        if n % 5 == 4 {
            std::thread::sleep(Duration::from_millis(80));
        }
    }
    drop(follower);
    let _follower = follow(&server, log.to_str().unwrap());
    wait_for(&server, 1_400);
    std::thread::sleep(Duration::from_millis(1_000));
    assert_eq!(server.total(""), 1_400);
}

/// Lines without an id: the server cannot recognise one that is sent twice in another batch.
fn nameless(range: std::ops::Range<u64>) -> String {
    lines(range).replace("\"request_id\":", "\"x_number\":")
}

#[test]
fn a_pattern_that_matches_rotated_names_doubles_nothing() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("access.log");
    let pattern = format!("{}/access.log*", dir.path().display());
    append(&log, &nameless(0..100));
    let follower = follow(&server, &pattern);
    wait_for(&server, 100);
    fs::rename(&log, dir.path().join("access.log.1")).unwrap();
    append(&log, &nameless(100..150));
    wait_for(&server, 150);
    drop(follower);
    // Rotated twice while nobody followed.
    append(&log, &nameless(150..170));
    std::thread::sleep(Duration::from_millis(30));
    fs::rename(dir.path().join("access.log.1"), dir.path().join("access.log.3")).unwrap();
    fs::rename(&log, dir.path().join("access.log.2")).unwrap();
    append(&log, &nameless(170..200));
    std::thread::sleep(Duration::from_millis(30));
    fs::rename(&log, dir.path().join("access.log.1")).unwrap();
    append(&log, &nameless(200..260));
    let _follower = follow(&server, &pattern);
    wait_for(&server, 260);
    std::thread::sleep(Duration::from_millis(1_500));
    assert_eq!(server.total(""), 260);
}

#[test]
fn following_loses_and_doubles_nothing_over_copy_and_truncate() {
    let server = Server::start();
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("access.log");
    append(&log, &lines(0..100));
    let rotate = || {
        fs::copy(&log, dir.path().join("access.log.1")).unwrap();
        OpenOptions::new().write(true).truncate(true).open(&log).unwrap();
    };
    let follower = follow(&server, &format!("{}/*.log", dir.path().display()));
    wait_for(&server, 100);
    append(&log, &lines(100..150));
    rotate();
    append(&log, &lines(150..180));
    wait_for(&server, 180);
    drop(follower);
    append(&log, &lines(180..220));
    rotate();
    append(&log, &lines(220..400));
    let _follower = follow(&server, &format!("{}/*.log", dir.path().display()));
    wait_for(&server, 400);
    std::thread::sleep(Duration::from_millis(1_000));
    assert_eq!(server.total(""), 400);
}

#[test]
fn a_server_that_is_away_is_waited_for() {
    let dir = tempfile::tempdir().unwrap();
    let logs = tempfile::tempdir().unwrap();
    let log = logs.path().join("a.log");
    append(&log, &lines(0..10));
    let server = Server::on(dir.path(), &[], true);
    let address = server.address.clone();
    let _follower = follow(&server, log.to_str().unwrap());
    wait_for(&server, 10);
    server.stop();
    append(&log, &lines(10..20));
    std::thread::sleep(Duration::from_millis(500));
    let server = Server::on(dir.path(), &[("GATELOG_LISTEN_ADDRESS", &address)], true);
    // The port may have been taken meanwhile; then there is nothing to see.
    if server.address == address {
        wait_for(&server, 20);
    }
}

#[test]
fn query_shows_a_table_json_and_csv_and_nothing_acts_on_the_terminal() {
    let server = Server::start();
    server.ingest("/ingest", lines(0..30));
    server.ingest(
        "/ingest",
        r#"{"timestamp":"2026-11-21T12:00:00Z","request_id":"evil","consumer_id":"a\u001b[2Jb","request":{"path":"/\u001b]0;x\u0007","method":"GET"},"response":{"status":503},"access":{"granted":true}}"#,
    );
    let all = ["--from", "2000-01-01", "--to", "2100-01-01"];
    let query = |more: &[&str]| {
        let mut args = vec!["query"];
        args.extend(more);
        args.extend(all);
        let output = server.cli(ADMIN, &args);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let table = query(&["status:>=500"]);
    assert_eq!(table.lines().count(), 2);
    assert!(table.contains("503") && !table.contains('\u{1b}') && !table.contains('\u{7}'), "{table:?}");
    assert_eq!(query(&["consumer_id:app-1", "--json"]).lines().count(), 5);
    assert_eq!(query(&["--csv"]).lines().count(), 32);
    let output = server.cli(ADMIN, &["query", "statsu:5"]);
    assert!(text(&output.stderr).contains("did you mean status"), "{}", text(&output.stderr));
}

#[test]
fn generated_traffic_arrives_whole_and_is_the_same_each_time() {
    let server = Server::start();
    let range = ["--seed", "7", "--from", "2026-11-20T00:00:00Z", "--to", "2026-11-21T00:00:00Z"];
    let mut args = vec!["generate", "--events", "20000"];
    args.extend(range);
    let output = server.cli(INGEST, &args);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert_eq!(server.total(""), 20_000);
    args.extend(["-o", "-"]);
    let (one, two) = (server.cli("", &args).stdout, server.cli("", &args).stdout);
    assert!(one == two && text(&one).lines().count() == 20_000);
}

#[test]
fn small_commands_say_what_they_should() {
    let server = Server::start();
    let run = |args: &[&str]| server.cli("", args);
    assert!(text(&run(&["formats"]).stdout).contains("kong"));
    assert!(text(&run(&["config"]).stdout).contains("listen_address = \"127.0.0.1:7080\""));
    let file = server.dir.join("bad.toml");
    fs::write(&file, "listen_adress = 1\n").unwrap();
    let output = run(&["config", "check", file.to_str().unwrap()]);
    assert!(
        !output.status.success() && text(&output.stderr).contains("listen_adress"),
        "{}",
        text(&output.stderr)
    );
    let probe = |value: &str| {
        let mut command = server.command("", &["mask", "probe"]);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(value.as_bytes()).unwrap();
        text(&child.wait_with_output().unwrap().stdout)
    };
    let tag = probe("some-leaked-secret-1\n");
    assert!(tag.starts_with("hmac:") && tag == probe("some-leaked-secret-1"), "{tag}");
    assert!(text(&run(&["query"]).stderr).contains("401") || !run(&["query"]).status.success());
}
