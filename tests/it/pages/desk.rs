//! The queue, decisions and alerts: every number is its list, every list is whole, and what is
//! pressed happens.

use crate::support::app::{Answer, Browser, TestApp};
use chrono::TimeDelta;
use referee::domain::access::{Role, Viewer};
use referee::domain::ids::{ConflictId, ResolutionId};
use referee::domain::resolution::Outcome;
use referee::engine::review::Decision;
use referee::store::queue::{self, Filter};
use referee::store::{conflicts, users};
use reqwest::{Method, StatusCode};
use std::collections::BTreeSet;
use std::fmt::Write as _;

const CONFIG: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "store_room"
label = "Store room"
connector = { kind = "sqlite", path = "FOLDER/store_room.sqlite" }

[[entity]]
id = "customer"
label = "Customer"
title = "name"
fields = [
  { id = "name", label = "Name" },
  { id = "city", label = "City" },
  { id = "phone", label = "Phone" },
  { id = "plan", label = "Plan" },
]

[[mapping]]
system = "portal"
entity = "customer"
object = "customers"
key = "id"
link = "id"
fields = [
  { field = "name", columns = ["name"] },
  { field = "city", columns = ["city"] },
  { field = "phone", columns = ["phone"] },
  { field = "plan", columns = ["plan"] },
]

[[mapping]]
system = "store_room"
entity = "customer"
object = "customers"
key = "id"
link = "id"
fields = [
  { field = "name", columns = ["name"] },
  { field = "city", columns = ["city"] },
  { field = "phone", columns = ["phone"] },
  { field = "plan", columns = ["plan"] },
]

[policy.customer.all]
source_of_truth = "portal"
rule = "manual_review"
[policy.customer.slots.city]
stakes = "high"
[policy.customer.slots.plan]
stakes = "low"

# Many changes at once are laid down here to be listed one by one.
[incidents]
mass_records = 1000
"#;

const ALL: usize = 120;

/// Two systems that agree on 120 customers, read once.
async fn agreed() -> TestApp {
    let app = TestApp::start().await;
    let mut rows = "CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, city TEXT, phone TEXT, \
                    plan TEXT CHECK (plan <> 'Gold'));"
        .to_owned();
    for n in 0..ALL {
        write!(
            rows,
            "INSERT INTO customers VALUES ('C-{n}', 'Customer {n}', 'Berlin', '+49 30 {n:04}', 'Team');"
        )
        .unwrap();
    }
    let portal = rows.replace("CHECK (plan <> 'Gold')", "");
    app.lay_down(CONFIG, &[("portal", &portal), ("store_room", &rows)]).await;
    app.add("ana", &[Role::Steward]).await;
    app.add("jonas", &[Role::Steward]).await;
    app.add("vera", &[Role::Auditor]).await;
    app
}

/// The same after every customer was changed in the portal, in waves: three stakes, several
/// due times, some overdue; every fifth in two fields.
pub async fn disagreeing() -> TestApp {
    let app = agreed().await;
    for wave in 0..4 {
        let low = wave * 30;
        let of = |n: usize| {
            format!(
                "CAST(substr(id, 3) AS INTEGER) BETWEEN {low} AND {} AND CAST(substr(id, 3) AS INTEGER) % {n} = ",
                low + 29
            )
        };
        let change = format!(
            "UPDATE customers SET city = 'Hamburg ' || id WHERE {a}0; \
             UPDATE customers SET phone = '+49 40 ' || id WHERE {a}1 OR {b}0 AND {a}2; \
             UPDATE customers SET plan = 'Enterprise' WHERE {a}2;",
            a = of(3),
            b = of(5),
        );
        app.sql("portal", &change).await;
        app.sync().await;
        app.clock.advance(TimeDelta::hours(7));
    }
    app
}

pub async fn viewer(app: &TestApp, login: &str) -> Viewer {
    let mut session = app.engine.store().session().await.unwrap();
    users::by_login(&mut session, login).await.unwrap().unwrap().viewer(false)
}

