//! Changing, making and removing records.

use super::answer::{self, Answer, Intent};
use super::{Inner, JSON, WriteMethod, key, record};
use crate::connectors::{ConnectorError, DEADLINE, ObjectSpec, Row, Written, differing};
use crate::domain::value::Cells;
use crate::faults::{self, Protection};
use reqwest::header::{CONTENT_TYPE, IF_MATCH};
use reqwest::{Method, RequestBuilder, StatusCode};
use tokio::time::Instant;

const MERGE_PATCH: &str = "application/merge-patch+json";

impl Inner {
    pub(super) async fn write(
        &self,
        object: &ObjectSpec,
        expected: &Row,
        changes: &Cells,
        idempotency_key: &str,
    ) -> Result<Written, ConnectorError> {
        let deadline = Instant::now() + DEADLINE;
        let collection = self.collection(&object.object)?;
        let put = collection.write_method == WriteMethod::Put;
        let mut token = expected.token.clone().filter(|_| collection.etag);
        let mut document = None;
        // A PUT needs the rest of the record; a row out of a list has no version of its own yet.
        if put || (collection.etag && token.is_none()) {
            let Some((row, whole)) = self.item(object, &expected.key, deadline).await? else {
                return Ok(Written::Gone);
            };
            if changes.keys().any(|name| row.cells.get(name) != expected.cells.get(name)) {
                return Ok(Written::ConditionFailed);
            }
            token = token.or(row.token);
            document = Some(whole).filter(|_| put);
        }
        let changes = differing(changes, &expected.cells);
        let (method, content, body) = match document {
            Some(whole) => (Method::PUT, JSON, record::changed(&whole, &changes, &expected.cells)?),
            None => (Method::PATCH, MERGE_PATCH, record::merge_patch(&changes, &expected.cells)?),
        };
        let mut request = self
            .request(method, self.item_url(collection, &expected.key)?)
            .header(CONTENT_TYPE, content)
            .header("idempotency-key", idempotency_key)
            .body(faults::body(body));
        if let Some(token) = token.filter(|_| !faults::without(Protection::Condition)) {
            request = request.header(IF_MATCH, token);
        }
        let shows = |answer: &Answer| self.shows(object, &expected.key, &changes, answer);
        self.written(request, deadline, shows).await
    }

    /// Whether an answer holds the record with these values.
    fn shows(&self, object: &ObjectSpec, key: &str, changes: &Cells, answer: &Answer) -> bool {
        let collection = self.collection(&object.object);
        let record = collection.and_then(|collection| self.record(object, collection, key, answer));
        record.is_ok_and(|(row, _)| changes.iter().all(|(name, cell)| row.cells.get(name) == Some(cell)))
    }

    /// Removes a record, if its version is the one read; a kind without versions has no condition.
    pub(super) async fn remove(
        &self,
        object: &ObjectSpec,
        expected: &Row,
        idempotency_key: &str,
    ) -> Result<Written, ConnectorError> {
        let deadline = Instant::now() + DEADLINE;
        let collection = self.collection(&object.object)?;
        if !collection.delete {
            let message = format!("{} cannot remove records from {:?}", self.place, object.object);
            return Err(ConnectorError::Refused(message));
        }
        let mut token = expected.token.clone().filter(|_| collection.etag);
        // A row out of a list has no version of its own yet.
        if collection.etag && token.is_none() {
            let Some((row, _)) = self.item(object, &expected.key, deadline).await? else {
                return Ok(Written::Gone);
            };
            if row.cells != expected.cells {
                return Ok(Written::ConditionFailed);
            }
            token = row.token;
        }
        if collection.etag && token.is_none() {
            let message = format!("{} gave no version of {:?}: it is not removed", self.place, expected.key);
            return Err(ConnectorError::Refused(message));
        }
        let mut request = self
            .request(Method::DELETE, self.item_url(collection, &expected.key)?)
            .header("idempotency-key", idempotency_key);
        if let Some(token) = token.filter(|_| !faults::without(Protection::Condition)) {
            request = request.header(IF_MATCH, token);
        }
        self.written(request, deadline, |_| false).await
    }

    async fn written(
        &self,
        request: RequestBuilder,
        deadline: Instant,
        shows: impl FnOnce(&Answer) -> bool,
    ) -> Result<Written, ConnectorError> {
        let voice = self.voice();
        let answer = answer::send(request, Intent::Write, deadline, &voice).await?;
        match answer.status {
            status if status.is_success() => Ok(Written::Applied { shown: shows(&answer) }),
            StatusCode::PRECONDITION_FAILED => Ok(Written::ConditionFailed),
            StatusCode::NOT_FOUND | StatusCode::GONE => Ok(Written::Gone),
            _ => Err(voice.refusal(&answer, Intent::Write)),
        }
    }

    pub(super) async fn create(
        &self,
        object: &ObjectSpec,
        cells: &Cells,
        idempotency_key: &str,
    ) -> Result<String, ConnectorError> {
        let collection = self.collection(&object.object)?;
        if !collection.create {
            let message = format!("{} cannot make records in {:?}", self.place, object.object);
            return Err(ConnectorError::Refused(message));
        }
        let request = self
            .request(Method::POST, self.url(&collection.path)?)
            .header(CONTENT_TYPE, JSON)
            .header("idempotency-key", idempotency_key)
            .body(faults::body(record::changed("{}", cells, &Cells::new())?));
        let voice = self.voice();
        let answer = answer::send(request, Intent::Write, Instant::now() + DEADLINE, &voice).await?;
        if !answer.status.is_success() {
            return Err(voice.refusal(&answer, Intent::Write));
        }
        let made = key::made(object, collection, &answer, &voice);
        let none = || ConnectorError::Unknown(format!("{} does not say the new record's key", self.place));
        made.or_else(|| key::located(collection, &answer)).ok_or_else(none)
    }
}
