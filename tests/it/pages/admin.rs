//! Records, the audit log, systems and policies, used by those whose pages they are.

use crate::support::app::{Answer, Browser, TestApp};
use chrono::TimeDelta;
use referee::domain::access::{Role, Viewer};
use referee::domain::resolution::Outcome;
use referee::engine::review::Decision;
use referee::store::queue::{self, Filter};
use referee::store::{conflicts, users};
use reqwest::StatusCode;

const CONFIG: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "warehouse"
label = "Warehouse"
connector = { kind = "sqlite", path = "FOLDER/warehouse.sqlite" }

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [
  { id = "name", label = "Name" },
  { id = "street", label = "Street" },
  { id = "postcode", label = "Postcode" },
  { id = "phone", label = "Phone", comparison = { phone = "DE" } },
]
groups = [{ id = "address", label = "Address", members = ["street", "postcode"] }]

[[mapping]]
system = "portal"
entity = "customer"
object = "customers"
key = "id"
link = "id"
modified_at = "updated_at"
modified_by = "updated_by"
deep_link = "https://portal.example/customers/{key}"
fields = [
  { field = "name", columns = ["name"] },
  { field = "street", columns = ["street"] },
  { field = "postcode", columns = ["zip"] },
  { field = "phone", columns = ["phone"] },
]

[[mapping]]
system = "warehouse"
entity = "customer"
object = "SHIP_TO"
key = "WH_NO"
link = "CUST_REF"
fields = [
  { field = "name", columns = ["NAME"], transforms = [{ case = "upper" }] },
  { field = "street", columns = ["STREET"], transforms = [{ case = "upper" }] },
  { field = "postcode", columns = ["ZIP"] },
  { field = "phone", columns = ["TEL"] },
]

[policy.customer.all]
source_of_truth = "portal"
[policy.customer.slots.address]
rule = "manual_review"
"#;

const PORTAL: &str = "
CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, street TEXT, zip TEXT, phone TEXT, updated_at TEXT,
    updated_by TEXT);
INSERT INTO customers VALUES
 ('C-1','Ada Okafor','Elmstraße 4','10115','+49 30 55501742','2026-01-01 10:00:00','Ana'),
 ('C-2','Mateo Lindqvist','Storgata 8','01840','=1+1','2026-01-01 10:00:00','Ana');";
const WAREHOUSE: &str = "
CREATE TABLE SHIP_TO (WH_NO TEXT PRIMARY KEY, CUST_REF TEXT, NAME TEXT, STREET TEXT, ZIP TEXT, TEL TEXT);
INSERT INTO SHIP_TO VALUES
 ('WH-1','C-1','ADA OKAFOR','ELMSTRAßE 4','10115','030 55501742'),
 ('WH-2','C-2','MATEO LINDQVIST','STORGATA 8','01840','=1+1');";

/// Two systems that agree, read once, and one person per role.
async fn agreed() -> TestApp {
    let app = TestApp::start().await;
    app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    for (login, role) in
        [("ana", Role::Steward), ("maya", Role::Manager), ("tariq", Role::Admin), ("vera", Role::Auditor)]
    {
        app.add(login, &[role]).await;
    }
    app
}

/// The same, with Ada's address changed in the portal and decided for the portal by Ana.
async fn decided() -> TestApp {
    let app = agreed().await;
    let admin = Viewer::referee();
    app.engine.enable_writes(&admin, &"warehouse".into(), true).await.unwrap();
    app.sql(
        "portal",
        "UPDATE customers SET street='Lindenallee 12', zip='10117',
        updated_at='2026-03-03 12:01:30', updated_by='Ada Okafor' WHERE id='C-1'",
    )
    .await;
    app.sync().await;
    let mut session = app.engine.store().session().await.unwrap();
    let now = app.engine.now();
    let open = queue::page(&mut session, &admin, &Filter::default(), None, now, 10).await.unwrap();
    assert_eq!(open.len(), 1);
    let differences = conflicts::differences(&mut session, &[open[0].id.clone()]).await.unwrap();
    let ana = users::by_login(&mut session, "ana").await.unwrap().unwrap().viewer(false);
    let outcomes = vec![(differences[0].id.clone(), Outcome::Keep { value: 1 })];
    let decision = Decision { version: open[0].version, outcomes, ..Decision::default() };
    app.engine.resolve(&ana, &open[0].id, decision).await.unwrap();
    app.clock.advance(TimeDelta::seconds(21));
    assert!(app.engine.deliver_next().await.unwrap());
    app
}

