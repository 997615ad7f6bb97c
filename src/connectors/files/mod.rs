//! A folder of files as a system: CSV and JSON Lines.
//!
//! Other programs put whole files there, and look at them whole. So every call looks at the file
//! that has the name now, and a write makes a new file that takes its name.

mod folder;
mod format;
mod index;
mod settings;
mod sorter;

pub use settings::{FileFormat, FileObject, FilesSettings};

use super::scan::{self, Order, Scan, ScanSpec};
use super::sql::{self, Selection};
use super::{Capabilities, Connector, ConnectorError, Heard, calls, differing};
use super::{ObjectDescription, ObjectSpec, Page, Row, Scope, Written};
use crate::domain::value::{Cell, Cells};
use crate::faults::{self, Point, Protection};
use folder::{Folder, Identity, Opened};
use format::Format;
use futures_util::future::BoxFuture;
use index::{Index, Record};
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::FileExt as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Records looked at to tell what columns a file has, and which of them tells the rows apart.
const LOOKED_AT: usize = 1000;

/// Most files that are looked into.
const DESCRIBED: usize = 200;

/// Most files whose order is kept at a time.
const INDEXES: usize = 8;

/// Longest wait for a file that is being written.
const QUIET: Duration = Duration::from_secs(20);

/// How often a write begins again because the file was replaced meanwhile.
const TRIES: usize = 5;

/// A folder.
pub(super) struct Files(Arc<Inner>);

struct Inner {
    folder: Folder,
    settings: FilesSettings,
    indexes: Mutex<Vec<Kept>>,
    /// Taken for a write: one at a time.
    writes: Mutex<()>,
    /// The files as they were seen last, by name, and since when; of our own writing where that is
    /// left out.
    seen: Mutex<BTreeMap<String, (Identity, Option<Instant>)>>,
}

/// The order of a file by a key, for the object it was asked for.
struct Kept {
    object: String,
    index: Arc<Index>,
}

impl Files {
    pub fn new(settings: &FilesSettings) -> Result<Self, ConnectorError> {
        settings.check()?;
        let (folder, settings) = (Folder::new(&settings.folder), settings.clone());
        let (indexes, writes, seen) = (Mutex::default(), Mutex::default(), Mutex::default());
        Ok(Self(Arc::new(Inner { folder, settings, indexes, writes, seen })))
    }

    /// Runs `work` where waiting for a disk holds nobody up.
    async fn blocking<T: Send + 'static>(
        inner: &Arc<Inner>,
        work: impl FnOnce(&Inner) -> Result<T, ConnectorError> + Send + 'static,
    ) -> Result<T, ConnectorError> {
        let inner = Arc::clone(inner);
        match tokio::task::spawn_blocking(move || work(&inner)).await {
            Ok(done) => done,
            Err(error) => Err(ConnectorError::Unknown(format!("the call broke off: {error}"))),
        }
    }
}

impl Connector for Files {
    fn capabilities(&self) -> Capabilities {
        // The whole file is read in any case: asking for changes alone would save nothing and
        // leave out what is gone.
        Capabilities { condition: true, create: true, delete: true, modified_time: false, ordered: true }
    }

