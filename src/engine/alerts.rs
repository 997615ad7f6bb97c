//! Alerts leave by mail: each once, when it opens.
//!
//! A mail server that fails is tried again like a target of deliveries, ten times in 24 hours,
//! and all the while an alert of its own says so on every page. After that the next start, or
//! the next alert, tries once more: until a letter leaves, what waits still waits.

use super::{Engine, Refusal};
use crate::connectors::mail::{Letter, Mailer};
use crate::domain::time::Time;
use crate::store::alerts::{self, Alert};
use crate::store::{StoreError, WriteSession};
use chrono::TimeDelta;
use std::sync::{Arc, Mutex, PoisonError};

/// The alert of a mail server that takes nothing. It is never mailed itself.
const CAUSE: &str = alerts::MAIL;
/// Seconds before the second, third, ... try; together 24 hours.
const WAITS: [i64; 9] = [5, 15, 60, 300, 900, 3600, 10_800, 28_800, 43_200];
/// Letters of one look.
const AT_ONCE: i64 = 200;

/// Subject and text of an alert's letter: words are the upper floor's.
pub type Words = Box<dyn Fn(&Alert) -> (String, String) + Send + Sync>;

/// How alerts and notices are mailed.
pub struct Mail {
    pub(super) mailer: Arc<Mailer>,
    words: Words,
    /// Subject and text of a mail of notices; without them none leaves.
    pub(super) notices: Option<super::notices::Words>,
    /// The same of a report of a view, and what its address asks for.
    pub(super) reports: Option<(super::reports::Words, super::views::Reader)>,
    /// Of this process: a person who restarts it has put something right.
    line: Mutex<Line>,
}

/// How it went so far.
#[derive(Clone, Debug, Default)]
struct Line {
    failures: usize,
    /// When to try again; None after the last try.
    next: Option<Time>,
    /// The newest alert there was at the last try.
    newest: String,
}

impl Mail {
    #[must_use]
    pub fn new(mailer: impl Into<Arc<Mailer>>, words: Words) -> Self {
        Self { mailer: mailer.into(), words, notices: None, reports: None, line: Mutex::default() }
    }

    /// The same, for notices too.
    #[must_use]
    pub fn with_notices(mut self, words: super::notices::Words) -> Self {
        self.notices = Some(words);
        self
    }

    /// The same, for reports of views too.
    #[must_use]
    pub fn with_reports(mut self, words: super::reports::Words, reader: super::views::Reader) -> Self {
        self.reports = Some((words, reader));
        self
    }

    /// Whether it is time for a try, with these alerts waiting.
    fn is_due(&self, now: Time, waiting: &[Alert]) -> bool {
        let line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        match line.next {
            _ if line.failures == 0 => true,
            Some(next) => next <= now,
            None => waiting.last().is_some_and(|alert| alert.id > line.newest),
        }
    }

    fn worked(&self) {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = Line::default();
    }

    /// Counts a failure, and answers when to try again.
    fn failed(&self, now: Time, waiting: &[Alert]) -> Option<Time> {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        line.next = WAITS.get(line.failures).map(|seconds| now + TimeDelta::seconds(*seconds));
        line.failures += 1;
        line.newest = waiting.last().map(|alert| alert.id.clone()).unwrap_or_default();
        line.next
    }
}

impl Engine {
    /// Mails the alerts that were not mailed yet.
    ///
    /// # Errors
    /// The store failed. A mail server that does not take them becomes an alert of its own.
    pub async fn mail_alerts(&self, mail: &Mail) -> Result<(), Refusal> {
        let waiting = alerts::unmailed(&mut self.store.session().await?, AT_ONCE).await?;
        if waiting.is_empty() || !mail.is_due(self.now(), &waiting) {
            return Ok(());
        }
        for alert in &waiting {
            let (subject, text) = (mail.words)(alert);
            let letter = Letter { id: alert.id.clone(), at: alert.opened_at, subject, text };
            if let Err(error) = mail.mailer.send(&letter).await {
                let next = mail.failed(self.now(), &waiting);
                tracing::warn!(%error, again = next.is_some(), "an alert was not mailed");
                self.tell_unmailed(mail, error.to_string(), next.is_some()).await?;
                return Ok(());
            }
            let id = alert.id.clone();
            self.write_alerts(async move |w| alerts::mailed(w, &id).await).await?;
        }
        mail.worked();
        self.write_alerts(async move |w| alerts::clear(w, CAUSE).await.map(|_| ())).await?;
        Ok(())
    }

    async fn tell_unmailed(&self, mail: &Mail, error: String, again: bool) -> Result<(), StoreError> {
        let end = if again {
            "they are tried again"
        } else {
            "they are tried again with the next alert or at the next start"
        };
        let text = format!("Alerts cannot be mailed by {}: {error}; {end}", mail.mailer.place);
        self.write_alerts(async move |w| alerts::raise(w, CAUSE, None, &text, "/alerts").await).await
    }

    pub(super) async fn write_alerts<F>(&self, work: F) -> Result<(), StoreError>
    where
        F: AsyncFn(&mut WriteSession) -> Result<(), StoreError> + Send + 'static,
    {
        self.store.write::<_, StoreError, _>(async move |w| Ok((work(w).await?, Vec::new()))).await
    }
}
