//! Changing a policy as an admin does it: the form, the draft with what it would do, switching on,
//! going back.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::{Answer, Browser, TestApp};
use crate::support::postgres;
use referee::domain::access::Role;
use reqwest::StatusCode;

/// Two addresses that differ, on each database there is.
async fn apps() -> Vec<TestApp> {
    let mut apps = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !apps.is_empty() {
            continue;
        }
        let app = TestApp::start_on(url).await;
        app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        for (login, role) in [("ana", Role::Steward), ("tariq", Role::Admin), ("zoe", Role::Admin)] {
            app.add(login, &[role]).await;
        }
        app.sql(
            "portal",
            "UPDATE customers SET zip='10999', updated_at='2026-03-03 12:01:30', updated_by='Ada' WHERE id='C-1'",
        )
        .await;
        app.sql(
            "warehouse",
            "UPDATE SHIP_TO SET ZIP='20999', CHG_AT='2026-03-03 12:01:30', CHG_BY='Bo' WHERE WH_NO='WH-2'",
        )
        .await;
        app.sync().await;
        apps.push(app);
    }
    apps
}

fn sent<'a>(version: &'a str, more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all = vec![("version", version), ("rule", "source_wins"), ("because", "The portal is right")];
    all.extend(more);
    all
}

async fn drafted(admin: &Browser, version: &str) -> String {
    admin.get("/policies/customer/address").await;
    admin.post("/policies/customer/address", &sent(version, &[])).await.leads_to().to_owned()
}

/// The addresses of the numbers of a page.
fn numbers(page: &Answer) -> Vec<String> {
    let links = page.body.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let own = links.filter(|href| href.contains("/differences?"));
    own.map(|href| href.replace("&#38;", "&").replace("&amp;", "&")).collect()
}

