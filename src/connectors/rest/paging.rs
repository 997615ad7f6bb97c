//! From page to page: where the next one starts, and whether it was there before.

use super::settings::{Collection, Paging};
use crate::connectors::ConnectorError;
use crate::connectors::json;
use reqwest::header::{HeaderMap, LINK};
use serde::{Deserialize, Serialize};
use url::Url;

/// Where a page starts, and what is needed to notice a system that goes round in circles.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Position {
    /// A page number, offset, cursor or address.
    pub at: String,
    /// A page seen earlier: the first key, the last and their number.
    mark: Option<Print>,
    /// Pages since the mark, and after how many it moves (Brent's cycle finding: the mark moves
    /// to every power of two, so that a circle of any length meets it, with one mark in memory).
    steps: u64,
    power: u64,
    /// The records of every page, where pages have numbers: page 2 of another size begins elsewhere,
    /// and records would be passed by, or met twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<usize>,
}

/// What a page is known by again.
pub(super) type Print = (String, String, usize);

impl Position {
    /// The start of a collection.
    pub fn first(collection: &Collection) -> Self {
        let at = match collection.paging {
            Paging::Page => collection.first_page.to_string(),
            Paging::Offset => "0".to_owned(),
            Paging::None | Paging::Cursor | Paging::Link => String::new(),
        };
        Self { at, power: 1, ..Self::default() }
    }

    /// How many records to ask for, of at most so many: where pages have numbers, as many as for the first.
    pub fn size(&mut self, collection: &Collection, limit: usize) -> usize {
        let most = limit.min(collection.max_size);
        match collection.paging {
            Paging::Page => *self.size.get_or_insert(most),
            _ => most,
        }
    }

    pub fn read(text: &str) -> Result<Self, ConnectorError> {
        serde_json::from_str(text).map_err(|_| ConnectorError::Shape(format!("no position: {text:?}")))
    }

    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The position after this one.
    ///
    /// # Errors
    /// `Shape` where the page was there before, or the system names the same place again.
    pub fn following(&self, at: String, print: Option<Print>) -> Result<Self, ConnectorError> {
        if at == self.at {
            return Err(repeats(&at));
        }
        let mut next = Self { at, ..self.clone() };
        let Some(print) = print else { return Ok(next) };
        if next.mark.as_ref() == Some(&print) {
            return Err(repeats(&self.at));
        }
        next.steps += 1;
        if next.mark.is_none() || next.steps >= next.power {
            next.mark = Some(print);
            next.power = next.power.saturating_mul(2);
            next.steps = 0;
        }
        Ok(next)
    }
}

fn repeats(at: &str) -> ConnectorError {
    let at: String = at.chars().take(100).collect();
    ConnectorError::Shape(format!("the paging repeats itself: the page at {at:?} was there before"))
}

/// Where the next page is, as this page's answer tells; none at the end.
///
/// A short page is not the end: systems give fewer records than asked for. An empty one is.
pub(super) fn next(
    collection: &Collection,
    position: &Position,
    (url, headers, body): (&Url, &HeaderMap, &str),
    count: usize,
) -> Result<Option<String>, ConnectorError> {
    let wrong = |at: &str| ConnectorError::Shape(format!("no position: {at:?}"));
    let number = |at: &str| at.parse::<u64>().map_err(|_| wrong(at));
    let told = |pointer: &str| told(body, pointer);
    match collection.paging {
        Paging::None => Ok(None),
        Paging::Page | Paging::Offset if count == 0 => Ok(None),
        Paging::Page => Ok(Some((number(&position.at)?.saturating_add(1)).to_string())),
        Paging::Offset => {
            let count = u64::try_from(count).unwrap_or(u64::MAX);
            Ok(Some(number(&position.at)?.saturating_add(count).to_string()))
        }
        Paging::Cursor => collection.next.as_deref().map_or(Ok(None), told),
        Paging::Link => {
            let address = match &collection.next {
                Some(pointer) => told(pointer)?,
                None => link(headers),
            };
            address.map(|address| same_origin(url, &address)).transpose()
        }
    }
}

/// The text or number at a pointer; null, empty or absent is the end.
fn told(body: &str, pointer: &str) -> Result<Option<String>, ConnectorError> {
    let shape = |error: String| ConnectorError::Shape(format!("{pointer}: {error}"));
    let Some(value) = json::at(body, &json::path(pointer)).map_err(shape)? else { return Ok(None) };
    match json::kind(value) {
        "string" => {
            let text: String = serde_json::from_str(value).map_err(|error| shape(error.to_string()))?;
            Ok(Some(text).filter(|text| !text.is_empty()))
        }
        "number" => Ok(Some(value.to_owned())),
        "null" => Ok(None),
        other => Err(shape(format!("the next page is a {other}"))),
    }
}

/// The target of `rel="next"` (RFC 8288).
fn link(headers: &HeaderMap) -> Option<String> {
    let links = headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    // Cut at `<`, which no address can hold; a comma it can.
    links.flat_map(|line| line.split('<').skip(1)).find_map(|link| {
        let (address, params) = link.split_once('>')?;
        let is_next = params.split([';', ',']).any(|param| {
            let (name, value) = param.split_once('=').unwrap_or((param, ""));
            let mut relations = value.trim().trim_matches('"').split_ascii_whitespace();
            name.trim().eq_ignore_ascii_case("rel") && relations.any(|r| r.eq_ignore_ascii_case("next"))
        });
        is_next.then(|| address.to_owned())
    })
}

/// The next address, which must not carry the token to somebody else.
fn same_origin(url: &Url, address: &str) -> Result<String, ConnectorError> {
    let next = url.join(address).map_err(|error| ConnectorError::Shape(format!("{address:?}: {error}")))?;
    if next.origin() != url.origin() {
        return Err(ConnectorError::Shape(format!("the next page is somewhere else: {next}")));
    }
    Ok(next.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(pages: &[(&str, &str)], rounds: usize) -> Result<usize, ConnectorError> {
        let mut position = Position { power: 1, ..Position::default() };
        for n in 0..rounds {
            let (first, last) = pages[n % pages.len()];
            let print = (first.to_owned(), last.to_owned(), 2);
            position = Position::read(&position.following(n.to_string(), Some(print))?.written())?;
        }
        Ok(rounds)
    }

    #[test]
    fn circles_of_any_length_are_noticed() {
        let names: Vec<String> = (0..9).map(|n| format!("k{n}")).collect();
        for length in 1..=9 {
            let pages: Vec<(&str, &str)> = names[..length].iter().map(|n| (n.as_str(), n.as_str())).collect();
            assert!(walk(&pages, 5 * length + 5).is_err(), "{length}");
            assert_eq!(walk(&pages, length), Ok(length));
        }
        let same = Position { at: "x".to_owned(), ..Position::default() };
        assert!(same.following("x".to_owned(), None).is_err());
    }

    #[test]
    fn links_are_read_and_stay_at_home() {
        let mut headers = HeaderMap::new();
        let line = r#"<https://a.example/x?page=1>; rel="prev", </x?page=3>; rel="last next""#;
        headers.insert(LINK, line.parse().expect("header"));
        let here = Url::parse("https://a.example/x?page=2").expect("url");
        let next = link(&headers).expect("next");
        assert_eq!(same_origin(&here, &next).as_deref(), Ok("https://a.example/x?page=3"));
        for away in ["https://b.example/x", "http://a.example/x", "https://a.example:444/x", "//b.example/x"]
        {
            assert!(same_origin(&here, away).is_err(), "{away}");
        }
    }
}
