//! How calls are run: to their end, and within a deadline.

use super::{ConnectorError, DEADLINE, exchange};
use futures_util::future::BoxFuture;
use std::time::Duration;

/// Runs `work` in a task of its own, so that a caller who goes away cannot cut it in two: a
/// half-done transaction or a request whose answer nobody reads. `lost` makes the error of a
/// task that broke off.
pub(super) fn detached<T: Send + 'static>(
    lost: fn(String) -> ConnectorError,
    work: impl Future<Output = Result<T, ConnectorError>> + Send + 'static,
) -> BoxFuture<'static, Result<T, ConnectorError>> {
    Box::pin(async move {
        match tokio::spawn(exchange::with(exchange::recorder(), work)).await {
            Ok(result) => result,
            Err(error) => Err(lost(format!("the call broke off: {error}"))),
        }
    })
}

/// For calls that change nothing.
pub(super) fn reading<T: Send + 'static>(
    work: impl Future<Output = Result<T, ConnectorError>> + Send + 'static,
) -> BoxFuture<'static, Result<T, ConnectorError>> {
    detached(ConnectorError::unavailable, work)
}

/// For calls that may have changed something when they break off.
pub(super) fn writing<T: Send + 'static>(
    work: impl Future<Output = Result<T, ConnectorError>> + Send + 'static,
) -> BoxFuture<'static, Result<T, ConnectorError>> {
    detached(ConnectorError::Unknown, work)
}

/// The result of `work`, or `late` after `limit`.
pub(super) async fn within<T>(
    limit: Duration,
    late: impl FnOnce() -> ConnectorError,
    work: impl Future<Output = Result<T, ConnectorError>>,
) -> Result<T, ConnectorError> {
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(late()),
    }
}

/// The error of a system that did not answer in time.
pub(super) fn too_slow(place: &str) -> ConnectorError {
    let seconds = DEADLINE.as_secs();
    ConnectorError::unavailable(format!("{place}: no answer within {seconds} s"))
}
