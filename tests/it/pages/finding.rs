//! Looking for identifiers and values in the queue: the list, its numbers, its pages, Start, what is
//! frozen and what programs get are of the same records.

use super::desk::{between, counted, disagreeing, rows, unescaped, viewer, whole};
use referee::domain::words::Sought;
use referee::store::{search, selections};
use reqwest::StatusCode;

#[tokio::test]
async fn words_narrow_the_list_and_all_that_is_done_with_it() {
    let app = disagreeing().await;
    let ana = app.sign_in("ana").await;
    let eleven = whole(&ana, "/queue?view=all&q=Customer+11").await;
    assert_eq!(eleven.len(), 11, "11 and 110 to 119");
    assert_eq!(whole(&ana, "/queue?view=all&q=c-119").await.len(), 1, "an identifier is found whole");
    let page = ana.get("/queue?view=all&q=Customer+11").await;
    assert!(page.body.contains("Words “Customer 11”"), "it is named among what narrows the list");
    for (href, number) in counted(&page).into_iter().filter(|(href, _)| href.contains("q=")) {
        assert_eq!(whole(&ana, &href).await.len(), number, "{href}");
    }
    // A value that only one system holds.
    let moved = whole(&ana, "/queue?view=all&q=hamburg").await;
    assert!(!moved.is_empty() && moved.len() < 120, "{}", moved.len());
    let none = ana.get("/queue?view=all&q=nowhere").await;
    assert!(rows(&none).is_empty() && none.body.contains("Nothing matches these filters"));

    let started = ana.post("/queue/start", &[("view", "view=all&q=Customer+11")]).await;
    let first = started.leads_to();
    assert!(eleven.iter().any(|one| first.starts_with(one.as_str())), "{first}");
    assert!(ana.get(first).await.body.contains("of 11"), "its place is told in the narrowed list");

    let form = [("view", "view=all&q=Customer+11"), ("all", "yes")];
    let frozen = ana.post("/selections", &form).await;
    assert_eq!(frozen.status, StatusCode::SEE_OTHER);
    let mut session = app.engine.store().session().await.unwrap();
    let me = viewer(&app, "ana").await;
    let id = frozen.leads_to().rsplit('/').next().unwrap().to_owned();
    assert_eq!(selections::members(&mut session, &id).await.unwrap().len(), 11);
    assert_eq!(search::ids(&mut session, &me, &Sought::of("customer"), 119).await.unwrap(), None);
    assert_eq!(
        search::ids(&mut session, &me, &Sought::of("customer"), 120).await.unwrap().map(|ids| ids.len()),
        Some(120)
    );
}

/// The fields of the first form of a page that leads there, with its address.
fn form(page: &str) -> (String, Vec<(String, String)>) {
    let form = between(page, "<form class=\"above-row\" method=\"post\" action=\"", "</form>")[0];
    let (action, rest) = form.split_once('"').unwrap();
    let hidden = between(rest, "<input type=\"hidden\" name=\"", ">").into_iter();
    let field = |input: &str| {
        let (name, rest) = input.split_once('"').unwrap();
        (name.to_owned(), unescaped(rest.split('"').nth(1).unwrap()))
    };
    let fields =
        hidden.map(field).filter(|(name, _)| name != "csrf").chain([("then".to_owned(), "row".to_owned())]);
    (unescaped(action), fields.collect())
}

#[tokio::test]
async fn a_suggestion_is_accepted_in_its_row_and_what_moved_meanwhile_is_not() {
    let app = disagreeing().await;
    let ana = app.sign_in("ana").await;
    let list = "/queue?view=all&stakes=low&columns=field,values,suggestion";
    let before = whole(&ana, list).await;
    let page = ana.get(list).await;
    let (action, fields) = form(&page.body);
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let done = ana.post(&action, &fields).await;
    assert!(done.leads_to().starts_with("/queue?view=all"), "back to the same list: {}", done.leads_to());
    let after = whole(&ana, list).await;
    assert_eq!(after.len(), before.len() - 1);
    let decided = action.split('?').next().unwrap().trim_end_matches("/resolution").to_owned();
    assert!(before.contains(&decided) && !after.contains(&decided), "{decided}");

    let page = ana.get(list).await;
    let (action, fields) = form(&page.body);
    app.sql("portal", "UPDATE customers SET city = 'Bremen', phone = '+49 421 ' || id, plan = 'Starter'")
        .await;
    app.sync().await;
    let fields: Vec<(&str, &str)> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let refused = ana.post(&action, &fields).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.body);
    assert!(refused.body.contains("while you were deciding"), "the conflict's page says what moved");
    assert_eq!(
        whole(&ana, "/queue?view=rule").await.len() + whole(&ana, "/queue?view=failed").await.len(),
        0
    );
}
