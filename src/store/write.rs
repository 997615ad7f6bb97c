//! The writer and its commit.
//!
//! Every change is a closure handed to [`Store::write`]. It gets a write session, does its
//! work and returns its answer **with its audit events**; the entries are chained in the same
//! transaction, last. Closures run on writer threads of their own, so a caller that goes away
//! cancels nothing (sqlx 0.9 would return the connection inside an open transaction). SQLite
//! has one writer, which lets many waiting closures share one commit and one fsync;
//! PostgreSQL has several, one transaction each.
//!
//! A closure may be called again: when a group it shared failed, or when two transactions
//! met. It must therefore have no effect outside its session. No network call inside.

use super::condition::TroubleKind;
use super::db::{Arg, Backend, Link, Query, Session, Writing};
use super::error::StoreError;
use super::{Inner, Store, audit, condition};
use crate::domain::audit::Event;
use crate::domain::chance;
use crate::domain::time::Time;
use crate::faults::{self, Protection};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;
use std::ops::{Deref, DerefMut};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Closures that may share one commit.
const GROUP: usize = 64;
/// How often a whole transaction is tried when it meets another.
const TRIES: usize = 3;

/// A session that may change rows, inside a transaction.
pub struct WriteSession {
    session: Session,
    pub(super) store: Arc<Inner>,
    now: Time,
}

impl Deref for WriteSession {
    type Target = Session;
    fn deref(&self) -> &Session {
        &self.session
    }
}
impl DerefMut for WriteSession {
    fn deref_mut(&mut self) -> &mut Session {
        &mut self.session
    }
}

impl WriteSession {
    /// A statement that may change rows.
    pub fn sql(&mut self, text: &'static str) -> Query<'_, Writing> {
        Query::new(&mut self.session, text)
    }

    /// Inserts many rows; `head` is `INSERT INTO t (a, b)`, `tail` an ON CONFLICT clause or empty.
    pub async fn insert_rows(
        &mut self,
        head: &'static str,
        rows: Vec<Vec<Arg>>,
        tail: &'static str,
    ) -> Result<u64, StoreError> {
        self.session.insert_rows(head, rows, tail).await
    }

    /// The instant of this transaction: one for all its rows.
    #[must_use]
    pub fn now(&self) -> Time {
        self.now
    }

    /// A new identifier that sorts by time.
    #[must_use]
    pub fn new_id(&self) -> String {
        chance::uuid_v7(self.now, &*self.store.random)
    }
}

/// A closure's work, its type forgotten.
trait Job: Send {
    fn run<'a>(&'a self, w: &'a mut WriteSession) -> LocalBoxFuture<'a, Result<Vec<Event>, Failed>>;
    fn answer(self: Box<Self>, outcome: Result<(), Failed>);
}

/// A job ended without effect; `Own` means the job keeps its own error for the caller.
#[derive(Clone)]
enum Failed {
    Own {
        retry: bool,
        /// The database could not be used, in its words.
        place: Option<String>,
    },
    Store(StoreError),
}

struct Closure<F, T, E> {
    work: F,
    answer: std::sync::Mutex<Option<Result<T, E>>>,
    caller: std::sync::Mutex<Option<oneshot::Sender<Result<T, E>>>>,
}

impl<F, T, E> Job for Closure<F, T, E>
where
    F: AsyncFn(&mut WriteSession) -> Result<(T, Vec<Event>), E> + Send,
    T: Send,
    E: From<StoreError> + AsStoreError + Send,
{
    fn run<'a>(&'a self, w: &'a mut WriteSession) -> LocalBoxFuture<'a, Result<Vec<Event>, Failed>> {
        async move {
            let result = AssertUnwindSafe((self.work)(w)).catch_unwind().await;
            let (kept, told) = match result {
                Ok(Ok((value, events))) => (Ok(value), Ok(events)),
                Ok(Err(error)) => {
                    let store = error.as_store_error();
                    let retry = store.is_some_and(StoreError::is_retryable);
                    let place = store.and_then(StoreError::of_the_place);
                    (Err(error), Err(Failed::Own { retry, place }))
                }
                Err(_) => (Err(StoreError::Panic.into()), Err(Failed::Own { retry: false, place: None })),
            };
            if faults::without(Protection::CommitBeforeAnswer)
                && let Some(caller) = self.caller.lock().ok().and_then(|mut caller| caller.take())
            {
                let _ = caller.send(kept);
            } else if let Ok(mut answer) = self.answer.lock() {
                *answer = Some(kept);
            }
            told
        }
        .boxed_local()
    }

    fn answer(self: Box<Self>, outcome: Result<(), Failed>) {
        let kept = self.answer.into_inner().ok().flatten();
        let answer = match (outcome, kept) {
            (Err(Failed::Store(error)), _) => Err(error.into()),
            (_, Some(kept)) => kept,
            (_, None) => Err(StoreError::Panic.into()),
        };
        // The caller may have gone away; what was committed stays committed.
        if let Some(caller) = self.caller.into_inner().ok().flatten() {
            let _ = caller.send(answer);
        }
    }
}

/// An error type of a write closure: asked whether it is the store's own.
pub trait AsStoreError {
    fn as_store_error(&self) -> Option<&StoreError>;
}
impl AsStoreError for StoreError {
    fn as_store_error(&self) -> Option<&StoreError> {
        Some(self)
    }
}

/// The way to the writers.
pub(super) struct Writers {
    queue: mpsc::Sender<Box<dyn Job>>,
    /// Cancelled when nothing more is to be taken.
    closing: CancellationToken,
    /// Cancelled when the thread has ended.
    ended: CancellationToken,
}

impl Store {
    /// Runs `work` in a transaction and commits it together with the audit entries of the
    /// events it returns. An error rolls everything back.
    ///
    /// # Errors
    /// What `work` returned, or the store's own failure.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFn(&mut WriteSession) -> Result<(T, Vec<Event>), E> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + AsStoreError + Send + 'static,
    {
        let (caller, answer) = oneshot::channel();
        let caller = std::sync::Mutex::new(Some(caller));
        let job = Box::new(Closure { work, answer: std::sync::Mutex::new(None), caller });
        let queue = self.writers.queue.clone();
        queue.send(job).await.map_err(|_| StoreError::Stopping)?;
        answer.await.unwrap_or_else(|_| Err(StoreError::Stopping.into()))
    }
}

impl Writers {
    /// Starts the writers of this store: one thread with a runtime of its own, so that futures
    /// need not be `Send` and a caller's runtime can end without them.
    pub(super) fn start(inner: &Arc<Inner>) -> Result<Self, StoreError> {
        let (queue, jobs) = mpsc::channel(1024);
        let (closing, ended) = (CancellationToken::new(), CancellationToken::new());
        let (inner, jobs, end) =
            (inner.clone(), Jobs { waiting: jobs, closing: closing.clone() }, ended.clone());
        let work = move || {
            let _end = end.drop_guard();
            writer_thread(&inner, jobs);
        };
        std::thread::Builder::new()
            .name("writer".to_owned())
            .spawn(work)
            .map_err(|e| StoreError::Unavailable(e.to_string()))?;
        Ok(Self { queue, closing, ended })
    }

