//! Contacts and articles as JSON, and merge patches as columns.

use super::answer::{Item, Problem};
use crate::demo::people::{LEADS, PLANS};
use crate::demo::rows::Value;
use serde_json::{Map, Value as Json, json};
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

/// One of the two collections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Collection {
    Contacts,
    Articles,
}

/// A member that can be written.
pub(super) struct Member {
    /// JSON Pointer.
    pointer: &'static str,
    pub column: &'static str,
    /// In messages.
    label: &'static str,
    takes: Takes,
}

/// What a member takes.
enum Takes {
    /// A text of at most so many characters.
    Text(usize),
    /// The same, or null.
    Optional(usize),
    OneOf(&'static [&'static str]),
    /// A sum in euros, kept in cents.
    Money,
    /// Only when the item is made.
    Once(usize),
}

const fn member(pointer: &'static str, column: &'static str, label: &'static str, takes: Takes) -> Member {
    Member { pointer, column, label, takes }
}

const CONTACT: [Member; 10] = [
    member("/ref", "ref", "Reference", Takes::Once(20)),
    member("/name", "name", "Name", Takes::Text(80)),
    member("/address/street", "street", "Street", Takes::Optional(60)),
    member("/address/postcode", "postcode", "Postcode", Takes::Optional(10)),
    member("/address/city", "city", "City", Takes::Optional(40)),
    member("/address/country", "country", "Country", Takes::Optional(2)),
    member("/email", "email", "E-mail", Takes::Optional(120)),
    member("/phone", "phone", "Phone", Takes::Optional(30)),
    member("/plan", "plan", "Plan", Takes::OneOf(&PLANS)),
    member("/lead/status", "lead_status", "Lead status", Takes::OneOf(&LEADS)),
];

const ARTICLE: [Member; 3] = [
    member("/sku", "sku", "SKU", Takes::Once(20)),
    member("/name", "name", "Name", Takes::Text(80)),
    member("/price", "price_cents", "Price", Takes::Money),
];

impl Collection {
    /// The first segment of its addresses, and its table.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contacts => "contacts",
            Self::Articles => "articles",
        }
    }

    pub fn one(self) -> &'static str {
        match self {
            Self::Contacts => "contact",
            Self::Articles => "article",
        }
    }

    fn members(self) -> &'static [Member] {
        match self {
            Self::Contacts => &CONTACT,
            Self::Articles => &ARTICLE,
        }
    }

    /// A row as its interface shows it.
    pub fn item(self, row: &SqliteRow) -> Result<Item, sqlx::Error> {
        let text = |column: &str| row.try_get::<Option<String>, _>(column);
        let (id, revision) = (row.try_get("id")?, row.try_get("revision")?);
        let body = match self {
            Self::Contacts => json!({
                "id": id,
                "ref": text("ref")?,
                "name": text("name")?,
                "address": {
                    "street": text("street")?,
                    "postcode": text("postcode")?,
                    "city": text("city")?,
                    "country": text("country")?,
                },
                "email": text("email")?,
                "phone": text("phone")?,
                "plan": text("plan")?,
                "lead": { "status": text("lead_status")? },
                "updated_at": text("updated_at")?,
                "updated_by": text("updated_by")?,
            })
            .to_string(),
            Self::Articles => {
                let (sku, name) = (Json::from(text("sku")?), Json::from(text("name")?));
                let price = row.try_get::<Option<i64>, _>("price_cents")?.map_or("null".to_owned(), euros);
                let discontinued = row.try_get::<i64, _>("discontinued")? != 0;
                let (at, by) = (Json::from(text("updated_at")?), Json::from(text("updated_by")?));
                // Written out, so that 49.90 keeps its nought.
                format!(
                    r#"{{"id":{id},"sku":{sku},"name":{name},"price":{price},"discontinued":{discontinued},"updated_at":{at},"updated_by":{by}}}"#
                )
            }
        };
        Ok(Item { id, body, revision })
    }

    /// The columns a merge patch sets.
    ///
    /// # Errors
    /// 422, naming the member that is not taken and why; 400 where it is no object.
    pub fn changes(self, patch: &Json, making: bool) -> Result<Vec<(&'static Member, Value)>, Problem> {
        let Json::Object(patch) = patch else {
            return Err(Problem::bad_request("the body is not an object"));
        };
        let mut changes = Vec::new();
        self.collect("", patch, making, &mut changes)?;
        if making {
            let first = &self.members()[0];
            if changes.iter().all(|(member, _): &(&Member, Value)| member.column != first.column) {
                return Err(Problem::invalid(first.label, "is missing"));
            }
        }
        Ok(changes)
    }

    fn collect(
        self,
        place: &str,
        object: &Map<String, Json>,
        making: bool,
        changes: &mut Vec<(&'static Member, Value)>,
    ) -> Result<(), Problem> {
        for (name, value) in object {
            let pointer = format!("{place}/{name}");
            let known = self.members().iter().find(|member| member.pointer == pointer);
            match (known, value) {
                (Some(member), value) => changes.push((member, member.taken(value, making)?)),
                (None, Json::Object(inner)) if place.is_empty() => {
                    self.collect(&pointer, inner, making, changes)?;
                }
                (None, _) => return Err(Problem::invalid(&pointer, "is not a member that can be written")),
            }
        }
        Ok(())
    }
}

