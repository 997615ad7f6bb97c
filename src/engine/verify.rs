//! Walking the audit log from its first entry to its head.

mod beside;

use crate::domain::audit::{Broken, Line, Verifier};
use crate::domain::seal::Key;
use crate::store::audit::Copied;
use crate::store::{Session, StoreError, audit as log};
use beside::Beside;

const BATCH: i64 = 1000;
/// Entries whose values are in memory at once: they can be long.
const BESIDE: usize = 100;

/// A log in which every entry is what was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    pub entries: i64,
    /// The hash of the last entry: the same on another day, at this number, means the same log.
    pub hash: String,
}

/// Why a log is not verified.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Verifies the whole log, and that the personal values its lines name are there. Entries that are
/// added meanwhile are verified too.
///
/// # Errors
/// The first entry that is not what was written, or the log cannot be read.
pub async fn audit(s: &mut Session) -> Result<Verified, VerifyError> {
    walk(s, None, |_, _| {}).await
}

/// As [`audit`]; with the installation's key, the values must also be what the lines say. Tells
/// after each batch how many entries are good, and of how many.
///
/// # Errors
/// As [`audit`].
pub async fn walk(
    s: &mut Session,
    master: Option<&Key>,
    mut told: impl FnMut(i64, i64),
) -> Result<Verified, VerifyError> {
    let mut verifier = Verifier::default();
    // Below the first number as well: nothing may stand there.
    let mut after = i64::MIN;
    loop {
        let head = log::head(s).await?;
        while verifier.head().0 < head.0 {
            let batch = batch(s, after, &verifier).await?;
            if batch.is_empty() {
                verifier.end(head.0, &head.1)?;
            }
            for entries in batch.chunks(BESIDE) {
                check(s, &mut verifier, head.0, entries, master).await?;
            }
            after = verifier.head().0;
            told(after, head.0);
        }
        verifier.end(head.0, &head.1)?;
        if log::head(s).await?.0 == head.0 {
            nothing_beyond(s, head.0).await?;
            return Ok(Verified { entries: head.0, hash: head.1 });
        }
    }
}

/// The next entries. Where one of them cannot be read at all, it is found and named.
async fn batch(s: &mut Session, after: i64, verifier: &Verifier) -> Result<Vec<Copied>, VerifyError> {
    match log::copied_after(s, after, BATCH).await {
        Ok(batch) => Ok(batch),
        Err(error) if error.is_damage() => {
            let good = log::copied_after(s, after, 1).await;
            good.map_err(|error| {
                let seq = verifier.head().0 + 1;
                Broken { seq, problem: format!("cannot be read: {error}") }.into()
            })
        }
        Err(error) => Err(error.into()),
    }
}

/// Checks entries up to the head, and what stands beside them.
async fn check(
    s: &mut Session,
    verifier: &mut Verifier,
    head: i64,
    entries: &[Copied],
    master: Option<&Key>,
) -> Result<(), VerifyError> {
    let lines: Vec<Result<Line, Broken>> = entries.iter().map(line).collect();
    let beside = Beside::of(s, &lines, master).await?;
    for (copied, line) in entries.iter().zip(lines) {
        if verifier.head().0 == head {
            break;
        }
        verifier.next(&copied.entry)?;
        let line = line?;
        check_copies(copied, &line)?;
        beside.check(&line)?;
    }
    Ok(())
}

fn line(copied: &Copied) -> Result<Line, Broken> {
    let broken = |e| Broken { seq: copied.entry.seq, problem: format!("cannot be read: {e}") };
    serde_json::from_str(&copied.entry.line).map_err(broken)
}

/// What is searched by must be what the line says.
fn check_copies(copied: &Copied, line: &Line) -> Result<(), Broken> {
    let seq = copied.entry.seq;
    let broken = |problem: String| Broken { seq, problem };
    let text = |id: Option<&str>| id.map(str::to_owned);
    let said = [
        ("at", Some(line.at.clone())),
        ("action", Some(line.action.as_str())),
        ("actor_id", Some(line.actor.id.clone())),
        ("record_id", text(line.about.record.as_ref().map(|id| id.as_str()))),
        ("system", text(line.about.system.as_ref().map(|id| id.as_str()))),
        ("field", text(line.about.field.as_ref().map(|id| id.as_str()))),
        ("run_id", text(line.about.run.as_ref().map(|id| id.as_str()))),
    ];
    match said.iter().zip(&copied.copies).find(|((_, said), copy)| said != *copy) {
        Some(((column, _), _)) => {
            Err(broken(format!("its column {column} was changed: it is not what the line says")))
        }
        None => Ok(()),
    }
}

async fn nothing_beyond(s: &mut Session, head: i64) -> Result<(), VerifyError> {
    match log::after(s, head, 1).await?.first() {
        // Added since the head was read: as good as the rest, and for the next time.
        Some(_) if log::head(s).await?.0 > head => Ok(()),
        Some(entry) => {
            let problem = format!("stands after the end of the log, which is {head}");
            Err(Broken { seq: entry.seq, problem }.into())
        }
        None => Ok(()),
    }
}