    fn describe(&self) -> BoxFuture<'_, Result<Vec<ObjectDescription>, ConnectorError>> {
        let inner = Arc::clone(&self.0);
        calls::reading(async move { Self::blocking(&inner, Inner::describe).await })
    }

    fn pull<'a>(
        &'a self,
        object: &'a ObjectSpec,
        scope: &'a Scope,
        position: Option<&'a str>,
        limit: usize,
    ) -> BoxFuture<'a, Result<Page, ConnectorError>> {
        let (inner, object, scope) = (Arc::clone(&self.0), object.clone(), scope.clone());
        let position = position.map(str::to_owned);
        calls::reading(async move {
            let begins = position.is_none();
            Self::blocking(&inner, move |inner| {
                if begins {
                    inner.wait_until_quiet(&object.object)?;
                }
                inner.pull(&object, &scope, position.as_deref(), limit.max(1))
            })
            .await
        })
    }

    fn scan<'a>(&'a self, spec: &'a ScanSpec, _order: Order) -> Scan<'a> {
        scan::by_pages(self, spec)
    }

    fn read<'a>(
        &'a self,
        object: &'a ObjectSpec,
        key: &'a str,
    ) -> BoxFuture<'a, Result<Option<Row>, ConnectorError>> {
        let (inner, object, key) = (Arc::clone(&self.0), object.clone(), key.to_owned());
        calls::reading(async move { Self::blocking(&inner, move |inner| inner.read(&object, &key)).await })
    }

    fn write<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        changes: &'a Cells,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>> {
        let (inner, object) = (Arc::clone(&self.0), object.clone());
        let (expected, changes) = (expected.clone(), changes.clone());
        calls::writing(async move {
            Self::blocking(&inner, move |inner| {
                let stands = changes.keys().map(|name| match expected.cells.get(name) {
                    Some(cell) => Ok((name.clone(), cell.clone())),
                    None => {
                        let text = format!("nothing was read of the column {name:?}, so it is not written");
                        Err(ConnectorError::Shape(text))
                    }
                });
                let stands = stands.collect::<Result<Cells, _>>()?;
                let new = differing(&changes, &expected.cells);
                inner.alter(&object, (&expected.key, &stands), Some(&new))
            })
            .await
        })
    }

    fn create<'a>(
        &'a self,
        object: &'a ObjectSpec,
        cells: &'a Cells,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<String, ConnectorError>> {
        let (inner, object, cells) = (Arc::clone(&self.0), object.clone(), cells.clone());
        calls::writing(
            async move { Self::blocking(&inner, move |inner| inner.create(&object, &cells)).await },
        )
    }

    fn remove<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        _idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>> {
        let (inner, object, expected) = (Arc::clone(&self.0), object.clone(), expected.clone());
        calls::writing(async move {
            let remove = move |inner: &Inner| inner.alter(&object, (&expected.key, &expected.cells), None);
            Self::blocking(&inner, remove).await
        })
    }
}

impl Inner {
    /// The file of an object and how it is read.
    ///
    /// # Errors
    /// `Shape` for an object nobody spoke of, `Unavailable` for one whose file is not there now.
    fn open(&self, object: &str) -> Result<(Opened, Box<dyn Format>), ConnectorError> {
        let known = self.settings.object(object);
        let Some(opened) = self.folder.file(&known.file)? else {
            let text = format!("{} has no file {:?}", self.settings.folder.display(), known.file);
            return Err(match self.settings.objects.contains_key(object) {
                true => ConnectorError::unavailable(text),
                false => ConnectorError::Shape(text),
            });
        };
        match known.format_of(&opened.name) {
            Some(format) => Ok((opened, format)),
            None => Err(ConnectorError::Shape(format!(
                "{}: its ending does not tell what it is: say `format = \"csv\"` or \"jsonl\"",
                opened.place
            ))),
        }
    }

    fn index(&self, object: &ObjectSpec) -> Result<Arc<Index>, ConnectorError> {
        let mut kept = self.indexes.lock().unwrap_or_else(PoisonError::into_inner);
        let (opened, format) = self.open(&object.object)?;
        let is_it = |kept: &Kept| kept.object == object.object && kept.index.key == object.key;
        let place = kept.iter().position(is_it);
        if let Some(known) = place.map(|place| kept.remove(place))
            && known.index.opened.identity == opened.identity
        {
            let index = Arc::clone(&known.index);
            kept.push(known);
            return Ok(index);
        }
        let index = Arc::new(Index::of(opened, format, &object.object, &object.key)?);
        if self.open(&object.object)?.0.identity != index.opened.identity {
            let text = format!("{} was changed while it was read", index.opened.place);
            return Err(ConnectorError::unavailable(text));
        }
        if kept.len() >= INDEXES {
            kept.remove(0);
        }
        kept.push(Kept { object: object.object.clone(), index: Arc::clone(&index) });
        Ok(index)
    }

