//! Systems with a JSON interface over HTTP, described by data.
//!
//! Redirects are not followed, and no proxy of the environment is used: the token goes to the
//! address an admin wrote down and nowhere else.

mod answer;
mod guard;
mod key;
mod paging;
mod record;
mod settings;
mod write;

pub use settings::{Auth, Collection, Paging, RestSettings, WriteMethod};

use super::open::Secret;
use super::scan::{self, Order, Scan, ScanSpec};
use super::{CONNECT_DEADLINE, Capabilities, Connector, ConnectorError, DEADLINE, calls, json};
use super::{ObjectDescription, ObjectSpec, Page, Row, Scope, Written};
use crate::domain::time::{Time, stamp};
use crate::domain::value::Cells;
use answer::{Answer, Intent, Voice};
use futures_util::future::BoxFuture;
use guard::Reach;
use paging::Position;
use record::Shape;
use reqwest::header::{ACCEPT, AUTHORIZATION, ETAG, HeaderValue};
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use std::sync::Arc;
use tokio::time::Instant;
use url::Url;

/// Records looked at to tell what members a collection has.
const LOOKED_AT: usize = 20;

const JSON: &str = "application/json";

/// A REST system.
pub(super) struct Rest(Arc<Inner>);

struct Inner {
    settings: RestSettings,
    secret: Option<Secret>,
    /// `Authorization`, marked as not to be shown.
    bearer: Option<HeaderValue>,
    /// The base address, for messages.
    place: String,
    client: Client,
}

impl Rest {
    /// # Errors
    /// `Refused`, naming the setting that cannot be used.
    pub fn new(settings: &RestSettings, secret: Option<&Secret>) -> Result<Self, ConnectorError> {
        settings.check()?;
        let reach = Reach::new(&settings.allow)?;
        let refused = |error: String| ConnectorError::Refused(error);
        reach.check(&settings.base_url).map_err(|error| refused(error.to_string()))?;
        let bearer = match (settings.auth, secret) {
            (Auth::None, _) => None,
            (Auth::Bearer, None) => return Err(refused("the bearer token is missing".to_owned())),
            (Auth::Bearer, Some(secret)) => {
                let value = HeaderValue::from_str(&format!("Bearer {}", secret.expose()));
                let mut value =
                    value.map_err(|_| refused("the token cannot stand in a header".to_owned()))?;
                value.set_sensitive(true);
                Some(value)
            }
        };
        // The one crypto provider; an error means that it is in place already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .user_agent(concat!("referee/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .connect_timeout(CONNECT_DEADLINE)
            .timeout(DEADLINE)
            .dns_resolver(reach)
            .build()
            .map_err(|error| refused(error.to_string()))?;
        let place = settings.base_url.to_string();
        let place = place.trim_end_matches('/').to_owned();
        let (settings, secret) = (settings.clone(), secret.cloned());
        Ok(Self(Arc::new(Inner { settings, secret, bearer, place, client })))
    }
}

impl Connector for Rest {
    fn capabilities(&self) -> Capabilities {
        let collections = &self.0.settings.collections;
        Capabilities {
            condition: collections.values().all(|collection| collection.etag),
            create: collections.values().any(|collection| collection.create),
            delete: collections.values().any(|collection| collection.delete),
            modified_time: collections.values().all(|collection| collection.since_param.is_some()),
            ordered: false,
        }
    }

    fn describe(&self) -> BoxFuture<'_, Result<Vec<ObjectDescription>, ConnectorError>> {
        let inner = Arc::clone(&self.0);
        calls::reading(async move { inner.describe().await })
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
        calls::reading(async move { inner.pull(&object, &scope, position.as_deref(), limit.max(1)).await })
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
        calls::reading(async move {
            let found = inner.item(&object, &key, Instant::now() + DEADLINE).await?;
            Ok(found.map(|(row, _)| row))
        })
    }

    fn write<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        changes: &'a Cells,
        idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>> {
        let (inner, object, key) = (Arc::clone(&self.0), object.clone(), idempotency_key.to_owned());
        let (expected, changes) = (expected.clone(), changes.clone());
        calls::writing(async move { inner.write(&object, &expected, &changes, &key).await })
    }

    fn create<'a>(
        &'a self,
        object: &'a ObjectSpec,
        cells: &'a Cells,
        idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<String, ConnectorError>> {
        let (inner, object, key) = (Arc::clone(&self.0), object.clone(), idempotency_key.to_owned());
        let cells = cells.clone();
        calls::writing(async move { inner.create(&object, &cells, &key).await })
    }

    fn remove<'a>(
        &'a self,
        object: &'a ObjectSpec,
        expected: &'a Row,
        idempotency_key: &'a str,
    ) -> BoxFuture<'a, Result<Written, ConnectorError>> {
        let (inner, object, key) = (Arc::clone(&self.0), object.clone(), idempotency_key.to_owned());
        let expected = expected.clone();
        calls::writing(async move { inner.remove(&object, &expected, &key).await })
    }
}

