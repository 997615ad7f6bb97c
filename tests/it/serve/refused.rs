//! What cannot be done, and what is said about it: settings, folders, forms, addresses.

use super::Place;
use crate::support::app::{Browser, PASSWORD, TestApp};
use crate::support::program::run;
use chrono::TimeDelta;
use referee::domain::access::{Role, Viewer};
use referee::domain::catalog::Catalog;
use referee::engine::sync::Trigger;
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

/// What a start says of these settings, which cannot be used.
fn told(folder: &Path, settings: &str, more: &[&str]) -> String {
    std::fs::write(folder.join("referee.toml"), settings).unwrap();
    let arguments = [&["serve", "--data", "data", "--listen", "127.0.0.1:0"], more].concat();
    let (code, said, told) = run(folder, &arguments);
    assert_eq!((code, said.as_str()), (Some(1), ""), "{settings}: {told}");
    told
}

#[test]
fn settings_that_cannot_be_used_are_named_by_file_line_and_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let mail = |lines: &str| format!("[log]\n\n[mail]\nhost = \"mail\"\n{lines}");
    let cases = [
        (
            "[server]\nlisten = \"nonsense\"\n".to_owned(),
            ["line 2, key server.listen", "write an address and port"],
        ),
        ("[server]\n\nworkers = \"many\"\n".to_owned(), ["line 3, key server.workers", "write a number"]),
        (
            "[server]\nbody_limit_bytes = 5\n".to_owned(),
            ["line 2, key server.body_limit_bytes", "2097152 is usual"],
        ),
        ("[server]\nlistne = \"127.0.0.1:1\"\n".to_owned(), ["line 2", "expected one of `listen`"]),
        ("[server\n".to_owned(), ["line 1", "expected `]`"]),
        (mail(""), ["line 4, key mail.host", "mail.from and mail.to must be set"]),
        (
            mail("from = \"nobody\"\nto = [\"a@b.example\"]"),
            ["line 5, key mail.from", "write one like it@example.com"],
        ),
        (mail("security = \"ssl\""), ["line 5, key mail.security", "starttls, tls or none"]),
        ("[store]\nurl = \"mysql://x\"\n".to_owned(), ["line 2, key store.url", "postgres:// or sqlite://"]),
        (
            "[business]\nfile = \"none.toml\"\n".to_owned(),
            ["none.toml cannot be read", "write it, or take business.file out"],
        ),
    ];
    for (settings, parts) in cases {
        let told = told(folder.path(), &settings, &[]);
        for part in parts {
            assert!(told.contains(part), "{settings}: {part} in {told}");
        }
        assert!(told.contains(".toml"), "{told}");
        assert_eq!(told.trim().lines().count(), 1, "{told}");
    }
    let named = run(folder.path(), &["config", "check", "--config", "no.toml"]).2;
    assert!(named.contains("no.toml cannot be read") && named.contains("--config"), "{named}");
}

#[test]
fn a_business_configuration_that_cannot_be_used_is_named_with_everything_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "[business]\nfile = \"b.toml\"\n";
    let says = |business: &str| {
        std::fs::write(folder.path().join("b.toml"), business).unwrap();
        let started = told(folder.path(), settings, &[]);
        let (code, _, checked) = run(folder.path(), &["config", "check", "--data", "data"]);
        assert_eq!(code, Some(1), "the check finds it without a start: {checked}");
        assert!(started.contains("b.toml") && checked.contains("b.toml"), "{started}{checked}");
        started
    };
    let system = "[[system]]\nid = \"portal\"\nlabel = \"Portal\"\n";
    let unknown = says(&format!("{system}labl = \"x\"\nconnector = {{ kind = \"sqlite\", path = \"x\" }}\n"));
    assert!(
        unknown.contains("line 4") && unknown.contains("labl") && unknown.contains("expected one of"),
        "{unknown}"
    );
    let kind = says(&format!("{system}connector = {{ kind = \"sqlit\", path = \"x\" }}\n"));
    assert!(kind.contains("system portal: its connector") && kind.contains("`sqlit`, expected"), "{kind}");
    let mapped = "[[entity]]\nid = \"c\"\nlabel = \"C\"\ntitle = \"name\"\nfields = [{ id = \"nam\", label = \"N\" }]\n\
        [[mapping]]\nsystem = \"portl\"\nentity = \"c\"\nobject = \"t\"\nkey = \"id\"\nfields = []\n";
    let wrong = says(&format!("{system}connector = {{ kind = \"sqlite\", path = \"x\" }}\n{mapped}"));
    assert!(
        wrong.contains("no system “portl”") && wrong.contains("its title “name”"),
        "all at once: {wrong}"
    );
    // Nothing of it was taken: corrected, it is version 1.
    std::fs::write(folder.path().join("b.toml"), "").unwrap();
    assert_eq!(run(folder.path(), &["config", "check", "--data", "data"]).0, Some(0));
}

