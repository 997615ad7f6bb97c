//! Saved views by plain forms: a name that is refused, and the report that leaves by mail.

use super::talk::disputed;
use crate::support::app::Answer;
use reqwest::StatusCode;

fn has(page: &Answer, texts: &[&str]) {
    for text in texts {
        assert!(page.body.contains(text), "{text}: {}", page.body);
    }
}

const LONG: &str = "A name of more than sixty characters, as it was typed by somebody in a hurry";

#[tokio::test]
async fn a_view_whose_name_is_refused_keeps_what_was_typed() {
    let (app, _) = disputed().await;
    let ana = app.sign_in("ana").await;
    let query = ("query", "view=all&field=address");
    let refused = ana.post("/views", &[("name", LONG), query, ("shared", "yes")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(
        &refused,
        &[
            "<title>Problem: ",
            "A name may have 60 characters",
            &format!("id=\"view-new\" name=\"name\" value=\"{LONG}\""),
            "name=\"tools\" open",
            "Ada Okafor",
        ],
    );
    assert!(refused.body.contains("name=\"shared\" value=\"yes\" checked"), "and whom it is for");
    let kept = ana.post("/views", &[("name", "Addresses"), query]).await;
    let place = kept.leads_to().to_owned();
    let id = place.split("saved=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let refused = ana.post(&format!("/views/{id}"), &[("name", LONG), query]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(
        &refused,
        &[
            &format!("id=\"view-name\" name=\"name\" value=\"{LONG}\""),
            "id=\"view-new\" name=\"name\" value=\"\"",
        ],
    );
    has(&ana.get(&place).await, &["value=\"Addresses\""]);
}

#[tokio::test]
async fn a_report_by_mail_is_asked_for_and_ended_by_plain_forms() {
    let (app, _) = disputed().await;
    let ana = app.sign_in("ana").await;
    let kept = ana.post("/views", &[("name", "Addresses"), ("query", "view=all&field=address")]).await;
    let place = kept.leads_to().to_owned();
    let id = place.split("saved=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let form = format!("/views/{id}/report");
    has(&ana.get(&place).await, &[&format!("href=\"{form}\"")]);
    has(
        &ana.get(&form).await,
        &["Report of “Addresses” by mail", "No mail server is set", "Every week: Monday"],
    );
    let nowhere = ana.post(&form, &[("day", "daily"), ("time", "08:30")]).await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(&nowhere, &["No mail reaches you", "value=\"daily\" selected", "value=\"08:30\""]);
    let mail = [("zone", "Europe/Berlin"), ("notify", "digest"), ("mail", "ana@example.com")];
    assert_eq!(ana.post("/preferences", &mail).await.status, StatusCode::SEE_OTHER);
    let wrong = ana.post(&form, &[("day", "3"), ("time", "half past eight")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    has(
        &wrong,
        &["Choose a day, and a time like 08:30", "value=\"3\" selected", "value=\"half past eight\""],
    );
    assert_eq!(ana.post(&form, &[("day", "3"), ("time", "08:30")]).await.leads_to(), form);
    has(&ana.get(&form).await, &["The next one comes", "value=\"3\" selected", "No more of these reports"]);
    assert_eq!(ana.post(&format!("{form}/once"), &[]).await.leads_to(), form);
    assert_eq!(ana.post(&form, &[("day", "never")]).await.leads_to(), form);
    let over = ana.get(&form).await;
    assert!(!over.body.contains("The next one comes"), "{}", over.body);
    let jonas = app.sign_in("jonas").await;
    assert_eq!(jonas.get(&form).await.status, StatusCode::NOT_FOUND, "it is not shared");
    let maya = app.sign_in("maya").await;
    let log = maya.get("/audit").await;
    has(&log, &["Every week: Wednesday", "mailed once", "ended the reports of"]);
}