impl Inner {
    fn voice(&self) -> Voice<'_> {
        Voice { place: &self.place, secret: self.secret.as_ref() }
    }

    fn collection(&self, name: &str) -> Result<&Collection, ConnectorError> {
        let found = self.settings.collections.get(name);
        found.ok_or_else(|| ConnectorError::Shape(format!("{} has no collection {name:?}", self.place)))
    }

    fn url(&self, path: &str) -> Result<Url, ConnectorError> {
        let wrong = |error| ConnectorError::Refused(format!("{path:?} is no path: {error}"));
        Url::parse(&format!("{}{path}", self.place)).map_err(wrong)
    }

    fn item_url(&self, collection: &Collection, key: &str) -> Result<Url, ConnectorError> {
        if !key::is_key(key) {
            return Err(ConnectorError::Shape(format!("{key:?} cannot be a key")));
        }
        self.url(&collection.item_path.replace("{key}", &key::encoded(key)))
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        let request = self.client.request(method, url).header(ACCEPT, JSON);
        match &self.bearer {
            Some(bearer) => request.header(AUTHORIZATION, bearer.clone()),
            None => request,
        }
    }

    async fn describe(&self) -> Result<Vec<ObjectDescription>, ConnectorError> {
        let deadline = Instant::now() + DEADLINE;
        let mut found = Vec::new();
        for (name, collection) in &self.settings.collections {
            let mut position = Position::first(collection);
            let url = self.page_url(collection, &Scope::Full, &mut position, LOOKED_AT)?;
            let answer = self.get(url, deadline).await?;
            let body = self.voice().json(&answer)?;
            let records = self.records(name, collection, body)?;
            let looked_at: Vec<&str> = records.into_iter().take(LOOKED_AT).collect();
            let (columns, key) = (record::columns(&looked_at), vec![collection.key.clone()]);
            found.push(ObjectDescription { name: name.clone(), columns, key });
        }
        Ok(found)
    }

    /// A successful GET.
    async fn get(&self, url: Url, deadline: Instant) -> Result<Answer, ConnectorError> {
        let voice = self.voice();
        let answer = answer::send(self.request(Method::GET, url), Intent::Read, deadline, &voice).await?;
        if answer.status == StatusCode::OK { Ok(answer) } else { Err(voice.refusal(&answer, Intent::Read)) }
    }

    fn page_url(
        &self,
        collection: &Collection,
        scope: &Scope,
        position: &mut Position,
        limit: usize,
    ) -> Result<Url, ConnectorError> {
        if collection.paging == Paging::Link && !position.at.is_empty() {
            let wrong = |_| ConnectorError::Shape(format!("no position: {:?}", position.at));
            return Url::parse(&position.at).map_err(wrong);
        }
        let mut url = self.url(&collection.path)?;
        let paged = matches!(collection.paging, Paging::Page | Paging::Offset | Paging::Cursor);
        if paged && !position.at.is_empty() {
            url.query_pairs_mut().append_pair(collection.page_param(), &position.at);
        }
        if let Some(name) = &collection.size_param {
            url.query_pairs_mut().append_pair(name, &position.size(collection, limit).to_string());
        }
        if let Scope::Since(time) = scope {
            let Some(name) = &collection.since_param else {
                let message = format!("{} cannot be asked for changes since a time", collection.path);
                return Err(ConnectorError::Shape(message));
            };
            url.query_pairs_mut().append_pair(name, &stamp(*time));
        }
        Ok(url)
    }

    /// The records of a list's answer, each as it is written.
    fn records<'a>(
        &self,
        name: &str,
        collection: &Collection,
        body: &'a str,
    ) -> Result<Vec<&'a str>, ConnectorError> {
        let wrong = |words: String| ConnectorError::Shape(format!("{} {name:?}: {words}", self.place));
        let pointer = &collection.record_path;
        let list = json::at(body, &json::path(pointer)).map_err(wrong)?;
        match list.filter(|list| json::kind(list) == "array") {
            Some(list) => {
                let elements = json::elements(list).map_err(wrong)?;
                Ok(elements.into_iter().map(|element| element.get()).collect())
            }
            None => Err(wrong(format!("no list of records at {pointer:?}"))),
        }
    }

    async fn pull(
        &self,
        object: &ObjectSpec,
        scope: &Scope,
        position: Option<&str>,
        limit: usize,
    ) -> Result<Page, ConnectorError> {
        let collection = self.collection(&object.object)?;
        let begins = position.is_none();
        let mut position = position.map_or(Ok(Position::first(collection)), Position::read)?;
        let url = self.page_url(collection, scope, &mut position, limit)?;
        let answer = self.get(url, Instant::now() + DEADLINE).await?;
        let body = self.voice().json(&answer)?;
        let records = self.records(&object.object, collection, body)?;
        let shape = Shape::new(object, collection);
        let mut page = Page { clock: answer.clock(), ..Page::default() };
        for record in &records {
            match shape.row(record, None) {
                Ok(row) => page.rows.push(row),
                Err(unusable) => page.unusable.push(unusable),
            }
        }
        if begins
            && *scope == Scope::Full
            && let Some(name) = shape.missing(&page.rows)
        {
            let message = format!("{} has no member {name:?} in any record", object.object);
            return Err(ConnectorError::Shape(message));
        }
        let ends = page.rows.first().zip(page.rows.last());
        let print = ends.map(|(first, last)| (first.key.clone(), last.key.clone(), records.len()));
        let here = (&answer.url, &answer.headers, body);
        if let Some(at) = paging::next(collection, &position, here, records.len())? {
            page.next = Some(position.following(at, print)?.written());
        }
        page.rows.retain(|row| !changed_before(row, scope));
        Ok(page)
    }

    /// The record of a key: its row, and its whole document.
    async fn item(
        &self,
        object: &ObjectSpec,
        key: &str,
        deadline: Instant,
    ) -> Result<Option<(Row, String)>, ConnectorError> {
        let collection = self.collection(&object.object)?;
        let url = self.item_url(collection, key)?;
        let voice = self.voice();
        let answer = answer::send(self.request(Method::GET, url), Intent::Read, deadline, &voice).await?;
        match answer.status {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            _ => return Err(voice.refusal(&answer, Intent::Read)),
        }
        self.record(object, collection, key, &answer).map(Some)
    }

    /// The record in an answer about one, and as the system wrote it.
    fn record(
        &self,
        object: &ObjectSpec,
        collection: &Collection,
        key: &str,
        answer: &Answer,
    ) -> Result<(Row, String), ConnectorError> {
        let body = self.voice().json(answer)?;
        let wrong = |words| ConnectorError::Shape(format!("{} {key:?}: {words}", object.object));
        let pointer = &collection.item_record_path;
        let document = json::at(body, &json::path(pointer)).map_err(wrong)?;
        let document = document.ok_or_else(|| wrong(format!("no record at {pointer:?}")))?;
        let token = answer.headers.get(ETAG).and_then(|token| token.to_str().ok());
        let token = token.filter(|_| collection.etag).map(str::to_owned);
        let row = Shape::new(object, collection).row(document, token).map_err(|row| wrong(row.reason))?;
        if row.key != key {
            return Err(wrong(format!("the answer is about {:?}", row.key)));
        }
        Ok((row, document.to_owned()))
    }
}

/// A record that the system gave although it was changed before the instant asked for.
fn changed_before(row: &Row, scope: &Scope) -> bool {
    let since: Option<Time> = match scope {
        Scope::Full => None,
        Scope::Since(since) => Some(*since),
    };
    since.zip(row.modified_at).is_some_and(|(since, changed)| changed < since)
}
