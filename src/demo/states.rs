//! The cells of the coverage grid: where each is in the running demo, and the acts that bring
//! about those that are not there by themselves.
//!
//! An act is what people and systems do: a decision through the engine, an edit in a system, a
//! fault. Nothing is drawn that is not so.

mod many;

use super::edit::{Change, Edit};
use super::stage::{Stage, StageError};
use super::system::{System, Table};
use super::{Fault, Start, Story};
use crate::domain::access::Viewer;
use crate::domain::ids::{ConflictId, EntityId};
use crate::domain::resolution::{Outcome, Reason};
use crate::engine::Refusal;
use crate::engine::review::Decision;
use crate::store::conflicts::{self, Conflict, Difference};
use crate::store::{groups, incidents, records, resolutions, users};
use crate::web::site::State;
use many::{Many, Then};

/// Seconds a decision waits that is to be seen waiting.
const LONG_HOLD: u32 = 300;
/// Conflicts of one record that are looked into.
const NEWEST: i64 = 5;

/// Where a cell is.
#[derive(Clone, Copy)]
enum Place {
    Address(&'static str),
    /// The conflict of the record with this link.
    Of(Table, &'static str),
    /// The conflict of the nth story of a kind.
    Told(&'static str, usize),
    /// The newest decision on the conflict of that story; there once the act was done.
    Decided(&'static str, usize),
    /// The page on which that decision would be reversed.
    Reversal(&'static str, usize),
    /// The newest run over many that was made with these words.
    Run(&'static str),
    /// The newest incident.
    Incident,
    /// Not to be reached in the demo; the page says why.
    Nowhere,
}

/// What brings a cell about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    Nothing,
    /// Jonas keeps the first value of each open field.
    Decide,
    /// He keeps the second value.
    DecideOther,
    /// As the first, held for minutes.
    Hold,
    /// The same, and he takes it back.
    Undo,
    /// The same, with this system broken first.
    DecideWith(System, Fault),
    /// The same, and the portal's row changes before it is sent.
    Overtake,
    /// The warehouse's row of a supplier gets what Billing changed.
    Agree,
    /// The supplier's contact changes once more.
    Change,
    /// A system is broken, and read.
    Break(System, Fault),
    /// Once to decide; once more, when it was written, to reverse it.
    Reverse,
    /// Once to decide; once more, when it was written, to change in the helpdesk what was written.
    Block,
    /// Jonas decides what a second person has to approve, and Maya sends it back.
    SendBack,
    /// Many are decided at once, so far.
    Many(Many, Then),
    /// An import cuts the names of articles short.
    CutShort,
    /// Every system goes back to where all agreed.
    Settle,
}

struct Cell {
    screen: &'static str,
    id: &'static str,
    place: Place,
    act: Act,
}

const fn cell(screen: &'static str, id: &'static str, place: Place, act: Act) -> Cell {
    Cell { screen, id, place, act }
}

const CELLS: &[Cell] = &[
    cell("queue", "full", Place::Address("/queue?view=all"), Act::Nothing),
    cell("queue", "filtered", Place::Address("/queue?view=all&entity=supplier&field=stock"), Act::Nothing),
    cell("queue", "mine", Place::Address("/queue?view=mine"), Act::Nothing),
    cell("queue", "nobody", Place::Address("/queue?view=snoozed"), Act::Nothing),
    cell("queue", "paused", Place::Address("/queue"), Act::Break(System::Warehouse, Fault::Down)),
    cell("queue", "approval", Place::Address("/queue?view=approval"), Act::Nothing),
    cell("queue", "done", Place::Address("/queue"), Act::Settle),
    cell("queue", "none", Place::Nowhere, Act::Nothing),
    cell("conflict", "one", Place::Of(Table::Suppliers, "S-101"), Act::Nothing),
    cell("conflict", "thirty", Place::Of(Table::Suppliers, "S-102"), Act::Nothing),
    cell("conflict", "two", Place::Of(Table::Suppliers, "S-107"), Act::Nothing),
    cell("conflict", "many", Place::Told("not_billed", 0), Act::Nothing),
    cell("conflict", "missing", Place::Told("missing", 0), Act::Nothing),
    cell("conflict", "deleted", Place::Told("deleted", 0), Act::Nothing),
    cell("conflict", "list", Place::Of(Table::Suppliers, "S-103"), Act::Nothing),
    cell("conflict", "long", Place::Of(Table::Suppliers, "S-104"), Act::Nothing),
    cell("conflict", "masked", Place::Of(Table::Suppliers, "S-105"), Act::Nothing),
    cell("conflict", "rtl", Place::Of(Table::Suppliers, "S-110"), Act::Nothing),
    cell("conflict", "first", Place::Of(Table::Suppliers, "S-120"), Act::Nothing),
    cell("conflict", "unsuggested", Place::Of(Table::Suppliers, "S-106"), Act::Nothing),
    cell("conflict", "wrong", Place::Of(Table::Suppliers, "S-111"), Act::Nothing),
    cell("conflict", "invalid", Place::Of(Table::Suppliers, "S-107"), Act::Nothing),
    cell("conflict", "changed", Place::Of(Table::Suppliers, "S-101"), Act::Change),
    cell("conflict", "decided", Place::Of(Table::Suppliers, "S-108"), Act::Decide),
    cell("conflict", "itself", Place::Of(Table::Suppliers, "S-109"), Act::Agree),
    cell("conflict", "readonly", Place::Of(Table::Suppliers, "S-101"), Act::Nothing),
    cell("conflict", "awaiting", Place::Told("price", 0), Act::Decide),
    cell("conflict", "sent_back", Place::Told("price", 1), Act::SendBack),
    cell("writes", "waiting", Place::Decided("hot_lead", 0), Act::Hold),
    cell("writes", "confirmed", Place::Decided("hot_lead", 1), Act::Decide),
    cell(
        "writes",
        "down",
        Place::Decided("swapped_date", 0),
        Act::DecideWith(System::Warehouse, Fault::Down),
    ),
    cell(
        "writes",
        "refused",
        Place::Decided("not_billed", 1),
        Act::DecideWith(System::Billing, Fault::RefuseWrites),
    ),
    cell(
        "writes",
        "partly",
        Place::Decided("plan_upgrade", 0),
        Act::DecideWith(System::Billing, Fault::RefuseWrites),
    ),
    cell("writes", "overtaken", Place::Decided("hot_lead", 3), Act::Overtake),
    cell("writes", "undone", Place::Decided("hot_lead", 4), Act::Undo),
    cell("writes", "hand", Place::Decided("access_by_hand", 0), Act::DecideOther),
    cell("writes", "reversed", Place::Decided("hot_lead", 2), Act::Reverse),
    cell("writes", "blocked", Place::Reversal("hot_lead", 5), Act::Block),
    cell("writes", "approval", Place::Decided("price", 0), Act::Decide),
    cell("bulk", "none", Place::Address(many::NONE), Act::Nothing),
    cell("bulk", "some", Place::Run(many::SOME.note), Act::Many(many::SOME, Then::Frozen)),
    cell("bulk", "all", Place::Run(many::ALL.note), Act::Many(many::ALL, Then::Frozen)),
    cell("bulk", "stopped", Place::Run(many::STOPPED.note), Act::Many(many::STOPPED, Then::Stopped)),
    cell("bulk", "second", Place::Run(many::SECOND.note), Act::Many(many::SECOND, Then::Decided)),
    cell("bulk", "undone", Place::Run(many::UNDONE.note), Act::Many(many::UNDONE, Then::Undone)),
    cell("incident", "open", Place::Incident, Act::CutShort),
    cell("audit", "searched", Place::Address("/audit?q=Okafor"), Act::Nothing),
    cell("audit", "empty", Place::Address("/audit?q=Nobody+of+this+name"), Act::Nothing),
    cell("audit", "verified", Place::Address("/audit/verification"), Act::Nothing),
    cell("audit", "broken", Place::Nowhere, Act::Nothing),
];

impl Stage {
    /// Every cell with its address, where it has one now.
    pub(super) async fn all_states(&self) -> Result<Vec<State>, StageError> {
        let stories = self.world.stories();
        let mut states = Vec::new();
        for cell in CELLS {
            let address = self.address(&stories, cell.place).await?;
            let can_act = cell.act != Act::Nothing;
            states.push(State { screen: cell.screen, id: cell.id, address, can_act });
        }
        Ok(states)
    }

    async fn address(&self, stories: &[Story], place: Place) -> Result<Option<String>, StageError> {
        match place {
            Place::Address(address) => return Ok(Some(address.to_owned())),
            Place::Run(note) => {
                let mut session = self.engine.store().session().await?;
                let run = groups::newest_with_note(&mut session, &Viewer::referee(), note).await?;
                return Ok(run.map(|run| format!("/groups/{}", run.id)));
            }
            Place::Incident => {
                let mut session = self.engine.store().session().await?;
                let open = incidents::open(&mut session, &Viewer::referee(), 1).await?;
                return Ok(open.first().map(|incident| format!("/incidents/{}", incident.id)));
            }
            _ => {}
        }
        let conflicts = self.conflicts_at(stories, place).await?;
        if let Place::Decided(..) | Place::Reversal(..) = place {
            let page = if matches!(place, Place::Reversal(..)) { "/reversal" } else { "" };
            // One that was overtaken is asked about in a newer conflict.
            for conflict in &conflicts {
                if let Some(last) = self.last_decision(&conflict.id).await? {
                    return Ok(Some(format!("/resolutions/{last}{page}")));
                }
            }
            return Ok(None);
        }
        Ok(conflicts.first().map(|conflict| format!("/conflicts/{}", conflict.id)))
    }

    /// The conflicts of the record a place names, newest first.
    async fn conflicts_at(&self, stories: &[Story], place: Place) -> Result<Vec<Conflict>, StageError> {
        let (table, link) = match place {
            Place::Address(_) | Place::Run(_) | Place::Incident | Place::Nowhere => return Ok(Vec::new()),
            Place::Of(table, link) => (table, link.to_owned()),
            Place::Told(kind, nth) | Place::Decided(kind, nth) | Place::Reversal(kind, nth) => {
                let story = stories.iter().filter(|story| story.kind == kind).nth(nth);
                let Some(outcome) = story.and_then(|story| story.outcomes.first()) else {
                    return Ok(Vec::new());
                };
                (outcome.table, outcome.link.clone())
            }
        };
        let mut session = self.engine.store().session().await?;
        let entity = EntityId::from(table.entity());
        let Some(record) = records::by_links(&mut session, &entity, &[link.as_str()]).await?.pop() else {
            return Ok(Vec::new());
        };
        Ok(conflicts::of_record(&mut session, &Viewer::referee(), &record.id, NEWEST).await?)
    }

    /// Brings a cell about; false if there is none such.
    pub(super) async fn bring_about(&self, screen: &str, id: &str) -> Result<bool, StageError> {
        let Some(cell) = CELLS.iter().find(|cell| (cell.screen, cell.id) == (screen, id)) else {
            return Ok(false);
        };
        let stories = self.world.stories();
        if let Act::Break(system, fault) | Act::DecideWith(system, fault) = cell.act {
            self.world.break_system(system, fault).await?;
        }
        match cell.act {
            Act::Break(..) => {
                // That the reading fails is what is to be seen.
                let _ = self.read().await;
            }
            Act::Many(many, then) => self.decide_many(&many, then).await?,
            Act::CutShort => self.cut_short().await?,
            Act::Settle => {
                self.world.reset(Start::Agreed).await?;
                self.read().await?;
            }
            _ => {}
        }
        if let Some(conflict) = self.conflicts_at(&stories, cell.place).await?.first() {
            self.act(&stories, cell, conflict).await?;
        }
        Ok(true)
    }

    /// An import cuts names short, and that is read.
    async fn cut_short(&self) -> Result<(), StageError> {
        self.world.cut_names_short().await?;
        self.read().await
    }

    async fn act(&self, stories: &[Story], cell: &Cell, conflict: &Conflict) -> Result<(), StageError> {
        match cell.act {
            Act::Nothing | Act::Break(..) | Act::Many(..) | Act::CutShort | Act::Settle => {}
            Act::Decide | Act::DecideWith(..) => self.decide(&conflict.id, None, 1).await?,
            Act::DecideOther => self.decide(&conflict.id, None, 2).await?,
            Act::Hold => self.decide(&conflict.id, Some(LONG_HOLD), 1).await?,
            Act::Undo => {
                self.decide(&conflict.id, Some(LONG_HOLD), 1).await?;
                self.undo_last(&conflict.id).await?;
            }
            Act::Overtake => {
                self.decide(&conflict.id, None, 1).await?;
                self.overtake(stories, cell.place).await?;
            }
            Act::Block => {
                if self.last_decision(&conflict.id).await?.is_some() {
                    self.overtake(stories, cell.place).await?;
                    self.read().await?;
                } else {
                    self.decide(&conflict.id, None, 1).await?;
                }
            }
            Act::Agree => self.agree(stories, cell.place).await?,
            Act::Change => {
                let contact = format!("Elif Sommer-{}", conflict.version);
                self.edit(System::Billing, "K101", vec![("contact", contact.into())], Table::Suppliers)
                    .await?;
                self.read().await?;
            }
            Act::SendBack => {
                self.decide(&conflict.id, None, 1).await?;
                let maya = self.person("maya").await?;
                if let Some(last) = self.last_decision(&conflict.id).await? {
                    let why = "The price list says when it is from, and this is the one of last year";
                    self.engine.send_decision_back(&maya, &last, why, None).await?;
                }
            }
            Act::Reverse => match self.last_decision(&conflict.id).await? {
                Some(last) => {
                    let jonas = self.person("jonas").await?;
                    self.engine.reverse(&jonas, &last, "the demo was asked to").await?;
                }
                None => self.decide(&conflict.id, None, 1).await?,
            },
        }
        Ok(())
    }

    async fn person(&self, login: &str) -> Result<Viewer, StageError> {
        let mut session = self.engine.store().session().await?;
        let user = users::by_login(&mut session, login).await?;
        Ok(user.ok_or(Refusal::NotFound("user"))?.viewer(false))
    }

    /// The value with that number of every open field.
    async fn decide(
        &self,
        id: &ConflictId,
        hold_seconds: Option<u32>,
        value: usize,
    ) -> Result<(), StageError> {
        let jonas = self.person("jonas").await?;
        let mut session = self.engine.store().session().await?;
        let conflict =
            conflicts::get(&mut session, &jonas, id).await?.ok_or(Refusal::NotFound("conflict"))?;
        let all = conflicts::differences(&mut session, std::slice::from_ref(id)).await?;
        drop(session);
        let open = all.iter().filter(|difference| difference.state.name() == "open");
        let keep = |difference: &Difference| (difference.id.clone(), Outcome::Keep { value });
        let decision = Decision {
            version: conflict.version,
            outcomes: open.map(keep).collect(),
            reason: Some(Reason::NewerChange),
            hold_seconds,
            ..Decision::default()
        };
        if !decision.outcomes.is_empty() {
            self.engine.resolve(&jonas, id, decision).await?;
        }
        Ok(())
    }

    async fn last_decision(
        &self,
        id: &ConflictId,
    ) -> Result<Option<crate::domain::ids::ResolutionId>, StageError> {
        let mut session = self.engine.store().session().await?;
        Ok(resolutions::of_conflict(&mut session, id, 1).await?.pop().map(|resolution| resolution.id))
    }

    async fn undo_last(&self, id: &ConflictId) -> Result<(), StageError> {
        if let Some(last) = self.last_decision(id).await? {
            self.engine.undo(&self.person("jonas").await?, &last).await?;
        }
        Ok(())
    }

    /// Somebody marks the lead once more, in the helpdesk, where the decision is written.
    async fn overtake(&self, stories: &[Story], place: Place) -> Result<(), StageError> {
        let (Place::Decided(kind, nth) | Place::Reversal(kind, nth)) = place else { return Ok(()) };
        let story = stories.iter().filter(|story| story.kind == kind).nth(nth);
        let Some(edit) = story.and_then(|story| story.edits.first()) else { return Ok(()) };
        let Change::Set(row) = &edit.change else { return Ok(()) };
        let row = row.iter().map(|(column, _)| (*column, "Lost".into())).collect();
        self.edit(edit.system, &edit.key, row, edit.table).await
    }

    /// The warehouse's row gets what the story changed in Billing.
    async fn agree(&self, stories: &[Story], place: Place) -> Result<(), StageError> {
        let Place::Of(table, link) = place else { return Ok(()) };
        let story = stories.iter().find(|story| story.outcomes.iter().any(|outcome| outcome.link == link));
        let Some(Change::Set(row)) = story.and_then(|story| story.edits.first()).map(|edit| &edit.change)
        else {
            return Ok(());
        };
        let key = format!("V-00{}", link.trim_start_matches("S-"));
        self.edit(System::Warehouse, &key, row.clone(), table).await?;
        self.read().await
    }

    async fn edit(
        &self,
        system: System,
        key: &str,
        row: super::rows::Row,
        table: Table,
    ) -> Result<(), StageError> {
        let (key, by, at) = (key.to_owned(), "Nele Fuchs".to_owned(), self.engine.now());
        let edit = Edit { system, table, key, change: Change::Set(row), at, by };
        Ok(self.world.apply(&[edit]).await?)
    }
}
