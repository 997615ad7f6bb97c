//! Accounts over the real server: signing in, sessions, tokens, forged and broken requests,
//! starting and stopping, the audit log verified.

mod forged;
mod once;
mod requests;
mod sessions;
mod sign_in;
mod start;
mod tokens;
mod verify;

use crate::support::app::TestApp;
use crate::support::postgres;
use referee::domain::audit::Action;

/// Runs the test on SQLite, and on PostgreSQL where it is installed.
async fn on_both(test: impl AsyncFn(TestApp)) {
    test(TestApp::start().await).await;
    if let Some(url) = postgres::database().await {
        test(TestApp::start_on(Some(url)).await).await;
    }
}

async fn actions(app: &TestApp) -> Vec<Action> {
    app.audit().await.iter().map(|line| line.action).collect()
}