#[tokio::test]
async fn a_change_is_looked_at_and_switched_on_by_one_button() {
    for app in apps().await {
        let tariq = app.sign_in("tariq").await;
        let href = drafted(&tariq, "1").await;
        let page = tariq.get(&href).await;
        for part in [
            "Draft: 1 change",
            "The portal is right",
            "Always reviewed",
            "Source wins",
            "Of <b>2 open differences</b> it governs it would settle 1",
            "Portal’s value: 1",
            "1 stay with people",
            "Nobody has decided a difference that it governs",
        ] {
            assert!(page.body.contains(part), "{part}: {}", page.body);
        }
        let buttons = page.body.find("/version\"").unwrap();
        assert!(buttons < page.body.find("/removal\"").unwrap(), "switching on comes first");
        let numbers = numbers(&page);
        assert_eq!(numbers.len(), 2, "{numbers:?}");
        for href in numbers {
            let rows = tariq.get(&href).await;
            assert_eq!(rows.body.matches("<th scope=\"row\">").count(), 1, "{href}: {}", rows.body);
        }
        assert!(tariq.get("/policies/customer").await.body.contains(&href), "the matrix tells of it");
        assert_eq!(app.engine.setup().policy_version, 1);
        let told = tariq.post(&format!("{href}/version"), &[("seen", "another")]).await;
        assert_eq!(told.status, StatusCode::CONFLICT);
        assert!(told.body.contains("The draft was changed since you looked at it"), "{}", told.body);
        assert_eq!(app.engine.setup().policy_version, 1, "nothing was switched on");
        let on = tariq.switch_on(&href).await;
        assert_eq!(on.leads_to(), "/policies/customer?changed=address");
        assert_eq!(app.engine.setup().policy_version, 2);
        assert_eq!(tariq.get(&href).await.status, StatusCode::NOT_FOUND);
        let ana = app.sign_in("ana").await;
        assert!(ana.get("/queue").await.body.contains("Mateo Lindqvist"));
        assert!(!ana.get("/queue").await.body.contains("Ada Okafor"), "settled by the rule");
        for path in [href.as_str(), "/policies/customer/address"] {
            assert_eq!(ana.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        assert_eq!(ana.switch_on(&href).await.status, StatusCode::FORBIDDEN);
    }
}

#[tokio::test]
async fn the_second_admin_is_told_and_the_draft_is_kept() {
    let app = apps().await.remove(0);
    let (tariq, zoe) = (app.sign_in("tariq").await, app.sign_in("zoe").await);
    let (mine, theirs) = (drafted(&tariq, "1").await, drafted(&zoe, "1").await);
    assert_ne!(mine, theirs);
    let other = [("version", "1"), ("rule", "manual_review"), ("because", "phones are hard")];
    let same = zoe.post("/policies/customer/phone", &other).await.leads_to().to_owned();
    assert_eq!(same, theirs, "one draft holds both");
    zoe.switch_on(&theirs).await.leads_to();
    let told = tariq.switch_on(&mine).await;
    assert_eq!(told.status, StatusCode::CONFLICT);
    assert!(told.body.contains("<title>Problem:"), "{}", told.body);
    assert!(told.body.contains("<b><bdi>zoe of the tests</bdi></b> switched on version 2 since"));
    assert!(!told.body.contains(&format!("{mine}/version\"")), "the button waits");
    // What zoe switched on says the same: nothing is left of it.
    tariq.post(&format!("{mine}/basis"), &[]).await.leads_to();
    assert!(tariq.get(&mine).await.body.contains("the version in force says the same"));
    tariq.post(&format!("{mine}/removal"), &[]).await.leads_to();
    assert_eq!(tariq.get(&mine).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn versions_are_compared_and_one_goes_back_in_one_step() {
    let app = apps().await.remove(0);
    let tariq = app.sign_in("tariq").await;
    let href = drafted(&tariq, "1").await;
    tariq.switch_on(&href).await.leads_to();
    let versions = tariq.get("/policies/customer/versions?from=1&to=2").await;
    assert!(versions.body.contains("From version 1 to version 2"), "{}", versions.body);
    assert!(versions.body.contains("/policies/customer/versions/1/draft"));
    let without = tariq.post("/policies/customer/versions/1/draft", &[("because", " ")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.body.contains("Say why you change it") && without.body.contains("id=\"because-1\""));
    let back = tariq.post("/policies/customer/versions/1/draft", &[("because", "it was better")]).await;
    let back = back.leads_to().to_owned();
    let page = tariq.get(&back).await;
    assert!(page.body.contains("Draft: back to version 1"), "{}", page.body);
    tariq.switch_on(&back).await.leads_to();
    assert_eq!(app.engine.setup().policy_version, 3);
    let versions = tariq.get("/policies/customer/versions?from=1&to=3").await;
    assert!(versions.body.contains("The two say the same of Customer"), "{}", versions.body);
    assert_eq!(tariq.get("/policies/customer/versions?from=1&to=9").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_condition_is_tried_on_real_records_before_it_is_saved() {
    let app = apps().await.remove(0);
    let tariq = app.sign_in("tariq").await;
    tariq.get("/policies/customer/address").await;
    let path = "/policies/customer/address";
    let tried = |text: &'static str| {
        let fields = sent("1", &[("review_if", text)]);
        let tariq = &tariq;
        async move { tariq.post(&format!("{path}/trial"), &fields).await }
    };
    let asked = tried("'portal' in moved && moved['portal']").await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.body);
    assert!(asked.body.contains("Ada Okafor") && asked.body.contains("Mateo Lindqvist"));
    assert_eq!(asked.body.matches(">A person decides<").count(), 1, "{}", asked.body);
    assert_eq!(asked.body.matches(">The rule decides<").count(), 1);
    assert!(asked.body.contains("The portal is right"), "what was typed is kept");
    let broken = tried("values[").await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(broken.body.contains("The condition cannot be used"), "{}", broken.body);
    let kept = tariq.post(path, &sent("1", &[("review_if", "secret_name > 1")])).await;
    assert_eq!(kept.status, StatusCode::UNPROCESSABLE_ENTITY, "checked when it is saved");
    assert!(kept.body.contains("secret_name &#62; 1") || kept.body.contains("secret_name &gt; 1"));
    let more =
        [("priority", "Warehouse, portal"), ("half_life", "30"), ("blank", "yes"), ("review_if", "true")];
    let mut all = sent("1", &more);
    all[1].1 = "priority";
    let href = tariq.post(path, &all).await.leads_to().to_owned();
    let page = tariq.get(&href).await.body;
    for part in ["Most trusted wins", "Warehouse, Portal", "30 days", "2 stay with people"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let unknown = tariq.post(path, &sent("1", &[("priority", "crm")])).await;
    assert_eq!(unknown.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_draft_is_tried_in_shadow_on_its_page() {
    for app in apps().await {
        let tariq = app.sign_in("tariq").await;
        let href = drafted(&tariq, "1").await;
        assert!(tariq.get(&href).await.body.contains("Put in shadow"));
        let (start, end) = (format!("{href}/shadow"), format!("{href}/shadow-end"));
        let wrong = tariq.post(&start, &[("days", "0"), ("most", "10")]).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(tariq.post(&start, &[("days", "7"), ("most", "100")]).await.leads_to(), href);
        app.sql(
            "portal",
            "UPDATE customers SET zip='10888', updated_at='2026-03-03 12:02:30', updated_by='Ada' WHERE id='C-1'",
        )
        .await;
        app.sync().await;
        let page = tariq.get(&href).await;
        assert!(page.body.contains("End the shadow"));
        let shadows: Vec<String> =
            numbers(&page).into_iter().filter(|href| href.contains("what=shadow-")).collect();
        assert_eq!(shadows.len(), 1, "{shadows:?}");
        assert!(shadows[0].contains("shadow-settles-open"), "{shadows:?}");
        let rows = tariq.get(&shadows[0]).await;
        assert!(rows.body.contains("Ada Okafor") && rows.body.contains("10888"), "{}", rows.body);
        assert_eq!(tariq.post(&end, &[]).await.leads_to(), href);
        assert!(tariq.get(&href).await.body.contains("Ended by hand."));
        assert_eq!(tariq.post(&end, &[]).await.status, StatusCode::CONFLICT);
        let ana = app.sign_in("ana").await;
        assert_eq!(ana.post(&start, &[("days", "7"), ("most", "1")]).await.status, StatusCode::FORBIDDEN);
    }
}