impl Member {
    fn taken(&self, value: &Json, making: bool) -> Result<Value, Problem> {
        let refuse = |why: String| Err(Problem::invalid(self.label, why));
        match (&self.takes, value) {
            (Takes::Once(_), _) if !making => refuse("cannot be changed".to_owned()),
            (Takes::Optional(_), Json::Null) => Ok(Value::Null),
            (Takes::Text(most) | Takes::Optional(most) | Takes::Once(most), Json::String(text)) => match text
                .chars()
                .count()
            {
                0 if matches!(self.takes, Takes::Text(_) | Takes::Once(_)) => refuse("is empty".to_owned()),
                count if count > *most => refuse(format!("more than {most} characters")),
                _ => Ok(Value::Text(text.clone())),
            },
            (Takes::OneOf(list), Json::String(text)) if list.contains(&text.as_str()) => {
                Ok(Value::Text(text.clone()))
            }
            (Takes::OneOf(list), _) => refuse(format!("not one of {}", list.join(", "))),
            (Takes::Money, Json::Number(_) | Json::String(_)) => {
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let why = || Problem::invalid(self.label, "not a sum of euros and cents");
                cents(&text).map(Value::Int).ok_or_else(why)
            }
            (_, Json::Null) => refuse("is empty".to_owned()),
            _ => refuse("not a text".to_owned()),
        }
    }
}

fn euros(cents: i64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

fn cents(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let part = part.trim_end_matches('0');
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(part) || part.len() > 2 {
        return None;
    }
    let part: i64 = format!("{part:0<2}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(100)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_read_to_the_cent() {
        for (text, expected) in [
            ("49.90", Some(4990)),
            ("49.9", Some(4990)),
            ("49", Some(4900)),
            ("0.05", Some(5)),
            ("49.905", None),
            ("-1", None),
            ("1e3", None),
            ("", None),
            ("999999999999999999", None),
        ] {
            assert_eq!(cents(text), expected, "{text}");
        }
        assert_eq!(euros(4990), "49.90");
    }

    #[test]
    fn a_patch_is_taken_member_by_member() {
        let columns = |text: &str| {
            let patch: Json = serde_json::from_str(text).unwrap();
            let changes = Collection::Contacts.changes(&patch, false);
            changes.map(|all| all.into_iter().map(|(member, _)| member.column).collect::<Vec<_>>())
        };
        let nested =
            columns(r#"{"phone":null,"address":{"street":"Lindenallee 12"},"lead":{"status":"Hot"}}"#);
        assert_eq!(nested.unwrap(), ["street", "lead_status", "phone"]);
        for (patch, told) in [
            (r#"{"address":{"postcode":"12345678901"}}"#, "Postcode: more than 10 characters"),
            (r#"{"lead":{"status":"Lukewarm"}}"#, "Lead status: not one of Cold, Warm, Hot"),
            (r#"{"ref":"C-1"}"#, "Reference: cannot be changed"),
            (r#"{"updated_by":"me"}"#, "/updated_by: is not a member that can be written"),
            (r#"{"address":"here"}"#, "/address: is not a member that can be written"),
            (r#"{"name":""}"#, "Name: is empty"),
            ("[]", "Bad request: the body is not an object"),
        ] {
            assert_eq!(columns(patch).unwrap_err().to_string(), told);
        }
    }
}