pub fn unescaped(text: &str) -> String {
    text.replace("&amp;", "&").replace("&#38;", "&")
}

/// The text between two marks, as often as it stands there.
pub fn between<'a>(html: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    html.split(before).skip(1).filter_map(|rest| Some(rest.split_once(after)?.0)).collect()
}

/// Where the rows of a page lead, without the view they carry along.
pub fn rows(page: &Answer) -> Vec<String> {
    let links = between(&page.body, "class=\"open\" href=\"", "\"");
    links.into_iter().map(|link| link.split('?').next().unwrap().to_owned()).collect()
}

/// Where the link with that relation leads.
fn relation(page: &Answer, rel: &str) -> Option<String> {
    let (before, _) = page.body.split_once(&format!("\" rel=\"{rel}\""))?;
    Some(unescaped(before.rsplit_once("href=\"")?.1))
}

/// Every row of a list, page by page.
pub async fn whole(browser: &Browser, href: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut next = Some(href.to_owned());
    while let Some(href) = next {
        let page = browser.get(&href).await;
        assert_eq!(page.status, StatusCode::OK, "{href}");
        all.extend(rows(&page));
        next = relation(&page, "next");
        assert!(all.len() <= 1000, "pages do not end");
    }
    all
}

/// Every link of a page that shows a number of rows, with that number.
pub fn counted(page: &Answer) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for link in between(&page.body, "<a href=\"/queue?", "</a>") {
        // A chosen filter's link takes it away: its number is the present list's.
        if link.contains("aria-current=\"true\"") {
            continue;
        }
        let href = format!("/queue?{}", unescaped(link.split('"').next().unwrap()));
        let text = link.split_once('>').unwrap().1;
        let number = match text.split_once("class=\"count\">") {
            Some((_, rest)) => rest.split('<').next(),
            None => text.split(' ').next(),
        };
        found.extend(number.and_then(|number| Some((href, number.parse().ok()?))));
    }
    found
}

