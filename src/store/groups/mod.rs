//! Group decisions: a frozen set of differences and how far it has been decided.

pub mod asked;
pub mod rows;

use super::db::{FromRow, Row, Session};
use super::error::StoreError;
use super::queue::{self, Count, Filter};
use super::resolutions::approvals;
use super::write::WriteSession;
use crate::domain::access::Viewer;
use crate::domain::approval::Approval;
use crate::domain::audit::Actor;
use crate::domain::group::{Excluded, GroupChoice, TakingBack};
use crate::domain::ids::{ConflictId, DifferenceId, EntityId, FieldId, GroupId, IncidentId, ResolutionId};
use crate::domain::sight::WORDS;
use crate::domain::time::Time;
use crate::store::conflicts::Difference;
use std::collections::BTreeSet;

/// One decision over many differences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: GroupId,
    pub incident: Option<IncidentId>,
    pub entity: EntityId,
    /// Of differences that are alike; empty for an incident's.
    pub pattern: String,
    /// Of what the queue lists: the field, and the address it was listed at.
    pub field: FieldId,
    pub view: String,
    /// A second person has to approve it.
    pub needs_approval: bool,
    pub approval: Option<Approval>,
    /// What was decided is being taken back.
    pub back: Option<TakingBack>,
    /// Of the reversal that is going on, or of the last one that asked for it.
    pub back_approval: Option<Approval>,
    pub choice: GroupChoice,
    pub actor: Actor,
    /// The code of a reason, or nothing.
    pub reason: String,
    pub note: String,
    /// `draft`, `working` or `done`.
    pub state: String,
    /// Everything there was is in the set.
    pub whole: bool,
    pub created_at: Time,
    pub chosen_at: Option<Time>,
    pub ended_at: Option<Time>,
}

impl Group {
    /// What is being taken back now: not what somebody else has to approve first.
    #[must_use]
    pub fn taking_back(&self) -> Option<&TakingBack> {
        self.back.as_ref().filter(|_| !self.awaits_reversal())
    }

    /// Whether its reversal awaits an approval.
    #[must_use]
    pub fn awaits_reversal(&self) -> bool {
        self.back.is_some() && self.back_approval.as_ref().is_some_and(Approval::is_awaited)
    }
}

impl FromRow for Group {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let (entity, field) = (row.get::<String>("entity")?.into(), row.get::<String>("field")?.into());
        let mut choice = row.json("choice")?;
        row.sight().group_choice(&entity, &field, &mut choice);
        let (mut approval, mut back_approval) = (approvals::of_row(row)?, approvals::of_row_back(row)?);
        // A digest covers every value, and few values can be tried out.
        let veiled = row.sight().hides_group(&entity, &field);
        for own in approval.iter_mut().chain(&mut back_approval).filter(|_| veiled) {
            own.digest.clear();
        }
        Ok(Self {
            id: row.get::<String>("id")?.into(),
            incident: row.maybe::<String>("incident_id")?.map(IncidentId),
            entity,
            pattern: row.get("pattern")?,
            field,
            view: row.get("view_query")?,
            needs_approval: row.get("needs_approval")?,
            approval,
            back_approval,
            back: row.maybe::<String>("back")?.map(|back| serde_json::from_str(&back)).transpose()?,
            choice,
            actor: row.json("actor")?,
            reason: row.get("reason")?,
            note: row.get("note")?,
            state: row.get("state")?,
            whole: row.get("whole")?,
            created_at: row.time("created_at")?,
            chosen_at: row.maybe_time("chosen_at")?,
            ended_at: row.maybe_time("ended_at")?,
        })
    }
}

/// One difference of a frozen set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub difference: DifferenceId,
    pub conflict: ConflictId,
    /// The record's name on screen.
    pub title: String,
    pub field: FieldId,
    pub fingerprint: String,
    /// `included`, `decided` or `excluded`.
    pub state: String,
    pub why: String,
    pub detail: String,
    pub resolution: Option<ResolutionId>,
    /// A second person has to approve it.
    pub asks: bool,
    /// What the choice comes to for it: `keep:portal`.
    pub becomes: String,
    /// `undo`, `reverse`, `undone`, `reversed`, `kept` or nothing; and why it was kept.
    pub back: String,
    pub back_detail: String,
}

