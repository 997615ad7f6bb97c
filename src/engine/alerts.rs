//! Alerts leave by mail: each once, when it opens.

use super::{Engine, Refusal};
use crate::connectors::mail::Mailer;
use crate::store::{StoreError, alerts};

impl Engine {
    /// Mails the alerts that were not mailed yet. `url` is where the server is reached.
    ///
    /// # Errors
    /// The store failed. A mail server that does not answer is logged, and tried again later.
    pub async fn mail_alerts(&self, mailer: &Mailer, url: &str) -> Result<(), Refusal> {
        let waiting = alerts::unmailed(&mut self.store.session().await?, 20).await?;
        for alert in waiting {
            let subject =
                alert.message.lines().next().unwrap_or_default().chars().take(120).collect::<String>();
            let text = format!("{}\n\n{}{}\n", alert.message, url.trim_end_matches('/'), alert.link);
            if let Err(error) = mailer.send(&subject, &text).await {
                tracing::warn!(%error, "an alert was not mailed and will be tried again");
                return Ok(());
            }
            self.store
                .write::<_, StoreError, _>(async move |w| {
                    Ok((alerts::mailed(w, &alert.id).await?, Vec::new()))
                })
                .await?;
        }
        Ok(())
    }
}
