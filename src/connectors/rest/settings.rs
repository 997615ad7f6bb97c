//! A REST system, described by data.

use crate::connectors::ConnectorError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use url::Url;

/// Where a REST system is, and how its collections are read and written. A token stands apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestSettings {
    /// `https://crm.example/api/v2`; the paths below are put behind it.
    pub base_url: Url,
    #[serde(default)]
    pub auth: Auth,
    /// Addresses (`127.0.0.1`, `10.0.0.0/8`) the system may have besides public ones. Without an
    /// entry nothing on this machine or a private network is reached.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allow: Vec<String>,
    /// By the name mappings use as the object.
    pub collections: BTreeMap<String, Collection>,
}

/// How requests say who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    #[default]
    None,
    /// `Authorization: Bearer`, with the secret.
    Bearer,
}

/// One list of records. Members are named by JSON Pointer (`/address/street`) or, at the top of
/// a record, by their bare name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Collection {
    /// `/customers`
    pub path: String,
    /// Where the list stands in an answer; empty where the answer is the list.
    #[serde(default)]
    pub record_path: String,
    /// `/customers/{key}`
    pub item_path: String,
    /// Where the record stands in an item's answer; empty where the answer is the record.
    #[serde(default)]
    pub item_record_path: String,
    /// The member `describe` names as the key.
    #[serde(default = "id")]
    pub key: String,
    #[serde(default)]
    pub paging: Paging,
    /// The query parameter of the page, offset or cursor, where it has not the usual name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_param: Option<String>,
    #[serde(default = "one")]
    pub first_page: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_param: Option<String>,
    /// The most records the system gives at once.
    #[serde(default = "hundred")]
    pub max_size: usize,
    /// Where an answer tells the next cursor, or with `link` the next address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The query parameter that asks for records changed at or after an instant (RFC 3339).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since_param: Option<String>,
    /// Used where a mapping names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_at: Option<String>,
    /// Used where a mapping names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified_by: Option<String>,
    #[serde(default)]
    pub write_method: WriteMethod,
    /// An item's answer has an ETag, and a write obeys `If-Match`.
    #[serde(default)]
    pub etag: bool,
    /// A POST to the path makes a record.
    #[serde(default)]
    pub create: bool,
    /// A DELETE of an item removes the record.
    #[serde(default)]
    pub delete: bool,
    /// A member a record does not have is null; without this nothing is known about it.
    #[serde(default)]
    pub absent_is_null: bool,
}

/// How a list is cut into pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Paging {
    /// All at once.
    #[default]
    None,
    /// By the number of the page.
    Page,
    /// By the number of records before it.
    Offset,
    /// By what the answer before said.
    Cursor,
    /// By the address in the answer's `Link` header, or at `next`.
    Link,
}

/// How a record is changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WriteMethod {
    /// The changed members alone, as a JSON merge patch.
    #[default]
    Patch,
    /// The whole record as read just before, with the changed members.
    Put,
}

fn id() -> String {
    "id".to_owned()
}

fn one() -> u64 {
    1
}

fn hundred() -> usize {
    100
}

impl RestSettings {
    /// What cannot work is said before anything is sent.
    ///
    /// # Errors
    /// `Refused`, naming the setting.
    pub(super) fn check(&self) -> Result<(), ConnectorError> {
        let refuse = |message: String| Err(ConnectorError::Refused(message));
        if !["http", "https"].contains(&self.base_url.scheme()) || !self.base_url.has_host() {
            return refuse("base_url is not an http or https address".to_owned());
        }
        if !self.base_url.username().is_empty() || self.base_url.password().is_some() {
            return refuse("base_url holds credentials; they belong into the secret".to_owned());
        }
        if self.base_url.query().is_some() || self.base_url.fragment().is_some() {
            return refuse("base_url ends with the path: no ? and no #".to_owned());
        }
        for (name, collection) in &self.collections {
            if !collection.path.starts_with('/') || !collection.item_path.starts_with('/') {
                return refuse(format!("the paths of the collection {name} begin with /"));
            }
            if !collection.item_path.contains("{key}") {
                return refuse(format!("item_path of the collection {name} has no {{key}}"));
            }
            if collection.paging == Paging::Cursor && collection.next.is_none() {
                return refuse(format!("next of the collection {name} is missing: where is the cursor?"));
            }
        }
        Ok(())
    }
}

impl Collection {
    /// The query parameter of the page.
    pub(super) fn page_param(&self) -> &str {
        match (&self.page_param, self.paging) {
            (Some(name), _) => name,
            (None, Paging::Offset) => "offset",
            (None, Paging::Cursor) => "cursor",
            (None, _) => "page",
        }
    }
}