#[test]
fn a_database_folder_or_file_that_is_not_there_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = told(folder.path(), "", &["--database", "postgres://ana:hunter2@127.0.0.1:1/referee"]);
    assert!(nobody.contains("127.0.0.1:1/referee") && nobody.contains("refused"), "{nobody}");
    assert!(!nobody.contains("hunter2"), "{nobody}");
    std::fs::write(folder.path().join("file"), "").unwrap();
    for data in ["file", "file/x", "/proc/referee-tests"] {
        let (code, _, told) = run(folder.path(), &["serve", "--data", data, "--listen", "127.0.0.1:0"]);
        assert_eq!(code, Some(1));
        assert!(told.contains(&format!("data folder {data}")) && told.contains("--data"), "{told}");
    }
    let import = ["link", "import", "--entity", "x", "pairs.csv", "--data", "data"];
    assert!(run(folder.path(), &import).2.contains("pairs.csv cannot be read"));
    let sync = ["sync", "--system", "portl", "--data", "data"];
    let unknown = run(folder.path(), &sync).2;
    assert!(unknown.contains("no system \"portl\"; there are: none is configured"), "{unknown}");
}

#[test]
fn a_read_only_folder_is_named_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("precious"), "x").unwrap();
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o555)).unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    // Rights do not bind root: then it runs as somebody else, from a copy that they may run.
    let root = std::fs::write(data.join("probe"), "").is_ok();
    let _ = std::fs::remove_file(data.join("probe"));
    let program = folder.path().join("referee");
    std::fs::copy(env!("CARGO_BIN_EXE_referee"), &program).unwrap();
    let mut command = Command::new(if root { Path::new("setpriv") } else { &program });
    if root {
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]).arg(&program);
    }
    command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data);
    let answer = command.env_clear().env("PATH", "/usr/bin:/bin").current_dir("/").output().unwrap();
    let told = String::from_utf8(answer.stderr).unwrap();
    assert_eq!(answer.status.code(), Some(1), "{told}");
    let place = data.display().to_string();
    assert!(told.contains(&place) && told.contains("cannot be written") && told.contains("--data"), "{told}");
    let left: Vec<_> = std::fs::read_dir(&data).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["precious"]);
}

/// A server in the test, with a conflict over Ada's address, and where it is.
async fn disputed() -> (TestApp, Place, String, String) {
    let place = Place::with_two_systems(None, 20, "").await;
    let app = TestApp::start().await;
    let text = std::fs::read_to_string(place.path().join("business.toml")).unwrap();
    let catalog: Catalog = toml::from_str(&text).unwrap();
    assert!(app.engine.seed(catalog).await.unwrap());
    read(&app).await;
    place.sql("portal", "UPDATE customers SET street='Lindenallee 12', zip='10117' WHERE id='C-1'").await;
    read(&app).await;
    app.add("ana", &[Role::Steward]).await;
    let mut session = app.engine.store().session().await.unwrap();
    let (filter, viewer) = (referee::store::queue::Filter::default(), Viewer::referee());
    let page = referee::store::queue::page(&mut session, &viewer, &filter, None, app.engine.now(), 10).await;
    let conflict = page.unwrap().remove(0).id;
    let all = referee::store::conflicts::differences(&mut session, std::slice::from_ref(&conflict)).await;
    let difference = all.unwrap().remove(0).id.0;
    (app, place, conflict.0, difference)
}

async fn read(app: &TestApp) {
    app.clock.advance(TimeDelta::minutes(1));
    app.engine.sync_all(&Trigger { full: true, ..Trigger::schedule() }).await.unwrap();
}

async fn decided(app: &TestApp) -> usize {
    app.audit().await.iter().filter(|line| line.action.as_str() == "decided").count()
}

/// The version in the form of a page.
fn version(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"version\" value=\"").expect("a version");
    rest.split_once('"').unwrap().0.to_owned()
}

/// The fields of a decision that types an address.
fn typed(difference: &str, version: &str) -> Vec<(String, String)> {
    [
        ("version".to_owned(), version.to_owned()),
        (format!("outcome.{difference}"), "type".to_owned()),
        (format!("typed.{difference}.street"), "Am Markt 3b".to_owned()),
        (format!("typed.{difference}.postcode"), "10999".to_owned()),
        ("note".to_owned(), "said <b>so</b> by phone".to_owned()),
    ]
    .into()
}

async fn send(browser: &Browser, path: &str, fields: &[(String, String)]) -> crate::support::app::Answer {
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.post(path, &fields).await
}