/// The text of a page: tags away, spaces joined.
fn text(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let mut out = String::new();
    for piece in answer.body.split_once("<main").map_or("", |(_, main)| main).split('<').skip(1) {
        let (tag, words) = piece.split_once('>').unwrap();
        let name = tag.trim_start_matches('/').split(' ').next().unwrap();
        if !["b", "q", "bdi"].contains(&name) {
            out.push(' ');
        }
        out.push_str(words);
    }
    assert!(!out.contains('«'), "a message is missing: {out}");
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The first address on the page that begins so.
fn link<'a>(answer: &'a Answer, start: &str) -> &'a str {
    let from =
        answer.body.find(&format!("href=\"{start}")).unwrap_or_else(|| panic!("no link to {start}")) + 6;
    answer.body[from..].split('"').next().unwrap()
}

async fn ok(browser: &Browser, path: &str) -> String {
    text(&browser.get(path).await)
}

#[tokio::test]
async fn a_record_is_found_by_name_identifier_and_value() {
    let app = agreed().await;
    let ana = app.sign_in("ana").await;
    for query in ["okafor", "Ada Okafor", "C-1", "wh-1", "lmstraße", "Elmstraße 4"] {
        let found = ana.get(&format!("/records?q={}", query.replace(' ', "+"))).await;
        let expected = usize::from(query != "lmstraße");
        assert_eq!(found.body.matches("<tr data-row>").count(), expected, "{query}: words begin so");
        text(&found);
    }
    let by_value = ok(&ana, "/records?q=Elmstra%C3%9Fe").await;
    assert!(
        by_value.contains("1 record with Elmstraße") && by_value.contains("Street Elmstraße 4"),
        "{by_value}"
    );
    let all = ok(&ana, "/records").await;
    assert!(all.contains("Ada Okafor") && all.contains("Mateo Lindqvist"));
    assert!(ok(&ana, "/records?q=nobody").await.contains("No record has nobody"));
    assert_eq!(ana.get("/records/none").await.status, StatusCode::NOT_FOUND);
    assert!(app.visitor().get("/records").await.leads_to().starts_with("/sign-in?next="));
}

#[tokio::test]
async fn a_record_shows_what_each_system_holds_and_its_past() {
    let app = decided().await;
    let ana = app.sign_in("ana").await;
    let found = ana.get("/records?q=C-1").await;
    let record = link(&found, "/records/").to_owned();
    let page = ana.get(&record).await;
    assert_eq!(link(&page, "https://portal"), "https://portal.example/customers/C-1");
    let shown = text(&page);
    assert!(shown.contains("Lindenallee 12 Source of truth LINDENALLEE 12 Lindenallee 12"), "{shown}");
    assert!(shown.contains("ana of the tests decided Address"), "{shown}");
    let timeline = ok(&ana, &format!("{record}/timeline")).await;
    let order = [
        "Warehouse Referee, for ana of the tests",
        "Decided: keep Lindenallee 12, 10117",
        "Conflict opened: Address",
        "Portal Ada Okafor",
        "First read",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|part| timeline.find(part).unwrap_or_else(|| panic!("{part}: {timeline}")))
        .collect();
    assert!(places.is_sorted(), "newest first: {places:?} {timeline}");
    assert!(timeline.contains("was Elmstraße 4") && timeline.contains("now Lindenallee 12"), "{timeline}");
    assert!(timeline.contains("Read back after the write"), "{timeline}");
    assert!(timeline.contains("Polled today 12:02"), "{timeline}");
    let of_field = ok(&ana, &format!("{record}/timeline?field=postcode&system=portal")).await;
    assert!(of_field.contains("10117") && !of_field.contains("now Lindenallee 12"), "{of_field}");
}

