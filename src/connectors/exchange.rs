//! Keeping what is said between us and a system: for whoever has to find out why it says no. Nothing
//! that signs in is kept.

use std::sync::{Arc, Mutex, PoisonError};

/// Exchanges of one piece of work that are kept: the last ones.
const KEPT: usize = 6;
/// Characters of a request, and of an answer, that are kept.
const TEXT: usize = 4000;

/// A request and what it was answered, as text.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Exchange {
    pub request: String,
    pub answer: String,
}

/// Where they are put while a piece of work is done.
#[derive(Clone, Default)]
pub(in crate::connectors) struct Recorder(Arc<Mutex<Vec<Exchange>>>);

tokio::task_local! {
    static RECORDER: Recorder;
}

/// Does the work, and says what was said in its calls.
pub async fn recorded<T>(work: impl Future<Output = T>) -> (T, Vec<Exchange>) {
    let recorder = Recorder::default();
    let done = RECORDER.scope(recorder.clone(), work).await;
    let kept = std::mem::take(&mut *recorder.0.lock().unwrap_or_else(PoisonError::into_inner));
    (done, kept)
}

/// The recorder of the work that is being done, if it has one.
pub(super) fn recorder() -> Option<Recorder> {
    RECORDER.try_with(Recorder::clone).ok()
}

/// Does the work with a recorder that another task was given.
pub(super) async fn with<T>(recorder: Option<Recorder>, work: impl Future<Output = T>) -> T {
    match recorder {
        Some(recorder) => RECORDER.scope(recorder, work).await,
        None => work.await,
    }
}

impl Recorder {
    pub fn keep(&self, request: &str, answer: &str) {
        let short = |text: &str| match text.char_indices().nth(TEXT) {
            Some((at, _)) => format!("{} …", text.get(..at).unwrap_or_default()),
            None => text.to_owned(),
        };
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() == KEPT {
            all.remove(0);
        }
        all.push(Exchange { request: short(request), answer: short(answer) });
    }
}
