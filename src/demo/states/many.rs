//! Cells of decisions over many: what Jonas freezes and decides, each with its own words to be found by.

use crate::demo::stage::{Stage, StageError};
use crate::demo::system::System;
use crate::domain::access::Viewer;
use crate::domain::group::{Back, GroupChoice};
use crate::domain::ids::{GroupId, IncidentId};
use crate::domain::resolution::Reason;
use crate::engine::Refusal;
use crate::engine::incidents::group::{Asked, TakeBack, Which};
use crate::store::groups::{Of, View};
use crate::store::incidents;
use crate::store::queue::{Filter, Under};
use std::time::Duration;

/// Nothing disagrees there, so there is nothing to decide.
pub const NONE: &str = "/bulk?view=view%3Dall%26entity%3Dsupplier%26field%3Dstock";

/// How often it is looked how far a run is, and for how long.
const LOOK: Duration = Duration::from_millis(4);
const LOOKS: usize = 5000;
/// Rows after which one is stopped.
const HALFWAY: i64 = 2;

/// What a run is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Many {
    pub entity: &'static str,
    pub field: &'static str,
    rule: Rule,
    /// Why; what it is found by.
    pub note: &'static str,
    /// Of what waits under an incident: so many that it takes a while.
    incident: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rule {
    Newest,
    Source,
    Keep(System),
}

/// How far a run goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// It is looked at, and nothing decided.
    Frozen,
    /// It is decided, or waits for a second person.
    Decided,
    /// It is stopped once some of it were decided.
    Stopped,
    /// It is decided, and all of it is undone.
    Undone,
}

const fn many(entity: &'static str, field: &'static str, rule: Rule, note: &'static str) -> Many {
    Many { entity, field, rule, note, incident: false }
}

/// Not everywhere did a person change it last.
pub const SOME: Many =
    many("customer", "phone", Rule::Newest, "Whoever noted a number last had the customer on the line");
/// Stakes are high: each address is decided by itself.
pub const ALL: Many =
    many("customer", "address", Rule::Source, "In the portal the customers type where they live");
pub const STOPPED: Many = Many {
    incident: true,
    ..many("product", "name", Rule::Keep(System::Portal), "The names are those of the catalogue")
};
pub const SECOND: Many =
    many("product", "price", Rule::Source, "The new price list is in the portal, agents go by the old one");
pub const UNDONE: Many =
    many("customer", "phone", Rule::Keep(System::Portal), "In the portal they type their own number");

impl Stage {
    /// Jonas freezes what disagrees there, and decides it as far as the cell asks.
    pub(super) async fn decide_many(&self, many: &Many, then: Then) -> Result<(), StageError> {
        let jonas = self.person("jonas").await?;
        let (entity, field) = (Some(many.entity.into()), Some(many.field.into()));
        let mut filter = Filter { entity, field, ..Filter::default() };
        let mut query = format!("view=all&field={}&entity={}", many.field, many.entity);
        if many.incident {
            let id = self.mass_change().await?;
            query.push_str(&format!("&incident={id}"));
            filter.under = Under::Incident(id);
        }
        let view = View { filter, ids: Vec::new(), query };
        let choice = match many.rule {
            Rule::Newest => GroupChoice::Newest,
            Rule::Source => GroupChoice::Source,
            Rule::Keep(system) => GroupChoice::Keep { system: system.id().into() },
        };
        let asked = Asked {
            of: Of::View(Box::new(view)),
            choice,
            reason: Some(Reason::NewerChange),
            note: many.note.to_owned(),
        };
        let group = self.engine.freeze(&jonas, asked).await?;
        if then == Then::Frozen {
            return Ok(());
        }
        let rows = self.engine.progress(&group.id).await?.included;
        self.engine.decide_group(&jonas, &group.id, &rows.to_string()).await?;
        match then {
            Then::Frozen | Then::Decided => Ok(()),
            Then::Stopped => {
                self.until(&group.id, |decided, _| decided >= HALFWAY).await?;
                self.undo_all(&jonas, &group.id).await
            }
            Then::Undone => {
                self.until(&group.id, |_, waits| waits == 0).await?;
                self.undo_all(&jonas, &group.id).await
            }
        }
    }

    /// The newest incident; one is brought about where there is none.
    async fn mass_change(&self) -> Result<IncidentId, StageError> {
        self.cut_short().await?;
        let mut session = self.engine.store().session().await?;
        let open = incidents::open(&mut session, &Viewer::referee(), 1).await?;
        let newest = open.into_iter().next().ok_or(Refusal::NotFound("incident"))?;
        Ok(newest.id)
    }

    /// Waits until so many of a run were decided, or so many are left.
    async fn until(&self, id: &GroupId, far: impl Fn(i64, i64) -> bool) -> Result<(), StageError> {
        for _ in 0..LOOKS {
            let progress = self.engine.progress(id).await?;
            if far(progress.decided, progress.included) {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(Refusal::WrongState("nobody decides it just now: try again".to_owned()).into())
    }

    /// All of a run is taken back, and that has ended.
    async fn undo_all(&self, jonas: &Viewer, id: &GroupId) -> Result<(), StageError> {
        let asked = TakeBack { way: Back::Undo, rows: Which::All, reason: String::new() };
        self.engine.take_back(jonas, id, asked).await?;
        for _ in 0..LOOKS {
            if self.engine.group(jonas, id).await?.back.is_none() {
                return Ok(());
            }
            tokio::time::sleep(LOOK).await;
        }
        Err(Refusal::WrongState("nobody takes it back just now: try again".to_owned()).into())
    }
}