#[tokio::test]
async fn the_timeline_is_paged_by_key() {
    let app = agreed().await;
    for n in 0..60 {
        let update = format!(
            "UPDATE customers SET phone='+49 30 {n:06}', street='Storgata {n}', zip='{n:05}', name='Mateo {n}',
                updated_by='Bo' WHERE id='C-2'"
        );
        app.sql("portal", &update).await;
        app.sync().await;
    }
    let ana = app.sign_in("ana").await;
    let record = link(&ana.get("/records?q=C-2").await, "/records/").to_owned();
    let (mut path, mut changes, mut pages) = (format!("{record}/timeline"), 0, 0);
    loop {
        let page = ana.get(&path).await;
        text(&page);
        let rows = page.body.matches("<tr id=").count();
        assert!(rows <= 200);
        changes += page.body.matches(">Bo<").count();
        pages += 1;
        if !page.body.contains("rel=\"next\"") {
            break;
        }
        path = link(&page, &format!("{record}/timeline?before=")).replace("&amp;", "&");
    }
    assert_eq!((changes, pages), (240, 2), "four fields in each of sixty versions");
}

#[tokio::test]
async fn the_audit_log_is_listed_filtered_and_read_once() {
    let app = decided().await;
    let maya = app.sign_in("maya").await;
    let all = maya.get("/audit").await;
    let shown = text(&all);
    assert!(
        shown.contains("ana of the tests kept Address Lindenallee 12, 10117 over ELMSTRAßE 4, 10115"),
        "{shown}"
    );
    assert!(shown.contains("Referee wrote Address to Warehouse and read back"), "{shown}");
    assert!(shown.contains("Not checked since the start"), "{shown}");
    let decisions = maya.get("/audit?action=decided").await;
    assert!(text(&decisions).contains("1 entry, newest first"));
    assert_eq!(decisions.body.matches("class=\"sentence\"").count(), 1);
    let of_ada = text(&maya.get("/audit?q=okafor").await);
    assert!(
        of_ada.contains("matching okafor") && !of_ada.contains("vera of the tests signed in"),
        "{of_ada}"
    );
    assert!(maya.get("/audit?q=1").await.body.contains("href=\"/audit/1\""));
    assert!(text(&maya.get("/audit?from=2026-03-04").await).contains("0 entries"));
    let today = ok(&maya, "/audit?from=2026-03-03&to=2026-03-03").await;
    assert!(!today.contains("0 entries"), "{today}");
    let reads = || async {
        let lines = app.audit().await;
        lines
            .iter()
            .filter(|line| line.action.as_str() == "read" && line.actor.name.starts_with("maya"))
            .count()
    };
    assert_eq!(reads().await, 1, "one read entry per person, view and ten minutes");
    app.clock.advance(TimeDelta::minutes(11));
    maya.get("/audit").await;
    assert_eq!(reads().await, 2);
    let entry = ok(&maya, "/audit/1").await;
    assert!(entry.contains("Entry 1") && entry.contains(&"0".repeat(64)), "{entry}");
    assert_eq!(maya.get("/audit/999999").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_count_of_the_audit_log_is_its_list() {
    let app = decided().await;
    let maya = app.sign_in("maya").await;
    let page = maya.get("/audit").await;
    let mut checked = 0;
    for facet in page.body.split("<li><a href=\"/audit?").skip(1) {
        let (href, rest) = facet.split_once('"').unwrap();
        let Some((_, count)) = rest.split_once("class=\"count\">") else { continue };
        let count: usize = count.split('<').next().unwrap().parse().unwrap();
        let list = maya.get(&format!("/audit?{}", href.replace("&amp;", "&"))).await;
        assert_eq!(list.body.matches("class=\"sentence\"").count(), count, "{href}");
        checked += 1;
    }
    assert!(checked > 8, "only {checked} counts");
}

#[tokio::test]
async fn an_export_is_the_filtered_list_and_no_cell_starts_a_formula() {
    let app = decided().await;
    app.sql("portal", "UPDATE customers SET name='=cmd()', updated_by='Bo' WHERE id='C-2'").await;
    app.sync().await;
    let vera = app.sign_in("vera").await;
    let json = vera.get("/audit/export?format=jsonl&action=decided").await;
    assert_eq!(json.status, StatusCode::OK);
    let lines: Vec<serde_json::Value> =
        json.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["values"]["kept"], "Lindenallee 12, 10117");
    let csv = vera.get("/audit/export?format=csv").await;
    assert!(csv.header("content-disposition").contains(".csv"));
    let mut rows = csv::Reader::from_reader(csv.body.as_bytes());
    let mut count = 0;
    for row in rows.records() {
        for cell in &row.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
        }
        count += 1;
    }
    let last = app.audit().await;
    let exported = last.last().unwrap();
    assert_eq!(exported.action.as_str(), "exported");
    assert_eq!(exported.facts["entries"], count.to_string());
    assert_eq!(count, last.len() - 1, "every entry before its own");
    let unknown = vera.get("/audit/export?format=xls").await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn verification_says_how_far_and_names_the_first_bad_entry() {
    let app = decided().await;
    let maya = app.sign_in("maya").await;
    assert!(ok(&maya, "/audit/verification").await.contains("Not checked since the start"));
    assert_eq!(maya.post("/audit/verification", &[]).await.leads_to(), "/audit/verification");
    let good = ok(&maya, "/audit/verification").await;
    assert!(good.contains("Verified up to entry") && good.contains("all lines fit"), "{good}");
    assert!(ok(&maya, "/audit").await.contains("Verified up to entry"));

    sqlx::raw_sql("UPDATE audit SET line = replace(line, 'Ada', 'Eve'), actor_id = 'x' WHERE seq = 3")
        .execute(&mut app.open("data/referee.db").await)
        .await
        .unwrap();
    maya.post("/audit/verification", &[]).await;
    let broken = maya.get("/audit/verification").await;
    assert!(broken.body.contains("<title>Problem:"), "{}", broken.body);
    assert!(text(&broken).contains("Broken at entry 3"), "{}", text(&broken));
    let elsewhere = app.sign_in("ana").await.get("/records").await;
    assert!(
        elsewhere.body.contains("The audit log is not as it was written: <bdi>entry 3"),
        "a banner on every page"
    );
}

#[tokio::test]
async fn roles_see_their_pages_only() {
    let app = agreed().await;
    let (ana, maya, vera) = (app.sign_in("ana").await, app.sign_in("maya").await, app.sign_in("vera").await);
    for path in ["/audit", "/audit/1", "/audit/verification", "/audit/export", "/policies", "/settings"] {
        assert_eq!(ana.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    for path in
        ["/policies", "/policies/customer", "/policies/customer/phone", "/policies/versions", "/settings"]
    {
        assert_eq!(maya.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(ok(&vera, "/systems").await.contains("needs the role admin"));
    let change =
        maya.post("/policies/customer/phone", &[("rule", "source_wins"), ("because", "x"), ("version", "1")]);
    assert_eq!(change.await.status, StatusCode::FORBIDDEN);
    for (path, field) in [("runs", "x"), ("writes", "writes"), ("pause", "pause")] {
        let sent = maya.post(&format!("/systems/portal/{path}"), &[(field, "on"), ("because", "x")]).await;
        assert_eq!(sent.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert!(!app.engine.setup().state(&"portal".into()).writes_enabled);
}

const CHANGE: [(&str, &str); 8] = [
    ("rule", "source_wins"),
    ("source", "portal"),
    ("stakes", ""),
    ("reason", ""),
    ("hold", ""),
    ("due", ""),
    ("if_wrong", "Agents call a number nobody answers"),
    ("because", "Customers keep their number in the portal"),
];

fn change<'a>(version: &'a str, replaced: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut fields = CHANGE.to_vec();
    for (name, value) in &mut fields {
        *value = replaced.iter().find(|(other, _)| other == name).map_or(value, |(_, value)| value);
    }
    fields.push(("version", version));
    fields
}

#[tokio::test]
async fn a_policy_changes_with_a_reason_and_the_next_run_follows() {
    let app = agreed().await;
    app.engine.enable_writes(&Viewer::referee(), &"warehouse".into(), true).await.unwrap();
    let tariq = app.sign_in("tariq").await;
    let matrix = ok(&tariq, "/policies").await;
    assert!(matrix.contains("No rule: reviewed") && matrix.contains("2 fields without a rule"), "{matrix}");
    let form = tariq.get("/policies/customer/phone").await;
    assert!(
        form.body.contains("name=\"version\" value=\"1\"") && text(&form).contains("Now: No rule: reviewed")
    );

    let typed = change("1", &[("because", " "), ("hold", "301"), ("due", "soon")]);
    let kept = tariq.post("/policies/customer/phone", &typed).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "<title>Problem:",
        "value=\"301\"",
        "value=\"soon\"",
        "Agents call",
        "Say why you change it",
        "0 to 300",
    ] {
        assert!(kept.body.contains(part), "{part}: {}", kept.body);
    }
    let saved = tariq.post("/policies/customer/phone", &change("1", &[])).await;
    assert!(saved.leads_to().starts_with("/policy-drafts/"), "nothing is in force yet");
    assert_eq!(app.engine.setup().policy_version, 1);
    let saved = tariq.switch_on(saved.leads_to()).await;
    assert_eq!(saved.leads_to(), "/policies/customer?changed=phone");
    let after = tariq.get("/policies/customer?changed=phone").await;
    assert!(after.body.contains("Saved as version 2"), "{}", after.body);
    let after = text(&after);
    assert!(after.contains("Version 2, on since") && after.contains("1 field without a rule"), "{after}");
    let versions = ok(&tariq, "/policies/customer/versions").await;
    let second = versions.find("Version 2").unwrap();
    assert!(
        second < versions.find("Version 1").unwrap() && versions.contains("tariq of the tests"),
        "{versions}"
    );
    assert!(
        versions.contains("Customers keep their number in the portal") && versions.contains("Phone Rule"),
        "{versions}"
    );

    app.sql("portal", "UPDATE customers SET phone='+49 30 999999', updated_by='Ada' WHERE id='C-1'").await;
    app.sync().await;
    assert!(app.engine.deliver_next().await.unwrap(), "settled by the rule, without a person");
    let phone: String = sqlx::query_scalar("SELECT TEL FROM SHIP_TO WHERE WH_NO = 'WH-1'")
        .fetch_one(&mut app.connect("warehouse").await)
        .await
        .unwrap();
    assert_eq!(phone, "+49 30 999999");
    let maya = app.sign_in("maya").await;
    assert!(
        ok(&maya, "/audit?action=policy_changed")
            .await
            .contains("changed the policy of Phone: Customers keep")
    );
}

#[tokio::test]
async fn the_second_admin_is_told_and_keeps_what_was_typed() {
    let app = agreed().await;
    app.add("zoe", &[Role::Admin]).await;
    let (tariq, zoe) = (app.sign_in("tariq").await, app.sign_in("zoe").await);
    put_in_force(&tariq, &change("1", &[])).await;
    let mine = change("1", &[("rule", "manual_review"), ("because", "Two systems were wrong last week")]);
    let told = zoe.post("/policies/customer/phone", &mine).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    assert!(told.body.contains("tariq of the tests saved version 2 while you were editing"), "{}", told.body);
    assert!(
        told.body.contains("Two systems were wrong last week")
            && told.body.contains("name=\"version\" value=\"2\"")
    );
    assert_eq!(app.engine.setup().policy_version, 2, "nothing was saved");
    let mine = change("2", &[("rule", "manual_review"), ("because", "Two systems were wrong last week")]);
    put_in_force(&zoe, &mine).await;
    assert_eq!(app.engine.setup().policy_version, 3);
}

/// Saves a change of the phone's policy as a draft and switches it on.
async fn put_in_force(admin: &Browser, sent: &[(&str, &str)]) {
    let draft = admin.post("/policies/customer/phone", sent).await.leads_to().to_owned();
    admin.switch_on(&draft).await.leads_to();
}

#[tokio::test]
async fn a_system_is_read_now_and_its_run_tells_what_it_found() {
    let app = agreed().await;
    let tariq = app.sign_in("tariq").await;
    let list = ok(&tariq, "/systems").await;
    assert!(list.contains("Portal SQLite database Watch only Well 2"), "{list}");
    app.sql("portal", "UPDATE customers SET zip='10999', updated_at='2026-03-03 12:01:30' WHERE id='C-1'")
        .await;
    let begun = tariq.post("/systems/portal/runs", &[]).await;
    let run = begun.leads_to().to_owned();
    assert!(run.starts_with("/runs/"));
    let mut page = String::new();
    for _ in 0..100 {
        page = ok(&tariq, &run).await;
        if page.contains("Run of Portal Done") && page.contains("Conflicts 1") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(page.contains("tariq of the tests, by hand") && page.contains("Changed 1 Conflicts 1"), "{page}");
    assert!(ok(&tariq, "/runs?system=portal").await.contains("Portal"));
    assert!(ok(&tariq, "/policies/customer").await.contains("All of Customer"));

    std::fs::remove_file(app.folder.path().join("warehouse.sqlite")).unwrap();
    let run = tariq.post("/systems/warehouse/runs", &[]).await.leads_to().to_owned();
    for _ in 0..100 {
        page = ok(&tariq, &run).await;
        if page.contains("Failed") {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert!(page.contains("The run stopped"), "{page}");
    assert!(ok(&tariq, "/systems").await.contains("Failing since"));
    assert!(ok(&tariq, "/systems/warehouse").await.contains("The run stopped"));
    assert!(ok(&tariq, "/settings").await.contains("2 connected, 1 failing"));
}

#[tokio::test]
async fn writes_and_pauses_are_switched_with_a_reason() {
    let app = agreed().await;
    let tariq = app.sign_in("tariq").await;
    let without = tariq.post("/systems/portal/writes", &[("writes", "on"), ("because", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    tariq
        .post("/systems/portal/writes", &[("writes", "on"), ("because", "the trial is over")])
        .await
        .leads_to();
    assert!(app.engine.setup().state(&"portal".into()).writes_enabled);
    tariq.post("/systems/portal/pause", &[("pause", "on"), ("because", "moving house")]).await.leads_to();
    let page = ok(&tariq, "/systems/portal").await;
    assert!(page.contains("Read and write") && page.contains("Paused moving house"), "{page}");
    tariq.post("/systems/portal/writes", &[("writes", "off"), ("because", "once more")]).await.leads_to();
    assert!(!app.engine.setup().state(&"portal".into()).writes_enabled);
    let log = ok(&tariq, "/audit?system=portal").await;
    for part in [
        "turned on writes to Portal the trial is over",
        "paused reading Portal moving house",
        "turned off writes",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
    assert_eq!(tariq.get("/systems/none").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_object_of_a_system_is_paused_and_goes_on() {
    let app = agreed().await;
    let tariq = app.sign_in("tariq").await;
    let path = "/systems/portal/mappings/customer/pause";
    let without = tariq.post(path, &[("reading", "on"), ("because", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (what, why) in [("reading", "a storm"), ("writing", "they move house")] {
        tariq.post(path, &[(what, "on"), ("because", why)]).await.leads_to();
        let page = ok(&tariq, "/systems/portal").await;
        assert!(
            page.contains(why)
                && page.contains(&format!("{what} Customer").replacen(
                    &what[..1],
                    &what[..1].to_uppercase(),
                    1
                )),
            "{page}"
        );
    }
    assert!(ok(&tariq, "/systems").await.contains("Partly paused"));
    assert!(ok(&tariq, "/queue").await.contains("a storm"));
    let run = tariq.post("/systems/portal/runs", &[]).await;
    assert_eq!(run.status, StatusCode::CONFLICT, "nothing else of it is mapped");
    tariq.post(path, &[("reading", "off"), ("because", "it is over")]).await.leads_to();
    assert!(!ok(&tariq, "/queue").await.contains("a storm"));
    let log = ok(&tariq, "/audit?system=portal").await;
    for part in [
        "paused reading Customer of Portal a storm",
        "paused writing Customer of Portal they move house",
        "let reading Customer of Portal go on it is over",
    ] {
        assert!(log.contains(part), "{part}: {log}");
    }
    let none =
        tariq.post("/systems/portal/mappings/none/pause", &[("reading", "on"), ("because", "x")]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}
