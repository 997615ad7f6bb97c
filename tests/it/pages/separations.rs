//! Not the same record, on a record's page: the form, what it says, and the way back.

use crate::flow::{CONFIG, PORTAL, WAREHOUSE};
use crate::support::app::TestApp;
use referee::domain::access::{Role, Viewer};
use referee::store::records;
use reqwest::StatusCode;

#[tokio::test]
async fn a_row_is_separated_and_linked_again_on_the_record_s_page() {
    let app = TestApp::start().await;
    app.lay_down(CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
    app.add("ana", &[Role::Steward]).await;
    app.add("vera", &[Role::Auditor]).await;
    let mut session = app.engine.store().session().await.unwrap();
    let found = records::find(&mut session, &Viewer::referee(), &["ada".into()], 5).await.unwrap().remove(0);
    drop(session);
    let path = format!("/records/{}", found.id);
    let (ana, vera) = (app.sign_in("ana").await, app.sign_in("vera").await);
    assert!(!vera.get(&path).await.body.contains("Not the same record?"));
    assert!(ana.get(&path).await.body.contains("Warehouse WH-1"));
    let form = format!("{path}/separations");
    let forbidden = vera.post(&form, &[("row", "warehouse/WH-1"), ("reason", "x")]).await;
    assert_eq!(forbidden.status, StatusCode::FORBIDDEN);
    let silent = ana.post(&form, &[("row", "warehouse/WH-1"), ("reason", "")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(silent.body.contains("value=\"warehouse/WH-1\" selected"), "{}", silent.body);
    let none = ana.post(&form, &[("row", ""), ("reason", "two <Adas>")]).await;
    assert!(
        none.body.contains("Choose the row") && none.body.contains("two &#60;Adas&#62;"),
        "{}",
        none.body
    );
    let done = ana.post(&form, &[("row", "warehouse/WH-1"), ("reason", "two <Adas>")]).await;
    assert_eq!(done.leads_to(), path);
    let page = ana.get(&path).await;
    assert!(
        page.body.contains("is another record") && page.body.contains("two &lt;Adas&gt;")
            || page.body.contains("two &#60;Adas&#62;"),
        "{}",
        page.body
    );
    let other =
        page.body.split("\">The other record").next().unwrap().rsplit("href=\"").next().unwrap().to_owned();
    let there = ana.get(&other).await;
    assert!(there.body.contains("was part of another record"), "{}", there.body);
    assert!(!vera.get(&path).await.body.contains("Link again"));
    let end = page.body.split("action=\"/separations/").nth(1).unwrap().split('"').next().unwrap();
    let back = ana.post(&format!("/separations/{end}"), &[]).await;
    assert_eq!(back.leads_to(), path);
    assert!(!ana.get(&path).await.body.contains("is another record,"));
    assert_eq!(ana.get(&other).await.status, StatusCode::NOT_FOUND, "nothing is left of it");
    let audit = ana.get("/audit").await;
    assert_ne!(audit.status, StatusCode::INTERNAL_SERVER_ERROR);
}
