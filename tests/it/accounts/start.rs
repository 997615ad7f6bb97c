//! Starting and stopping the program itself, and everything that can be in the way.

use crate::support::app::{TestApp, config, http};
use crate::support::program::{Served, fed, referee, run};
use referee::app::{App, Start, StartError};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

#[tokio::test]
async fn the_program_serves_and_a_signal_stops_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    for signal in ["-TERM", "-INT"] {
        let served = Served::start(folder.path());
        let client = http();
        assert!(client.get(format!("{}/readyz", served.url)).send().await.unwrap().status().is_success());
        served.signal(signal);
        let (code, took) = tokio::task::spawn_blocking(move || served.end()).await.unwrap();
        assert_eq!(code, Some(0), "{signal}");
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}

#[test]
fn a_second_instance_on_one_folder_is_refused_and_commands_work_beside_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let served = Served::start(folder.path());
    let (code, _, told) = run(folder.path(), &["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("data is in use by another Referee"), "{told}");
    assert!(told.contains(&format!("process {}", served.id())), "{told}");

    let add = ["user", "add", "ana", "--role", "admin", "--name", "Ana Ruiz", "--data", "data"];
    let (code, said, told) = run(folder.path(), &add);
    assert_eq!(code, Some(0), "{told}");
    assert!(said.contains("Added ana (admin).") && said.contains("Password: "), "{said}");
    let (code, _, told) = run(folder.path(), &add);
    assert_eq!(code, Some(1));
    assert!(told.contains("the login \"ana\" is taken"), "{told}");
    let issue = ["token", "issue", "ana", "--name", "t", "--data", "data"];
    assert!(run(folder.path(), &issue).1.starts_with("ref_"));
    let (_, said, _) = run(folder.path(), &["user", "list", "--data", "data"]);
    assert!(said.contains("ana") && said.contains("Ana Ruiz"), "{said}");
    let (code, said, _) = run(folder.path(), &["audit", "verify", "--database", "data/referee.db"]);
    assert_eq!(code, Some(0));
    assert!(said.starts_with("verified 2 entries"), "{said}");
}

#[test]
fn a_password_comes_from_standard_input_and_must_be_long() {
    let folder = tempfile::tempdir().unwrap();
    let add = |password: &str| {
        let arguments = [
            "user",
            "add",
            "ana",
            "--role",
            "steward",
            "--name",
            "Ana",
            "--password-stdin",
            "--data",
            "data",
        ];
        let (code, said, told) = fed(folder.path(), &arguments, password);
        (code, said + &told)
    };
    let (code, told) = add("too short");
    assert_eq!(code, Some(1));
    assert!(told.contains("fewer than 15 characters"), "{told}");
    let (code, told) = add("three wooden spoons\n");
    assert_eq!(code, Some(0));
    assert!(!told.contains("spoons") && !told.contains("Password"), "{told}");
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let app = TestApp::start().await;
    let folder = tempfile::tempdir().unwrap();
    let listen = app.url.trim_start_matches("http://").to_owned();
    let arguments = ["serve", "--data", "data", "--listen", &listen];
    let (code, _, told) = run(folder.path(), &arguments);
    assert_eq!(code, Some(1));
    assert!(told.contains(&format!("{listen} is in use by another program")), "{told}");
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("data");
    std::fs::create_dir(&inner).unwrap();
    std::fs::set_permissions(&inner, std::fs::Permissions::from_mode(0o500)).unwrap();
    // Rights do not bind root; a file system that is mounted read-only does.
    let bound = std::fs::write(inner.join("x"), "").is_err();
    let places = [inner, "/sys/referee-tests".into(), "/proc/referee-tests".into()];
    let Some(place) = places.into_iter().skip(usize::from(!bound)).find(|place| refuses(place)) else {
        let _ = writeln!(std::io::stderr(), "left out: no folder here is read-only for this user (root)");
        return;
    };
    let mut config = config(folder.path());
    config.data.folder = Some(place.clone());
    let error = App::build(Start::new(config)).await.err().expect("refused");
    let told = error.to_string();
    assert!(told.contains(place.to_str().unwrap()) && told.contains("--data"), "{told}");
}

/// Whether nothing can be made there, and the system says that it is for want of rights.
fn refuses(place: &Path) -> bool {
    let made = if place.exists() { std::fs::write(place.join("x"), "") } else { std::fs::create_dir(place) };
    let kind = made.err().map(|error| error.kind());
    kind.is_some_and(|kind| {
        matches!(kind, std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem)
    })
}

#[tokio::test]
async fn another_databases_key_is_refused() {
    let app = TestApp::start().await;
    app.add("ana", &[referee::domain::access::Role::Admin]).await;
    let folder = app.stop().await;
    let key = folder.path().join("data/referee.key");
    let other = tempfile::tempdir().unwrap();
    drop(App::build(Start::new(config(other.path()))).await.unwrap());
    std::fs::copy(other.path().join("data/referee.key"), &key).unwrap();
    let error = App::build(Start::new(config(folder.path()))).await.err().expect("refused");
    assert!(matches!(error, StartError::WrongKey(_)), "{error}");
    std::fs::remove_file(key).unwrap();
    let error = App::build(Start::new(config(folder.path()))).await.err().expect("refused");
    assert!(error.to_string().contains("is missing"), "{error}");
}

#[test]
fn settings_are_checked_and_shown_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("referee.toml");
    std::fs::write(&file, "[store]\nurl = \"postgres://app:hunter2@db/referee\"\n").unwrap();
    let (code, said, _) = run(folder.path(), &["config", "show"]);
    assert_eq!(code, Some(0));
    assert!(said.contains("postgres://app:***@db/referee") && !said.contains("hunter2"), "{said}");
    let (code, said, _) = run(folder.path(), &["config", "check"]);
    assert!(code == Some(0) && said.contains("referee.toml"), "{said}");
    std::fs::write(&file, "[server]\nlistne = \"127.0.0.1:1\"\n").unwrap();
    let (code, _, told) = run(folder.path(), &["serve"]);
    assert_eq!(code, Some(1));
    assert!(told.contains("referee.toml, line 2") && told.contains("listne"), "{told}");
    let mut odd = referee(folder.path(), &["config", "check", "--config", "/dev/null"]);
    let odd = odd.env("REFEREE_SERVER__PORT", "1").output().unwrap();
    assert!(String::from_utf8(odd.stderr).unwrap().contains("REFEREE_SERVER__PORT"));
}