    /// Waits until the file has stayed the same for a while. By our own looking, since the time of a
    /// file is that of the machine it was written on.
    fn wait_until_quiet(&self, object: &str) -> Result<(), ConnectorError> {
        let (quiet, until) = (Duration::from_secs(self.settings.quiet_seconds), Instant::now() + QUIET);
        while !quiet.is_zero() {
            let (opened, _) = self.open(object)?;
            if self.is_quiet(&opened, quiet) {
                break;
            }
            if Instant::now() > until {
                let text = format!("{} is still being written", opened.place);
                return Err(ConnectorError::unavailable(text));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
        Ok(())
    }

    fn is_quiet(&self, opened: &Opened, quiet: Duration) -> bool {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match seen.get(&opened.name) {
            Some((identity, since)) if *identity == opened.identity => {
                since.is_none_or(|since| since.elapsed() >= quiet)
            }
            _ => {
                seen.insert(opened.name.clone(), (opened.identity, Some(Instant::now())));
                false
            }
        }
    }

    fn writing(&self) -> MutexGuard<'_, ()> {
        self.writes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pull(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Page, ConnectorError> {
        let index = self.index(object)?;
        let table = index.table_for(object);
        let selection = Selection::new(&table, object)?;
        let start = position.map_or(Ok(0), |key| index.find(key, true))?;
        let records = index.records(start, limit.saturating_add(1))?;
        let more = start + u64::try_from(records.len()).unwrap_or(0) < index.count;
        // Large records make a page shorter than was asked for.
        let limit = if more { limit.min(records.len() - 1) } else { limit };
        let found = records.iter().map(|record| index.found(&selection, record)).collect();
        let (mut page, _) = sql::keys_in_order(&selection, object, scope, found, limit);
        if page.next.is_none() && *scope == Scope::Full {
            page.unusable.extend(index.keyless.iter().cloned());
        }
        // Whoever writes a file stamps it by this machine's clock, as far as can be told.
        page.clock = Some(Heard::Ours);
        Ok(page)
    }

    fn read(&self, object: &ObjectSpec, key: &str) -> Result<Option<Row>, ConnectorError> {
        let index = self.index(object)?;
        let table = index.table_for(object);
        let selection = Selection::new(&table, object)?;
        let records = index.of_key(key)?;
        let found = records.iter().map(|record| index.found(&selection, record)).collect();
        sql::one(&selection, object, found)
    }

    /// Writes over the record of a key, or removes it, if it stands as expected.
    fn alter(
        &self,
        object: &ObjectSpec,
        (key, stands): (&str, &Cells),
        changes: Option<&Cells>,
    ) -> Result<Written, ConnectorError> {
        let _one = self.writing();
        for _ in 0..TRIES {
            let index = self.index(object)?;
            let record = match index.of_key(key)?.as_slice() {
                [] => return Ok(Written::Gone),
                [only] => Record { from: only.from, bytes: only.bytes.clone() },
                _ => {
                    return Err(ConnectorError::Refused(format!("the key {key:?} is on more than one row")));
                }
            };
            if !as_expected(&index, &record, stands)? && !faults::without(Protection::Condition) {
                return Ok(Written::ConditionFailed);
            }
            let (new, len) = match changes {
                Some(changes) => {
                    (index.format.changed(&index.table, &record.bytes, changes)?, record.bytes.len())
                }
                None => (Vec::new(), record.bytes.len() + line_end(&index, &record)),
            };
            let place = (record.from, u64::try_from(len).unwrap_or(u64::MAX));
            if self.folder.replace(&index.opened, place, &new)? {
                faults::pass(Point::K8);
                self.keep_written(&object.object)?;
                return Ok(Written::Applied { shown: true });
            }
        }
        Err(ConnectorError::unavailable(format!("{} is written by others all the time", object.object)))
    }

    fn create(&self, object: &ObjectSpec, cells: &Cells) -> Result<String, ConnectorError> {
        let _one = self.writing();
        for _ in 0..TRIES {
            let index = self.index(object)?;
            let key = cells.get(&object.key).and_then(Cell::text).filter(|key| !key.is_empty());
            let Some(key) = key else {
                return Err(ConnectorError::Refused(format!("a new row needs the key {:?}", object.key)));
            };
            if !index.of_key(key)?.is_empty() {
                return Err(ConnectorError::Refused(format!("the key {key:?} is taken")));
            }
            let made = index.format.made(&index.table_for(object), cells)?;
            let end = index.opened.identity.bytes;
            if self.folder.replace(&index.opened, (end, 0), &appended(&index.opened, &made)?)? {
                faults::pass(Point::K8);
                self.keep_written(&object.object)?;
                return Ok(key.to_owned());
            }
        }
        Err(ConnectorError::unavailable(format!("{} is written by others all the time", object.object)))
    }

    /// What we wrote is whole: nobody has to wait for it.
    fn keep_written(&self, object: &str) -> Result<(), ConnectorError> {
        let (opened, _) = self.open(object)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.insert(opened.name, (opened.identity, None));
        Ok(())
    }

    fn describe(&self) -> Result<Vec<ObjectDescription>, ConnectorError> {
        let mut described = Vec::new();
        let mut taken = BTreeSet::new();
        for name in self.settings.objects.keys() {
            let (opened, format) = self.open(name)?;
            described.push(description(&opened, &*format, name)?);
            taken.insert(opened.name);
        }
        let names = self.folder.names()?;
        for name in names.iter().filter(|name| !taken.contains(*name)).take(DESCRIBED) {
            // What lies about there beside the exports is nobody's fault.
            let Ok((opened, format)) = self.open(name) else { continue };
            described.extend(description(&opened, &*format, name));
        }
        Ok(described)
    }
}

/// The columns of a file, and one that tells its rows apart as far as was looked: one called `id`,
/// else the first.
fn description(
    opened: &Opened,
    format: &dyn Format,
    name: &str,
) -> Result<ObjectDescription, ConnectorError> {
    let (table, rows) = format.sample(opened, name, LOOKED_AT)?;
    let tells_apart = |at: &usize| {
        let texts: BTreeSet<&str> = rows.iter().filter_map(|row| row.get(*at)?.text()).collect();
        !rows.is_empty() && texts.len() == rows.len() && !texts.contains("")
    };
    let mut found = table.description();
    let names: Vec<&String> = found.columns.iter().map(|(name, _)| name).collect();
    let able: Vec<&String> =
        (0..names.len()).filter(tells_apart).filter_map(|at| names.get(at).copied()).collect();
    let key = able.iter().find(|name| name.eq_ignore_ascii_case("id")).or(able.first());
    found.key = key.map(|name| (*name).clone()).into_iter().collect();
    Ok(found)
}

fn as_expected(index: &Index, record: &Record, stands: &Cells) -> Result<bool, ConnectorError> {
    let key = index.table.column(&index.key)?;
    let columns = stands.keys().map(|name| index.table.column(name)).collect::<Result<_, _>>()?;
    let selection = Selection { table: &index.table, key, columns };
    let found = index.found(&selection, record).cells;
    Ok(stands.values().zip(found).all(|(expected, found)| found.is_ok_and(|found| found == *expected)))
}

/// How many bytes end the line of a record.
fn line_end(index: &Index, record: &Record) -> usize {
    let (mut end, at) = ([0; 2], record.from + u64::try_from(record.bytes.len()).unwrap_or(0));
    match (index.opened.file.read_at(&mut end, at).unwrap_or(0), end) {
        (2, [b'\r', b'\n']) => 2,
        (1 | 2, [b'\r' | b'\n', _]) => 1,
        _ => 0,
    }
}

/// A record as it is put behind the last, with the line ends of the file.
fn appended(opened: &Opened, record: &[u8]) -> Result<Vec<u8>, ConnectorError> {
    let fault = |error| ConnectorError::unavailable(format!("{}: {error}", opened.place));
    let mut head = vec![0; 64 * 1024];
    let read = opened.file.read_at(&mut head, 0).map_err(fault)?;
    head.truncate(read);
    let end: &[u8] = if head.windows(2).any(|two| two == b"\r\n") { b"\r\n" } else { b"\n" };
    let mut last = [b'\n'];
    if let Some(at) = opened.identity.bytes.checked_sub(1) {
        opened.file.read_at(&mut last, at).map_err(fault)?;
    }
    let before = if last == [b'\n'] { &[][..] } else { end };
    Ok([before, record, end].concat())
}
