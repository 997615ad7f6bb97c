//! What lies there after a world was laid down.

use super::{NOW, Rows, SEED, cell, clock, column, laid_down, rows, world};
use referee::demo::{DemoError, Start, System, World};
use referee::domain::compare::Comparison;
use std::collections::BTreeSet;
use std::time::Instant;

#[tokio::test]
async fn the_same_seed_gives_the_same_bytes() {
    let folders = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    for (folder, seed) in folders.iter().zip([SEED, SEED, SEED + 1]) {
        laid_down(folder.path(), seed, Start::Agreed).await;
    }
    let bytes = |n: usize, name: &str| std::fs::read(folders[n].path().join(name)).unwrap();
    for name in
        ["portal.sqlite", "helpdesk.sqlite", "warehouse.sqlite", "billing.sqlite", "hr.sqlite", "demo.json"]
    {
        assert!(bytes(0, name) == bytes(1, name), "{name} is another");
        assert!(bytes(0, name) != bytes(2, name), "{name} does not follow the seed");
    }
    let mut left: Vec<String> = folders[0]
        .path()
        .read_dir()
        .unwrap()
        .map(|f| f.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    let all =
        ["billing.sqlite", "demo.json", "helpdesk.sqlite", "hr.sqlite", "portal.sqlite", "warehouse.sqlite"];
    assert_eq!(left, all);
}

#[tokio::test]
async fn everybody_is_in_every_system() {
    let (world, _folder) = world(Start::Agreed).await;
    let rows = rows(&world).await;
    let set = |table, name| column(&rows, table, name).map(str::to_owned).collect::<BTreeSet<String>>();
    let customers = set("customers", "id");
    assert_eq!(customers.len(), 2000);
    assert_eq!(set("accounts", "customer"), customers);
    assert_eq!((customers.clone(), customers), (set("contacts", "ref"), set("SHIP_TO", "CUST_REF")));
    let employees = set("employees", "number");
    assert_eq!(employees.len(), 60);
    assert_eq!((employees.clone(), employees), (set("staff", "employee"), set("OPERATORS", "EMP_REF")));
    assert_eq!((set("suppliers", "ref").len(), set("VENDORS", "ref").len()), (12, 12));
    assert!(column(&rows, "suppliers", "terms").all(|terms| (3700..=4000).contains(&terms.chars().count())));
    let products = set("products", "sku");
    assert_eq!(products.len(), 300);
    assert_eq!((products.clone(), products), (set("articles", "sku"), set("STOCK", "SKU_REF")));
    assert_eq!(set("customers", "email").len(), 2000, "nobody shares a mailbox");
    assert_eq!(set("products", "title").len(), 300, "nothing is offered twice");
    for (name, expected) in [("plan", 4), ("lead_status", 3), ("country", 11)] {
        assert_eq!(set("customers", name).len(), expected, "{name}");
    }
}

#[tokio::test]
async fn each_system_writes_in_its_own_form() {
    let (world, _folder) = world(Start::Agreed).await;
    let rows = rows(&world).await;
    let of = |system, table, key, name| cell(&rows, system, table, key, name);
    let ada = |name| of("portal", "customers", "C-20418", name);
    assert_eq!(
        [ada("full_name"), ada("street"), ada("zip"), ada("city")],
        ["Ada Okafor", "Elmstraße 4", "10115", "Berlin"]
    );
    assert_eq!([ada("phone"), ada("country")], ["+49 30 5550 1742", "DE"]);
    let ship = |name| of("warehouse", "SHIP_TO", "WH-008841", name);
    assert_eq!(
        [ship("CUST_REF"), ship("NAME"), ship("STREET"), ship("HOUSE_NO")],
        ["C-20418", "ADA OKAFOR", "ELMSTRAßE", "4"]
    );
    assert_eq!([ship("TOWN"), ship("COUNTRY"), ship("TEL")], ["BERLIN", "GERMANY", "030 5550 1742"]);
    let contact = |name| of("helpdesk", "contacts", "503127", name);
    assert_eq!(
        [contact("ref"), contact("street"), contact("phone")],
        ["C-20418", "Elmstraße 4", "+49 30 5550 1742"]
    );
    let kettle = |name| of("portal", "products", "P-3391", name);
    assert_eq!([kettle("title"), kettle("stock")], ["Kettle, 1.7 l steel", "10"]);
    assert_forms(&rows);
}

fn assert_forms(rows: &Rows) {
    let dates = |table, name| {
        column(rows, table, name).map(move |text| {
            chrono::NaiveDate::parse_from_str(text, if table == "SHIP_TO" { "%d/%m/%Y" } else { "%Y-%m-%d" })
                .unwrap()
        })
    };
    assert_eq!(dates("customers", "customer_since").count(), 2000);
    assert_eq!(dates("SHIP_TO", "SINCE").count(), 2000);
    assert!(column(rows, "SHIP_TO", "TEL").all(|number| number.starts_with('0')));
    assert!(
        column(rows, "SHIP_TO", "NAME").all(|name| !name.contains(|c: char| c.is_lowercase() && c != 'ß'))
    );
    let phone = Comparison::Phone("DE".to_owned());
    for number in column(rows, "customers", "phone").chain(column(rows, "SHIP_TO", "TEL")) {
        let normal = phone.normal_text(number).unwrap();
        assert!(normal.starts_with('+'), "{number}");
    }
    for country in column(rows, "SHIP_TO", "COUNTRY") {
        assert!(Comparison::Country.normal_text(country).is_ok(), "{country}");
    }
    let (least, most) =
        column(rows, "customers", "updated_at").fold((NOW, ""), |(a, b), t| (a.min(t), b.max(t)));
    assert!(least < "2025-10-14" && most > "2026-09-20" && most < "2026-09-30", "{least} to {most}");
}

/// Laid down a year ago and played to its end, the history leads to the same rows.
#[tokio::test]
async fn the_year_leads_to_what_is_agreed() {
    let (agreed, _first) = world(Start::Agreed).await;
    let (played, _second) = world(Start::AYearAgo).await;
    let chapters = played.history();
    assert_eq!(chapters.len(), 12);
    assert!(rows(&played).await.len() < rows(&agreed).await.len(), "some join within the year");
    let mut before = played.begins_at();
    let first = rows(&played).await;
    let written = column(&first, "customers", "updated_at").max().unwrap();
    assert!(written < before.to_rfc3339().as_str(), "{written}");
    for chapter in &chapters {
        assert!(chapter.edits.len() > 100);
        assert!(chapter.edits.iter().all(|edit| edit.at > before && edit.at < chapter.ends_at));
        played.apply(&chapter.edits).await.unwrap();
        before = chapter.ends_at;
    }
    assert_eq!(before, played.agreed_at());
    // Writing a row counts in the helpdesk.
    let without_revision = |rows: Rows| -> Rows {
        let plain =
            |row: Vec<(String, String)>| row.into_iter().filter(|(name, _)| name != "revision").collect();
        rows.into_iter().map(|(key, row)| (key, plain(row))).collect()
    };
    let [played, agreed] = [rows(&played).await, rows(&agreed).await].map(without_revision);
    assert_eq!(played.len(), agreed.len());
    for (key, row) in &agreed {
        assert_eq!(&played[key], row, "{key:?}");
    }
}

#[tokio::test]
async fn nothing_that_is_there_is_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("warehouse.sqlite"), "mine").unwrap();
    let error = World::lay_down(folder.path(), SEED, clock(), Start::Agreed).await.err().unwrap();
    assert!(matches!(&error, DemoError::Occupied(path) if path.ends_with("warehouse.sqlite")), "{error}");
    assert_eq!(std::fs::read(folder.path().join("warehouse.sqlite")).unwrap(), b"mine");
    assert!(!folder.path().join("portal.sqlite").exists());
    assert!(World::open(folder.path(), clock()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_world_is_opened_again_and_reset() {
    let (world, folder) = world(Start::Agreed).await;
    let fresh = rows(&world).await;
    let first = world.make_conflict().await.unwrap();
    let token = world.token();
    drop(world);
    let world = World::open(folder.path(), clock()).await.unwrap().unwrap();
    assert_eq!(world.token(), token);
    let second = world.make_conflict().await.unwrap();
    assert_ne!(first.outcomes, second.outcomes, "another record each time");
    assert_ne!(rows(&world).await, fresh);
    world.reset(Start::Agreed).await.unwrap();
    assert_eq!(rows(&world).await, fresh);
    assert_eq!(world.make_conflict().await.unwrap().outcomes, first.outcomes);
}

/// A row changed by plain SQL is found by those who ask what changed.
#[tokio::test]
async fn a_change_from_outside_is_stamped() {
    let (world, _folder) = world(Start::Agreed).await;
    for (system, update) in [
        (System::Portal, "UPDATE customers SET city = 'Potsdam' WHERE id = 'C-20418'"),
        (System::Warehouse, "UPDATE SHIP_TO SET TOWN = 'POTSDAM' WHERE CUST_REF = 'C-20418'"),
    ] {
        use sqlx::ConnectOptions as _;
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(world.path(system));
        sqlx::query(update).execute(&mut options.connect().await.unwrap()).await.unwrap();
    }
    let rows = rows(&world).await;
    for (system, table, key, at, by) in [
        ("portal", "customers", "C-20418", "updated_at", "updated_by"),
        ("warehouse", "SHIP_TO", "WH-008841", "CHG_AT", "CHG_BY"),
    ] {
        let changed: chrono::NaiveDateTime =
            cell(&rows, system, table, key, at).trim_end_matches('Z').replace(' ', "T").parse().unwrap();
        let wall: chrono::DateTime<chrono::Utc> = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .map(|since| {
                chrono::DateTime::from_timestamp(i64::try_from(since.as_secs()).unwrap(), 0).unwrap()
            })
            .unwrap();
        assert!((wall.naive_utc() - changed).num_seconds().abs() < 60, "{changed}");
        assert_eq!(cell(&rows, system, table, key, by), "NULL", "nobody knows who");
    }
}

/// How long it takes; the limit is for an optimised build and generous to a busy machine.
#[tokio::test]
async fn laying_down_is_quick() {
    let folder = tempfile::tempdir().unwrap();
    let begin = Instant::now();
    laid_down(folder.path(), SEED, Start::Agreed).await;
    let took = begin.elapsed().as_millis();
    let most = if cfg!(debug_assertions) { 15_000 } else { 1000 };
    assert!(took < most, "{took} ms");
}
