//! Two systems, fields that some roles may not see, and everything that can happen to them.

use crate::support::app::{TestApp, config};
use chrono::TimeDelta;
use referee::config::Secret;
use referee::domain::access::{Role, Viewer};
use referee::domain::ids::{ConflictId, SystemId};
use referee::domain::resolution::{Outcome, Reason};
use referee::domain::value::Held;
use referee::engine::review::Decision;
use referee::engine::writeback::Step;
use referee::store::conflicts::{Conflict, Difference};
use referee::store::resolutions::Resolution;
use referee::store::{conflicts, users};

/// Every value of a field that only admins see has this in it, and of one that only stewards see the
/// other. Nothing else of the world does.
pub const OF_ADMINS: &str = "hushalpha";
pub const OF_STEWARDS: &str = "hushsigma";

pub const CONFIG: &str = r#"
[[system]]
id = "portal"
label = "Portal"
connector = { kind = "sqlite", path = "FOLDER/portal.sqlite" }
[[system]]
id = "ledger"
label = "Ledger"
connector = { kind = "sqlite", path = "FOLDER/ledger.sqlite" }

[[entity]]
id = "supplier"
label = "Supplier"
title = "name"
fields = [
  { id = "name", label = "Name" },
  { id = "city", label = "City" },
  { id = "account", label = "Account", visible_to = ["admin"] },
  { id = "clerk", label = "Clerk", visible_to = ["admin"] },
  { id = "days", label = "Days", visible_to = ["steward"] },
  { id = "rate", label = "Rate", visible_to = ["steward"] },
]
groups = [{ id = "terms", label = "Terms", members = ["days", "rate"] }]
[[entity.children]]
id = "contacts"
label = "Contact"
fields = [{ id = "mail", label = "Mail", visible_to = ["admin"] }]

[[mapping]]
system = "portal"
entity = "supplier"
object = "suppliers"
key = "id"
link = "id"
modified_at = "updated_at"
modified_by = "updated_by"
fields = [
  { field = "name", columns = ["name"] },
  { field = "city", columns = ["city"] },
  { field = "account", columns = ["account"] },
  { field = "clerk", columns = ["clerk"] },
  { field = "days", columns = ["days"] },
  { field = "rate", columns = ["rate"] },
]
rows = [{ children = "contacts", column = "contacts", key = "no", members = { mail = "mail" } }]

[[mapping]]
system = "ledger"
entity = "supplier"
object = "suppliers"
key = "id"
link = "id"
modified_at = "updated_at"
modified_by = "updated_by"
complete = true
new_key = "{link}"
fields = [
  { field = "name", columns = ["name"] },
  { field = "city", columns = ["city"] },
  { field = "account", columns = ["account"] },
  { field = "clerk", columns = ["clerk"] },
  { field = "days", columns = ["days"] },
  { field = "rate", columns = ["rate"] },
]
rows = [{ children = "contacts", column = "contacts", key = "no", members = { mail = "mail" } }]

[incidents]
mass_records = 11

[policy.supplier.all]
source_of_truth = "portal"
rule = "manual_review"
hold_seconds = 20
[policy.supplier.slots.clerk]
rule = "source_wins"
[policy.supplier.slots.terms]
bulk_allowed = true
[policy.supplier.slots.account]
bulk_allowed = true
"#;

const TABLE: &str = "CREATE TABLE suppliers (id TEXT, name TEXT, city TEXT, account TEXT, clerk TEXT,
    days TEXT, rate TEXT, contacts TEXT, updated_at TEXT, updated_by TEXT);";
/// Suppliers there are.
const ALL: usize = 12;

fn table(more: &str) -> String {
    let mut text = TABLE.replace("account TEXT", &format!("account TEXT {more}"));
    for n in 0..ALL {
        text.push_str(&format!(
            "INSERT INTO suppliers VALUES ('S-{n}', 'Supplier {n}', 'Berlin', '{OF_ADMINS} old {n}',
             '{OF_ADMINS} clerk {n}', '{OF_STEWARDS} 30 {n}', '{OF_STEWARDS} 2 {n}',
             '[{{\"no\": 1, \"mail\": \"{OF_ADMINS}@old{n}.example\"}}]', '2026-01-01 10:00:00', 'Ana');"
        ));
    }
    text
}

fn change(n: usize, set: &str) -> String {
    format!(
        "UPDATE suppliers SET {set}, updated_at='2026-03-03 12:0{}:30', updated_by='Ada' WHERE id='S-{n}';",
        n % 10
    )
}

/// A server on this database with the two systems, which agree; `lea` sees what stewards see, `tariq`
/// what admins see, and `omar` has every role.
pub async fn agreed(store_url: Option<String>) -> TestApp {
    agreed_by(store_url, CONFIG).await
}

async fn agreed_by(store_url: Option<String>, business: &str) -> TestApp {
    let folder = tempfile::tempdir().unwrap();
    let mut config = config(folder.path());
    config.store.url = store_url.map(Secret::new);
    let app = TestApp::start_with(folder, config).await;
    let ledger = table(&format!("CHECK (account <> '{OF_ADMINS} refused')"));
    app.lay_down(business, &[("portal", &table("")), ("ledger", &ledger)]).await;
    let readers = [Role::Manager, Role::Auditor];
    app.add("lea", &[&readers[..], &[Role::Steward]].concat()).await;
    app.add("tariq", &[&readers[..], &[Role::Admin]].concat()).await;
    app.add("omar", &Role::ALL).await;
    for system in ["portal", "ledger"] {
        app.engine.enable_writes(&Viewer::referee(), &SystemId::from(system), true).await.unwrap();
    }
    app
}