impl FromRow for Member {
    fn from_row(row: &Row) -> Result<Self, StoreError> {
        let field: FieldId = row.get::<String>("field")?.into();
        // Why a row was refused, in words that may repeat a value.
        let said = |column| match row.get::<String>(column)? {
            text if text.is_empty() || !row.sight().hides_somewhere(&field) => Ok(text),
            _ => Ok::<_, StoreError>(WORDS.to_owned()),
        };
        let (detail, back_detail) = (said("detail")?, said("back_detail")?);
        Ok(Self {
            difference: row.get::<String>("difference_id")?.into(),
            conflict: row.get::<String>("conflict_id")?.into(),
            title: row.get("title")?,
            field,
            fingerprint: row.get("fingerprint")?,
            state: row.get("state")?,
            why: row.get("why")?,
            detail,
            resolution: row.maybe::<String>("resolution_id")?.map(ResolutionId),
            asks: row.get("asks")?,
            becomes: row.get("becomes")?,
            back: row.get("back")?,
            back_detail,
        })
    }
}

/// Which open differences a group is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    Incident(IncidentId),
    /// Of this pattern.
    Alike(String),
    View(Box<View>),
}

/// What the queue lists, of one field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Its kind of record and its field are set.
    pub filter: Filter,
    /// Those that were ticked; else all.
    pub ids: Vec<ConflictId>,
    /// The address it was listed at, without `?`.
    pub query: String,
}

impl Of {
    /// What the queue lists, if that is what it is of.
    #[must_use]
    pub fn view(&self) -> Option<&View> {
        match self {
            Self::View(view) => Some(view),
            _ => None,
        }
    }
}

/// Open differences after `after`, in order of their ids.
pub async fn candidates(
    s: &mut Session,
    viewer: &Viewer,
    of: &Of,
    after: &DifferenceId,
    now: Time,
    limit: i64,
) -> Result<Vec<Difference>, StoreError> {
    if let Of::View(view) = of {
        return queue::differences(s, viewer, view, after, now, limit).await;
    }
    let query = s.sql("SELECT * FROM differences WHERE state = 'open'");
    let mut query = match of {
        Of::Incident(id) => query.push_bind(" AND incident_id = ?", [id.into()]),
        Of::Alike(pattern) => query.push_bind(" AND pattern = ?", [pattern.into()]),
        Of::View(_) => query,
    };
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND entity IN ").push_list(entities.iter());
    }
    query.push_bind(" AND id > ?", [after.into()]).push(" ORDER BY id").limit(limit).all().await
}

/// How many open differences wait under an incident.
pub async fn count_of_incident(s: &mut Session, viewer: &Viewer, id: &IncidentId) -> Result<i64, StoreError> {
    let text = "SELECT CAST(count(*) AS BIGINT) AS value FROM differences WHERE state = 'open'";
    let mut query = s.sql(text).push_bind(" AND incident_id = ?", [id.into()]);
    if let Some(entities) = &viewer.entities {
        query = query.push(" AND entity IN ").push_list(entities.iter());
    }
    Ok(query.value().await?.unwrap_or(0))
}