    /// Takes nothing more, lets the thread finish what was queued and close its connections.
    pub(super) async fn end(&self) {
        self.closing.cancel();
        self.ended.cancelled().await;
    }
}

/// What the writers are asked to do.
struct Jobs {
    waiting: mpsc::Receiver<Box<dyn Job>>,
    closing: CancellationToken,
}

impl Jobs {
    /// At most so many, as soon as there are any; none when there will be no more.
    async fn take(&mut self, most: usize) -> Vec<Box<dyn Job>> {
        let mut group = Vec::with_capacity(most);
        let closing = tokio::select! {
            biased;
            _ = self.waiting.recv_many(&mut group, most) => false,
            () = self.closing.cancelled() => true,
        };
        if closing {
            self.waiting.close();
            self.waiting.recv_many(&mut group, most).await;
        }
        group
    }
}

fn writer_thread(inner: &Arc<Inner>, jobs: Jobs) {
    let writers = if inner.backend() == Backend::Sqlite { 1 } else { inner.connections };
    let jobs = Mutex::new(jobs);
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime.block_on(async {
            futures_util::future::join_all((0..writers).map(|_| work(inner, &jobs))).await;
            inner.write_pool_closed().await;
        }),
        Err(error) => tracing::error!(%error, "the writers cannot start"),
    }
}

async fn work(inner: &Arc<Inner>, jobs: &Mutex<Jobs>) {
    let most = if inner.backend() == Backend::Sqlite { GROUP } else { 1 };
    loop {
        let waiting = async { jobs.lock().await.take(most).await };
        // While nothing can be written, it is tried whether it can.
        let group = match inner.condition.trouble() {
            None => waiting.await,
            Some(_) => match tokio::time::timeout(condition::PROBE, waiting).await {
                Ok(group) => group,
                Err(_) => {
                    let _ = commit_group(inner, &[]).await;
                    continue;
                }
            },
        };
        if group.is_empty() {
            return;
        }
        let outcome = commit_group(inner, &group).await;
        match outcome {
            Ok(()) => group.into_iter().for_each(|job| job.answer(Ok(()))),
            // The place is at fault, and each of them would wait for the same again, one after the other.
            Err(failed) if group.len() > 1 && failed.of_the_place().is_some() => {
                let failed =
                    failed.of_the_place().map(StoreError::Unavailable).unwrap_or(StoreError::Stopping);
                group.into_iter().for_each(|job| job.answer(Err(failed.clone().into())));
            }
            Err(failed) if group.len() == 1 => {
                group.into_iter().for_each(|job| job.answer(Err(failed.clone())))
            }
            // One of them failed and took the others with it: each again, alone.
            Err(_) => {
                for job in group {
                    let outcome = commit_group(inner, std::slice::from_ref(&job)).await;
                    job.answer(outcome);
                }
            }
        }
    }
}