/// The same after every field of several suppliers was changed in the portal.
pub async fn disputed(store_url: Option<String>) -> TestApp {
    disputed_by(store_url, CONFIG).await
}

/// The same under another configuration of it.
pub async fn disputed_by(store_url: Option<String>, business: &str) -> TestApp {
    let app = agreed_by(store_url, business).await;
    let mut text = String::new();
    for n in 0..8 {
        let city = if n % 2 == 0 { ", city='Hamburg'" } else { "" };
        text.push_str(&change(n, &format!("account='{OF_ADMINS} new {n}'{city}")));
    }
    for n in 4..10 {
        text.push_str(&change(n, &format!("days='{OF_STEWARDS} 60 {n}', rate='{OF_STEWARDS} 3 {n}'")));
    }
    let mail = format!("contacts='[{{\"no\": 1, \"mail\": \"{OF_ADMINS}@new.example\"}}]'");
    text.push_str(&change(1, &mail));
    text.push_str(&change(10, &format!("clerk='{OF_ADMINS} clerk by rule'")));
    app.sql("portal", &text).await;
    app.sync().await;
    app
}

/// That user, as a viewer.
pub async fn viewer(app: &TestApp, login: &str) -> Viewer {
    let mut session = app.engine.store().session().await.unwrap();
    users::by_login(&mut session, login).await.unwrap().unwrap().viewer(false)
}

/// The open conflict of a supplier, with its differences.
pub async fn conflict(app: &TestApp, n: usize) -> (Conflict, Vec<Difference>) {
    let mut session = app.engine.store().session().await.unwrap();
    let (all, title, none) = (Viewer::referee(), format!("Supplier {n}"), ConflictId::default());
    let found = conflicts::of_title(&mut session, &all, (&title, &none), 1).await.unwrap().pop();
    let found = found.unwrap_or_else(|| panic!("nothing of supplier {n} is open"));
    let differences = conflicts::differences(&mut session, std::slice::from_ref(&found.id)).await.unwrap();
    (found, differences)
}

/// A decision over one field of a conflict.
pub fn decision(found: &(Conflict, Vec<Difference>), field: &str, outcome: Outcome) -> Decision {
    let own = found.1.iter().find(|one| one.dispute.field.as_str() == field && one.state.is_open());
    let own = own.unwrap_or_else(|| panic!("{field} is not disputed"));
    Decision {
        version: found.0.version,
        outcomes: vec![(own.id.clone(), outcome)],
        reason: Some(Reason::DocumentSeen),
        ..Decision::default()
    }
}

/// Somebody decides a field of a supplier.
pub async fn decide(app: &TestApp, by: &Viewer, n: usize, field: &str, outcome: Outcome) -> Resolution {
    let found = conflict(app, n).await;
    app.engine.resolve(by, &found.0.id, decision(&found, field, outcome)).await.unwrap()
}

/// Sends whatever is due.
pub async fn deliver(app: &TestApp) {
    app.clock.advance(TimeDelta::minutes(2));
    loop {
        let mut done = false;
        for system in app.engine.targets_with_work().await.unwrap() {
            done |= matches!(app.engine.deliver_to(&system).await.unwrap(), Step::Done);
        }
        if !done {
            return;
        }
        app.clock.advance(TimeDelta::seconds(1));
    }
}

/// What happened to the fields that are hidden.
pub struct Story {
    pub undone: ConflictId,
    /// Of people, groups and drafts, which no list of their own names.
    pub ids: Vec<String>,
}

/// Decisions of every kind, made by who sees everything: kept, typed, left different, refused by a
/// system, undone, reversed, awaiting approval, by a rule.
pub async fn lived(app: &TestApp) -> Story {
    let omar = viewer(app, "omar").await;
    let typed = |text: &str| Outcome::Type { values: vec![Held::from(text)] };
    let reversed = decide(app, &omar, 0, "account", Outcome::Keep { value: 1 }).await;
    decide(app, &omar, 1, "account", typed(&format!("{OF_ADMINS} typed"))).await;
    decide(app, &omar, 2, "account", typed(&format!("{OF_ADMINS} refused"))).await;
    let until = app.engine.now() + TimeDelta::days(3);
    decide(app, &omar, 3, "account", Outcome::LeaveDifferent { until }).await;
    let both = vec![Held::from(&*format!("{OF_STEWARDS} 90")), Held::from(&*format!("{OF_STEWARDS} 9"))];
    decide(app, &omar, 8, "terms", Outcome::Type { values: both }).await;
    deliver(app).await;
    app.engine.reverse(&omar, &reversed.id, "it was wrong").await.unwrap();
    let undone = decide(app, &omar, 4, "account", typed(&format!("{OF_ADMINS} draft"))).await;
    app.engine.undo(&omar, &undone.id).await.unwrap();
    // Still held.
    decide(app, &omar, 5, "account", Outcome::Keep { value: 1 }).await;
    Story { undone: undone.conflict, ids: vec![omar.user.0] }
}
