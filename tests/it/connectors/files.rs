//! What is particular to files: their letters and line ends, their order, who else writes them,
//! and what lies outside their folder.

use super::bench::{cells, number, text};
use referee::connectors::{Connector, ConnectorError, FileFormat, FileObject, FilesSettings};
use referee::connectors::{ObjectSpec, Page, Scope, Settings, Written, open};
use referee::domain::value::{Cell, Cells};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A folder with a file of customers, as another program writes it.
pub struct Exports {
    folder: TempDir,
    file: PathBuf,
    columns: Vec<String>,
}

type Rows = BTreeMap<String, Cells>;

impl Exports {
    pub fn new(ending: &str, columns: &[&str]) -> Self {
        let folder = TempDir::new().expect("folder");
        let file = folder.path().join(format!("customer.{ending}"));
        let exports = Self { folder, file, columns: columns.iter().map(ToString::to_string).collect() };
        exports.save(&Rows::new());
        exports
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn is_csv(&self) -> bool {
        self.file.extension().is_some_and(|ending| ending == "csv")
    }

    fn load(&self) -> Rows {
        let cell = |text: &str| if text == "\\N" { Cell::Null } else { Cell::Text(text.to_owned()) };
        let rows: Vec<Cells> = if self.is_csv() {
            let mut reader = csv::Reader::from_path(&self.file).expect("file");
            let record = |record: csv::StringRecord| {
                self.columns.iter().cloned().zip(record.iter().map(cell)).collect()
            };
            reader.records().map(|found| record(found.expect("record"))).collect()
        } else {
            let file = std::fs::read_to_string(&self.file).expect("file");
            file.lines().map(|line| serde_json::from_str(line).expect("line")).collect()
        };
        rows.into_iter().map(|row| (row["id"].text().expect("key").to_owned(), row)).collect()
    }

    /// In an order that is not that of the keys.
    fn save(&self, rows: &Rows) {
        let mut out = Vec::new();
        if self.is_csv() {
            let mut writer = csv::Writer::from_writer(&mut out);
            writer.write_record(&self.columns).expect("header");
            let shown =
                |row: &Cells, name: &String| row.get(name).and_then(Cell::text).unwrap_or("\\N").to_owned();
            for row in rows.values().rev() {
                writer.write_record(self.columns.iter().map(|name| shown(row, name))).expect("row");
            }
        } else {
            for row in rows.values().rev() {
                out.extend(serde_json::to_vec(row).expect("json"));
                out.push(b'\n');
            }
        }
        std::fs::write(&self.file, out).expect("write");
    }

    fn change(&self, change: impl FnOnce(&mut Rows)) {
        let mut rows = self.load();
        change(&mut rows);
        self.save(&rows);
    }

    pub fn add(&self, cells: &Cells) {
        let key = cells["id"].text().expect("key").to_owned();
        self.change(|rows| drop(rows.insert(key, cells.clone())));
    }

    pub fn set(&self, key: &str, column: &str, cell: &Cell) {
        let row = |rows: &mut Rows| {
            rows.get_mut(key).expect("row").insert(column.to_owned(), cell.clone());
        };
        self.change(row);
    }

    pub fn remove(&self, key: &str) {
        self.change(|rows| drop(rows.remove(key)));
    }

    pub fn all(&self) -> Vec<String> {
        self.load().into_values().map(|row| format!("{row:?}")).collect()
    }
}

/// A folder with one file, and a connector to it.
struct Desk {
    folder: TempDir,
    connector: Arc<dyn Connector>,
}

impl Desk {
    fn new(name: &str, bytes: impl AsRef<[u8]>, change: impl FnOnce(&mut FileObject)) -> Self {
        let folder = TempDir::new().expect("folder");
        std::fs::write(folder.path().join(name), bytes).expect("file");
        let mut object = FileObject { file: name.to_owned(), ..FileObject::default() };
        change(&mut object);
        let connector = connector(folder.path(), [("t".to_owned(), object)].into(), 0);
        Self { folder, connector }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    async fn pull(&self, object: &ObjectSpec, limit: usize) -> Page {
        let (mut whole, mut position) = (Page::default(), None);
        loop {
            let page =
                self.connector.pull(object, &Scope::Full, position.as_deref(), limit).await.expect("page");
            assert!(page.rows.len() <= limit);
            whole.rows.extend(page.rows);
            whole.unusable.extend(page.unusable);
            position = page.next;
            if position.is_none() {
                return whole;
            }
        }
    }

    async fn refused(&self, object: &ObjectSpec) -> String {
        match self.connector.pull(object, &Scope::Full, None, 10).await {
            Err(ConnectorError::Shape(words)) => words,
            other => panic!("{other:?}"),
        }
    }
}

fn connector(folder: &Path, objects: BTreeMap<String, FileObject>, quiet_seconds: u64) -> Arc<dyn Connector> {
    let settings = FilesSettings { folder: folder.to_owned(), objects, quiet_seconds };
    open(&Settings::Files(settings), None).expect("open")
}

fn object(name: &str, columns: &[&str]) -> ObjectSpec {
    ObjectSpec {
        object: name.to_owned(),
        key: "id".to_owned(),
        modified_at: None,
        modified_by: None,
        columns: columns.iter().map(ToString::to_string).collect(),
    }
}

#[tokio::test]
async fn a_write_leaves_every_other_byte_of_the_file() {
    let before = b"id;name;note\r\n1;\"M\xfcller; GmbH\"; two \r\n\r\n2;Stra\xdfe;\"a\r\nb\"\r\n10;x;y";
    let desk = Desk::new("t.csv", before, |object| {
        (object.delimiter, object.encoding) = (Some(';'), Some("windows-1252".to_owned()));
    });
    let object = object("t", &["id", "name", "note"]);
    let row = desk.connector.read(&object, "2").await.expect("read").expect("row");
    assert_eq!((&row.cells["name"], &row.cells["note"]), (&text("Straße"), &text("a\r\nb")));
    let changes = cells(&[("name", text("Café \"5\""))]);
    let written = desk.connector.write(&object, &row, &changes, "k").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    let after =
        b"id;name;note\r\n1;\"M\xfcller; GmbH\"; two \r\n\r\n2;\"Caf\xe9 \"\"5\"\"\";\"a\r\nb\"\r\n10;x;y";
    assert_eq!(std::fs::read(desk.path("t.csv")).expect("file"), after);

    let made = cells(&[("id", text("3")), ("name", text("€"))]);
    assert_eq!(desk.connector.create(&object, &made, "k").await.as_deref(), Ok("3"));
    let row = desk.connector.read(&object, "1").await.expect("read").expect("row");
    let removed = desk.connector.remove(&object, &row, "k").await;
    assert_eq!(removed, Ok(Written::Applied { shown: true }));
    let after = b"id;name;note\r\n\r\n2;\"Caf\xe9 \"\"5\"\"\";\"a\r\nb\"\r\n10;x;y\r\n3;\x80;\r\n";
    assert_eq!(std::fs::read(desk.path("t.csv")).expect("file"), after);
    let left: Vec<_> = std::fs::read_dir(desk.folder.path()).expect("folder").collect();
    assert_eq!(left.len(), 1, "{left:?}");

    let row = desk.connector.read(&object, "2").await.expect("read").expect("row");
    let changes = cells(&[("name", text("日本"))]);
    let refused = desk.connector.write(&object, &row, &changes, "k").await;
    assert!(
        matches!(&refused, Err(ConnectorError::Refused(words)) if words.contains("windows-1252")),
        "{refused:?}"
    );
}

#[tokio::test]
async fn rows_come_by_key_and_those_in_doubt_are_told_of() {
    let file = "\u{feff}id,v\n9,a\n10,b\n9,c\n,d\n1,e\n2,f,g\n3\n20,\"h\n21,i\n";
    let desk = Desk::new("t.csv", file, |_| {});
    for limit in 1..8 {
        let page = desk.pull(&object("t", &["id", "v"]), limit).await;
        let keys: Vec<&str> = page.rows.iter().map(|row| row.key.as_str()).collect();
        assert_eq!(keys, ["1", "10"], "pages of {limit}");
        let told: BTreeSet<&str> = page.unusable.iter().map(|row| row.reason.as_str()).collect();
        let words = [
            "line 5: the key \"id\" is empty",
            "a quote in this line is not closed",
            "more values",
            "fewer values",
            "\"9\" is on more than one row",
        ];
        assert_eq!(told.len(), words.len(), "{told:#?}");
        for word in words {
            assert!(told.iter().any(|reason| reason.contains(word)), "{word}: {told:#?}");
        }
    }
    let twice = desk.connector.read(&object("t", &["v"]), "9").await;
    assert!(
        matches!(&twice, Err(ConnectorError::Shape(words)) if words.contains("more than one")),
        "{twice:?}"
    );
}

#[tokio::test]
async fn what_is_no_such_file_is_said_in_plain_words() {
    let spec = object("t", &["id", "name"]);
    let of = async |bytes: &[u8]| Desk::new("t.csv", bytes, |_| {}).refused(&spec).await;
    assert!(of(b"").await.contains("its first line is to name the columns"));
    assert!(of(b"\xff\xfei\0d\0\n\0").await.contains("UTF-16"));
    let words = of(b"id;name\n1;a\n").await;
    assert!(words.contains("delimiter") && words.contains("id;name"), "{words}");
    let words = of(b"id,surname\n1,a\n").await;
    assert!(words.contains("\"name\""), "{words}");
    let endless = [b"id,name\n1,a\n2,\"b\n".as_slice(), &b"3,c\n".repeat(9 * 1024 * 1024)].concat();
    let words = of(&endless).await;
    assert!(words.contains("line 3") && words.contains("quote"), "{words}");

    let strange = Desk::new("t.dat", "id,name\n", |_| {});
    assert!(strange.refused(&spec).await.contains("format"));
    let told = Desk::new("t.dat", "id,name\n1,a\n", |object| object.format = Some(FileFormat::Csv));
    assert_eq!(told.pull(&spec, 10).await.rows.len(), 1);
    for (delimiter, encoding) in
        [(Some('"'), None), (Some('é'), None), (None, Some("utf-16")), (None, Some("latin9000"))]
    {
        let encoding = encoding.map(str::to_owned);
        let object = FileObject { file: "t.csv".to_owned(), delimiter, encoding, ..FileObject::default() };
        let settings = FilesSettings {
            folder: "/".into(),
            objects: [("t".to_owned(), object)].into(),
            quiet_seconds: 0,
        };
        let refused = open(&Settings::Files(settings), None).err();
        assert!(
            matches!(&refused, Some(ConnectorError::Refused(words)) if words.contains("\"t\"")),
            "{refused:?}"
        );
    }
}

#[tokio::test]
async fn letters_that_are_none_set_a_row_aside_whole() {
    let desk = Desk::new("t.csv", b"id,name,x\n1,M\xfcller,kept\n2,fine,\n\xff,none,\n", |_| {});
    let page = desk.pull(&object("t", &["id", "name", "x"]), 10).await;
    assert_eq!(page.rows.len(), 1);
    let [one, keyless] = page.unusable.as_slice() else { panic!("{:?}", page.unusable) };
    assert!(one.key.as_deref() == Some("1") && one.raw.contains("kept"), "{one:?}");
    assert!(one.reason.contains("\"name\"") && one.reason.contains("encoding"), "{one:?}");
    assert!(keyless.key.is_none() && keyless.reason.contains("line 4"), "{keyless:?}");
}

#[tokio::test]
async fn nothing_outside_the_folder_is_read_or_written() {
    let outside = TempDir::new().expect("folder");
    let secret = outside.path().join("secret.csv");
    std::fs::write(&secret, "id,name\n1,secret\n").expect("file");
    let desk = Desk::new("t.csv", "id,name\n1,a\n", |_| {});
    std::os::unix::fs::symlink(&secret, desk.path("link.csv")).expect("link");
    std::os::unix::fs::symlink(outside.path(), desk.path("below")).expect("link");
    std::os::unix::fs::symlink("t.csv", desk.path("inner.csv")).expect("link");
    std::fs::create_dir(desk.path("folder.csv")).expect("folder");
    let made = std::process::Command::new("mkfifo").arg(desk.path("pipe.csv")).status().expect("mkfifo");
    assert!(made.success());
    let up = format!("../{}/secret.csv", outside.path().file_name().and_then(|n| n.to_str()).expect("name"));
    let names = [
        secret.to_str().expect("path"),
        &up,
        "link.csv",
        "below/secret.csv",
        "folder.csv",
        "pipe.csv",
        "nul\0.csv",
        "",
        ".",
        "..",
        "/dev/zero",
    ];
    for name in names {
        let began = Instant::now();
        let spec = object(name, &["id", "name"]);
        let found = desk.connector.pull(&spec, &Scope::Full, None, 10).await;
        let words = format!("{found:?}");
        assert!(found.is_err() && !words.contains("\"1\""), "{name}: {words}");
        let made = desk.connector.create(&spec, &cells(&[("id", text("9"))]), "k").await;
        assert!(made.is_err(), "{name}");
        assert!(began.elapsed() < Duration::from_secs(5), "{name}");
    }
    assert_eq!(std::fs::read_to_string(&secret).expect("file"), "id,name\n1,secret\n");
    // A link within is read, and not replaced by a file.
    let spec = object("inner.csv", &["id", "name"]);
    let row = desk.connector.read(&spec, "1").await.expect("read").expect("row");
    let written = desk.connector.write(&spec, &row, &cells(&[("name", text("b"))]), "k").await;
    assert!(matches!(&written, Err(ConnectorError::Refused(words)) if words.contains("link")), "{written:?}");
}

#[tokio::test]
async fn the_newest_of_a_file_a_day_is_read() {
    let desk = Desk::new("t-2026-11-22.csv", "id,v\n1,old\n", |object| object.file = "t-*.csv".to_owned());
    let spec = object("t", &["v"]);
    assert_eq!(desk.pull(&spec, 10).await.rows[0].cells["v"], text("old"));
    std::fs::write(desk.path("t-2026-11-23.csv"), "id,v\n1,new\n").expect("file");
    assert_eq!(desk.pull(&spec, 10).await.rows[0].cells["v"], text("new"));
    for day in [22, 23] {
        std::fs::remove_file(desk.path(&format!("t-2026-11-{day}.csv"))).expect("removed");
    }
    let gone = desk.connector.pull(&spec, &Scope::Full, None, 10).await;
    assert!(
        matches!(gone, Err(ConnectorError::Unavailable { .. })),
        "an export that is not there yet: {gone:?}"
    );
}

#[tokio::test]
async fn a_file_that_is_being_written_is_waited_for() {
    let folder = TempDir::new().expect("folder");
    let path = folder.path().join("t.csv");
    std::fs::write(&path, "id,v\n").expect("file");
    let waits = connector(folder.path(), BTreeMap::new(), 1);
    let writer = std::thread::spawn(move || {
        for n in 0..6 {
            std::thread::sleep(Duration::from_millis(300));
            let mut file = std::fs::OpenOptions::new().append(true).open(&path).expect("open");
            std::io::Write::write_all(&mut file, format!("{n},x\n").as_bytes()).expect("write");
        }
    });
    let page = waits.pull(&object("t.csv", &["v"]), &Scope::Full, None, 100).await.expect("page");
    assert_eq!(page.rows.len(), 6, "whole");
    writer.join().expect("written");
    // What Referee wrote itself is read back at once.
    let spec = object("t.csv", &["v"]);
    let row = waits.read(&spec, "1").await.expect("read").expect("row");
    let written = waits.write(&spec, &row, &cells(&[("v", text("y"))]), "k").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    let began = Instant::now();
    waits.pull(&spec, &Scope::Full, None, 100).await.expect("page");
    assert!(began.elapsed() < Duration::from_millis(700), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_sees_the_old_file_or_the_new_one() {
    let rows: String = (0..2_000).map(|n| format!("{n:04},0\n")).collect();
    let desk = Desk::new("t.csv", format!("id,n\n{rows}"), |_| {});
    let (path, done) = (desk.path("t.csv"), Arc::new(std::sync::atomic::AtomicBool::new(false)));
    let stop = Arc::clone(&done);
    let reader = std::thread::spawn(move || {
        let mut looks = 0;
        while !stop.load(std::sync::atomic::Ordering::Relaxed) {
            let seen = std::fs::read_to_string(&path).expect("file");
            assert!(seen.lines().count() == 2_001 && seen.ends_with('\n'), "a part of a file");
            looks += 1;
        }
        looks
    });
    let spec = object("t", &["n"]);
    let add = async |key: &'static str| {
        let mut applied = 0;
        for _ in 0..8 {
            let row = desk.connector.read(&spec, key).await.expect("read").expect("row");
            let n: u32 = row.cells["n"].text().expect("text").parse().expect("number");
            let changes = cells(&[("n", text(&(n + 1).to_string()))]);
            let written = desk.connector.write(&spec, &row, &changes, "k").await.expect("an answer");
            applied += u32::from(written == Written::Applied { shown: true });
        }
        applied
    };
    let (one, two, other) = tokio::join!(add("0007"), add("0007"), add("1999"));
    done.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(reader.join().expect("read") > 0);
    let value = async |key: &str| {
        desk.connector.read(&spec, key).await.expect("read").expect("row").cells["n"].clone()
    };
    assert_eq!(value("0007").await, text(&(one + two).to_string()));
    assert_eq!((value("1999").await, other), (text("8"), 8));
}

#[tokio::test]
async fn lines_keep_their_numbers_and_their_other_members() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let file = format!(
        "{{\"id\":18446744073709551617,\"at\":{{\"city\":\"Ulm\",\"zip\":null}},\"price\":12.10, \"x\": [1, 2]}}\n\n\
         {{\"id\":\"7\",\"price\":1e-7}}\r\n[1]\n{{\"id\":\"8\"\n{{\"id\":\"9\",\"price\":1,\"price\":2}}\n\
         {{\"id\":\"10\",\"deep\":{deep}}}\n"
    );
    let desk = Desk::new("t.jsonl", &file, |_| {});
    let spec = object("t", &["/at/city", "price"]);
    let page = desk.pull(&spec, 2).await;
    let keys: Vec<&str> = page.rows.iter().map(|row| row.key.as_str()).collect();
    assert_eq!(keys, ["10", "18446744073709551617", "7"]);
    assert_eq!(
        (&page.rows[1].cells["price"], &page.rows[2].cells["price"]),
        (&number("12.10"), &number("1e-7"))
    );
    assert_eq!(
        (&page.rows[1].cells["/at/city"], &page.rows[2].cells["/at/city"]),
        (&text("Ulm"), &Cell::Null)
    );
    let told: Vec<&str> = page.unusable.iter().map(|row| row.reason.as_str()).collect();
    assert!(told.iter().any(|words| words.contains("line 4") && words.contains("array")), "{told:?}");
    assert!(told.iter().any(|words| words.contains("line 5")), "{told:?}");
    assert!(told.iter().any(|words| words.contains("there twice")), "{told:?}");

    let changes = cells(&[("/at/city", text("Köln"))]);
    let written = desk.connector.write(&spec, &page.rows[1], &changes, "k").await;
    assert_eq!(written, Ok(Written::Applied { shown: true }));
    let after = std::fs::read_to_string(desk.path("t.jsonl")).expect("file");
    let line =
        "{\"id\":18446744073709551617,\"at\":{\"city\":\"Köln\",\"zip\":null},\"price\":12.10,\"x\":[1, 2]}";
    assert_eq!(after.lines().next(), Some(line));
    assert_eq!(after.split_once('\n').map(|(_, rest)| rest), file.split_once('\n').map(|(_, rest)| rest));
}

#[tokio::test]
async fn a_folder_says_what_it_has() {
    let desk = Desk::new("t.csv", "kind,number\na,1\na,2\n", |_| {});
    std::fs::write(
        desk.path("more.jsonl"),
        "{\"id\":\"1\",\"at\":{\"city\":null}}\n{\"id\":\"2\",\"at\":{\"city\":\"x\"}}\n",
    )
    .expect("file");
    std::fs::write(desk.path("readme.md"), "no data").expect("file");
    std::fs::write(desk.path(".hidden.csv"), "id\n1\n").expect("file");
    let found = desk.connector.describe().await.expect("described");
    let said: Vec<_> = found.iter().map(|o| (o.name.as_str(), o.key.join(","), o.columns.len())).collect();
    assert_eq!(said, [("t", "number".to_owned(), 2), ("more.jsonl", "id".to_owned(), 3)]);
    let city = ("/at/city".to_owned(), "string".to_owned());
    assert!(found[1].columns.contains(&city), "{:?}", found[1].columns);
}
