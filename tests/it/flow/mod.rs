//! The pipeline from systems to systems, on both databases: what differs is found, decided,
//! written back and proven.

mod absent;
mod approval_ends;
mod approved;
mod asked;
mod causes;
mod clocks;
mod crowd;
mod decide;
mod detect;
mod drafts;
mod dry_run;
mod duplicates;
mod failed;
mod files;
mod foreseen;
mod incidents;
mod judged_again;
mod late;
mod order_lines;
mod outcomes;
mod panics;
mod paused;
mod reading;
mod removed;
mod reports;
mod restaurants;
mod reversed;
mod routing;
mod samples;
mod separated;
mod shadow;
mod stand;
mod suggested;
mod talk;
mod targets;
mod tidied;
mod unreadable;
mod validated;
mod written;

use crate::support::postgres;
use crate::support::world::World;
use referee::domain::access::Viewer;
use referee::store::conflicts::{Conflict, Difference};
use referee::store::queue::{self, Filter};
use referee::store::{audit, conflicts};

pub const CONFIG: &str = r#"
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
  { id = "since", label = "Customer since", comparison = "date" },
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
machine_authors = ["import"]
fields = [
  { field = "name", columns = ["name"] },
  { field = "street", columns = ["street"] },
  { field = "postcode", columns = ["zip"] },
  { field = "phone", columns = ["phone"] },
  { field = "since", columns = ["since"] },
]

[[mapping]]
system = "warehouse"
entity = "customer"
object = "SHIP_TO"
key = "WH_NO"
link = "CUST_REF"
modified_at = "CHG_AT"
modified_by = "CHG_BY"
machine_authors = ["import", "bulk load"]
complete = true
new_key = "WH-{link}"
fields = [
  { field = "name", columns = ["NAME"], transforms = [{ case = "upper" }] },
  { field = "street", columns = ["STREET", "HOUSE_NO"], transforms = [{ join = { separator = " " } }, { case = "upper" }] },
  { field = "postcode", columns = ["ZIP"] },
  { field = "phone", columns = ["TEL"] },
  { field = "since", columns = ["SINCE"], transforms = [{ date = { format = "%d/%m/%Y" } }] },
]

[policy.customer.all]
source_of_truth = "portal"
rule = "source_wins"
[policy.customer.slots.address]
rule = "manual_review"
stakes = "high"
[policy.customer.slots.phone]
rule = "most_recent_wins"
"#;

pub const PORTAL: &str = "
CREATE TABLE customers (id TEXT PRIMARY KEY, name TEXT, street TEXT, zip TEXT, phone TEXT, since TEXT,
    vip INTEGER DEFAULT 1, updated_at TEXT, updated_by TEXT);
INSERT INTO customers VALUES
 ('C-1','Ada Okafor','Elmstraße 4','10115','+49 30 55501742','2024-03-04',1,'2026-01-01 10:00:00','Ana'),
 ('C-2','Mateo Lindqvist','Storgata 8','0184','+49 30 55501743','2024-05-06',1,'2026-01-01 10:00:00','Ana');";
pub const WAREHOUSE: &str = "
CREATE TABLE SHIP_TO (WH_NO TEXT PRIMARY KEY, CUST_REF TEXT, NAME TEXT, STREET TEXT, HOUSE_NO TEXT, ZIP TEXT,
    TEL TEXT, SINCE TEXT, DOCK TEXT DEFAULT 'A', CHG_AT TEXT, CHG_BY TEXT);
INSERT INTO SHIP_TO VALUES
 ('WH-1','C-1','ADA OKAFOR','ELMSTRAßE','4','10115','030 55501742','04/03/2024','A','2026-01-01 11:00:00','import'),
 ('WH-2','C-2','MATEO LINDQVIST','STORGATA','8','0184','030 55501743','06/05/2024','A','2026-01-01 11:00:00','import');";

/// Two systems that agree, read once, on each database there is.
async fn worlds() -> Vec<World> {
    let mut worlds = Vec::new();
    for url in [None, postgres::database().await] {
        if url.is_none() && !worlds.is_empty() {
            continue;
        }
        let world = World::on(url, CONFIG, &[("portal", PORTAL), ("warehouse", WAREHOUSE)]).await;
        world.sync().await;
        assert_eq!(open(&world).await, [], "systems that agree open nothing");
        worlds.push(world);
    }
    worlds
}

/// The open conflicts in the order of the queue.
async fn open(world: &World) -> Vec<Conflict> {
    let mut session = world.engine.store().session().await.unwrap();
    let now = world.engine.now();
    let filter = Filter::default();
    let page = queue::page(&mut session, &Viewer::referee(), &filter, None, now, 100).await.unwrap();
    let count = queue::count(&mut session, &Viewer::referee(), &filter, now).await.unwrap();
    assert_eq!(usize::try_from(count).unwrap(), page.len(), "a count equals its list");
    page
}

/// The differences of a conflict.
async fn differences(world: &World, conflict: &Conflict) -> Vec<Difference> {
    let mut session = world.engine.store().session().await.unwrap();
    conflicts::differences(&mut session, std::slice::from_ref(&conflict.id)).await.unwrap()
}

/// The actions of the audit log in order, after verifying its chain.
async fn audit_actions(world: &World) -> Vec<String> {
    let mut session = world.engine.store().session().await.unwrap();
    let entries = audit::after(&mut session, 0, 10_000).await.unwrap();
    let mut verifier = referee::domain::audit::Verifier::default();
    for entry in &entries {
        verifier.next(entry).unwrap();
    }
    let (seq, hash) = audit::head(&mut session).await.unwrap();
    verifier.end(seq, &hash).unwrap();
    entries
        .iter()
        .map(|entry| {
            serde_json::from_str::<referee::domain::audit::Line>(&entry.line).unwrap().action.as_str()
        })
        .collect()
}