#[tokio::test]
async fn every_number_is_the_length_of_its_list() {
    let app = disagreeing().await;
    let ana = app.sign_in("ana").await;
    let mine = viewer(&app, "ana").await;
    let first = app.engine.next(&mine, &Filter::default()).await.unwrap().unwrap();
    app.engine.assign(&mine, std::slice::from_ref(&first.id), Some(&mine.user)).await.unwrap();
    app.engine.next(&viewer(&app, "jonas").await, &Filter::default()).await.unwrap().unwrap();
    app.sql("store_room", "UPDATE customers SET plan = 'Enterprise' WHERE id = 'C-2'").await;
    app.sync().await;
    let pages = [
        "/queue",
        "/queue?view=all&field=phone",
        "/queue?view=all&stakes=low",
        "/queue?view=all&field=phone&cause=stale_copy",
        "/queue?view=all&system=store_room&due=overdue",
        "/queue?view=mine",
        "/queue?view=others",
    ];
    let mut seen = 0;
    for page in pages {
        let page = ana.get(page).await;
        for (href, number) in counted(&page) {
            if href.contains("after=") || href.contains("before=") {
                continue;
            }
            let list = whole(&ana, &href).await;
            // A chosen filter's link takes it away: its number is the present list's.
            if !page.body.contains(&format!("href=\"{}\" aria-current=\"true\"", href.replace('&', "&amp;")))
            {
                assert_eq!(list.len(), number, "{href}");
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "only {seen} numbers were looked at");
    let all = ana.get("/queue").await;
    let numbers = counted(&all);
    let of = |end: &str| numbers.iter().find(|(href, _)| href.ends_with(end)).map(|(_, number)| *number);
    assert_eq!(of("view=mine"), Some(1));
    assert_eq!(of("view=others"), Some(1));
    assert!(of("due=overdue") > Some(0) && of("due=today") > Some(0), "{numbers:?}");
    assert!(of("view=itself") > Some(0), "{numbers:?}");
}

#[tokio::test]
async fn pages_cover_all_rows_once_and_in_order_both_ways() {
    let app = disagreeing().await;
    let ana = app.sign_in("ana").await;
    let me = viewer(&app, "ana").await;
    let mut session = app.engine.store().session().await.unwrap();
    let now = app.engine.now();
    let all = queue::page(&mut session, &me, &Filter::default(), None, now, 1000).await.unwrap();
    assert_eq!(all.len(), ALL);
    let expected: Vec<String> = all.iter().map(|one| format!("/conflicts/{}", one.id)).collect();
    assert_eq!(whole(&ana, "/queue").await, expected);
    assert_eq!(expected.iter().collect::<BTreeSet<_>>().len(), ALL);

    let second = ana.get(&relation(&ana.get("/queue").await, "next").unwrap()).await;
    assert!(second.body.contains("51 to 100 of 120"), "where a page stands is said");
    let last = ana.get(&relation(&second, "next").unwrap()).await;
    assert!(last.body.contains("101 to 120 of 120") && relation(&last, "next").is_none());
    // What becomes overdue meanwhile moves no row from one page to another.
    app.clock.advance(TimeDelta::hours(9));
    let ana = app.sign_in("ana").await;
    let back = ana.get(&relation(&last, "prev").unwrap()).await;
    assert_eq!(rows(&back), rows(&second));
    let front = ana.get(&relation(&back, "prev").unwrap()).await;
    assert_eq!(rows(&front), expected[..50]);
    assert!(relation(&front, "prev").is_none());
    for wrong in ["/queue?after=x", "/queue?view=nobody", "/queue?stakes=11", "/queue?before=AAAA"] {
        assert_eq!(ana.get(wrong).await.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn a_row_says_what_disagrees_and_who_holds_it() {
    let app = disagreeing().await;
    let ana = app.sign_in("ana").await;
    let page = ana.get("/queue?view=all&field=plan&stakes=medium").await;
    assert!(rows(&page).len() >= 4);
    let row = between(&page.body, "<tr data-row>", "</tr>")[0];
    for text in
        ["Plan <span", "and 1 more", "Enterprise", "Team", "Portal", "Store room", "Stale copy", "Medium"]
    {
        assert!(row.contains(text), "{text}: {row}");
    }
    assert!(row.contains("#i-truth"), "the source of truth is marked");
    let empty = ana.get("/queue?view=all&field=plan&stakes=high").await;
    assert!(empty.body.contains("Nothing matches these filters") && empty.body.contains("120 conflicts"));
    let nobody = ana.get("/queue?view=mine").await;
    assert!(nobody.body.contains("Nothing here for you"), "{}", nobody.body);
    let home = ana.get("/").await;
    assert_eq!(home.leads_to(), "/queue");
}

#[tokio::test]
async fn start_claims_the_next_one_and_two_stewards_never_get_the_same() {
    let app = disagreeing().await;
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    let view = "view=all&field=phone";
    let sent = [("view", view)];
    let (one, two) = tokio::join!(ana.post("/queue/start", &sent), jonas.post("/queue/start", &sent));
    assert_ne!(one.leads_to(), two.leads_to());
    for answer in [&one, &two] {
        assert!(answer.leads_to().starts_with("/conflicts/"), "{}", answer.leads_to());
        assert!(answer.leads_to().ends_with(&format!("?{view}")), "{}", answer.leads_to());
    }
    assert_eq!(ana.get(one.leads_to()).await.status, StatusCode::OK);
    let again = ana.post("/queue/start", &[("view", view)]).await;
    assert_eq!(again.leads_to(), one.leads_to(), "one's own claim comes first again");
    let others = ana.get("/queue?view=others").await;
    assert_eq!(rows(&others), [two.leads_to().split('?').next().unwrap()]);
    assert!(others.body.contains("jonas of the tests is on it"));
    let list = whole(&ana, &format!("/queue?{view}")).await;
    assert!(list.contains(&rows(&others)[0]), "a claim takes no row away");
    let claims = app.audit().await.into_iter().filter(|line| line.action.as_str() == "conflict_claimed");
    assert_eq!(claims.count(), 2);
    let none = ana.post("/queue/start", &[("view", "view=mine")]).await;
    assert_eq!(none.leads_to(), "/queue?view=mine");
    assert!(ana.get("/queue?view=mine").await.body.contains("Nothing to start here"));
}

#[tokio::test]
async fn who_may_only_read_sees_the_queue_and_starts_nothing() {
    let app = disagreeing().await;
    let vera = app.sign_in("vera").await;
    let page = vera.get("/queue").await;
    assert_eq!(rows(&page).len(), 50);
    assert!(!page.body.contains("/queue/start"));
    let refused = vera.post("/queue/start", &[("view", "view=all")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    for path in ["/queue", "/decisions", "/alerts", "/help"] {
        assert_eq!(vera.get(path).await.status, StatusCode::OK, "{path}");
        let visitor = app.visitor().get(path).await;
        assert!(visitor.leads_to().starts_with("/sign-in?next="), "{path}");
    }
    let ana = app.sign_in("ana").await;
    assert!(ana.get("/queue").await.body.contains("/queue/start"));
}

/// Keeps the portal's value of the first difference, as this person.
async fn keep(app: &TestApp, login: &str, conflict: &ConflictId, note: &str) -> ResolutionId {
    let me = viewer(app, login).await;
    let mut session = app.engine.store().session().await.unwrap();
    let found = conflicts::get(&mut session, &me, conflict).await.unwrap().unwrap();
    let differences = conflicts::differences(&mut session, std::slice::from_ref(conflict)).await.unwrap();
    let outcomes = vec![(differences[0].id.clone(), Outcome::Keep { value: 1 })];
    let decision = Decision { version: found.version, outcomes, note: note.into(), ..Decision::default() };
    app.engine.resolve(&me, conflict, decision).await.unwrap().id
}

async fn first_of(browser: &Browser, href: &str) -> ConflictId {
    let page = browser.get(href).await;
    ConflictId::from(rows(&page)[0].trim_start_matches("/conflicts/"))
}

#[tokio::test]
async fn a_decision_is_undone_by_its_form_and_its_choice_is_kept() {
    let app = disagreeing().await;
    app.engine
        .enable_writes(&referee::domain::access::Viewer::referee(), &"store_room".into(), true)
        .await
        .unwrap();
    let (ana, jonas) = (app.sign_in("ana").await, app.sign_in("jonas").await);
    assert!(ana.get("/decisions").await.body.contains("No decision yet"));
    let conflict = first_of(&ana, "/queue?view=all&field=city").await;
    let id = keep(&app, "ana", &conflict, "seen <b>twice</b>").await;
    let list = ana.get("/decisions").await;
    assert_eq!(rows(&list), [format!("/resolutions/{id}")]);
    for text in ["Kept <bdi>Portal</bdi>’s <b><bdi>City</bdi></b>", "Waiting, undo until", "Undo"] {
        assert!(list.body.contains(text), "{text}: {}", list.body);
    }
    let page = ana.get(&format!("/resolutions/{id}")).await;
    for text in ["Hamburg C-", "Berlin", "Store room", "version 1", "seen &lt;b&gt;twice", "city", "20 s"] {
        assert!(
            page.body.contains(text)
                || page.body.contains(&text.replace("&lt;", "&#60;").replace("&gt;", "&#62;")),
            "{text}"
        );
    }
    let undo = format!("/resolutions/{id}/undo");
    let foreign = jonas.get(&format!("/resolutions/{id}")).await;
    assert_eq!(foreign.status, StatusCode::OK);
    assert!(!foreign.body.contains(&undo), "only the person who decided is offered Undo");
    assert_eq!(jonas.post(&undo, &[]).await.status, StatusCode::FORBIDDEN);
    let done = ana.post(&undo, &[]).await;
    assert_eq!(done.leads_to(), format!("/conflicts/{conflict}"));
    let back = ana.get(done.leads_to()).await;
    assert!(back.body.contains("Undone. Nothing was sent"), "it is said there");
    let mut session = app.engine.store().session().await.unwrap();
    let me = viewer(&app, "ana").await;
    let open = conflicts::get(&mut session, &me, &conflict).await.unwrap().unwrap();
    assert!(open.open && open.draft.unwrap().contains("\"value\":1"));
    let twice = ana.post(&undo, &[]).await;
    assert_eq!(twice.leads_to(), format!("/resolutions/{id}"));
    let told = ana.get(twice.leads_to()).await;
    assert!(told.body.contains("taken back already") && !told.body.contains(&undo));
    assert_eq!(ana.get("/resolutions/none").await.status, StatusCode::NOT_FOUND);
}

/// The way from the failed writes over their cause to the one of Customer 5, to which the alert leads too.
async fn failed_writes(ana: &Browser, alerts: &Answer) {
    let causes = ana.get("/failed-writes").await;
    let cause = between(&causes.body, "<th scope=\"row\"><a href=\"", "\"")[0].to_owned();
    assert!(alerts.body.contains(&format!("href=\"{cause}\"")), "the alert leads to all of that cause");
    let of_cause = ana.get(&cause).await;
    for text in ["Store room refused", "CHECK constraint failed", "Customer 5", "Retry it"] {
        assert!(of_cause.body.contains(text), "{text}");
    }
    let one = between(&of_cause.body, "<th scope=\"row\"><a href=\"", "\"")[0].to_owned();
    let one = ana.get(&one).await;
    for text in ["By hand in Store room", "Change the value and retry", "Leave it different", "Gold"] {
        assert!(one.body.contains(text), "{text}");
    }
    assert!(!one.body.contains("Last request"), "that is for admins");
}

#[tokio::test]
async fn a_refused_write_is_listed_alerts_and_is_tried_again() {
    let app = disagreeing().await;
    app.engine
        .enable_writes(&referee::domain::access::Viewer::referee(), &"store_room".into(), true)
        .await
        .unwrap();
    let ana = app.sign_in("ana").await;
    assert!(ana.get("/queue?view=failed").await.body.contains("No write has failed"));
    assert!(ana.get("/alerts").await.body.contains("Nothing is wrong"));
    app.sql("portal", "UPDATE customers SET plan = 'Gold' WHERE id = 'C-5'").await;
    app.sync().await;
    let mut session = app.engine.store().session().await.unwrap();
    let me = viewer(&app, "ana").await;
    let all = queue::page(&mut session, &me, &Filter::default(), None, app.engine.now(), 1000).await.unwrap();
    let conflict = all.iter().find(|one| one.title == "Customer 5").unwrap().id.clone();
    let differences = conflicts::differences(&mut session, std::slice::from_ref(&conflict)).await.unwrap();
    let plan = differences.iter().find(|one| one.dispute.field.as_str() == "plan").unwrap();
    let version = conflicts::get(&mut session, &me, &conflict).await.unwrap().unwrap().version;
    let outcomes = vec![(plan.id.clone(), Outcome::Keep { value: 1 })];
    let decision = Decision { version, outcomes, ..Decision::default() };
    let id = app.engine.resolve(&me, &conflict, decision).await.unwrap().id;
    app.clock.advance(TimeDelta::seconds(21));
    // The server's own worker may have taken it already.
    while app.engine.deliver_next().await.unwrap() {}
    let list = until(&ana, "/queue?view=failed", "CHECK constraint failed").await;
    assert_eq!(rows(&list), [format!("/resolutions/{id}")]);
    for text in ["Customer 5", "Store room", "Refused", "Retry", "Gold"] {
        assert!(list.body.contains(text), "{text}");
    }
    assert!(counted(&list).contains(&("/queue?view=failed".to_owned(), 1)));
    let alerts = ana.get("/alerts").await;
    assert!(
        unmarked(&alerts).contains("Store room refused the decision on Plan of Customer C-5"),
        "{}",
        alerts.body
    );
    failed_writes(&ana, &alerts).await;
    app.sql(
        "store_room",
        "CREATE TABLE n AS SELECT * FROM customers; DROP TABLE customers; \
        CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, city TEXT, phone TEXT, plan TEXT); \
        INSERT INTO customers SELECT * FROM n; DROP TABLE n;",
    )
    .await;
    let action = between(&list.body, "action=\"/deliveries/", "\"")[0].to_owned();
    let again = ana.post(&format!("/deliveries/{action}"), &[]).await;
    assert_eq!(again.leads_to(), format!("/resolutions/{id}"));
    while app.engine.deliver_next().await.unwrap() {}
    until(&ana, again.leads_to(), "Confirmed: read back and equal").await;
    assert!(ana.get("/queue?view=failed").await.body.contains("No write has failed"));
    let late = ana.post(&format!("/deliveries/{action}"), &[]).await;
    assert!(ana.get(late.leads_to()).await.body.contains("t is being sent, or has ended"));
}

/// The page once it says so; fails after ten seconds.
async fn until(browser: &Browser, href: &str, text: &str) -> Answer {
    for _ in 0..100 {
        let page = browser.get(href).await;
        if page.body.contains(text) {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("{href} never says {text}");
}

#[tokio::test]
async fn an_empty_queue_tells_the_truth() {
    let bare = TestApp::start().await;
    bare.add("ana", &[Role::Steward]).await;
    let ana = bare.sign_in("ana").await;
    let page = ana.get("/queue").await;
    assert!(page.body.contains("No system is connected yet") && !page.body.contains("Connect a system"));

    let app = agreed().await;
    let ana = app.sign_in("ana").await;
    let done = ana.get("/queue").await;
    assert!(done.body.contains("Nothing left to decide") && done.body.contains("last checked"));
    assert!(!done.body.contains("/queue/start"));
    std::fs::remove_file(app.folder.path().join("portal.sqlite")).unwrap();
    app.sync().await;
    let stale = ana.get("/queue").await;
    assert!(!stale.body.contains("Nothing left to decide"), "nobody has looked: no all-clear");
    assert!(stale.body.contains("Nothing is open, as far as is known"));
    assert!(stale.body.contains("Checking <b><bdi>Portal</bdi></b> fails since"), "{}", stale.body);
    let alerts = ana.get("/alerts").await;
    assert!(
        unmarked(&alerts).contains("Portal could not be read") && !alerts.body.contains("href=\"/settings\"")
    );
}

/// A page without what sets its names apart.
fn unmarked(answer: &Answer) -> String {
    answer.body.replace("<bdi>", "").replace("</bdi>", "")
}

/// A page the browser fetches before anybody asks for it takes away nothing that was to be said.
#[tokio::test]
async fn a_page_fetched_ahead_leaves_the_message_for_the_person() {
    let app = disagreeing().await;
    let ana = app.sign_in("ana").await;
    let first = rows(&ana.get("/queue").await).remove(0);
    let skipped = ana.post(&format!("{first}/deferral?view=all&field=plan"), &[]).await;
    let next = skipped.leads_to().to_owned();
    assert!(next.ends_with("?view=all&field=plan"), "{next}");
    let ahead = ana.send(ana.request(Method::GET, &next).header("sec-purpose", "prefetch")).await;
    assert!(ahead.status.is_success() && !ahead.body.contains("Skipped"), "{}", ahead.body);
    assert!(ana.get(&next).await.body.contains("Skipped"));
    assert!(!ana.get(&next).await.body.contains("Skipped"), "and said once");
}