/// Stores a draft with its frozen set.
pub async fn insert(w: &mut WriteSession, group: &Group, members: &[Member]) -> Result<(), StoreError> {
    w.sql(
        "INSERT INTO group_decisions (id, incident_id, entity, pattern, choice, actor, reason, note, state, whole,
             created_at, field, view_query, needs_approval)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'draft', $9, $10, $11, $12, $13)",
    )
    .bind(&group.id)
    .bind(group.incident.as_ref())
    .bind(&group.entity)
    .bind(&group.pattern)
    .bind(serde_json::to_string(&group.choice)?)
    .bind(serde_json::to_string(&group.actor)?)
    .bind(&group.reason)
    .bind(&group.note)
    .bind(group.whole)
    .bind(group.created_at)
    .bind(&group.field)
    .bind(&group.view)
    .bind(group.needs_approval)
    .run_one()
    .await?;
    let row = |member: &Member| {
        vec![
            (&group.id).into(),
            (&member.difference).into(),
            (&member.conflict).into(),
            (&member.title).into(),
            (&member.field).into(),
            (&member.fingerprint).into(),
            (&member.state).into(),
            (&member.why).into(),
            (&member.detail).into(),
            (&member.becomes).into(),
            member.asks.into(),
        ]
    };
    let head =
        "INSERT INTO group_members (group_id, difference_id, conflict_id, title, field, fingerprint, state,
        why, detail, becomes, asks)";
    w.insert_rows(head, members.iter().map(row).collect(), "").await?;
    Ok(())
}

/// Forgets drafts of before: nobody decided them. What was sent back or taken back stays to be changed.
pub async fn drop_drafts(w: &mut WriteSession, before: Time) -> Result<(), StoreError> {
    let end = w.either("", " FOR UPDATE SKIP LOCKED");
    let query = w.sql(
        "SELECT id AS value FROM group_decisions WHERE state = 'draft' AND created_at < $1 AND approval IS NULL",
    );
    // Locked first, so that none of them is decided while its rows go.
    let old: Vec<String> = query.bind(before).push(end).values().await?;
    if old.is_empty() {
        return Ok(());
    }
    w.sql("DELETE FROM group_members WHERE group_id IN ").push_list(&old).run().await?;
    w.sql("DELETE FROM group_decisions WHERE id IN ").push_list(&old).run().await?;
    Ok(())
}

/// The group, if it exists for this viewer.
pub async fn get(s: &mut Session, viewer: &Viewer, id: &GroupId) -> Result<Option<Group>, StoreError> {
    let found: Option<Group> = s.sql("SELECT * FROM group_decisions WHERE id = $1").bind(id).maybe().await?;
    Ok(found.filter(|group| viewer.sees(&group.entity)))
}

/// The newest group of an incident that is more than a draft.
pub async fn of_incident(s: &mut Session, id: &IncidentId) -> Result<Option<Group>, StoreError> {
    s.sql(
        "SELECT * FROM group_decisions WHERE incident_id = $1 AND state <> 'draft' ORDER BY id DESC LIMIT 1",
    )
    .bind(id)
    .maybe()
    .await
}

/// The newest group for which that was said.
pub async fn newest_with_note(
    s: &mut Session,
    viewer: &Viewer,
    note: &str,
) -> Result<Option<Group>, StoreError> {
    let query = s.sql("SELECT * FROM group_decisions WHERE note = $1 ORDER BY id DESC LIMIT 1");
    let found: Option<Group> = query.bind(note).maybe().await?;
    Ok(found.filter(|group| viewer.sees(&group.entity)))
}

/// Sets a draft to work. False when it is none any longer.
pub async fn start(w: &mut WriteSession, id: &GroupId) -> Result<bool, StoreError> {
    let now = w.now();
    let query = w.sql(
        "UPDATE group_decisions SET state = 'working', chosen_at = $2 WHERE id = $1 AND state = 'draft'",
    );
    Ok(query.bind(id).bind(now).run().await? == 1)
}

/// Ends a group that was worked off. False when somebody else did.
pub async fn finish(w: &mut WriteSession, id: &GroupId) -> Result<bool, StoreError> {
    let now = w.now();
    let query = w.sql(
        "UPDATE group_decisions SET state = 'done', ended_at = $2, lease_until = NULL
         WHERE id = $1 AND state = 'working'",
    );
    Ok(query.bind(id).bind(now).run().await? == 1)
}

