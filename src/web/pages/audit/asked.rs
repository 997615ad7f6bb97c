//! What is asked of the audit log: the address of its page, parsed, and addresses made of it.

use crate::domain::access::Viewer;
use crate::domain::audit::Entry;
use crate::domain::words::Sought;
use crate::store::search::{self, Search};
use crate::store::trail::{self, Filter, Text};
use crate::store::{Session, StoreError, users};
use crate::web::when::Clockface;
use serde::Deserialize;

/// Records that a search text may mean.
const RECORDS: i64 = 500;
/// How Referee itself is named in an address: its entries have no user.
pub const REFEREE: &str = "referee";

/// The address's parameters; empty ones ask for nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub q: String,
    pub action: String,
    pub actor: String,
    pub record: String,
    pub field: String,
    pub system: String,
    pub run: String,
    /// `YYYY-MM-DD`, both included.
    pub from: String,
    pub to: String,
    pub before: String,
    pub after: String,
    pub format: String,
}

impl Asked {
    /// The filter the store understands. A text means an entry's number, a person, or whatever
    /// records have it.
    ///
    /// # Errors
    /// The store failed.
    pub async fn filter(
        &self,
        s: &mut Session,
        viewer: &Viewer,
        face: &Clockface,
    ) -> Result<Filter, StoreError> {
        fn some<T: From<String>>(text: &str) -> Option<T> {
            (!text.is_empty()).then(|| T::from(text.to_owned()))
        }
        let actor: Option<String> = some(&self.actor);
        Ok(Filter {
            action: some(&self.action),
            actor: actor.map(|actor| if actor == REFEREE { String::new() } else { actor }),
            record: some(&self.record),
            field: some(&self.field),
            system: some(&self.system),
            run: some(&self.run),
            from: face.start_of(&self.from, 0),
            to: face.start_of(&self.to, 1),
            text: self.text(s, viewer).await?,
        })
    }

    async fn text(&self, s: &mut Session, viewer: &Viewer) -> Result<Option<Text>, StoreError> {
        let sought = Sought::of(&self.q);
        if sought.is_empty() {
            return Ok(None);
        }
        let number = self.q.trim().replace([',', '#'], "").parse().ok();
        let people = users::everybody(s, viewer).await?.into_iter();
        let actors = people.filter(|user| sought.is_in(&user.name) || sought.is_in(&user.login));
        let actors = actors.map(|user| user.id).collect();
        let search = Search { sought, entity: None };
        let found = search::page(s, viewer, &search, None, RECORDS).await?;
        Ok(Some(Text { number, records: found.into_iter().map(|record| record.id).collect(), actors }))
    }

    /// Where the page begins.
    #[must_use]
    pub fn position(&self) -> trail::From {
        match (self.before.parse(), self.after.parse()) {
            (Ok(seq), _) => trail::From::Before(seq),
            (_, Ok(seq)) => trail::From::After(seq),
            _ => trail::From::Newest,
        }
    }

    /// Cuts a page that was read one entry too far; says whether there is more in its direction.
    pub fn cut(&self, entries: &mut Vec<Entry>) -> bool {
        let most = usize::try_from(super::handle::PAGE).unwrap_or(usize::MAX);
        let more = entries.len() > most;
        if more && matches!(self.position(), trail::From::After(_)) {
            entries.remove(0);
        }
        entries.truncate(most);
        more
    }

    fn own(&self) -> [(&'static str, &String); 9] {
        [
            ("q", &self.q),
            ("action", &self.action),
            ("actor", &self.actor),
            ("record", &self.record),
            ("field", &self.field),
            ("system", &self.system),
            ("run", &self.run),
            ("from", &self.from),
            ("to", &self.to),
        ]
    }

    /// The filter as a query, without a position.
    #[must_use]
    pub fn query(&self) -> String {
        self.with(&[])
    }

    /// The query with some parameters replaced; an empty value takes one away.
    fn with(&self, changes: &[(&str, &str)]) -> String {
        let mut out = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.own() {
            let changed = changes.iter().find(|(changed, _)| *changed == name);
            let value = changed.map_or(value.as_str(), |(_, value)| value);
            if !value.is_empty() {
                out.append_pair(name, value);
            }
        }
        let known = |name: &str| self.own().iter().any(|(own, _)| *own == name);
        for (name, value) in changes.iter().filter(|(name, _)| !known(name)) {
            out.append_pair(name, value);
        }
        out.finish()
    }

    /// The address of the list with some parameters replaced.
    #[must_use]
    pub fn address(&self, changes: &[(&str, &str)]) -> String {
        match self.with(changes).as_str() {
            "" => "/audit".to_owned(),
            query => format!("/audit?{query}"),
        }
    }

    /// The address of its export.
    #[must_use]
    pub fn export(&self, format: &str) -> String {
        format!("/audit/export?{}", self.with(&[("format", format)]))
    }

    /// Whether anything narrows the list.
    #[must_use]
    pub fn is_narrowed(&self) -> bool {
        self.own().iter().any(|(_, value)| !value.is_empty())
    }

    /// The chosen filters that no facet and no field of the form shows: name and value.
    pub fn chosen(&self) -> impl Iterator<Item = (&'static str, &String)> {
        let shown = ["q", "from", "to"];
        self.own().into_iter().filter(move |(name, value)| !value.is_empty() && !shown.contains(name))
    }
}