async fn commit_group(inner: &Arc<Inner>, jobs: &[Box<dyn Job>]) -> Result<(), Failed> {
    let mut tries = 1;
    // What is locked is waited for at each try: known to be so, one has to do.
    let most = if inner.condition.trouble().is_some() { 1 } else { TRIES };
    loop {
        match try_group(inner, jobs).await {
            Err(failed) if tries < most && failed.is_retryable() => {
                tries += 1;
                tokio::time::sleep(std::time::Duration::from_millis(10 * tries as u64)).await;
            }
            outcome => {
                let outcome = outcome.map_err(|failed| failed.at_last(inner.backend()));
                match &outcome {
                    Ok(()) => inner.condition.well(),
                    Err(failed) => {
                        if let Some(message) = failed.of_the_place() {
                            inner.condition.bad(inner.clock.now(), &message);
                        }
                    }
                }
                return outcome;
            }
        }
    }
}

async fn try_group(inner: &Arc<Inner>, jobs: &[Box<dyn Job>]) -> Result<(), Failed> {
    let was_full = inner.condition.trouble().is_some_and(|trouble| trouble.kind == TroubleKind::Full);
    if let Some(files) = inner.files.as_ref().filter(|_| jobs.is_empty() && was_full) {
        // One page may fit where no decision does.
        files.has_room()?;
    }
    let session = begin(inner).await?;
    let mut w = WriteSession { session, store: inner.clone(), now: inner.clock.now() };
    let done = match run_jobs(&mut w, jobs).await {
        Ok(()) => w.session.word("COMMIT").await.map_err(Failed::from),
        Err(failed) => Err(failed),
    };
    // Also after a COMMIT that failed: on SQLite the transaction is then still open. A connection
    // that cannot roll back is not returned to the pool; on a full disk SQLite has done so itself.
    if done.is_err()
        && let Err(error) = w.session.word("ROLLBACK").await
        && !matches!(&error, StoreError::Database(text) if text.contains("no transaction is active"))
    {
        if let Some(files) = &inner.files {
            files.forget_log();
        }
        w.session.discard();
    }
    done
}

/// A session in a transaction, on the files that were opened.
async fn begin(inner: &Arc<Inner>) -> Result<Session, StoreError> {
    if let Some(files) = &inner.files {
        files.check()?;
    }
    let mut session = inner.write_session().await?;
    session.word(session.either("BEGIN IMMEDIATE", "BEGIN")).await?;
    if inner.files.as_ref().is_some_and(|files| !files.has_log()) {
        // What the log held is still to be had, through this connection and no other.
        session.word("ROLLBACK").await?;
        session.word("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        return Err(condition::no_log());
    }
    Ok(session)
}

async fn run_jobs(w: &mut WriteSession, jobs: &[Box<dyn Job>]) -> Result<(), Failed> {
    let mut events = Vec::new();
    for job in jobs {
        events.extend(job.run(w).await?);
    }
    if jobs.is_empty() {
        // SQLite writes no page for a row that stays as it was; its own version it does.
        let write = w.either("PRAGMA user_version = 0", "UPDATE audit_head SET seq = seq WHERE id = 1");
        w.sql(write).run().await?;
    }
    audit::append(w, &events).await?;
    // PostgreSQL answers COMMIT after a refused statement as if all were well, and stores nothing.
    if w.session.refused {
        let text = "a statement of this write was refused and the write went on: nothing of it is stored";
        return Err(StoreError::Database(text.to_owned()).into());
    }
    Ok(())
}

impl Session {
    async fn word(&mut self, word: &'static str) -> Result<(), StoreError> {
        self.execute(word.into(), Vec::new()).await.map(|_| ())
    }

    /// Closes the connection instead of giving it back.
    fn discard(self) {
        match self.link {
            Link::Sqlite(conn) => drop(conn.detach()),
            Link::Postgres(conn) => drop(conn.detach()),
        }
    }
}

impl Failed {
    fn is_retryable(&self) -> bool {
        match self {
            Self::Own { retry, .. } => *retry,
            Self::Store(error) => error.is_retryable(),
        }
    }

    /// What is left when it was tried often enough. On SQLite there is one writer here: whoever holds the
    /// lock is another program, and was waited for.
    fn at_last(self, backend: Backend) -> Self {
        match self {
            Self::Store(StoreError::Conflict(text)) if backend == Backend::Sqlite => {
                Self::Store(StoreError::Unavailable(format!("locked by another program: {text}")))
            }
            other => other,
        }
    }

    fn of_the_place(&self) -> Option<String> {
        match self {
            Self::Own { place, .. } => place.clone(),
            Self::Store(error) => error.of_the_place(),
        }
    }
}

impl From<StoreError> for Failed {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