#[tokio::test]
async fn a_decision_typed_before_the_session_ended_is_made_after_signing_in() {
    let (app, _place, conflict, difference) = disputed().await;
    let ana = app.sign_in("ana").await;
    let page = ana.get(&format!("/conflicts/{conflict}")).await;
    let fields = typed(&difference, &version(&page.body));
    let path = format!("/conflicts/{conflict}/resolution");
    app.clock.advance(TimeDelta::minutes(31));
    let asked = send(&ana, &path, &fields).await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    for kept in ["value=\"Am Markt 3b\"", "10999", "by phone", "again-password"] {
        assert!(asked.body.contains(kept), "{kept}: {}", asked.body);
    }
    let with = |password: &str| [fields.as_slice(), &[("again-password".into(), password.into())]].concat();
    let wrong = send(&ana, &path, &with("three wooden forks")).await;
    assert!(wrong.status == StatusCode::UNAUTHORIZED && wrong.body.contains("Am Markt 3b"), "{}", wrong.body);
    let done = send(&ana, &path, &with(PASSWORD)).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.body);
    assert_eq!(decided(&app).await, 1, "decided once");
    let mut session = app.engine.store().session().await.unwrap();
    let made =
        referee::store::resolutions::of_conflict(&mut session, &conflict.as_str().into(), 10).await.unwrap();
    assert_eq!((made.len(), made[0].note.as_str()), (1, "said <b>so</b> by phone"));
}

#[tokio::test]
async fn a_form_over_values_that_moved_is_refused_and_keeps_what_was_typed() {
    let (app, place, conflict, difference) = disputed().await;
    let ana = app.sign_in("ana").await;
    let (path, save) = (format!("/conflicts/{conflict}"), format!("/conflicts/{conflict}/resolution"));
    let old = typed(&difference, &version(&ana.get(&path).await.body));
    place.sql("warehouse", "UPDATE SHIP_TO SET ZIP='99999' WHERE WH_NO='WH-1'").await;
    read(&app).await;
    let refused = send(&ana, &save, &old).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    for part in ["value=\"Am Markt 3b\"", "99999", "Ada Okafor", "said &#60;b&#62;so&#60;/b&#62; by phone"] {
        assert!(refused.body.contains(part), "{part}: {}", refused.body);
    }
    assert_eq!(decided(&app).await, 0);
    // The page that came back is made of the new values: it can be saved as it stands.
    let again = send(&ana, &save, &typed(&difference, &version(&refused.body))).await;
    assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.body);
    // Sent twice, it is the same decision.
    let twice = send(&ana, &save, &typed(&difference, &version(&refused.body))).await;
    assert_eq!(twice.status, StatusCode::SEE_OTHER, "{}", twice.body);
    assert_eq!(decided(&app).await, 1);
}

#[tokio::test]
async fn an_address_of_nothing_is_a_page_that_says_so_with_a_way_back() {
    let app = TestApp::start().await;
    app.add("ana", &[Role::Steward, Role::Manager, Role::Admin]).await;
    let ana = app.sign_in("ana").await;
    for path in [
        "/conflicts/x",
        "/records/x",
        "/records/x/timeline",
        "/resolutions/x",
        "/runs/x",
        "/systems/x",
        "/policies/x",
        "/policies/x/y",
        "/audit/999",
        "/audit/x",
        "/demo",
    ] {
        let page = ana.get(path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}: {}", page.body);
        assert!(page.body.contains("href=\"/queue\"") && page.body.contains("<h1"), "{path}: {}", page.body);
    }
    for path in [
        "/conflicts/x/resolution",
        "/conflicts/x/claim",
        "/resolutions/x/undo",
        "/deliveries/x/retry",
        "/systems/x/runs",
    ] {
        assert_eq!(ana.post(path, &[]).await.status, StatusCode::NOT_FOUND, "{path}");
    }
}

#[tokio::test]
async fn an_address_says_which_methods_it_takes() {
    let place = Place::with_two_systems(None, 20, "").await;
    let running = place.serve();
    let ask = async |method: reqwest::Method, path: &str| {
        let request = crate::support::app::http().request(method, format!("{}{path}", running.served.url));
        let answer = request.bearer_auth(&place.token).send().await.unwrap();
        let allow = answer.headers().get("allow").map(|allow| allow.to_str().unwrap().to_owned());
        (answer.status().as_u16(), allow, answer.json::<Value>().await.unwrap_or_default()["code"].clone())
    };
    let not = |allow: &str| (405, Some(allow.to_owned()), json!("method_not_allowed"));
    assert_eq!(ask(reqwest::Method::DELETE, "/api/v1/conflicts").await, not("GET, HEAD"));
    assert_eq!(ask(reqwest::Method::POST, "/api/v1/conflicts/x").await, not("GET, HEAD"));
    assert_eq!(ask(reqwest::Method::GET, "/api/v1/conflicts/x/claim").await, not("POST"));
    assert_eq!(ask(reqwest::Method::PATCH, "/api/v1/conflicts/x/resolution").await, not("POST"));
    assert_eq!(ask(reqwest::Method::PUT, "/api/v1/systems/portal/runs").await, not("POST"));
    assert_eq!(ask(reqwest::Method::HEAD, "/api/v1/conflicts").await.0, 200);
    running.served.stop();
}