/// Takes a group that is to be worked off in hand until then.
pub async fn lease(w: &mut WriteSession, until: Time) -> Result<Option<Group>, StoreError> {
    let (now, end) = (w.now(), w.either("", " FOR UPDATE SKIP LOCKED"));
    let query = w.sql(
        "SELECT * FROM group_decisions WHERE (state = 'working' OR (back IS NOT NULL
             AND (back_approval IS NULL OR back_approval <> 'awaiting')))",
    );
    let query = query.push_bind(" AND (lease_until IS NULL OR lease_until < ?)", [now.into()]);
    let found: Option<Group> = query.push(" ORDER BY id LIMIT 1").push(end).maybe().await?;
    if let Some(group) = &found {
        let query = w.sql("UPDATE group_decisions SET lease_until = $2 WHERE id = $1");
        query.bind(&group.id).bind(until).run_one().await?;
    }
    Ok(found)
}

/// Gives a group back, to be taken in hand again.
pub async fn give_back(w: &mut WriteSession, id: &GroupId) -> Result<(), StoreError> {
    w.sql("UPDATE group_decisions SET lease_until = NULL WHERE id = $1").bind(id).run_one().await
}

/// Members in this state after `after`, in order.
pub async fn members(
    s: &mut Session,
    id: &GroupId,
    state: &str,
    after: &DifferenceId,
    limit: i64,
) -> Result<Vec<Member>, StoreError> {
    s.sql(
        "SELECT * FROM group_members WHERE group_id = $1 AND state = $2 AND difference_id > $3
         ORDER BY difference_id",
    )
    .bind(id)
    .bind(state)
    .bind(after)
    .limit(limit)
    .all()
    .await
}

/// How many members are in each state, and why: `included`, `decided`, `excluded/claimed`.
pub async fn counts(s: &mut Session, id: &GroupId) -> Result<Vec<Count>, StoreError> {
    s.sql(
        "SELECT CASE WHEN why = '' THEN state ELSE state || '/' || why END AS value,
             CAST(count(*) AS BIGINT) AS count FROM group_members WHERE group_id = $1 GROUP BY 1 ORDER BY 1",
    )
    .bind(id)
    .all()
    .await
}

/// Which of these rows are still to be decided; nobody takes one out until the transaction ends.
pub async fn lock_included(
    w: &mut WriteSession,
    id: &GroupId,
    rows: &[DifferenceId],
) -> Result<BTreeSet<DifferenceId>, StoreError> {
    let end = w.either("", " ORDER BY difference_id FOR UPDATE");
    let query = w.sql(
        "SELECT difference_id AS value FROM group_members
         WHERE group_id = $1 AND state = 'included' AND difference_id IN ",
    );
    let ids: Vec<String> = query.bind(id).push_list(rows).push(end).values().await?;
    Ok(ids.into_iter().map(DifferenceId::from).collect())
}

/// Marks rows as decided by what has decided their differences, in the same transaction.
pub async fn decided(w: &mut WriteSession, id: &GroupId, rows: &[DifferenceId]) -> Result<(), StoreError> {
    let query = w.sql(
        "UPDATE group_members SET state = 'decided',
             resolution_id = (SELECT d.resolution_id FROM differences d WHERE d.id = difference_id)
         WHERE group_id = $1 AND state = 'included' AND difference_id IN ",
    );
    query.bind(id).push_list(rows).run().await.map(drop)
}

/// Leaves a member out after all.
pub async fn exclude(
    w: &mut WriteSession,
    id: &GroupId,
    difference: &DifferenceId,
    why: Excluded,
    detail: &str,
) -> Result<(), StoreError> {
    w.sql(
        "UPDATE group_members SET state = 'excluded', why = $3, detail = $4
         WHERE group_id = $1 AND difference_id = $2 AND state = 'included'",
    )
    .bind(id)
    .bind(difference)
    .bind(why.as_str())
    .bind(detail)
    .run()
    .await?;
    Ok(())
}

/// The group, its row locked until the transaction ends.
pub async fn lock(w: &mut WriteSession, viewer: &Viewer, id: &GroupId) -> Result<Option<Group>, StoreError> {
    let text = w.either(
        "SELECT * FROM group_decisions WHERE id = $1",
        "SELECT * FROM group_decisions WHERE id = $1 FOR UPDATE",
    );
    let found: Option<Group> = w.sql(text).bind(id).maybe().await?;
    Ok(found.filter(|group| viewer.sees(&group.entity)))
}
