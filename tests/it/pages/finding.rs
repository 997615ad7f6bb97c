//! Looking for identifiers and values in the queue: the list, its numbers, its pages, Start, what is
//! frozen and what programs get are of the same records.

use super::desk::{counted, disagreeing, rows, viewer, whole};
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
    assert!(page.body.contains("“Customer 11”"), "it is named among what narrows the list");
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
